package host

import (
	"context"
	"errors"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// plan is a configuration together with the drivers that it is about.
type plan struct {
	file    *config.File
	drivers *catalog.Catalog
	// bulkhead is that of a driver; nil: there are none.
	bulkhead func(driver string) *call.Bulkhead
}

// plan is the configuration that the host goes by now.
func (h *Host) plan() plan { return plan{h.file.Load(), h.catalog, h.bulkhead} }

// calls are the options of calls to a driver that are for no scheduler.
func (p plan) calls(d *catalog.Driver) call.Options {
	if p.bulkhead == nil {
		return call.Options{Process: d}
	}
	return call.Options{Process: d, Bulkhead: p.bulkhead(d.Name())}
}

// defined is a scheduler block of a file, decoded by its driver's schema.
type defined struct {
	plan
	block  *config.Block
	driver *catalog.Driver
	values config.Values
}

// schedulers decodes all blocks; the error tells every mistake in them.
func (p plan) schedulers(ctx context.Context) (all []defined, err error) {
	var wrong []error
	for _, b := range p.file.Schedulers {
		d, err := p.scheduler(ctx, b)
		wrong = append(wrong, err)
		all = append(all, d)
	}
	return all, config.Join(wrong...)
}

func (p plan) scheduler(ctx context.Context, b *config.Block) (defined, error) {
	driver, said, err := p.driver(ctx, b.Type)
	if errors.Is(err, fault.NotFound) {
		var known []string
		for _, c := range p.drivers.Candidates() {
			known = append(known, c.Name)
		}
		return defined{}, p.file.NoDriver(b, known)
	}
	if err != nil {
		return defined{}, p.file.Invalid(b, "", err.Error(), "")
	}
	values, err := p.file.Decode(b, said.GetConfig())
	return defined{plan: p, block: b, driver: driver, values: values}, err
}

// driver is the one of a type, and what it says of itself. It may be started for that.
func (p plan) driver(ctx context.Context, typ string) (*catalog.Driver, *pluginv1.DescribeResponse, error) {
	driver, err := p.drivers.Driver(ctx, typ)
	if err != nil {
		return nil, nil, err
	}
	said, err := driver.Describe(ctx)
	return driver, said, err
}

// accepted asks the driver about the block, and puts its objections at their places in the file.
func (d defined) accepted(ctx context.Context) error {
	err := d.validate(ctx)
	if errors.As(err, new(*call.ConfigError)) {
		return d.explained(ctx, err)
	}
	if err != nil {
		return d.file.Invalid(d.block, "", err.Error(), "")
	}
	return nil
}

// validate asks the driver about the block. Its objections are a *call.ConfigError.
func (d defined) validate(ctx context.Context) error {
	whole, err := config.Merge(d.values.Public, d.values.Secret)
	if err != nil {
		return err
	}
	return call.Validate(ctx, d.calls(d.driver), whole, config.Redactor(d.values.Secret))
}

// explained puts the objections of a driver, which err is, at their places in the file.
func (d defined) explained(ctx context.Context, err error) error {
	refused := (*call.ConfigError)(nil)
	if !errors.As(err, &refused) {
		return err
	}
	said, err := d.driver.Describe(ctx)
	if err != nil {
		return err
	}
	_, err = d.file.Locate(d.block, said.GetConfig(), refused.Diagnostics)
	return err
}
