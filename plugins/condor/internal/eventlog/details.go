package eventlog

import (
	"fmt"
	"strconv"
	"strings"
)

// Notes are the submit_event_notes and submit_event_user_notes of a Submit or ClusterSubmit event, each on a line of its own; HTCondor 25 writes the job's
// batch name there as well.
func (e Event) Notes() []string {
	notes := make([]string, len(e.Body))
	for i, line := range e.Body {
		notes[i] = strings.TrimSpace(line)
	}
	return notes
}

// Reason is what an event of these says in words: the hold, the removal, the release, the loss of contact, the shadow's exception, the eviction.
// "" where it says nothing.
func (e Event) Reason() string {
	var words []string
	for _, line := range e.Body {
		line = strings.TrimSpace(line)
		switch {
		case line == "", isAccounting(line), strings.HasPrefix(line, "Code "):
			continue
		case strings.HasPrefix(line, "Partitionable Resources"), strings.HasPrefix(line, "Job terminated by "):
			return strings.Join(words, " ")
		}
		words = append(words, line)
	}
	return strings.Join(words, " ")
}

// isAccounting tells the lines about use of the processor and the network, and the markers "(0) CPU times".
func isAccounting(line string) bool {
	return strings.Contains(line, "  -  ") || strings.HasPrefix(line, "(")
}

// HoldCode are the code and subcode of a Held event, whose meaning the manual's "HoldReasonCode" lists.
func (e Event) HoldCode() (code, sub int) {
	for _, line := range e.Body {
		if n, _ := fmt.Sscanf(strings.TrimSpace(line), "Code %d Subcode %d", &code, &sub); n == 2 {
			return code, sub
		}
	}
	return 0, 0
}

// Exit tells how a Terminated event's job ended: its exit code, or the signal that ended it. ok is false where the event does not tell.
func (e Event) Exit() (code, signal int, ok bool) {
	for _, line := range e.Body {
		line = strings.TrimSpace(line)
		if n, _ := fmt.Sscanf(line, "(1) Normal termination (return value %d)", &code); n == 1 {
			return code, 0, true
		}
		if n, _ := fmt.Sscanf(line, "(0) Abnormal termination (signal %d)", &signal); n == 1 {
			return 0, signal, true
		}
	}
	return 0, 0, false
}

// Slot is where an Execute event's job runs: the slot's name, else the machine's address.
func (e Event) Slot() string {
	for _, line := range e.Body {
		if name, found := strings.CutPrefix(strings.TrimSpace(line), "SlotName: "); found {
			return name
		}
	}
	_, host, _ := strings.Cut(e.Title, "on host: ")
	return host
}

// Materialized is how many jobs of a cluster came into being before a ClusterRemove event, and how that ended: "Complete", "Incomplete", "Paused", "Error N".
func (e Event) Materialized() (jobs int, how string) {
	for _, line := range e.Body {
		count, found := strings.CutPrefix(strings.TrimSpace(line), "Materialized ")
		if !found {
			continue
		}
		number, _, _ := strings.Cut(count, " ")
		jobs, _ = strconv.Atoi(number)
		_, how, _ = strings.Cut(count, "\t")
		return jobs, how
	}
	return 0, ""
}
