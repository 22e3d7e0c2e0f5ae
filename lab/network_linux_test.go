package lab_test

import (
	"testing"

	"github.com/oceanid/oceanid/lab"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n               int
		name, host, lab string
	}{
		{0, "oclab0", "198.18.0.1", "198.18.0.2"},
		{1, "oclab1", "198.18.0.5", "198.18.0.6"},
		{64, "oclab64", "198.18.1.1", "198.18.1.2"},
		{32767, "oclab32767", "198.19.255.253", "198.19.255.254"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name, host, inside := lab.LinkAddrs(tt.n)
			if name != tt.name || host != tt.host || inside != tt.lab {
				t.Errorf("got %s %s %s", name, host, inside)
			}
		})
	}
}
