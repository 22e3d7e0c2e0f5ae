package drivertest

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// fault checks use processes of their own, for they end badly.
func faultChecks() []check {
	const restart = "Keep what matters at the pool or in the instance's folder, never in the memory of the process: the host kills it, and starts it again, at any time."
	const frozen = "Let nothing depend on being on time; work goes on where it was when the process goes on."
	var all []check
	for _, v := range verbs() {
		all = append(all, of("kill-"+v.name, "A driver that is killed by force within "+v.name+" does all that it should in the next process: the same call again goes well.", "",
			restart, killedWithin(v)))
	}
	for _, v := range verbs() {
		all = append(all, of("stop-"+v.name, "A driver that is stopped by SIGSTOP within "+v.name+", and goes on, answers that call.", "", frozen, stoppedWithin(v)))
	}
	checks := group("faults", "", "scheduler.Driver: whatever must survive a process lives at the pool or in the instance's directory", all...)
	for i := range checks {
		v := verbs()[i%len(verbs())]
		if v.service != serviceScheduler {
			checks[i].Service, checks[i].Required = v.service, false
		}
	}
	return append(checks, group("faults", "", "scheduler.Driver; docs/protocol.md, a driver's process",
		of("kill-during-submit", "A driver that is killed at any moment of a submission makes exactly one job of the token, once the next process is asked again.", "scheduler.Driver.Submit",
			"Tag the pool's job with the token in the very step that makes it, and look it up before you submit.", killedDuringSubmit),
		of("restart-while-jobs-run", "Jobs go on when the driver's process is killed, and another process tells their states and their ends.", "scheduler.Ref: a driver needs no memory of its own", restart, restartWhileJobsRun),
		of("kill-after-submit", "A job that Submit has answered for is at the pool, whatever becomes of the process, and another process knows its token.", "scheduler.Driver.Submit", "Answer only when the pool has the job for good.", killedAfterSubmit),
		of("two-processes", "Two processes of the driver at the same time agree on jobs: a token submitted to both makes one job, and each tells and cancels the other's.", "scheduler.Driver.Submit: from any process",
			"Decide at the pool, or under a lock that both processes see, whether a token is new.", twoProcesses),
		of("host-dies", "A driver whose host has gone, so that its lifeline ends, ends at once; its jobs go on.", "docs/protocol.md, a driver's process: the lifeline",
			"Watch the descriptor that OCEANID_LIFELINE names, and end with your process group when it ends; Go's SDK does.", hostDies),
		of("terminates-in-good-order", "SIGTERM lets calls under way end, takes no new ones, and then the process ends by itself.", "plugin.proto, rpc Drain",
			"Take SIGTERM for a request to drain; Go's SDK does.", terminatesInGoodOrder),
		of("interrupt-is-ignored", "SIGINT, which a terminal sends to all, ends no driver: its host ends it.", "plugin.proto, service Plugin",
			"Ignore SIGINT; Go's SDK does.", interruptIsIgnored),
		of("ends-when-told", "After Drain a driver lets itself be ended in good order, without force.", "plugin.proto, rpc Drain", "End when go-plugin's Shutdown comes, or SIGTERM; leave no thread that keeps the process.", endsWhenTold),
		of("log-flood", "A driver that logs all that it can, at the level trace, answers as before.", "plugin.proto, rpc SetLogLevel", "Write to standard error and go on; never wait for who reads it.", logFlood),
	)...)
}

// killedWithin makes a call, kills the process in it at different moments, and makes the same call in the next process.
func killedWithin(v verb) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		var ref *schedulerv1.JobRef
		for _, moment := range moments(t.suite.scouted.submitting) {
			// What a call makes or clears away must be new each time; a job that has ended stays what it is.
			if ref == nil || v.makes() || v.name == "remove" {
				var err error
				if ref, err = t.subjectOf(ctx, v); err != nil {
					return err
				}
			}
			s, err := t.begin(ctx)
			if err != nil {
				return err
			}
			called := make(chan struct{})
			go func() {
				defer close(called)
				_ = v.call(ctx, s, ref)
			}()
			_ = sleep(ctx, moment)
			s.kill()
			<-called
			next, err := t.begin(ctx)
			if err != nil {
				return err
			}
			if err := v.call(ctx, next, ref); err != nil {
				return saw("the process was killed %v after %s had begun, and in the next one it gave %s", moment, v.name, said(err))
			}
		}
		return nil
	}
}

// moments at which a process is killed, spread over the time that a submission takes.
func moments(submitting time.Duration) []time.Duration {
	return []time.Duration{0, submitting / 4, submitting * 3 / 4}
}

// subjectOf gives the job that a call is about: a new token where the call makes the job, else a job that has ended.
func (t *trial) subjectOf(ctx context.Context, v verb) (*schedulerv1.JobRef, error) {
	if v.makes() {
		return t.keep(&schedulerv1.JobRef{Token: t.suite.token(), Count: 1}), nil
	}
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return nil, err
	}
	_, err = t.ended(ctx, ref)
	return ref, err
}

// frozen is how long a process is stopped: longer than any call takes that is not.
const frozen = 300 * time.Millisecond

func stoppedWithin(v verb) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		ref, err := t.subjectOf(ctx, v)
		if err != nil {
			return err
		}
		s, err := t.begin(ctx)
		if err != nil {
			return err
		}
		answered := make(chan error, 1)
		go func() { answered <- v.call(ctx, s, ref) }()
		s.signal(syscall.SIGSTOP)
		_ = sleep(ctx, frozen)
		s.signal(syscall.SIGCONT)
		if err := <-answered; err != nil {
			return saw("after it went on %s gave %s", v.name, said(err))
		}
		return s.known(ctx)
	}
}

func killedDuringSubmit(ctx context.Context, t *trial) error {
	for _, part := range []time.Duration{1, 3, 5, 7, 9} {
		job := t.marking("exit 0")
		s, err := t.begin(ctx)
		if err != nil {
			return err
		}
		called := make(chan struct{})
		go func() {
			defer close(called)
			_, _ = t.submitTo(ctx, s, job)
		}()
		_ = sleep(ctx, t.suite.scouted.submitting*part/10)
		s.kill()
		<-called
		next, err := t.begin(ctx)
		if err != nil {
			return err
		}
		one, err := t.submitTo(ctx, next, job)
		if err != nil {
			return fmt.Errorf("in the next process: %w", err)
		}
		two, err := t.submitTo(ctx, next, job)
		if err != nil {
			return fmt.Errorf("in the next process, the second time: %w", err)
		}
		if one.GetId() != two.GetId() {
			return saw("the next process gave identifiers %q and %q for one token", one.GetId(), two.GetId())
		}
		if err := t.once(ctx, next, one); err != nil {
			return err
		}
	}
	return nil
}

func restartWhileJobsRun(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	job := t.marking("sleep 2; exit 0")
	brief, err := t.submitTo(ctx, s, job)
	if err != nil {
		return err
	}
	long, err := t.submitTo(ctx, s, t.long())
	if err != nil {
		return err
	}
	if err := s.running(ctx, long); err != nil {
		return err
	}
	s.kill()
	next, err := t.begin(ctx)
	if err != nil {
		return err
	}
	if err := next.running(ctx, long); err != nil {
		return err
	}
	if err := t.once(ctx, next, brief); err != nil {
		return err
	}
	if err := next.cancel(ctx, long); err != nil {
		return saw("Cancel in the next process: %s", said(err))
	}
	now, err := next.ended(ctx, long)
	if err == nil && !now.all(schedulerv1.State_STATE_CANCELLED) {
		return saw("after Cancel in the next process the job is %s", now.show())
	}
	return err
}

func killedAfterSubmit(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	job := t.marking("exit 0")
	ref, err := t.submitTo(ctx, s, job)
	if err != nil {
		return err
	}
	s.kill()
	again, err := t.submit(ctx, job)
	if err != nil {
		return fmt.Errorf("the same token in another process: %w", err)
	}
	if again.GetId() != ref.GetId() {
		return saw("the same token in another process gave identifier %q, and before %q", again.GetId(), ref.GetId())
	}
	return t.once(ctx, t.subject, ref)
}

func twoProcesses(ctx context.Context, t *trial) error {
	other, err := t.begin(ctx)
	if err != nil {
		return err
	}
	job := t.marking("exit 0")
	results := make(chan *schedulerv1.JobRef, 10)
	problems := make(chan error, cap(results))
	for i := range cap(results) {
		s := t.subject
		if i%2 == 1 {
			s = other
		}
		go func() {
			ref, err := t.submitTo(ctx, s, job)
			results <- ref
			problems <- err
		}()
	}
	var one *schedulerv1.JobRef
	for range cap(results) {
		ref := <-results
		err = errors.Join(err, <-problems)
		if one == nil {
			one = ref
		} else if one.GetId() != ref.GetId() && err == nil {
			err = saw("one token became %q and %q", one.GetId(), ref.GetId())
		}
	}
	if err != nil {
		return err
	}
	if err := t.once(ctx, other, one); err != nil {
		return err
	}
	long, err := t.submitTo(ctx, other, t.long())
	if err != nil {
		return err
	}
	if err := t.running(ctx, long); err != nil {
		return err
	}
	_, err = t.cancelled(ctx, long)
	return err
}
