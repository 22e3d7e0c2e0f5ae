package access

import (
	"context"
	"time"

	"golang.org/x/crypto/ssh"
)

// A connection that does not answer for aliveEvery+aliveWithin is dead.
const (
	aliveEvery  = 15 * time.Second
	aliveWithin = 15 * time.Second
)

// keepAlive asks the server for a sign of life now and then until ctx is done, and closes the connection when there is none. It also keeps the flow's
// entry in the tables of routers. A server need not know the request: its refusal is an answer (RFC 4254 §4).
func keepAlive(ctx context.Context, client *ssh.Client, every, within time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		silent := time.AfterFunc(within, func() { client.Close() })
		_, _, err := client.SendRequest("keepalive@openssh.com", true, nil)
		silent.Stop()
		if err != nil {
			client.Close()
			return
		}
	}
}
