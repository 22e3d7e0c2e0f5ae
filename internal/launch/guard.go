package launch

import "time"

// guard looks at what the driver uses until it has ended, and ends it when that is too much.
func (c *child) guard() {
	if c.spec.Limits.Memory == 0 && c.spec.Limits.Processes == 0 {
		return
	}
	looks := time.NewTicker(lookEvery)
	defer looks.Stop()
	for {
		select {
		case <-c.ended:
			return
		case <-looks.C:
			if broken := c.spec.Limits.broken(measure(c.pid)); broken != "" {
				c.exceed(broken)
				return
			}
		}
	}
}

// exceed ends a driver that uses too much.
func (c *child) exceed(limit string) {
	c.mu.Lock()
	if c.reaped {
		c.mu.Unlock()
		return
	}
	c.exceeded = limit
	c.mu.Unlock()
	c.send(killSignal)
}

// limit is the one that the driver was killed for, in words; "": none.
func (c *child) limit() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.exceeded
}
