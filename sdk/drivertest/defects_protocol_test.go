package drivertest_test

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func protocolDefects() map[string]defect {
	return map[string]defect{
		"gives errors without an ErrorInfo": {end: func(_ context.Context, _ string, err error) error {
			if err == nil {
				return nil
			}
			return status.Error(status.Code(err), "something went wrong")
		}},
		"gives errors another code": {end: func(_ context.Context, _ string, err error) error {
			if err == nil || status.Code(err) == codes.Unimplemented {
				return err
			}
			p := status.Convert(err).Proto()
			p.Code = int32(codes.Unknown)
			return status.ErrorProto(p)
		}},
		"knows every instance": anyInstance(func(asked, known *pluginv1.Instance) { asked.Id, asked.Revision = known.GetId(), known.GetRevision() }),
		"knows every revision": anyInstance(func(asked, known *pluginv1.Instance) {
			if asked.GetId() == known.GetId() {
				asked.Revision = known.GetRevision()
			}
		}),
		"hides a service": {out: func(_ string, m any) bool {
			if d, ok := m.(*pluginv1.DescribeResponse); ok {
				d.Services = slices.DeleteFunc(d.GetServices(), func(s string) bool { return s == "oceanid.scheduler.v1.Logs" })
			}
			return true
		}},
		"boasts of a service": {noProbes: true, out: func(_ string, m any) bool {
			if d, ok := m.(*pluginv1.DescribeResponse); ok {
				d.Services = append(d.Services, "oceanid.scheduler.v1.Probes")
			}
			return true
		}},
		"boasts of what there is not": {out: func(_ string, m any) bool {
			if d, ok := m.(*pluginv1.DescribeResponse); ok {
				d.Services = append(d.Services, "oceanid.scheduler.v1.Telepathy")
			}
			return true
		}},
		"has no semantic version": {out: func(_ string, m any) bool {
			if d, ok := m.(*pluginv1.DescribeResponse); ok {
				d.Version = "v1"
			}
			return true
		}},
		"describes each process": {out: func(_ string, m any) bool {
			if d, ok := m.(*pluginv1.DescribeResponse); ok {
				d.Summary = time.Now().String()
			}
			return true
		}},
		"has a default of another type": {out: func(_ string, m any) bool {
			if d, ok := m.(*pluginv1.DescribeResponse); ok {
				d.Config.Attributes[2].DefaultJson = []byte("30")
			}
			return true
		}},
		"validates nothing": {out: func(_ string, m any) bool {
			if v, ok := m.(*pluginv1.ValidateResponse); ok {
				v.Diagnostics = nil
			}
			return true
		}},
		"shows secrets": {in: rememberConfig, out: func(_ string, m any) bool {
			if v, ok := m.(*pluginv1.ValidateResponse); ok && len(v.GetDiagnostics()) > 0 {
				v.Diagnostics[0].Detail = "the configuration was " + strings.ToValidUTF8(*lastConfig.Load(), "?")
			}
			return true
		}},
		"does not drain": {instead: func(method string) (any, bool) {
			return &pluginv1.DrainResponse{}, method == pluginv1.Plugin_Drain_FullMethodName
		}},
		"takes any log level": {in: func(_ string, m any) {
			if l, ok := m.(*pluginv1.SetLogLevelRequest); ok {
				l.Level = "info"
			}
		}},
		"forgets nothing": {instead: func(method string) (any, bool) {
			return &pluginv1.ForgetResponse{}, method == pluginv1.Plugin_Forget_FullMethodName
		}},
		"goes on when its caller has gone": {driver: func(d *poolDriver) scheduler.Driver { return &sleepless{d} }},
		"ends at once by SIGTERM": {begin: func() {
			signals := make(chan os.Signal, 1)
			signal.Notify(signals, syscall.SIGTERM)
			go func() {
				<-signals
				os.Exit(0)
			}()
		}},
		"ends by SIGINT": {begin: func() {
			signals := make(chan os.Signal, 1)
			signal.Notify(signals, syscall.SIGINT)
			go func() {
				<-signals
				os.Exit(2)
			}()
		}},
	}
}

var lastConfig atomic.Pointer[string]

func rememberConfig(_ string, m any) {
	if v, ok := m.(*pluginv1.ValidateRequest); ok {
		text := string(v.GetConfigJson())
		lastConfig.Store(&text)
	}
}

// anyInstance changes the instance of every request, once one is known.
func anyInstance(change func(asked, known *pluginv1.Instance)) defect {
	var known atomic.Pointer[pluginv1.Instance]
	return defect{in: func(_ string, m any) {
		if c, ok := m.(*pluginv1.ConfigureRequest); ok {
			known.Store(c.GetInstance())
			return
		}
		if _, ok := m.(*pluginv1.ForgetRequest); ok {
			return
		}
		asked := instanceOf(m)
		if i := known.Load(); i != nil && asked != nil {
			change(asked, i)
		}
	}}
}

// sleepless goes on watching when nobody listens any more.
type sleepless struct{ *poolDriver }

func (d *sleepless) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	err := d.poolDriver.Watch(ctx, from, yield)
	time.Sleep(time.Hour)
	return err
}
