package redis

import "time"

// reading is what the server's clock showed, and this machine's at that moment. The time since is told without the
// wall clock, so that setting that moves nothing.
type reading struct{ server, here time.Time }

// readClock takes the server's answer to a question that was asked at a time and has just come. Every question for
// a lease brings one, so a bot that runs has one of a second ago.
func (s *Store) readClock(asked, server time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read = reading{server: server, here: asked.Add(s.now().Sub(asked) / 2)}
}

// Now implements [store.Clock]: the server's clock, as last read.
func (s *Store) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.read.server.Add(s.now().Sub(s.read.here))
}
