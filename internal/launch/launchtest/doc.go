// Package launchtest turns a test binary into a driver, well behaved or bad in one chosen way, so that tests of whoever starts drivers have real
// processes to start without building any:
//
//	func TestMain(m *testing.M) {
//		launchtest.Main()
//		os.Exit(m.Run())
//	}
//
// The well-behaved one does by [Plugin.Validate] what the configuration tells it: see [Command].
package launchtest
