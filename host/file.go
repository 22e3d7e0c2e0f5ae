package host

import (
	"context"
	"errors"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// applyFile keeps the schedulers that the file defines. It looks at all of them before it writes one, so that every mistake is told at once.
func (h *Host) applyFile(ctx context.Context) error {
	all, err := h.plan().schedulers(ctx)
	if err != nil {
		return err
	}
	var refused []error
	for _, d := range all {
		_, err := h.keep(ctx, d)
		refused = append(refused, err)
	}
	return config.Join(refused...)
}

// kept is what became of a scheduler of the file.
type kept int

const (
	keptAsItWas kept = iota
	keptNew
	keptChanged
)

// keep brings the store's record of a scheduler to what the file says. Another process with the same file may do so at the same time.
func (h *Host) keep(ctx context.Context, d defined) (kept, error) {
	for {
		record, err := h.store.Scheduler(ctx, d.block.Name)
		became := keptNew
		switch {
		case errors.Is(err, fault.NotFound):
			err = h.keepNew(ctx, d)
		case err == nil:
			became, err = h.keepChanged(ctx, d, record)
		}
		if !errors.Is(err, fault.Exists) && !errors.Is(err, fault.Conflict) {
			return became, err
		}
	}
}

func (h *Host) keepNew(ctx context.Context, d defined) error {
	if err := d.accepted(ctx); err != nil {
		return err
	}
	record := store.Scheduler{UID: store.NewUID(), Name: d.block.Name, Type: d.block.Type, Source: source(d.block)}
	record, err := h.fill(ctx, record, d.values)
	if err == nil {
		_, err = h.store.CreateScheduler(ctx, record)
	}
	return err
}

func (h *Host) keepChanged(ctx context.Context, d defined, record store.Scheduler) (kept, error) {
	same, err := h.unchanged(ctx, d, record)
	if err != nil {
		return keptAsItWas, err
	}
	if same && record.Source == source(d.block) {
		return keptAsItWas, nil
	}
	became := keptAsItWas // but for its place in the file
	if !same {
		became = keptChanged
		if err := d.accepted(ctx); err != nil {
			return became, err
		}
	}
	record.Source = source(d.block)
	if record, err = h.fill(ctx, record, d.values); err == nil {
		_, err = h.store.UpdateScheduler(ctx, record)
	}
	return became, err
}

// unchanged tells whether a block says what the record has. The error says that the record cannot become what the block says.
func (h *Host) unchanged(ctx context.Context, d defined, record store.Scheduler) (bool, error) {
	if record.Source == (store.Source{}) {
		return false, d.file.Invalid(d.block, "", "a scheduler of this name was made by hand", "delete that one (oceanid schedulers delete) or give the block another name")
	}
	if record.Type != d.block.Type {
		return false, d.file.Invalid(d.block, "", "the scheduler was of type "+record.Type+" until now", "delete it first (oceanid schedulers delete), or give the block another name")
	}
	was, err := h.values(ctx, record)
	return err == nil && was.Equal(d.values), err
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
