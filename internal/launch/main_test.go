package launch_test

import (
	"os"
	"testing"

	"github.com/oceanid/oceanid/internal/launch/launchtest"
)

func TestMain(m *testing.M) {
	launchtest.Main()
	os.Exit(m.Run())
}
