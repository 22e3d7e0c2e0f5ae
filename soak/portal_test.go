package soak_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The test binary is the portal, too, when this names the folder that it works in.
const portalEnv = "OCEANID_SOAK_PORTAL"

func TestMain(m *testing.M) {
	if dir := os.Getenv(portalEnv); dir != "" {
		if err := portal(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv(wishesEnv); dir != "" {
		if err := wishes(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv(saverEnv); dir != "" {
		if err := saver(dir, os.Getenv("OCEANID_SOAK_PREFIX")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// number labels each submission, so that a portal that was killed knows which ones it has made.
const number = "number"

// portal makes the submissions that are missing and returns when all jobs have ended. It may be killed at any moment and started again.
func portal(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	wanted, err := strconv.Atoi(os.Getenv("OCEANID_SOAK_JOBS"))
	if err != nil {
		return err
	}
	h, err := host.Open(ctx, host.Options{
		Config: filepath.Join(dir, "config.hcl"),
		Log:    hclog.New(&hclog.LoggerOptions{Level: hclog.LevelFromString(os.Getenv("OCEANID_SOAK_LOG")), Output: os.Stderr}),
	})
	if err != nil {
		return err
	}
	defer h.Close(context.WithoutCancel(ctx))
	s, err := h.GetScheduler(ctx, "pool")
	if err != nil {
		return err
	}
	made, err := submissions(ctx, h)
	if err != nil {
		return err
	}
	for i := range wanted {
		if made[strconv.Itoa(i)] != nil {
			continue
		}
		if _, err := s.Submit(ctx, sample(dir, i)); err != nil {
			return err
		}
	}
	all, err := submissions(ctx, h)
	if err != nil {
		return err
	}
	for _, j := range all {
		if _, err := j.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// submissions are the jobs by their number.
func submissions(ctx context.Context, h *host.Host) (map[string]*host.Job, error) {
	all := map[string]*host.Job{}
	for q := (host.JobQuery{Limit: 100}); ; {
		page, next, err := h.ListJobs(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, j := range page {
			n := j.Labels[number]
			if all[n] != nil {
				return nil, fmt.Errorf("submission %s has two intents: the soak's own mistake", n)
			}
			all[n] = j
		}
		if q.After = next; next == "" {
			return all, nil
		}
	}
}

// basins is how many of the sample's sub-basins a submission models, each in a task of its own.
const basins = 3

func sample(dir string, i int) scheduler.Job {
	data := filepath.Join("..", "examples", "portal", "data")
	return scheduler.Job{
		Name: fmt.Sprintf("soak %d", i), Command: "./model", Labels: map[string]string{number: strconv.Itoa(i)},
		Inputs: []scheduler.Input{
			{Path: filepath.Join(dir, "model")}, {Path: filepath.Join(data, "subbasins.csv")}, {Path: filepath.Join(data, "storm.csv")},
		},
		Outputs: []string{"hydrograph.csv"},
		Array:   &scheduler.Array{Count: basins},
	}
}
