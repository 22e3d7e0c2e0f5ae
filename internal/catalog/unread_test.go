package catalog_test

import (
	"os"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/catalog"
)

// What a folder holds that cannot be read now is not known to be gone.
func TestReloadOfAFolderThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/drivers/oceanid-x", "x", "1.0.0")
	release(t, dir+"/others/oceanid-y", "y", "1.0.0")
	o := catalog.Options{Dirs: []string{dir + "/drivers", dir + "/others"}}
	c := open(t, o)
	pid := use(t, driver(t, c, "x"))
	if err := os.Rename(dir+"/drivers", dir+"/away"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("drivers", dir+"/drivers"); err != nil { // a circle
		t.Fatal(err)
	}
	if err := os.Remove(dir + "/others/oceanid-y"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		changes := reload(t, c, o)
		wantChanges(t, changes, "kept x", "removed y")
		if err := changes.Kept["x"]; err == nil || !strings.Contains(err.Error(), "cannot be read") {
			t.Errorf("kept: %v", err)
		}
		if k := candidate(t, c, "x"); use(t, driver(t, c, "x")) != pid || !strings.Contains(k.Kept, "cannot be read") {
			t.Errorf("%+v", k)
		}
		release(t, dir+"/others/oceanid-y", "y", "1.0.0")
		wantChanges(t, reload(t, c, o), "added y", "kept x")
		if err := os.Remove(dir + "/others/oceanid-y"); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(dir + "/drivers"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir+"/away", dir+"/drivers"); err != nil {
		t.Fatal(err)
	}
	wantChanges(t, reload(t, c, o), "removed y")
	if k := candidate(t, c, "x"); k.Kept != "" || k.PID != pid {
		t.Errorf("%+v", k)
	}
}
