package host_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestDownloadTellsHowItGoes(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), drivers(newPool().plugin("memory")))
	j := submit(t, saved(t, h, "s"), scheduler.Job{Array: &scheduler.Array{Count: 3}})
	var got []string
	_, err := j.DownloadWith(t.Context(), t.TempDir(), scheduler.FileQuery{}, func(f scheduler.File, have int64) {
		got = append(got, fmt.Sprint(f.Task, f.Path, have, " of ", f.Size, f.SHA256 != ""))
	})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for task := range 3 {
		want = append(want, fmt.Sprint(task, "out/r.txt", 8, " of ", 8, false), fmt.Sprint(task, "out/r.txt", 8, " of ", 8, true))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
