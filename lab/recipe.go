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

// recipe is everything that decides what the baked root holds. A change of any
// part changes its digest, and so makes a new root beside the old.
type recipe struct {
	suite    string
	packages []string
	users    []string
}

// theRecipe is the one place to add a server to the lab.
func theRecipe() recipe {
	return recipe{
		suite: "trixie",
		packages: []string{
			"condor", "minihtcondor",
			"openssh-server",
			"redis-server",
			"slurm-wlm",
			"python3",
			"ca-certificates", "iproute2", "procps", "tini",
		},
		users: userNames(),
	}
}

// digest names the baked root.
func (r recipe) digest() string {
	h := sha256.New()
	for _, part := range [][]string{{r.suite, runtime.GOARCH, bakeScript}, slices.Sorted(slices.Values(r.packages)), r.users} {
		fmt.Fprintf(h, "%q\n", part)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// environment is how bake.sh receives the recipe.
func (r recipe) environment(dir string) []string {
	return append(os.Environ(),
		"DIR="+dir,
		"SUITE="+r.suite,
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

// RootDir is where the root that this version of the package uses is, or will
// be once [Build] has made it. The directory exists only when it is complete.
func RootDir() string { return filepath.Join(CacheDir(), theRecipe().digest()) }

func rootBuilt() bool {
	info, err := os.Stat(RootDir())
	return err == nil && info.IsDir()
}
