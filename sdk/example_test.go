package sdk_test

import (
	"context"
	"fmt"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Config is the schema: the host decodes the operator's HCL with it.
type Config struct {
	Host    string        `oceanid:"host" doc:"Head node, host[:port]."`
	Token   sdk.Secret    `oceanid:"token,optional" doc:"API token. Never logged."`
	Timeout time.Duration `oceanid:"timeout,default=30s" doc:"Limit of the first connection."`
}

// Driver runs the jobs of one named scheduler.
type Driver struct{ config Config }

// New makes a driver; it connects when it is first used.
func New(_ context.Context, c Config, env sdk.Env) (*Driver, error) {
	if c.Timeout < time.Second {
		return nil, sdk.Invalid("timeout", "%v is too short", c.Timeout) // shown at the operator's line
	}
	env.Log.Info("ready", "host", c.Host)
	return &Driver{c}, nil
}

func (d *Driver) Submit(context.Context, scheduler.Job) (scheduler.ID, error) {
	return "", fault.Unavailable.New("connect %s: no answer", d.config.Host)
}

func (d *Driver) Query(context.Context, scheduler.Query, func(scheduler.Status) error) error {
	return nil
}

func (d *Driver) Cancel(context.Context, []scheduler.Ref) error { return nil }

// The whole main function of a driver is sdk.Main(plugin).
func ExampleScheduler() {
	plugin := sdk.Scheduler("demo", "1.0.0", New).Doc("A scheduler that is never there.")
	fmt.Println(plugin.Name(), plugin.Err())
	// Output: demo <nil>
}

func ExampleSecret() {
	c := Config{Host: "pool.example.org", Token: "hunter2"}
	fmt.Printf("%v %+v\n", c.Token, c)
	fmt.Println(len(c.Token.Reveal()))
	// Output:
	// (secret) {Host:pool.example.org Token:(secret) Timeout:0s}
	// 7
}
