package bot

import (
	"context"
	"strings"
	"sync"
)

// mostRepeats is how many answers are remembered.
const mostRepeats = 512

// repeats remembers the last answers, so that a request that is delivered twice is done once and has its answer
// both times. What it has forgotten is done again: each command comes to the same when it is.
type repeats struct {
	mu    sync.Mutex
	known map[string]*repeat
	order []string // the oldest first
}

type repeat struct {
	done   chan struct{} // closed when the answer is there
	answer Answer
	final  bool
}

// once does what is asked, or waits for the one who does and gives the same answer. An answer that is not final is
// for that one only.
func (r *repeats) once(ctx context.Context, q *Request, do func() (Answer, bool)) Answer {
	if q.ID == "" {
		a, _ := do()
		return a
	}
	key := chatKey(q) + strings.Join([]string{q.ID, q.From.ID, q.Command}, "\x00")
	for {
		mine, other := r.begin(key)
		if mine != nil {
			mine.answer, mine.final = do()
			r.end(key, mine)
			return mine.answer
		}
		select {
		case <-other.done:
		case <-ctx.Done():
			return refusal(refuse("That took too long.", "Ask again in a minute."))
		}
		if other.final {
			return other.answer
		}
	}
}

// begin says who does it: the caller, or another one.
func (r *repeats) begin(key string) (mine, other *repeat) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.known[key]; other != nil {
		return nil, other
	}
	if r.known == nil {
		r.known = make(map[string]*repeat)
	}
	mine = &repeat{done: make(chan struct{})}
	r.known[key] = mine
	r.order = append(r.order, key)
	if len(r.order) > mostRepeats {
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
	return mine, nil
}

func (r *repeats) end(key string, mine *repeat) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !mine.final && r.known[key] == mine {
		r.drop(func(k string) bool { return k == key })
	}
	close(mine.done)
}

// forget drops what was answered in the chat.
func (r *repeats) forget(q *Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(func(k string) bool { return strings.HasPrefix(k, chatKey(q)) })
}

func (r *repeats) drop(which func(key string) bool) {
	kept := r.order[:0]
	for _, k := range r.order {
		if which(k) {
			delete(r.known, k)
			continue
		}
		kept = append(kept, k)
	}
	clear(r.order[len(kept):])
	r.order = kept
}

func chatKey(q *Request) string { return q.Where.Platform + "\x00" + q.Where.Chat + "\x00" }

// locks lets one change at a time happen in a chat. Chats share a few locks; none is ever held while another is
// taken.
type locks [64]sync.Mutex

func (l *locks) lock(platform, chat string) (unlock func()) {
	h := uint32(2166136261) // FNV-1a
	for _, b := range []byte(platform + "/" + chat) {
		h = (h ^ uint32(b)) * 16777619
	}
	m := &l[h%uint32(len(l))]
	m.Lock()
	return m.Unlock
}
