package launch

import (
	"bytes"
	"os"
	"strconv"
)

// measure adds up what the processes of a group use. What cannot be read has ended.
func measure(group int) usage {
	var sum usage
	proc, err := os.Open("/proc")
	if err != nil {
		return sum
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		stat, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue
		}
		threads, ok := member(stat, group)
		if !ok {
			continue
		}
		sum.processes += threads
		if status, err := os.ReadFile("/proc/" + name + "/status"); err == nil {
			sum.memory += memory(status)
		}
	}
	return sum
}

// member reads of /proc/PID/stat whether the process is in the group, and how many threads it has. Its name, in brackets, may hold anything.
func member(stat []byte, group int) (threads int64, ok bool) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const pgrp, numThreads = 2, 17 // 5 and 20 of proc(5), which begins at 1 with two fields more
	if len(fields) <= numThreads {
		return 0, false
	}
	if of, err := strconv.Atoi(string(fields[pgrp])); err != nil || of != group {
		return 0, false
	}
	threads, err := strconv.ParseInt(string(fields[numThreads]), 10, 64)
	return threads, err == nil
}

// memory is of /proc/PID/status what is nobody else's and no file's, in bytes.
func memory(status []byte) (sum int64) {
	for line := range bytes.Lines(status) {
		key, value, _ := bytes.Cut(line, []byte{':'})
		switch string(key) {
		case "RssAnon", "RssShmem", "VmSwap":
			n, _ := strconv.ParseInt(string(bytes.TrimSuffix(bytes.TrimSpace(value), []byte(" kB"))), 10, 64)
			sum += n << 10
		}
	}
	return sum
}
