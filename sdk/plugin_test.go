package sdk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry"
	type config struct {
		Password sdk.Secret
		Nested   map[string]struct{ Token sdk.Secret }
	}
	c := config{canary, map[string]struct{ Token sdk.Secret }{"a": {canary}}}
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		fmt.Fprintf(&b, verb+"\n", c.Password)
		fmt.Fprintf(&b, verb+"\n", c)
		fmt.Fprintf(&b, verb+"\n", []sdk.Secret{canary})
	}
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "p", c.Password, "c", c)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "p", c.Password, "c", c)
	raw, err := json.Marshal(c)
	b.Write(raw)
	if err != nil || strings.Contains(b.String(), canary) {
		t.Errorf("printed: %s", b.String())
	}
	if fmt.Sprint(sdk.Secret("")) != "" {
		t.Error("an empty secret looks like one")
	}
}

// What the host seals, and keeps out of pages and logs, is what the schema calls sensitive.
func TestListsAndMapsOfSecretsAreSensitive(t *testing.T) {
	t.Parallel()
	type config struct {
		Token  sdk.Secret                 `oceanid:"token"`
		Tokens []sdk.Secret               `oceanid:"tokens"`
		Keys   map[string]sdk.Secret      `oceanid:"keys"`
		Rings  map[string][][]sdk.Secret  `oceanid:"rings"`
		Hosts  []string                   `oceanid:"hosts"`
		Attrs  map[string]map[string]bool `oceanid:"attrs"`
	}
	g, err := sdk.Scheduler("x", "1", func(context.Context, config, sdk.Env) (bare, error) { return bare{}, nil }).InProcess(slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	pipe := bufconn.Listen(1 << 16)
	go g.Serve(pipe)
	t.Cleanup(g.Stop)
	conn, err := grpc.NewClient("passthrough:", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return pipe.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	said, err := pluginv1.NewPluginClient(conn).Describe(t.Context(), &pluginv1.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var sensitive []string
	for _, a := range said.GetConfig().GetAttributes() {
		if a.GetSensitive() {
			sensitive = append(sensitive, a.GetName())
		}
	}
	if want := []string{"token", "tokens", "keys", "rings"}; !slices.Equal(sensitive, want) {
		t.Errorf("sensitive are %q, want %q", sensitive, want)
	}
}

type bare struct{}

func (bare) Submit(context.Context, scheduler.Job) (scheduler.ID, error)                { return "", nil }
func (bare) Query(context.Context, scheduler.Query, func(scheduler.Status) error) error { return nil }
func (bare) Cancel(context.Context, []scheduler.Ref) error                              { return nil }

func TestMistakesOfAuthors(t *testing.T) {
	t.Parallel()
	type fine struct{}
	for want, p := range map[string]sdk.Plugin{
		"own type":                sdk.Scheduler("x", "1", func(context.Context, fine, sdk.Env) (scheduler.Driver, error) { return bare{}, nil }),
		"not a name for a driver": sdk.Scheduler("Big Name", "1", func(context.Context, fine, sdk.Env) (bare, error) { return bare{}, nil }),
		"has no oceanid tag":      sdk.Scheduler("x", "1", func(context.Context, struct{ Host string }, sdk.Env) (bare, error) { return bare{}, nil }),
		"is not a name: [a-z]": sdk.Scheduler("x", "1", func(context.Context, struct {
			Host string `oceanid:"Host"`
		}, sdk.Env) (bare, error) {
			return bare{}, nil
		}),
		"unknown tag option": sdk.Scheduler("x", "1", func(context.Context, struct {
			Host string `oceanid:"host,requierd"`
		}, sdk.Env) (bare, error) {
			return bare{}, nil
		}),
		"cannot be configured": sdk.Scheduler("x", "1", func(context.Context, struct {
			Host chan int `oceanid:"host"`
		}, sdk.Env) (bare, error) {
			return bare{}, nil
		}),
		"default: time: invalid duration": sdk.Scheduler("x", "1", func(context.Context, struct {
			Wait sdk.Secret    `oceanid:"w,optional"`
			Time time.Duration `oceanid:"t,default=soon"`
		}, sdk.Env) (bare, error) {
			return bare{}, nil
		}),
	} {
		if err := p.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if _, err := p.InProcess(slog.Default()); err == nil {
			t.Errorf("%s: served all the same", want)
		}
	}
}
