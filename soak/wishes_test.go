package soak_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/errgroup"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The test binary is a portal that fulfils wishes when this names the folder of its configuration.
const wishesEnv = "OCEANID_SOAK_WISHES"

// wishes submits wish after wish, each under its own key, whoever else does so too, until it has an answer to each; then it waits for the ends of all. It may
// be killed at any moment and started again, and any of what it needs may be away at any moment: it tries again as a portal's user would.
func wishes(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	first, err := strconv.Atoi(os.Getenv("OCEANID_SOAK_FROM"))
	if err != nil {
		return err
	}
	wanted, err := strconv.Atoi(os.Getenv("OCEANID_SOAK_JOBS"))
	if err != nil {
		return err
	}
	h, err := until(ctx, func() (*host.Host, error) {
		return host.Open(ctx, host.Options{
			Config: filepath.Join(dir, "config.hcl"),
			Log:    hclog.New(&hclog.LoggerOptions{Level: hclog.LevelFromString(os.Getenv("OCEANID_SOAK_LOG")), Output: os.Stderr}),
		})
	})
	if err != nil {
		return err
	}
	defer h.Close(context.WithoutCancel(ctx))
	s, err := until(ctx, func() (*host.Scheduler, error) { return h.GetScheduler(ctx, "pool") })
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, i := range rand.Perm(wanted - first) {
		i += first
		g.Go(func() error {
			if _, err := until(ctx, func() (*host.Job, error) { return s.Submit(ctx, wish(i)) }); err != nil {
				return fmt.Errorf("wish %d: %w", i, err)
			}
			_, err := until(ctx, func() (*host.Job, error) { return ended(ctx, h, s, i) })
			return err
		})
	}
	return g.Wait()
}

// ended waits for the end of a wish. Where the store has lost its last second, as a Redis may that was killed, whoever wished wishes again.
func ended(ctx context.Context, h *host.Host, s *host.Scheduler, i int) (*host.Job, error) {
	job, err := s.Submit(ctx, wish(i))
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	done, err := job.Wait(limited)
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return nil, fault.Unavailable.New("no end of wish %d yet", i)
	}
	return done, err
}

func wish(i int) scheduler.Job {
	return scheduler.Job{Key: fmt.Sprintf("wish %d", i), Name: "wish", Command: "/bin/true", Labels: map[string]string{number: strconv.Itoa(i)}}
}

// until does something until it is done or useless: what is away comes back.
func until[T any](ctx context.Context, do func() (T, error)) (T, error) {
	for {
		v, err := do()
		if err == nil || ctx.Err() != nil {
			return v, err
		}
		for _, useless := range []fault.Kind{fault.Invalid, fault.Denied, fault.Exists, fault.Unsupported} {
			if errors.Is(err, useless) && fault.Of(err) == useless {
				return v, err
			}
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
}
