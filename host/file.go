package host

import (
	"context"
	"errors"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// defined is a scheduler block of the file, decoded by its driver's schema.
type defined struct {
	block  *config.Block
	driver *catalog.Driver
	values config.Values
}

// applyFile keeps the schedulers that the file defines. It looks at all of them before it writes one, so that every mistake is told at once.
func (h *Host) applyFile(ctx context.Context) error {
	all, err := h.decodeFile(ctx)
	if err != nil {
		return err
	}
	var refused []error
	for _, d := range all {
		refused = append(refused, h.keep(ctx, d))
	}
	return config.Join(refused...)
}

func (h *Host) decodeFile(ctx context.Context) (all []defined, err error) {
	var wrong []error
	for _, b := range h.file.Schedulers {
		d, err := h.decodeBlock(ctx, b)
		wrong = append(wrong, err)
		all = append(all, d)
	}
	return all, config.Join(wrong...)
}

func (h *Host) decodeBlock(ctx context.Context, b *config.Block) (defined, error) {
	driver, err := h.catalog.Driver(ctx, b.Type)
	if errors.Is(err, fault.NotFound) {
		var known []string
		for _, c := range h.catalog.Candidates() {
			known = append(known, c.Name)
		}
		return defined{}, h.file.NoDriver(b, known)
	}
	if err != nil {
		return defined{}, h.file.Invalid(b, "", err.Error(), "")
	}
	said, err := driver.Describe(ctx)
	if err != nil {
		return defined{}, h.file.Invalid(b, "", err.Error(), "")
	}
	values, err := h.file.Decode(b, said.GetConfig())
	return defined{block: b, driver: driver, values: values}, err
}

// keep brings the store's record of a scheduler to what the file says. Another process with the same file may do so at the same time.
func (h *Host) keep(ctx context.Context, d defined) error {
	for {
		record, err := h.store.Scheduler(ctx, d.block.Name)
		switch {
		case errors.Is(err, fault.NotFound):
			err = h.keepNew(ctx, d)
		case err == nil:
			err = h.keepChanged(ctx, d, record)
		}
		if !errors.Is(err, fault.Exists) && !errors.Is(err, fault.Conflict) {
			return err
		}
	}
}

func (h *Host) keepNew(ctx context.Context, d defined) error {
	if err := h.accepted(ctx, d); err != nil {
		return err
	}
	record := store.Scheduler{UID: store.NewUID(), Name: d.block.Name, Type: d.block.Type, Source: source(d.block)}
	record, err := h.fill(ctx, record, d.values)
	if err == nil {
		_, err = h.store.CreateScheduler(ctx, record)
	}
	return err
}

func (h *Host) keepChanged(ctx context.Context, d defined, record store.Scheduler) error {
	if record.Source == (store.Source{}) {
		return h.file.Invalid(d.block, "", "a scheduler of this name was made by hand", "delete that one (oceanid schedulers delete) or give the block another name")
	}
	if record.Type != d.block.Type {
		return h.file.Invalid(d.block, "", "the scheduler was of type "+record.Type+" until now", "delete it first (oceanid schedulers delete), or give the block another name")
	}
	was, err := h.values(ctx, record)
	if err != nil {
		return err
	}
	same := was.Equal(d.values)
	if same && record.Source == source(d.block) {
		return nil
	}
	if !same {
		if err := h.accepted(ctx, d); err != nil {
			return err
		}
	}
	record.Source = source(d.block)
	if record, err = h.fill(ctx, record, d.values); err == nil {
		_, err = h.store.UpdateScheduler(ctx, record)
	}
	return err
}

// accepted asks the driver about the block, and puts its objections at their places in the file.
func (h *Host) accepted(ctx context.Context, d defined) error {
	whole, err := config.Merge(d.values.Public, d.values.Secret)
	if err != nil {
		return err
	}
	err = call.Validate(ctx, d.driver, whole)
	if refused := (*call.ConfigError)(nil); errors.As(err, &refused) {
		said, described := d.driver.Describe(ctx)
		if described != nil {
			return described
		}
		_, err = h.file.Locate(d.block, said.GetConfig(), refused.Diagnostics)
		return err
	}
	if err != nil {
		return h.file.Invalid(d.block, "", err.Error(), "")
	}
	return nil
}

// fill puts values into a record, the secrets sealed.
func (h *Host) fill(ctx context.Context, record store.Scheduler, v config.Values) (store.Scheduler, error) {
	record.Config, record.Sealed, record.Digest = v.Public, nil, v.PublicDigest()
	if v.Secret == nil {
		return record, nil
	}
	var err error
	record.Sealed, err = h.store.Seal(ctx, record.UID, v.Secret)
	return record, err
}

// values reads a record's values back.
func (h *Host) values(ctx context.Context, record store.Scheduler) (config.Values, error) {
	v := config.Values{Public: record.Config}
	if len(record.Sealed) == 0 {
		return v, nil
	}
	var err error
	v.Secret, err = h.store.Unseal(ctx, record.UID, record.Sealed)
	return v, err
}

func source(b *config.Block) store.Source {
	p := b.Place()
	return store.Source{File: p.File, Line: p.Line}
}
