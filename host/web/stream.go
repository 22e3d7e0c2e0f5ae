package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// What a stream's reader may expect: a sign of life at least so often, and so long to take a message before it counts as gone.
const (
	heartbeat = 15 * time.Second
	patience  = 10 * time.Second
)

// stream sends the content of a page as Server-Sent Events whenever it is another than what this reader has: "content" with the content's version as id, or
// "trouble" with a sentence. It ends with its request.
func (s *site) stream(w http.ResponseWriter, r *http.Request, read func(context.Context) (content, error)) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // or nginx keeps the events back
	out := http.NewResponseController(w)
	send := func(message string) error {
		// A server without deadlines is no reason not to send.
		out.SetWriteDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(w, message); err != nil {
			return err
		}
		return out.Flush()
	}
	if send("retry: 2000\n\n") != nil {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	has, sent := r.Header.Get("Last-Event-ID"), time.Now()
	for {
		message, version := "", ""
		switch c, err := read(r.Context()); {
		case r.Context().Err() != nil:
			return
		case err != nil:
			code, text := trouble(err)
			if message, version = event("trouble", "", text), text; version != has {
				s.note(r, code, err)
			}
		default:
			message, version = event("content", c.version, string(c.html)), c.version
		}
		if version == has {
			message = ": alive\n\n"
		}
		if version != has || time.Since(sent) >= heartbeat {
			if send(message) != nil {
				return
			}
			has, sent = version, time.Now()
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// event writes one down. A line end of any kind begins a new line of data, so that no text can end its event.
func event(name, id, data string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "event: %s\n", name)
	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(data), "\n") {
		fmt.Fprintf(&b, "data: %s\n", line)
	}
	return b.String() + "\n"
}
