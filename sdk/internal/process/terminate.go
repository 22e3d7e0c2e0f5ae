package process

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// onTerminate calls end once, when SIGTERM comes. systemd sends it to a driver at the same moment as to its host; a driver that died of it would take
// the calls with it that its host wants to finish. stop ends the waiting, and waits for end if that has begun.
func onTerminate(end func()) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGTERM)
	var waiting sync.WaitGroup
	waiting.Go(func() {
		select {
		case <-signals:
			end()
		case <-done:
		}
	})
	return func() {
		close(done)
		waiting.Wait()
		signal.Stop(signals)
	}
}
