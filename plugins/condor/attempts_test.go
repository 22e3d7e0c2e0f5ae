package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// inFolder runs a script in Oceanid's folder, and returns what it prints.
func inFolder(t *testing.T, d *driver, script string) string {
	t.Helper()
	p, err := d.at(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "cd "+p.dir+" && "+script)
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return string(out)
}

// An attempt that was killed leaves nothing when others have taken over all that it was to hand over, and stays as long as they have not.
func TestAttemptThatWasTakenOverLeavesNothing(t *testing.T) {
	t.Parallel()
	d := ben(t)
	one, two := newToken(), newToken()
	dead := "x" + one
	inFolder(t, d, "mkdir -p attempts batches/"+dead+" && ln -s "+dead+"/"+one+" "+dead+"/"+two+" attempts/ && : >batches/"+dead+"/lock && date +%s >batches/"+dead+"/begun")
	wantOne(t, one, insist(t, d, scheduler.Job{Token: one, Command: "true"}))
	if left := inFolder(t, d, "ls batches/"+dead); !strings.Contains(left, "begun") {
		t.Errorf("of the attempt that has the other job still there is %q", left)
	}
	wantOne(t, two, insist(t, d, scheduler.Job{Token: two, Command: "true"}))
	if left := inFolder(t, d, "ls -d batches/"+dead+" 2>/dev/null || :"); left != "" {
		t.Errorf("it is still there: %q", left)
	}
}

// When a job is removed, its attempt's folder stays while another job of the attempt may still have to be found by it.
func TestAttemptOutlivesTheFirstOfItsJobs(t *testing.T) {
	t.Parallel()
	d := ben(t)
	jobs := []scheduler.Job{{Token: newToken(), Command: "true"}, {Token: newToken(), Command: "true"}}
	ids := insistAll(t, d, jobs)
	refs := make([]scheduler.Ref, 2)
	for i, job := range jobs {
		refs[i] = scheduler.Ref{ID: ids[job.Token], Token: job.Token, Tasks: 1}
		await(t, d, refs[i], "ended", ended)
	}
	attempt := strings.TrimSpace(inFolder(t, d, "dirname $(readlink attempts/"+jobs[0].Token+")"))
	// As it is when it was killed between two of its condor_submit: the first one's job is known.
	inFolder(t, d, "cd batches/"+attempt+" && grep -F "+jobs[0].Token+" ids >less && mv less ids")
	if err := d.Remove(t.Context(), refs[:1]); err != nil {
		t.Fatal(err)
	}
	if left := inFolder(t, d, "ls batches/"+attempt); !strings.Contains(left, "begun") {
		t.Errorf("of the attempt there is %q", left)
	}
	if id := insist(t, d, jobs[1]); id != refs[1].ID {
		t.Errorf("the other was %s and is %s", refs[1].ID, id)
	}
	wantOne(t, jobs[1].Token, refs[1].ID)
	if err := d.Remove(t.Context(), refs[1:]); err != nil {
		t.Fatal(err)
	}
	if left := inFolder(t, d, "ls -d batches/"+attempt+" 2>/dev/null || :"); left != "" {
		t.Errorf("it is still there: %q", left)
	}
	if _, err := d.Submit(t.Context(), jobs[0]); fault.Of(err) != fault.Conflict {
		t.Errorf("submitted after it was removed: %v", err)
	}
}

// What a full disk has cut short in the list of all jobs spoils no line after it.
func TestHalfALineInTheListOfJobs(t *testing.T) {
	t.Parallel()
	d := ben(t)
	half := newToken()
	inFolder(t, d, "printf '1.0 "+half+"' >>clusters")
	ref := submit(t, d, scheduler.Job{Token: newToken(), Command: "true"})
	want := string(ref.ID) + " " + ref.Token + " 1\n"
	if got := inFolder(t, d, "grep -x '.*"+ref.Token+" 1' clusters"); got != want {
		t.Errorf("its line is %q, not %q", got, want)
	}
	// The same where the job is found again.
	inFolder(t, d, "rm batches/$(dirname $(readlink attempts/"+ref.Token+"))/ids && printf '1.0 "+half+"' >>clusters")
	if id := insist(t, d, scheduler.Job{Token: ref.Token, Command: "true"}); id != ref.ID {
		t.Errorf("it was %s and is %s", ref.ID, id)
	}
	if got := inFolder(t, d, "grep -x '.*"+ref.Token+" 1' clusters"); got != want+want {
		t.Errorf("its lines are %q, not %q twice", got, want)
	}
}

// What an attempt has left that was killed before it named a job goes with the next removal; a folder that has just been made, or is needed, does not.
func TestAttemptsThatNamedNoJobAreSweptUp(t *testing.T) {
	t.Parallel()
	d := ben(t)
	token := newToken()
	job := scheduler.Job{Token: token, Command: "true"}
	ref := scheduler.Ref{ID: insist(t, d, job), Token: token, Tasks: 1}
	await(t, d, ref, "ended", ended)
	old, young, needed := "o"+token, "y"+token, "n"+token
	inFolder(t, d, "mkdir batches/"+old+" batches/"+young+" batches/"+needed+" && ln -s "+needed+"/x"+token+" attempts/ && touch -d '1 hour ago' batches/"+old+" batches/"+needed)
	if err := d.Remove(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	if left := strings.Fields(inFolder(t, d, "cd batches && ls -d ?"+token)); !slices.Equal(left, []string{needed, young}) {
		t.Errorf("of %s, %s and %s there are %q", old, young, needed, left)
	}
}
