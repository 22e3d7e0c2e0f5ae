package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// proving is how long a new form of a driver may look at one configuration.
const proving = 30 * time.Second

// prove has a new form of a driver look at the configuration of every scheduler of its type, before it takes over from one that understands them all. The
// error names each scheduler that it would leave behind, and the option, without secrets.
func (h *Host) prove(ctx context.Context, name string, said *pluginv1.DescribeResponse, p supervise.Process) error {
	const page = 200
	var refused []error
	for q := (store.SchedulerQuery{Type: name, Limit: page}); ; {
		records, err := h.store.ListSchedulers(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range records {
			q.After = r.Name
			objection, err := h.objection(ctx, r, said, p)
			if err != nil {
				return fmt.Errorf("asked about scheduler %q: %w", r.Name, err)
			}
			refused = append(refused, objection)
		}
		if len(records) < page {
			return config.Join(refused...)
		}
	}
}

// objection is what a driver has against a scheduler; nil: nothing. The error is that it cannot be asked.
func (h *Host) objection(ctx context.Context, r store.Scheduler, said *pluginv1.DescribeResponse, p supervise.Process) (objection, err error) {
	values, err := h.values(ctx, r)
	if err != nil {
		return nil, err
	}
	explain := func(found []*pluginv1.Diagnostic) error {
		_, err := config.Explain(fmt.Sprintf("scheduler %q", r.Name), values.Secret, found)
		return err
	}
	// What the file will say in a moment counts, not what it said until now.
	file := h.next.Load()
	if file == nil {
		file = h.file.Load()
	}
	if b := blockOf(file, r.Name); b != nil && r.Source != (store.Source{}) {
		wrong := (*config.Error)(nil)
		values, err = file.Decode(b, said.GetConfig())
		if errors.As(err, &wrong) {
			return wrong, nil
		}
		if err != nil {
			return nil, err
		}
		explain = func(found []*pluginv1.Diagnostic) error {
			_, err := file.Locate(b, said.GetConfig(), found)
			return err
		}
	}
	whole, err := config.Merge(values.Public, values.Secret)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, proving)
	defer cancel()
	answer, err := pluginv1.NewPluginClient(p.Conn()).Validate(ctx, &pluginv1.ValidateRequest{ConfigJson: whole})
	if err != nil {
		failed := supervise.Epitaph(p, wire.Fault(err))
		// It may quote what it was asked about.
		return nil, fault.Of(failed).New("%w", explain([]*pluginv1.Diagnostic{{Summary: failed.Error()}}))
	}
	return explain(answer.GetDiagnostics()), nil
}
