// Package launch brings one driver to life and ends it, whatever the driver does.
//
// [Start] runs an executable: opened once, hashed, compared with its pin, and that very descriptor executed, in a process group of its own, without
// standard input, with an environment by allow-list, a private folder for its socket, mutual TLS made for this one launch, and a lifeline that ends it
// when the host dies. What it may use of the machine its [Limits] say, and what it writes is read at a pace that a host can bear. [InProcess] serves a driver within this process over the same gRPC path.
//
// A [Process] is used up once it is done: a restart is a new Start. Who restarts, and when, is decided in package supervise.
package launch
