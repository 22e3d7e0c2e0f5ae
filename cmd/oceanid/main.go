// Command oceanid works with schedulers and jobs from a terminal or a script. It embeds the host that a portal embeds, reads the same configuration and
// the same store, and may be used while the portal runs.
package main

import (
	"context"
	"os"
	"time"

	"github.com/oceanid/oceanid/internal/store"
)

func main() {
	ctx, stop := untilSignal(context.Background())
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, now: time.Now}
	store.LogConnections(a.connection)
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
