package discord

import "sync"

// recent is a bounded set that forgets the oldest half when it is full. It is safe for concurrent use.
type recent struct {
	most int
	mu   sync.Mutex
	now  map[string]struct{}
	past map[string]struct{}
}

func newRecent(most int) *recent {
	return &recent{most: most, now: make(map[string]struct{})}
}

// add says whether the name is new.
func (r *recent) add(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, inNow := r.now[name]
	_, inPast := r.past[name]
	if inNow || inPast {
		return false
	}
	if len(r.now) >= r.most/2 {
		r.now, r.past = make(map[string]struct{}), r.now
	}
	r.now[name] = struct{}{}
	return true
}

// remove says whether the name was there.
func (r *recent) remove(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, inNow := r.now[name]
	_, inPast := r.past[name]
	delete(r.now, name)
	delete(r.past, name)
	return inNow || inPast
}
