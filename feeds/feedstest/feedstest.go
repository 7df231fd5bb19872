// Package feedstest holds the small fakes that tests of watchers need: a place for cursors, a place for what
// was emitted, and a fetcher that answers without a network, so that time can be testing/synctest's.
package feedstest

import (
	"context"
	"sync"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
)

// Cursors keeps cursors in memory. The zero value is empty and ready.
type Cursors struct {
	mu    sync.Mutex
	kept  map[string][]byte
	saves int
	fail  error
}

var _ feeds.Cursors = (*Cursors)(nil)

// Cursor implements [feeds.Cursors].
func (c *Cursors) Cursor(_ context.Context, watcher string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[watcher], c.fail
}

// SaveCursor implements [feeds.Cursors].
func (c *Cursors) SaveCursor(_ context.Context, watcher string, cursor []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return c.fail
	}
	if c.kept == nil {
		c.kept = make(map[string][]byte)
	}
	c.kept[watcher] = append([]byte(nil), cursor...)
	c.saves++
	return nil
}

// Saves says how often a cursor was saved.
func (c *Cursors) Saves() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.saves
}

// FailWith makes every call fail; nil makes them work again.
func (c *Cursors) FailWith(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = err
}

// Emitted keeps what was emitted. The zero value is empty and ready.
type Emitted struct {
	mu   sync.Mutex
	all  []intel.Observation
	fail func(o intel.Observation) error
	news chan struct{}
}

// Emit is a [feeds.Emit].
func (e *Emitted) Emit(ctx context.Context, o intel.Observation) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		if err := e.fail(o); err != nil {
			return err
		}
	}
	e.all = append(e.all, o)
	if e.news != nil {
		close(e.news)
		e.news = nil
	}
	return nil
}

// FailWhen makes Emit fail with what f returns, if it is no nil.
func (e *Emitted) FailWhen(f func(o intel.Observation) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail = f
}

// All returns what was emitted so far, in order.
func (e *Emitted) All() []intel.Observation {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]intel.Observation(nil), e.all...)
}

// Take returns what was emitted so far and forgets it.
func (e *Emitted) Take() []intel.Observation {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.all
	e.all = nil
	return all
}

// Wait returns what was emitted once it is n or more, or what there is when ctx is over.
func (e *Emitted) Wait(ctx context.Context, n int) []intel.Observation {
	for {
		e.mu.Lock()
		if len(e.all) >= n {
			e.mu.Unlock()
			return e.All()
		}
		if e.news == nil {
			e.news = make(chan struct{})
		}
		news := e.news
		e.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
			return e.All()
		}
	}
}

// Fetcher answers by a function.
type Fetcher func(ctx context.Context, r feeds.Request) (*feeds.Response, error)

var _ feeds.Fetcher = Fetcher(nil)

// Fetch implements [feeds.Fetcher].
func (f Fetcher) Fetch(ctx context.Context, r feeds.Request) (*feeds.Response, error) {
	return f(ctx, r)
}
