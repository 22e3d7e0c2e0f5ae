package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// jobAd is what is asked of a job's ClassAd (manual, "Job ClassAd Attributes").
type jobAd struct {
	ClusterID            int    `json:"ClusterId"`
	ProcID               int    `json:"ProcId"`
	Token                string `json:"OceanidToken"`
	Tasks                int    `json:"OceanidTasks"`
	JobStatus            int
	EnteredCurrentStatus int64
	HoldReason           string
	HoldReasonCode       int
	HoldReasonSubCode    int
	RemoveReason         string
	ExitBySignal         bool
	ExitCode             *int
	ExitSignal           *int
	RemoteHost           string
	LastRemoteHost       string
	// Of a factory: the first task that it has not made yet, and why it makes no more for now.
	JobMaterializeNextProcID  *int `json:"JobMaterializeNextProcId"`
	JobMaterializePaused      int
	JobMaterializePauseReason string
}

// adAttributes are the attributes of jobAd.
const adAttributes = "ClusterId,ProcId," + description.TokenAttribute + "," + description.TasksAttribute + ",JobStatus,EnteredCurrentStatus,HoldReason,HoldReasonCode,HoldReasonSubCode," +
	"RemoveReason,ExitBySignal,ExitCode,ExitSignal,RemoteHost,LastRemoteHost,JobMaterializeNextProcId,JobMaterializePaused,JobMaterializePauseReason"

// parseAds reads what the tools print with -json: a list, or nothing at all for none.
func parseAds(text string) ([]jobAd, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var ads []jobAd
	if err := json.Unmarshal([]byte(text), &ads); err != nil {
		return nil, fmt.Errorf("HTCondor's answer cannot be read: %w", err)
	}
	return ads, nil
}

// The values of JobStatus.
const (
	statusIdle         = 1
	statusRunning      = 2
	statusRemoved      = 3
	statusCompleted    = 4
	statusHeld         = 5
	statusTransferring = 6
	statusSuspended    = 7
)

// spooling is the HoldReasonCode of a job whose files the schedd does not have yet (manual, "Hold Reason Codes").
const spooling = 16

// status is where the ad's task stands. gone tells that the ad is of the history, and not of the queue.
func (ad jobAd) status(gone bool) (s scheduler.Status, ok bool) {
	n := numberOf(ad.ClusterID, ad.ProcID, ad.Tasks)
	s = scheduler.Status{ID: n.id(), Token: ad.Token, Task: n.task(ad.ProcID), Count: 1, Node: ad.RemoteHost}
	if ad.EnteredCurrentStatus > 0 {
		s.Time = time.Unix(ad.EnteredCurrentStatus, 0)
	}
	if s.Node == "" {
		s.Node = ad.LastRemoteHost
	}
	switch ad.JobStatus {
	case statusIdle:
		s.State, s.Node = scheduler.Queued, ""
	case statusRunning, statusTransferring:
		s.State = scheduler.Running
	case statusSuspended:
		s.State, s.Reason = scheduler.Suspended, suspended
	case statusHeld:
		if ad.HoldReasonCode == spooling {
			s.State, s.Node, s.Reason = scheduler.Queued, "", "its files are on their way to the schedd"
			break
		}
		s = held(s, ad.HoldReason, ad.HoldReasonCode, ad.HoldReasonSubCode)
		s.Node = ""
	case statusRemoved:
		if gone {
			return removed(s, ad.RemoveReason), true
		}
		// It is gone only when the machine that it runs on has let go of it.
		s.State, s.Reason = scheduler.Running, because("it is being removed", ad.RemoveReason)
		if ad.RemoteHost == "" {
			s.State = scheduler.Queued
		}
	case statusCompleted:
		switch {
		case ad.ExitBySignal && ad.ExitSignal != nil:
			return exited(s, 0, *ad.ExitSignal), true
		case ad.ExitCode != nil:
			return exited(s, *ad.ExitCode, 0), true
		}
		return s, false
	default:
		return s, false
	}
	return s, true
}
