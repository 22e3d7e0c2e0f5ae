package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
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

// schedulerData is what of a record the scripts never look into.
type schedulerData struct {
	Config json.RawMessage `json:"config,omitempty"`
	Sealed []byte          `json:"sealed,omitempty"`
	Source Source          `json:"source,omitzero"`
	Digest string          `json:"digest,omitempty"`
}

const uidLength = 8

// NewUID makes the UID of a new scheduler. It is needed before the record exists, because Seal binds secrets to it.
func NewUID() string { return strings.ToLower(rand.Text()[:uidLength]) }

// CreateScheduler keeps a new scheduler and returns its record as it stands now. An empty UID is made here. A name in use is fault.Exists,
// a name that cannot be is fault.Invalid.
func (s *Store) CreateScheduler(ctx context.Context, sch Scheduler) (Scheduler, error) {
	if sch.UID == "" {
		sch.UID = NewUID()
	}
	data, err := sch.check()
	if err != nil {
		return Scheduler{}, err
	}
	now := millisecond(time.Now())
	word, _, err := s.run(ctx, s.scripts.schedulerCreate, registry, channel, sch.UID, sch.Name, sch.Type, data, now.UnixMilli(), newNonce())
	if err != nil {
		return Scheduler{}, err
	}
	switch word {
	case "ok":
		sch.Revision, sch.Created, sch.Updated = 1, now, now
		return sch, nil
	case "exists":
		return Scheduler{}, nameTaken(sch.Name)
	case "used":
		return Scheduler{}, fault.By(fault.Host, fault.Exists.New("scheduler %q: uid %s was used before: make another one", sch.Name, sch.UID))
	}
	return Scheduler{}, unexpected(word)
}

// UpdateScheduler replaces the record with sch's UID and returns it as it stands now. If the record's revision is not sch.Revision, somebody else
// was faster: fault.Conflict. A new Name renames the scheduler, or is fault.Exists. A record that is gone is fault.NotFound.
func (s *Store) UpdateScheduler(ctx context.Context, sch Scheduler) (Scheduler, error) {
	data, err := sch.check()
	if err != nil {
		return Scheduler{}, err
	}
	now := millisecond(time.Now())
	word, rest, err := s.run(ctx, s.scripts.schedulerUpdate, registry, channel, sch.UID, sch.Revision, sch.Name, sch.Type, data, now.UnixMilli(), newNonce())
	if err != nil {
		return Scheduler{}, err
	}
	switch word {
	case "ok":
		sch.Revision, sch.Created, sch.Updated = sch.Revision+1, fromMillis(strings.Join(rest, "")), now
		// A deletion that was cut off has closed it: whoever saves it means to keep it.
		return sch, s.reopen(ctx, sch.UID)
	case "missing":
		return Scheduler{}, fault.NotFound.New("scheduler %q: it was deleted meanwhile", sch.Name)
	case "stale":
		return Scheduler{}, staleScheduler(sch.Name, sch.Revision, rest)
	case "exists":
		return Scheduler{}, nameTaken(sch.Name)
	case "type":
		return Scheduler{}, fault.Invalid.New("scheduler %q: its type is %s and cannot become %s: make a new scheduler", sch.Name, strings.Join(rest, ""), sch.Type)
	}
	return Scheduler{}, unexpected(word)
}

// Scheduler is the record of that name. A missing one is fault.NotFound, and the error names the nearest name that there is.
func (s *Store) Scheduler(ctx context.Context, name string) (Scheduler, error) {
	uid, err := s.client.HGet(ctx, registry+"names", name).Result()
	if err == redis.Nil {
		return Scheduler{}, s.noSuchName(ctx, name)
	}
	if err != nil {
		return Scheduler{}, s.explain(err)
	}
	found, err := s.schedulerRecords(ctx, []string{uid})
	if err != nil {
		return Scheduler{}, err
	}
	if len(found) == 0 {
		return Scheduler{}, s.noSuchName(ctx, name)
	}
	return found[0], nil
}

// SchedulerByUID is the record with that UID, or fault.NotFound.
func (s *Store) SchedulerByUID(ctx context.Context, uid string) (Scheduler, error) {
	found, err := s.schedulerRecords(ctx, []string{uid})
	if err != nil {
		return Scheduler{}, err
	}
	if len(found) == 0 {
		return Scheduler{}, fault.NotFound.New("scheduler with uid %q: there is none", uid)
	}
	return found[0], nil
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
	order := registry + "order"
	if q.Type != "" {
		order += ":" + q.Type
	}
	limit := pageSize(q.Limit, 100)
	var page []Scheduler
	// One round does it, unless a scheduler is deleted between the reading of its name and that of its record.
	for after := q.After; ; {
		names, err := s.client.ZRangeByLex(ctx, order, &redis.ZRangeBy{Min: lexAfter(after), Max: "+", Count: int64(limit - len(page))}).Result()
		if err != nil {
			return nil, s.explain(err)
		}
		if len(names) == 0 {
			return page, nil
		}
		after = names[len(names)-1]
		uids, err := s.client.HMGet(ctx, registry+"names", names...).Result()
		if err != nil {
			return nil, s.explain(err)
		}
		found, err := s.schedulerRecords(ctx, texts(uids))
		if err != nil {
			return nil, err
		}
		page = append(page, found...)
		if len(page) >= limit {
			return page, nil
		}
	}
}

// DeleteScheduler forgets the scheduler and the records of all its jobs. A revision that is not the record's is fault.Conflict (0 is any),
// and so are jobs that have not ended. What an earlier deletion could not finish, as its process died, this one finishes.
func (s *Store) DeleteScheduler(ctx context.Context, name string, revision int64) error {
	sch, err := s.Scheduler(ctx, name)
	if err != nil {
		return err
	}
	if revision != 0 && revision != sch.Revision {
		return staleScheduler(name, revision, []string{strconv.FormatInt(sch.Revision, 10)})
	}
	// The jobs are in another slot: they are closed first, so that none can slip in after the look at them.
	word, rest, err := s.run(ctx, s.scripts.jobsClose, slot(sch.UID))
	if err != nil {
		return err
	}
	if word == "active" {
		return fault.Conflict.New("scheduler %q has %s jobs that have not ended: cancel them first", name, strings.Join(rest, ""))
	}
	word, rest, err = s.run(ctx, s.scripts.schedulerDelete, registry, channel, sch.UID, revision)
	if err != nil {
		return err
	}
	switch word {
	case "ok":
		return s.buryAll(ctx)
	case "missing":
		return s.noSuchName(ctx, name)
	case "stale":
		if err := s.reopen(ctx, sch.UID); err != nil {
			return err
		}
		return staleScheduler(name, revision, rest)
	}
	return unexpected(word)
}

// reopen takes back what jobs_close.lua did.
func (s *Store) reopen(ctx context.Context, uid string) error {
	closed, err := s.client.HExists(ctx, slot(uid)+"meta", "closed").Result()
	if closed && err == nil {
		err = s.client.HDel(ctx, slot(uid)+"meta", "closed").Err()
	}
	return s.explain(err)
}

// schedulerRecords reads records; those that are not there are left out.
func (s *Store) schedulerRecords(ctx context.Context, uids []string) ([]Scheduler, error) {
	found := make([]Scheduler, 0, len(uids))
	read := make([]*redis.SliceCmd, len(uids))
	if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
		for i, uid := range uids {
			read[i] = p.HMGet(ctx, registry+"s:"+uid, "name", "type", "rev", "created", "updated", "data")
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for i, r := range read {
		v := texts(r.Val())
		if v[0] == "" {
			continue
		}
		var d schedulerData
		if err := json.Unmarshal([]byte(v[5]), &d); err != nil {
			return nil, fault.By(fault.Host, fault.Internal.New("store: the record of scheduler %q: %w", v[0], err))
		}
		found = append(found, Scheduler{
			UID: uids[i], Name: v[0], Type: v[1], Revision: integer(v[2]), Created: fromMillis(v[3]), Updated: fromMillis(v[4]),
			Config: d.Config, Sealed: d.Sealed, Source: d.Source, Digest: d.Digest,
		})
	}
	return found, nil
}

func staleScheduler(name string, revision int64, now []string) error {
	return fault.Conflict.New("scheduler %q: revision %d was changed to %s by somebody else meanwhile: read it again", name, revision, strings.Join(now, ""))
}

func nameTaken(name string) error {
	return fault.Exists.New("scheduler %q: the name is in use", name)
}
