package pacing

import (
	"sync"
	"time"
)

// Gaps knows when each chat may be written to again. It forgets chats that may be written to at once, and is safe
// for concurrent use.
type Gaps struct {
	mu    sync.Mutex
	chats map[string][]window
	swept time.Time
}

// window allows some within a time.
type window struct {
	limit Limit
	used  []time.Time // within the window, oldest first
	held  time.Time
}

// Limit is so many within a time.
type Limit struct {
	Most int
	Over time.Duration
}

// NewGaps makes an empty one.
func NewGaps() *Gaps { return &Gaps{chats: make(map[string][]window)} }

// Take counts one message to the chat, or says how long to wait until there is room under all of the limits and
// no hold: then nothing is counted.
func (g *Gaps) Take(chat string, now time.Time, limits ...Limit) (wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep(now)
	windows := g.of(chat, limits)
	for i := range windows {
		wait = max(wait, windows[i].wait(now))
	}
	if wait == 0 {
		for i := range windows {
			windows[i].used = append(windows[i].used, now)
		}
	}
	return wait
}

// Hold keeps the chat from being written to before t.
func (g *Gaps) Hold(chat string, t time.Time, limits ...Limit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	windows := g.of(chat, limits)
	for i := range windows {
		if t.After(windows[i].held) {
			windows[i].held = t
		}
	}
}

func (g *Gaps) of(chat string, limits []Limit) []window {
	windows, ok := g.chats[chat]
	if !ok {
		for _, l := range limits {
			windows = append(windows, window{limit: l})
		}
		g.chats[chat] = windows
	}
	return windows
}

// sweep forgets, now and then, what no longer says anything.
func (g *Gaps) sweep(now time.Time) {
	const every = time.Minute
	if now.Sub(g.swept) < every {
		return
	}
	g.swept = now
	for chat, windows := range g.chats {
		busy := false
		for i := range windows {
			w := &windows[i]
			busy = busy || w.held.After(now) || len(w.used) > 0 && now.Sub(w.used[len(w.used)-1]) < w.limit.Over
		}
		if !busy {
			delete(g.chats, chat)
		}
	}
}

// wait is how long until the window has room.
func (w *window) wait(now time.Time) time.Duration {
	for len(w.used) > 0 && now.Sub(w.used[0]) >= w.limit.Over {
		w.used = w.used[1:]
	}
	wait := max(w.held.Sub(now), 0)
	if len(w.used) >= w.limit.Most {
		wait = max(wait, w.used[len(w.used)-w.limit.Most].Add(w.limit.Over).Sub(now))
	}
	return wait
}
