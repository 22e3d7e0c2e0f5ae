package lab

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

//go:embed scripts/bake.sh
var bakeScript string

// Debian is the release whose packages a lab's servers are.
type Debian string

// The releases. Trixie has every server; Sid has the newest HTCondor, with
// OpenSSH, and nothing else.
const (
	Trixie Debian = "trixie"
	Sid    Debian = "sid"
)

// releases are all of them: the roots that Build makes.
func releases() []Debian { return []Debian{Trixie, Sid} }

// recipe is everything that decides what a baked root holds. A change of any
// part changes its digest, and so makes a new root beside the old.
type recipe struct {
	suite    Debian
	packages []string
	users    []string
}

// recipeOf is the one place to add a server to the lab.
func recipeOf(release Debian) recipe {
	packages := []string{
		"condor",
		"openssh-server",
		"python3",
		"ca-certificates", "iproute2", "procps", "tini",
	}
	switch release {
	case Trixie:
		packages = append(packages, "minihtcondor", "redis-server", "slurm-wlm")
	case Sid:
		packages = append(packages, "minicondor")
	}
	return recipe{suite: release, packages: packages, users: userNames()}
}

// digest names the baked root.
func (r recipe) digest() string {
	h := sha256.New()
	for _, part := range [][]string{{string(r.suite), runtime.GOARCH, bakeScript}, slices.Sorted(slices.Values(r.packages)), r.users} {
		fmt.Fprintf(h, "%q\n", part)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// environment is how bake.sh receives the recipe.
func (r recipe) environment(dir string) []string {
	return append(os.Environ(),
		"DIR="+dir,
		"SUITE="+string(r.suite),
		"MIRROR="+mirror(),
		"PACKAGES="+strings.Join(r.packages, " "),
		"USERS="+strings.Join(r.users, " "),
	)
}

func mirror() string {
	if m := os.Getenv("OCEANID_LAB_MIRROR"); m != "" {
		return m
	}
	return "http://deb.debian.org/debian"
}

// CacheDir is the directory of the baked roots: $OCEANID_LAB_CACHE, or
// /var/cache/oceanid-lab.
func CacheDir() string {
	if dir := os.Getenv("OCEANID_LAB_CACHE"); dir != "" {
		return dir
	}
	return "/var/cache/oceanid-lab"
}

// RootDir is where the root of a release that this version of the package uses
// is, or will be once [Build] has made it. The directory exists only when it is
// complete.
func RootDir(release Debian) string { return filepath.Join(CacheDir(), recipeOf(release).digest()) }

func rootBuilt(release Debian) bool {
	info, err := os.Stat(RootDir(release))
	return err == nil && info.IsDir()
}
