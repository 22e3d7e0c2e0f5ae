// Package lab starts real servers on one Debian machine, for tests,
// demonstrations and benchmarks: an HTCondor pool, a Slurm cluster, an OpenSSH
// server, Redis.
//
// A lab is a small private machine. It has one root file system, made once by
// [Build] from Debian's archive and shared read-only by every lab, and over it
// a scratch layer in memory, its own process, mount, host name and network
// namespaces, and one address that only this host reaches. So any number of
// labs run side by side, each on the standard ports, each a few hundred
// milliseconds away (about three seconds with HTCondor).
//
//	func TestSubmit(t *testing.T) {
//		l := lab.ForTest(t, lab.Options{Condor: true, SSH: true})
//		ben := l.SSH().Users["ben"]
//		…
//	}
//
// # Nothing is left behind
//
// The first process of a lab waits on a pipe whose other end only the owner,
// the process that called [Start], holds open. When the owner calls
// [Lab.Stop], or ends in whatever way, kill -9 too, that process ends, and the
// kernel ends with it every process of the lab, its mounts and its network.
// What an owner that was killed leaves is one small directory of test keys in
// /run/oceanid-lab, and the next Start removes it.
//
// # Where it runs
//
// On Linux, as root, where mount and network namespaces are allowed.
// [Require] tells a test what is missing. The package compiles everywhere.
//
// A lab is for tests: its jobs and users are contained by nothing stronger
// than namespaces, and root in it is root.
package lab
