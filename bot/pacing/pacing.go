// Package pacing keeps a platform's adapter below the platform's limits: Rate lets so many requests a second
// through, the most urgent first, and Gaps says when a chat may be written to again.
package pacing

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// lateness of a timer is made up for, so that the mean rate holds on a busy machine.
const lateness = 3 * time.Millisecond

// Rate lets requests through at even distances. Whoever waits goes by urgency, then by time of asking. It is safe
// for concurrent use, and does not care how long what it let through takes.
type Rate struct {
	gap time.Duration

	mu      sync.Mutex
	next    time.Time // when the next one may go
	held    time.Time // nobody goes before
	waiting queue
	asked   uint64
	timer   *time.Timer // runs while somebody waits
}

// NewRate allows so many a second.
func NewRate(perSecond float64) *Rate {
	return &Rate{gap: time.Duration(float64(time.Second) / perSecond)}
}

// Wait returns when the caller's turn has come, or with the context's error when that is over: then no turn was
// used up.
func (r *Rate) Wait(ctx context.Context, urgency int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	r.asked++
	w := &waiter{urgency: urgency, number: r.asked, turn: make(chan struct{})}
	heap.Push(&r.waiting, w)
	r.admit()
	r.mu.Unlock()
	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.place < 0 { // the turn came in the same moment
		return nil
	}
	heap.Remove(&r.waiting, w.place)
	return ctx.Err()
}

// Hold lets nobody through before t. A hold is never shortened.
func (r *Rate) Hold(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.After(r.held) {
		r.held = t
	}
}

// Held is how much longer nobody is let through.
func (r *Rate) Held(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.held.Sub(now), 0)
}

// admit lets through who may go now, and sees to it that it is called again for the others. The caller has the
// lock.
func (r *Rate) admit() {
	for len(r.waiting) > 0 {
		now := time.Now()
		if wait := max(r.next.Sub(now), r.held.Sub(now)); wait > 0 {
			r.again(wait)
			return
		}
		w := heap.Pop(&r.waiting).(*waiter)
		if now.Sub(r.next) > lateness {
			r.next = now
		}
		r.next = r.next.Add(r.gap)
		close(w.turn)
	}
}

func (r *Rate) again(wait time.Duration) {
	if r.timer != nil {
		r.timer.Stop()
	}
	r.timer = time.AfterFunc(wait, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.admit()
	})
}

// waiter is somebody who waits; its place in the queue is -1 once its turn has come.
type waiter struct {
	urgency int
	number  uint64
	place   int
	turn    chan struct{}
}

type queue []*waiter

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if q[i].urgency != q[j].urgency {
		return q[i].urgency > q[j].urgency
	}
	return q[i].number < q[j].number
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push implements [heap.Interface].
func (q *queue) Push(w any) {
	w.(*waiter).place = len(*q)
	*q = append(*q, w.(*waiter))
}

// Pop implements [heap.Interface].
func (q *queue) Pop() any {
	last := len(*q) - 1
	w := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	w.place = -1
	return w
}
