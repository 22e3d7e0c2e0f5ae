package host

import (
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
)

// quotas are those of the configuration that a user's job must find room in. Jobs without a user have only those of all together.
func (h *Host) quotas(scheduler, user string) (all []store.Quota) {
	for _, q := range h.file.Load().Quotas {
		if q.Scheduler != "" && q.Scheduler != scheduler {
			continue
		}
		limit := store.Quota{Jobs: q.Jobs, Tasks: q.Tasks}
		switch {
		case q.User == "":
		case user == "":
			continue
		case q.User == config.EachUser, q.User == user:
			limit.Of = user
		default:
			continue
		}
		all = append(all, limit)
	}
	return all
}

// rules are what the configuration that the host goes by now says about all jobs, for those who follow them.
func (h *Host) rules() follow.Rules {
	j := h.file.Load().Jobs
	return follow.Rules{LostAfter: j.LostAfter, Keep: j.Keep, KeepFiles: j.KeepFiles, Results: j.Results}
}
