package drivertest

import (
	"context"
	"io"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

func findChecks() []check {
	return group("finds", serviceFinds, "scheduler.Finder; scheduler.proto, service Finds",
		of("of-an-earlier-process", "Find yields a job that a process which is gone has submitted, with its identifier and the number of its tasks.", "",
			"Go by what is kept at the pool or in the instance's folder.", findsAnEarlierProcess),
		of("by-the-prefix", "Find yields the jobs whose tokens begin with the prefix, each once, and no others.", "", "Compare from the token's beginning.", findsByThePrefix),
		of("since", "Find yields no job that was handed over before the time that is asked for.", "", "Compare with the time at which the pool took the job.", findsSince),
	)
}

// foundSince is find of jobs since a time.
func (t *trial) foundSince(ctx context.Context, prefix string, since time.Time) (all []*schedulerv1.Found, err error) {
	ctx, cancel := t.suite.patient(ctx)
	defer cancel()
	stream, err := schedulerv1.NewFindsClient(t.conn()).Find(ctx, &schedulerv1.FindRequest{Instance: t.instance, Prefix: prefix, Since: timestamppb.New(since)})
	for err == nil {
		var m *schedulerv1.FindResponse
		if m, err = stream.Recv(); err == nil {
			all = append(all, m.GetFound())
		}
	}
	if err != io.EOF {
		return all, saw("Find: %s", said(err))
	}
	return all, nil
}

func findsAnEarlierProcess(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	ref, err := t.submitTo(ctx, s, array(t.shell("exit 0"), 3))
	if err != nil {
		return err
	}
	s.kill()
	found, err := t.findOne(ctx, ref.GetToken())
	if err != nil {
		return saw("Find: %s", said(err))
	}
	if len(found) != 1 || found[0].GetRef().GetToken() != ref.GetToken() || found[0].GetRef().GetId() != ref.GetId() || found[0].GetRef().GetCount() != 3 {
		return saw("a process had submitted job %q of 3 tasks; another finds %v", ref.GetId(), found)
	}
	return nil
}

func findsByThePrefix(ctx context.Context, t *trial) error {
	prefix := t.suite.token() + "-"
	one, two, other := t.shell("exit 0"), t.shell("exit 0"), t.shell("exit 0")
	one.Token, two.Token, other.Token = prefix+"1", prefix+"2", t.suite.token()+"-"+prefix
	if _, err := t.together(ctx, []*schedulerv1.Job{one, two, other}); err != nil {
		return err
	}
	found, err := t.foundSince(ctx, prefix, time.Now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	times := map[string]int{}
	for _, f := range found {
		times[f.GetRef().GetToken()]++
	}
	if len(times) != 2 || times[one.GetToken()] != 1 || times[two.GetToken()] != 1 {
		return saw("of the tokens %q and %q, and %q, the prefix %q finds %v", one.GetToken(), two.GetToken(), other.GetToken(), prefix, times)
	}
	return nil
}

func findsSince(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	// The pool's clock may be another than this machine's, but hardly by a day.
	found, err := t.foundSince(ctx, ref.GetToken(), time.Now().Add(24*time.Hour))
	if err == nil && len(found) > 0 {
		return saw("what was handed over since tomorrow includes %v", found)
	}
	return err
}
