package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/alicebob/miniredis/v2"

	"github.com/oceanid/oceanid/sdk/fault"
)

// A snapshot is a file of the commands that make the same store again, ended by one that only snapshots have. It takes the place of all journals
// of earlier generations.
const endOfSnapshot = "OCEANID.END"

// dump gives the content of miniredis as a snapshot. The caller sees to it that nothing is written meanwhile.
func dump(m *miniredis.Miniredis, generation uint64) ([]byte, error) {
	h := newHeader(generation)
	b := h.encode()
	var number uint64
	put := func(command ...string) {
		number++
		b = h.appendRecord(b, number, number-1, command)
	}
	for _, key := range m.Keys() {
		switch kind := m.Type(key); kind {
		case "string":
			v, err := m.Get(key)
			if err != nil {
				return nil, err
			}
			put("SET", key, v)
		case "hash":
			fields, err := m.HKeys(key)
			if err != nil {
				return nil, err
			}
			putMany(put, "HSET", key, 2, fields, func(f string) []string { return []string{f, m.HGet(key, f)} })
		case "set":
			members, err := m.SMembers(key)
			if err != nil {
				return nil, err
			}
			putMany(put, "SADD", key, 1, members, func(v string) []string { return []string{v} })
		case "zset":
			scores, err := m.SortedSet(key)
			if err != nil {
				return nil, err
			}
			members := make([]string, 0, len(scores))
			for v := range scores {
				members = append(members, v)
			}
			putMany(put, "ZADD", key, 2, members, func(v string) []string {
				return []string{strconv.FormatFloat(scores[v], 'g', -1, 64), v}
			})
		case "stream":
			entries, err := m.Stream(key)
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				put(append([]string{"XADD", key, e.ID}, e.Values...)...)
			}
		default:
			return nil, fault.Internal.New("the key %q is a %s, which snapshots do not know", key, kind)
		}
	}
	put(endOfSnapshot)
	return b, nil
}

// putMany splits what may be long over several commands.
func putMany(put func(...string), verb, key string, width int, items []string, args func(string) []string) {
	const atOnce = 500
	for some := range slices.Chunk(items, atOnce) {
		command := append(make([]string, 0, 2+width*len(some)), verb, key)
		for _, item := range some {
			command = append(command, args(item)...)
		}
		put(command...)
	}
}

// writeSnapshot brings a snapshot to the disk under its name, or not at all.
func writeSnapshot(folder string, generation uint64, content []byte) error {
	path := filepath.Join(folder, snapshotName(generation))
	os.Remove(path + ".new")
	if err := writeSynced(path+".new", content); err != nil {
		return errors.Join(err, os.Remove(path+".new"))
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncFolder(folder)
}
