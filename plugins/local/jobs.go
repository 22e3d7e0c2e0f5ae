package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// job is a job that has not ended, as the keeper holds it.
type job struct {
	*kept
	token   string
	states  runs
	journal *lines
	// unsaved are records that are in states and not yet in the journal.
	unsaved []record
	// compact is the journal's size when it was last rewritten.
	compact int64
	// next is the first task that has not been chosen; live are those that were and have not ended.
	next      int
	live      map[int]*task
	cancelled bool
	// held keeps those that have not been chosen from being.
	held bool
	// suspended is when it was last asked that what runs be stopped; zero: it is not to be.
	suspended time.Time
}

// set notes what became of tasks.
func (k *keeper) set(j *job, r record) {
	j.states = j.states.set(r)
	j.unsaved = append(j.unsaved, r)
	k.touched[j] = true
}

// takeIn does what the control folder asks for.
func (k *keeper) takeIn(ctx context.Context) {
	notes, err := os.ReadDir(k.folder.control(""))
	if err != nil {
		k.log.Error("what is to be done cannot be read", "error", err)
		return
	}
	if s, err := readSettings(k.folder); err == nil {
		k.settings = s
	} else {
		k.log.Error("settings stay as they were", "error", err)
	}
	cancels, holds, suspends := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	since := make(map[string]time.Time)
	for _, note := range notes {
		name := note.Name()
		token, _, _ := strings.Cut(name, ".")
		switch {
		case name == token+cancelSuffix:
			cancels[token] = true
		case name == token+holdSuffix:
			holds[token] = true
		case name == token+suspendSuffix:
			if info, err := note.Info(); err == nil {
				suspends[token], since[token] = true, info.ModTime()
			}
		case scheduler.ValidToken(name) && k.byToken[token] == nil:
			if err := k.load(ctx, token); err != nil && !errors.Is(err, fs.ErrNotExist) {
				k.log.Error("job cannot be read and is left alone", "token", token, "error", err)
			}
		}
	}
	slices.SortFunc(k.jobs, func(a, b *job) int {
		return cmp.Or(a.Submitted.Compare(b.Submitted), cmp.Compare(a.token, b.token))
	})
	for _, j := range k.jobs {
		if cancels[j.token] {
			k.cancel(j)
		}
		k.hold(j, holds[j.token])
		k.suspend(j, since[j.token])
	}
	k.dropNotes(cancels, cancelSuffix)
	k.dropNotes(holds, holdSuffix)
	k.dropNotes(suspends, suspendSuffix)
}

// dropNotes removes notes about jobs that ended when they were left.
func (k *keeper) dropNotes(tokens map[string]bool, suffix string) {
	for token := range tokens {
		if k.byToken[token] != nil {
			continue
		}
		if there, err := exists(k.folder.control(token)); err == nil && !there {
			os.Remove(k.folder.control(token + suffix))
		}
	}
}

// load takes a job in: a new one, or one that an earlier keeper had. What is known about it is told, perhaps not for the first time: the earlier
// keeper may have written it down and not told it.
func (k *keeper) load(ctx context.Context, token string) error {
	spec, err := readKept(k.folder.job(token))
	if err != nil {
		return err
	}
	j := &job{kept: spec, token: token, live: make(map[int]*task), next: spec.Job.Tasks()}
	if j.states, err = readHistory(k.folder.journal(token), spec.start()); err != nil {
		return err
	}
	if j.journal, err = openLines(k.folder.journal(token)); err != nil {
		return err
	}
	for _, r := range slices.Clone(j.states) {
		switch r.State {
		case starting, scheduler.Running, scheduler.Suspended:
			for i := r.Task; i < r.end(); i++ {
				one := r
				one.Task, one.Count = i, 1
				k.recover(ctx, j, one)
			}
		case scheduler.Queued, scheduler.Held:
			j.next, j.held = min(j.next, r.Task), r.State == scheduler.Held
			fallthrough
		default:
			k.untold = append(k.untold, r.event(token))
		}
	}
	k.jobs, k.byToken[token] = append(k.jobs, j), j
	k.touched[j] = true
	return nil
}

// anything tells whether there is a job that load would take in.
func (k *keeper) anything() (bool, error) {
	notes, err := os.ReadDir(k.folder.control(""))
	for _, note := range notes {
		if _, err := readKept(k.folder.job(note.Name())); err == nil {
			return true, nil
		}
	}
	return false, err
}

// cancel ends the job's tasks: those that wait at once, those that run when they have gone.
func (k *keeper) cancel(j *job) {
	if j.cancelled {
		return
	}
	j.cancelled = true
	if n := j.Job.Tasks() - j.next; n > 0 {
		k.set(j, record{Task: j.next, Count: n, State: scheduler.Cancelled, Time: time.Now().UTC(), Reason: "cancelled before it began", Cause: scheduler.CauseUser})
		j.next += n
	}
	for _, t := range j.live {
		t.stop()
	}
}

// hold keeps the job's tasks that have not been chosen from being, or no longer.
func (k *keeper) hold(j *job, held bool) {
	if j.held == held {
		return
	}
	j.held = held
	if n := j.Job.Tasks() - j.next; n > 0 {
		r := record{Task: j.next, Count: n, State: scheduler.Queued, Time: time.Now().UTC(), Reason: "released"}
		if held {
			r.State, r.Reason, r.Cause = scheduler.Held, "held on request, until it is released", scheduler.CauseUser
		}
		k.set(j, r)
	}
}

// suspend stops the job's tasks that run, or lets them go on. Whoever asked for it again means those that began since as well.
func (k *keeper) suspend(j *job, since time.Time) {
	if since.Equal(j.suspended) {
		return
	}
	j.suspended = since
	for _, t := range j.live {
		t.suspend(!since.IsZero())
	}
}

// commit writes down what is new: in the journals of the jobs, and on the disk where it must not be forgotten; then for the watchers. It may be
// called again after an error. Jobs that have ended are let go.
func (k *keeper) commit() error {
	for j := range k.touched {
		if err := k.save(j); err != nil {
			return err
		}
	}
	if err := k.events.append(k.untold); err != nil {
		return err
	}
	k.untold = nil
	for j := range k.touched {
		if len(j.live) == 0 && j.states.ended() {
			if err := k.letGo(j); err != nil {
				return err
			}
		}
		delete(k.touched, j)
	}
	return nil
}

// A journal is rewritten when it has doubled and is a long one, and when its job ends unless it is a short one.
const (
	longJournal  = 1 << 20
	shortJournal = 16 << 10
)

// save writes the job's journal. A start or an end has reached the disk when it returns.
func (k *keeper) save(j *job) error {
	if len(j.unsaved) == 0 {
		return nil
	}
	durable := slices.ContainsFunc(j.unsaved, func(r record) bool { return r.State == starting || r.State.Terminal() })
	if err := j.journal.append(j.unsaved, durable); err != nil {
		return err
	}
	for _, r := range j.unsaved {
		if r.State != starting {
			k.untold = append(k.untold, r.event(j.token))
		}
	}
	j.unsaved = nil
	if j.journal.size > max(longJournal, 2*j.compact) {
		return k.rewrite(j)
	}
	return nil
}

// letGo is done with a job that has ended: what the watchers are told must be on the disk before the note goes that would have it told again.
func (k *keeper) letGo(j *job) error {
	if err := k.events.sync(); err != nil {
		return err
	}
	if j.journal.size > shortJournal {
		if err := k.rewrite(j); err != nil {
			return err
		}
	}
	for _, note := range []string{j.token + cancelSuffix, j.token + holdSuffix, j.token + suspendSuffix, j.token} {
		if err := os.Remove(k.folder.control(note)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	delete(k.byToken, j.token)
	k.jobs = slices.DeleteFunc(k.jobs, func(other *job) bool { return other == j })
	// What it says is on the disk: closing it can lose nothing.
	j.journal.close()
	return nil
}

// rewrite makes the job's journal as short as what it says.
func (k *keeper) rewrite(j *job) error {
	scratch := k.folder.scratch(j.token)
	defer os.Remove(scratch)
	short, err := openLines(scratch)
	if err != nil {
		return err
	}
	if err = short.append(j.states, true); err == nil {
		err = os.Rename(scratch, k.folder.journal(j.token))
	}
	if err != nil {
		return errors.Join(err, short.close())
	}
	old := j.journal
	j.journal, j.compact = short, short.size
	return errors.Join(old.close(), syncFolder(filepath.Dir(k.folder.journal(j.token))))
}
