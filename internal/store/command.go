package store

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
)

// What the front of the embedded store does with a command.
type class int

const (
	refuses class = iota
	reads
	writes
	passes     // it is about keys that need not survive
	subscribes // its connection is told about changes
)

// classify knows the commands that the store uses, and no others: one that miniredis does not execute twice in the same way (a random one, one
// that looks at the clock, a transaction, which is a state of its connection) would make another store of the journal.
func classify(command []string) class {
	verb := strings.ToUpper(command[0])
	var key string
	switch verb {
	case "EVALSHA", "EVAL":
		keys, ok := scriptKeys(command)
		if !ok {
			return refuses
		}
		key = keys[0]
		for _, k := range keys {
			if strings.HasPrefix(k, volatile) != strings.HasPrefix(key, volatile) {
				return refuses
			}
		}
	case "PING", "ECHO", "HELLO", "CLIENT", "QUIT", "COMMAND", "DBSIZE", "SCAN":
		return reads
	case "SUBSCRIBE", "UNSUBSCRIBE":
		return subscribes
	default:
		if len(command) < 2 {
			return refuses
		}
		key = command[1]
	}
	known := refuses
	switch verb {
	case "GET", "GETRANGE", "STRLEN", "HGET", "HMGET", "HGETALL", "HKEYS", "HLEN", "HEXISTS", "SMEMBERS", "SISMEMBER", "SCARD",
		"ZRANGEBYLEX", "ZREVRANGEBYLEX", "ZCARD", "ZSCORE", "ZRANGE", "XRANGE", "XREVRANGE", "XLEN", "TYPE", "EXISTS", "PTTL":
		known = reads
	case "EVALSHA", "EVAL", "SET", "DEL", "HSET", "HDEL", "HINCRBY", "HSETNX", "SADD", "SREM", "ZADD", "ZREM":
		known = writes
	}
	if known != refuses && strings.HasPrefix(key, volatile) {
		return passes
	}
	if known == writes && verb == "SET" && expires(command) {
		return refuses
	}
	return known
}

// scriptKeys are the keys that a script says it touches: EVAL script n key …
func scriptKeys(command []string) (keys []string, ok bool) {
	if len(command) < 3 {
		return nil, false
	}
	n, err := strconv.Atoi(command[2])
	if err != nil || n < 1 || n > len(command)-3 {
		return nil, false
	}
	return command[3 : 3+n], true
}

// expires tells whether a SET has a time in it: the keys in the journal last.
func expires(command []string) bool {
	for _, option := range command[min(3, len(command)):] {
		switch strings.ToUpper(option) {
		case "EX", "PX", "EXAT", "PXAT":
			return true
		}
	}
	return false
}

var errProtocol = errors.New("not the protocol of redis")

// readCommand reads an array of strings as redis' clients send it (RESP).
func readCommand(in *bufio.Reader) ([]string, error) {
	n, err := readLength(in, '*')
	if err != nil {
		return nil, err
	}
	const mostArgs, atFirst = 4 << 20, 1 << 10
	if n < 1 || n > mostArgs {
		return nil, errProtocol
	}
	command := make([]string, 0, min(n, atFirst))
	for range n {
		length, err := readLength(in, '$')
		if err != nil {
			return nil, err
		}
		if length < 0 || length > mostRecord {
			return nil, errProtocol
		}
		arg := make([]byte, length+2)
		if _, err := io.ReadFull(in, arg); err != nil {
			return nil, err
		}
		command = append(command, string(arg[:length]))
	}
	return command, nil
}

func readLength(in *bufio.Reader, kind byte) (int, error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 4 || line[0] != kind || line[len(line)-2] != '\r' {
		return 0, errProtocol
	}
	n, err := strconv.Atoi(string(line[1 : len(line)-2]))
	if err != nil {
		return 0, errProtocol
	}
	return n, nil
}
