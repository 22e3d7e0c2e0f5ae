package store

import (
	"context"
	"encoding/json"
	"time"
)

// Scheduler is the record of a named scheduler.
type Scheduler struct {
	// UID is made by NewUID, [a-z0-9]{8}, and never used again. It is the hash tag of everything that belongs to the scheduler's jobs.
	UID string
	// Name is unique: 1 to 128 bytes of UTF-8 without control characters.
	Name string
	// Type is the driver's, as "condor". It never changes.
	Type string
	// Config is the configuration without its secrets.
	Config json.RawMessage
	// Sealed holds the secrets, as Seal gave them; empty: none.
	Sealed []byte
	// Source is where a configuration file defines the scheduler; zero: no file does.
	Source Source
	// Digest is the caller's: what the configuration was made of.
	Digest string
	// Revision is 1 for a new record and grows by one with each update.
	Revision int64
	// Created and Updated are set by the store, in UTC and whole milliseconds.
	Created, Updated time.Time
}

// Source is a place in a configuration file.
type Source struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// NewUID makes the UID of a new scheduler. It is needed before the record exists, because Seal binds secrets to it.
func NewUID() string { panic("being written") }

// CreateScheduler keeps a new scheduler and returns its record as it stands now. An empty UID is made here. A name in use is fault.Exists,
// a name that cannot be is fault.Invalid.
func (s *Store) CreateScheduler(ctx context.Context, sch Scheduler) (Scheduler, error) {
	panic("being written")
}

// UpdateScheduler replaces the record with sch's UID and returns it as it stands now. If the record's revision is not sch.Revision, somebody else
// was faster: fault.Conflict. A new Name renames the scheduler, or is fault.Exists. A record that is gone is fault.NotFound.
func (s *Store) UpdateScheduler(ctx context.Context, sch Scheduler) (Scheduler, error) {
	panic("being written")
}

// Scheduler is the record of that name. A missing one is fault.NotFound, and the error names the nearest name that there is.
func (s *Store) Scheduler(ctx context.Context, name string) (Scheduler, error) {
	panic("being written")
}

// SchedulerByUID is the record with that UID, or fault.NotFound.
func (s *Store) SchedulerByUID(ctx context.Context, uid string) (Scheduler, error) {
	panic("being written")
}

// SchedulerQuery says which schedulers are wanted. The zero value wants the first 100.
type SchedulerQuery struct {
	// Type wants those of one type only.
	Type string
	// After is the name after which the page begins: that of the last one of the page before.
	After string
	// Limit is the size of the page. Default: 100. At most 1000.
	Limit int
}

// ListSchedulers are the records in the order of their names' bytes. A page shorter than the limit is the last one.
func (s *Store) ListSchedulers(ctx context.Context, q SchedulerQuery) ([]Scheduler, error) {
	panic("being written")
}

// DeleteScheduler forgets the scheduler and the records of all its jobs. A revision that is not the record's is fault.Conflict (0 is any),
// and so are jobs that have not ended.
func (s *Store) DeleteScheduler(ctx context.Context, name string, revision int64) error {
	panic("being written")
}
