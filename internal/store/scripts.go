package store

import (
	"context"
	_ "embed"
	"encoding/json"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Each script says at its top what it takes and answers. They are deterministic, because the journal of the embedded store replays them, and
// each touches the keys of one slot only.
var (
	//go:embed lua/scheduler_create.lua
	schedulerCreate string
	//go:embed lua/scheduler_update.lua
	schedulerUpdate string
	//go:embed lua/scheduler_delete.lua
	schedulerDelete string
	//go:embed lua/jobs.lua
	jobsCommon string
	//go:embed lua/jobs_create.lua
	jobsCreate string
	//go:embed lua/jobs_commit.lua
	jobsCommit string
	//go:embed lua/jobs_close.lua
	jobsClose string
	//go:embed lua/jobs_delete.lua
	jobsDelete string
	//go:embed lua/health_set.lua
	healthSet string
	//go:embed lua/hook_set.lua
	hookSet string
	//go:embed lua/letter_move.lua
	letterMove string
	//go:embed lua/lease_renew.lua
	leaseRenew string
	//go:embed lua/lease_release.lua
	leaseRelease string
)

type scripts struct {
	schedulerCreate, schedulerUpdate, schedulerDelete *redis.Script
	jobsCreate, jobsCommit, jobsClose, jobsDelete     *redis.Script
	healthSet, hookSet, letterMove                    *redis.Script
	leaseRenew, leaseRelease                          *redis.Script
}

func loadScripts() scripts {
	return scripts{
		schedulerCreate: redis.NewScript(schedulerCreate),
		schedulerUpdate: redis.NewScript(schedulerUpdate),
		schedulerDelete: redis.NewScript(schedulerDelete),
		jobsCreate:      redis.NewScript(jobsCommon + jobsCreate),
		jobsCommit:      redis.NewScript(jobsCommon + jobsCommit),
		jobsClose:       redis.NewScript(jobsClose),
		jobsDelete:      redis.NewScript(jobsCommon + jobsDelete),
		healthSet:       redis.NewScript(jobsCommon + healthSet),
		hookSet:         redis.NewScript(jobsCommon + hookSet),
		letterMove:      redis.NewScript(jobsCommon + letterMove),
		leaseRenew:      redis.NewScript(leaseRenew),
		leaseRelease:    redis.NewScript(leaseRelease),
	}
}

// run runs a script, whose answer is never empty: a word and what belongs to it.
func (s *Store) run(ctx context.Context, script *redis.Script, key string, args ...any) (word string, rest []string, err error) {
	answer, err := script.Run(ctx, s.client, []string{key}, args...).StringSlice()
	if err != nil {
		return "", nil, s.explain(err)
	}
	if len(answer) == 0 {
		return "", nil, fault.By(fault.Host, fault.Internal.New("store: a script answered nothing"))
	}
	if word = answer[0]; word == "wrong" && len(answer) == 4 {
		return "", nil, s.wrongType(answer[1], "a "+answer[2]+" where Oceanid keeps a "+answer[3])
	}
	return word, answer[1:], nil
}

// arguments are those of a script, in its order.
type arguments struct {
	list []any
	err  error
}

func (a *arguments) put(v ...any) { a.list = append(a.list, v...) }

func (a *arguments) json(v any) {
	text, err := json.Marshal(v)
	if err != nil && a.err == nil {
		a.err = fault.By(fault.Host, fault.Internal.New("store: %w", err))
	}
	a.put(text)
}

// unexpected is the error for an answer that a script does not have.
func unexpected(word string) error {
	return fault.By(fault.Host, fault.Internal.New("store: unexpected answer %q of a script", word))
}
