package launchtest

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// The environment of a test driver.
const (
	// EnvMode chooses what the process does; without it, it is no driver.
	EnvMode = "OCEANID_TEST_DRIVER"
	// EnvName and EnvVersion are what it says of itself; "test" and "1.0.0" by default.
	EnvName    = "OCEANID_TEST_NAME"
	EnvVersion = "OCEANID_TEST_VERSION"
	// EnvStarts names a file that gets one byte for each start; by default none does.
	EnvStarts = "OCEANID_TEST_STARTS"
)

// Mode is a way to behave.
type Mode string

// The modes.
const (
	Good        Mode = "good"         // serves, drains, obeys
	NoDrain     Mode = "no-drain"     // serves, but its Drain never returns
	Ungrateful  Mode = "ungrateful"   // serves and ignores SIGTERM
	BadLog      Mode = "bad-log"      // writes lines that hurt, then is good
	Flood       Mode = "flood"        // writes lines as fast as it can, and is good besides
	Bulky       Mode = "bulky"        // serves, with no limit to its messages
	Rubbish     Mode = "rubbish"      // prints to standard output before it serves
	Endless     Mode = "endless"      // prints to standard output without any end of line
	Exits       Mode = "exits"        // exits with status 3 at once
	Panics      Mode = "panics"       // panics at once
	Silent      Mode = "silent"       // never says anything
	HalfOpen    Mode = "half-open"    // completes the handshake and never accepts a connection
	Haunted     Mode = "haunted"      // is half open, and leaves the socket to a process that outlives it for 10 s
	NoSocket    Mode = "no-socket"    // completes the handshake for a socket that does not exist
	OldCore     Mode = "old-core"     // speaks another core protocol of go-plugin
	OtherPlugin Mode = "other-plugin" // speaks another plugin protocol
	NetRPC      Mode = "netrpc"       // speaks net/rpc
	TCP         Mode = "tcp"          // listens on TCP
	Elsewhere   Mode = "elsewhere"    // listens on a socket of its own choice
)

// Env is the environment of a driver in mode m, to be added to a Spec's.
func Env(m Mode) map[string]string {
	// A program built with the race detector would otherwise sleep for a second before it exits.
	return map[string]string{EnvMode: string(m), "GORACE": "atexit_sleep_ms=0"}
}

// Main serves as a driver and does not return, if the environment says so; else it does nothing.
func Main() {
	mode := Mode(os.Getenv(EnvMode))
	if mode == "" {
		return
	}
	count()
	sockets := os.Getenv("PLUGIN_UNIX_SOCKET_DIR")
	hello := func(core, protocol int, network, address, kind string) {
		fmt.Printf("%d|%d|%s|%s|%s|\n", core, protocol, network, address, kind)
		time.Sleep(time.Hour)
	}
	switch mode {
	case Rubbish:
		fmt.Println("loading configuration…")
		serve(Good)
	case Endless:
		for {
			fmt.Print("1")
		}
	case Exits:
		fmt.Fprintln(os.Stderr, "no licence found")
		os.Exit(3)
	case Panics:
		panic("the sky is falling\x1b[31m")
	case Silent:
		time.Sleep(time.Hour)
	case HalfOpen, Haunted:
		if err := listen(sockets+"/s", mode == Haunted); err != nil {
			panic(err)
		}
		hello(1, 1, "unix", sockets+"/s", "grpc")
	case NoSocket:
		hello(1, 1, "unix", sockets+"/none", "grpc")
	case OldCore:
		hello(9, 1, "unix", sockets+"/s", "grpc")
	case OtherPlugin:
		hello(1, 7, "unix", sockets+"/s", "grpc")
	case NetRPC:
		hello(1, 1, "unix", sockets+"/s", "netrpc")
	case TCP:
		hello(1, 1, "tcp", "127.0.0.1:1", "grpc")
	case Elsewhere:
		hello(1, 1, "unix", "/tmp/"+strconv.Itoa(os.Getpid()), "grpc")
	default:
		serve(mode)
	}
	os.Exit(0)
}

func count() {
	path := os.Getenv(EnvStarts)
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if _, err := f.WriteString("."); err != nil {
		panic(err)
	}
}
