package host

import (
	"context"
	"errors"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk/fault"
)

// plan is a configuration together with the drivers that it is about.
type plan struct {
	file    *config.File
	drivers *catalog.Catalog
}

// plan is the configuration that the host goes by now.
func (h *Host) plan() plan { return plan{h.file.Load(), h.catalog} }

// defined is a scheduler block of a file, decoded by its driver's schema.
type defined struct {
	file   *config.File
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
	driver, err := p.drivers.Driver(ctx, b.Type)
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
	said, err := driver.Describe(ctx)
	if err != nil {
		return defined{}, p.file.Invalid(b, "", err.Error(), "")
	}
	values, err := p.file.Decode(b, said.GetConfig())
	return defined{file: p.file, block: b, driver: driver, values: values}, err
}

// accepted asks the driver about the block, and puts its objections at their places in the file.
func (d defined) accepted(ctx context.Context) error {
	whole, err := config.Merge(d.values.Public, d.values.Secret)
	if err != nil {
		return err
	}
	err = call.Validate(ctx, call.Options{Process: d.driver}, whole)
	if refused := (*call.ConfigError)(nil); errors.As(err, &refused) {
		return d.explained(ctx, refused)
	}
	if err != nil {
		return d.file.Invalid(d.block, "", err.Error(), "")
	}
	return nil
}

// explained puts a driver's objections at their places in the file.
func (d defined) explained(ctx context.Context, refused *call.ConfigError) error {
	said, err := d.driver.Describe(ctx)
	if err != nil {
		return err
	}
	_, err = d.file.Locate(d.block, said.GetConfig(), refused.Diagnostics)
	return err
}
