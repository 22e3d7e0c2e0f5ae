package supervise

// Adjust changes how the driver is treated, to what o says, and leaves its process alone: o.Start is for the next start, which makes what the last one made.
// Its name, log and Changed stay. Nothing counts as refused any more.
func (s *Supervisor) Adjust(o Options) {
	o = o.withDefaults()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o, s.refused = o, nil
	s.tell()
	if s.running != nil {
		s.running.signal()
	}
}
