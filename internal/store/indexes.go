package store

import (
	"fmt"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The indexes of jobs. The scripts make the names of those that have a state in them as well.
const (
	indexAll    = "ix:all"
	indexActive = "ix:active"
	indexEnded  = "ix:ended"
)

func indexState(st scheduler.State) string { return "ix:s:" + string(st) }
func indexUser(user string) string         { return "ix:u:" + user }
func indexGroup(group string) string       { return "ix:g:" + group }
func indexName(name string) string         { return "ix:n:" + name }
func indexOf(id string) string             { return "ix:o:" + id }
func indexStateUser(st scheduler.State, user string) string {
	return "ix:su:" + string(st) + ":" + user
}

// indexLabel has the length of the key in it, so that no two labels share a name.
func indexLabel(key, value string) string { return fmt.Sprintf("ix:l:%d:%s=%s", len(key), key, value) }

// constantIndexes are those that a job is in for as long as it is there.
func (j Job) constantIndexes() []string {
	names := []string{indexAll}
	if j.Spec.User != "" {
		names = append(names, indexUser(j.Spec.User))
	}
	if j.Spec.Name != "" {
		names = append(names, indexName(j.Spec.Name))
	}
	if j.Of != "" {
		names = append(names, indexOf(j.Of))
	}
	for _, g := range j.Spec.Groups {
		names = append(names, indexGroup(g))
	}
	for k, v := range j.Spec.Labels {
		names = append(names, indexLabel(k, v))
	}
	return names
}
