package drivertest_test

import (
	"testing"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/drivertest"
)

func poolPlugin() sdk.Plugin { return sdk.Scheduler("pool", "1.2.3", newPoolDriver) }

// The test binary executes itself as the driver, with TestMain's help.
func TestSchedulerConforms(t *testing.T) {
	t.Parallel()
	drivertest.Scheduler(t, poolPlugin(), poolConfig{Socket: startPool(t, room).socket()})
}
