package store

import (
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
)

// TestRefusalsOfServers are the words of servers of several versions, as they came.
func TestRefusalsOfServers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]fault.Kind{
		"OOM command not allowed when used memory > 'maxmemory'.":                                                                           fault.Exhausted,
		"OOM command not allowed when used memory > 'maxmemory'. script: 7d1d, on @user_script:1.":                                          fault.Exhausted,
		"ERR Error running script (call to f_7d1d): @user_script:65: @user_script: 65: -OOM command not allowed when used memory":           fault.Exhausted,
		"READONLY You can't write against a read only replica.":                                                                             fault.Unavailable,
		"ERR Error running script (call to f_7d1d): @user_script:65: @user_script: 65: -READONLY You can't write against a read only repli": fault.Unavailable,
		"ERR Error running script (call to f_7d1d): @user_script:3: attempt to index a nil value":                                           fault.Internal,
		"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.":                                  fault.Unavailable,
		"NOREPLICAS Not enough good replicas to write.":                                                                                     fault.Unavailable,
		"LOADING Redis is loading the dataset in memory":                                                                                    fault.Unavailable,
		"CLUSTERDOWN Hash slot not served":                                                                                                  fault.Unavailable,
		"ERR max number of clients reached":                                                                                                 fault.Unavailable,
		"BUSY Redis is busy running a script.":                                                                                              fault.Unavailable,
		"DENIED Redis is running in protected mode because protected mode is enabled":                                                       fault.Denied,
		"NOAUTH Authentication required.":                                                                                                   fault.Denied,
		"NOPERM this user has no permissions to run the 'evalsha' command":                                                                  fault.Denied,
		"ERR unknown command 'XADD'":                                                                                                        fault.Internal,
	} {
		if got := refusalKind(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
