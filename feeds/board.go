package feeds

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Health is how one watcher is.
type Health struct {
	Name string
	// OK is false while it fails. A watcher that has not looked yet is neither: Since is zero.
	OK    bool
	Since time.Time // since when it is as it is
	// LastSuccess is its last look that went well, Heard its last sign of life: an observation that was no
	// back-fill, or an answer that counts as one.
	LastSuccess time.Time
	Heard       time.Time
	Failures    int    // in a row
	Reason      string // why it fails, in words
	Note        string // what else people may want to know
	NextTry     time.Time
	Silent      bool // it has had nothing to say for longer than is normal
}

// Sentence says at a moment how the watcher is.
func (h Health) Sentence(now time.Time) string {
	words := h.Name + ": "
	switch {
	case h.Since.IsZero():
		words += "has not looked yet"
	case !h.OK && h.NextTry.IsZero():
		words += h.Reason
	case !h.OK:
		words += h.Reason + "; next try in " + Words(max(h.NextTry.Sub(now), 0))
	case h.Silent:
		words += "silent since " + h.Heard.UTC().Format("2006-01-02 15:04 UTC")
	default:
		words += "answers"
	}
	if h.Note != "" {
		words += "; " + h.Note
	}
	return words
}

// Board holds the health of every watcher, and tells of each change. It is safe for concurrent use.
type Board struct {
	changed func(h Health, sentence string)
	mu      sync.Mutex
	healths map[string]*Health
}

// NewBoard makes a board. The function, which may be nil, is called when a watcher begins to fail, fails for
// another reason, answers again, has something new to note, falls silent or speaks again.
func NewBoard(changed func(h Health, sentence string)) *Board {
	if changed == nil {
		changed = func(Health, string) {}
	}
	return &Board{changed: changed, healths: make(map[string]*Health)}
}

// All returns the health of every watcher that was heard of, by name.
func (b *Board) All() []Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Health, 0, len(b.healths))
	for _, h := range b.healths {
		all = append(all, *h)
	}
	slices.SortFunc(all, func(x, y Health) int { return cmp.Compare(x.Name, y.Name) })
	return all
}

// Of returns the health of one watcher.
func (b *Board) Of(name string) Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *b.of(name)
}

// Succeeded says that a look went well.
func (b *Board) Succeeded(name string, r Result, next time.Time) {
	now := time.Now()
	b.update(name, func(h *Health) (sentence string) {
		if !h.OK || h.Since.IsZero() {
			if h.Failures > 0 {
				sentence = fmt.Sprintf("%s: answers again after %s", name, count(h.Failures, "failure"))
			}
			h.OK, h.Since = true, now
		}
		if r.Note != "" && !sameReason(h.Note, r.Note) {
			sentence = or(sentence, name+": "+r.Note)
		}
		h.LastSuccess, h.Failures, h.Reason, h.NextTry, h.Note = now, 0, "", next, r.Note
		if r.Heard {
			sentence = or(spoke(h, now), sentence)
		}
		return sentence
	})
}

// Failed says that a look failed, why, and when the next one comes; zero for never.
func (b *Board) Failed(name, reason string, next time.Time) {
	now := time.Now()
	b.update(name, func(h *Health) string {
		news := h.OK || h.Since.IsZero() || !sameReason(h.Reason, reason)
		if h.OK || h.Since.IsZero() {
			h.OK, h.Since = false, now
		}
		h.Failures++
		h.Reason, h.NextTry = reason, next
		if !news {
			return ""
		}
		return h.Sentence(now)
	})
}

// Noted replaces what else there is to say about a watcher.
func (b *Board) Noted(name, note string) {
	b.update(name, func(h *Health) string {
		h.Note = note
		return ""
	})
}

// Spoke says that a watcher has had something to say.
func (b *Board) Spoke(name string) {
	now := time.Now()
	b.update(name, func(h *Health) string { return spoke(h, now) })
}

func spoke(h *Health, now time.Time) (sentence string) {
	if h.Silent {
		sentence = h.Name + ": speaks again after " + Words(now.Sub(h.Heard))
	}
	h.Heard, h.Silent = now, false
	return sentence
}

// fellSilent says that a watcher has had nothing to say since a moment.
func (b *Board) fellSilent(name string, since time.Time) {
	now := time.Now()
	b.update(name, func(h *Health) string {
		if h.Heard.After(since) {
			return "" // it spoke meanwhile
		}
		h.Silent, h.Heard = true, since
		return fmt.Sprintf("%s: has had nothing to say for %s, which is longer than normal", name,
			Words(now.Sub(since)))
	})
}

// update changes one health and tells of it outside the lock, so that the listener may ask the board.
func (b *Board) update(name string, change func(h *Health) (sentence string)) {
	b.mu.Lock()
	h := b.of(name)
	sentence := change(h)
	was := *h
	b.mu.Unlock()
	if sentence != "" {
		b.changed(was, sentence)
	}
}

func (b *Board) of(name string) *Health {
	h, ok := b.healths[name]
	if !ok {
		h = &Health{Name: name}
		b.healths[name] = h
	}
	return h
}

// sameReason compares reasons but for their numbers, so that a wait that shrinks is no news.
func sameReason(a, b string) bool {
	letters := func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}
	return strings.Map(letters, a) == strings.Map(letters, b)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
