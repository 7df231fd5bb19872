package telegramtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// updates is what happened and was not confirmed yet.
type updates struct {
	queue   []update
	next    int64
	allowed []string // kinds; nil before the bot said so
	webhook bool

	changed chan struct{} // closed when there is something new
	polling chan struct{} // closed when another poll ends the one that waits

	offset int64 // of the last poll
	began  time.Time
}

type update struct {
	id  int64
	raw json.RawMessage
}

func newUpdates() updates {
	return updates{next: 1001, changed: make(chan struct{}), polling: make(chan struct{})}
}

// onlyOnDemand are the kinds that a bot gets only when it lists them.
var onlyOnDemand = []string{"chat_member", "message_reaction", "message_reaction_count"}

// push tells the bot of something, if it wants to know. The caller has the lock.
func (s *Server) push(kind string, what any) {
	u := &s.updates
	if len(u.allowed) > 0 && !slices.Contains(u.allowed, kind) || len(u.allowed) == 0 && slices.Contains(onlyOnDemand, kind) {
		return
	}
	raw, err := json.Marshal(map[string]any{"update_id": u.next, kind: what})
	if err != nil {
		panic(err) // a shape of our own that JSON has no word for
	}
	s.enqueue(raw)
}

func (s *Server) enqueue(raw json.RawMessage) {
	u := &s.updates
	u.queue = append(u.queue, update{id: u.next, raw: raw})
	u.next++
	close(u.changed)
	u.changed = make(chan struct{})
}

// Push hands the bot an update of any shape; it has to be one JSON object without update_id, which is added.
func (s *Server) Push(object string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fields := make(map[string]json.RawMessage)
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		panic(err)
	}
	fields["update_id"], _ = json.Marshal(s.updates.next)
	raw, _ := json.Marshal(fields)
	s.enqueue(raw)
}

// Unconfirmed is how many updates the bot has not confirmed yet.
func (s *Server) Unconfirmed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.updates.queue)
}

// SetWebhook is somebody who has the updates sent elsewhere.
func (s *Server) SetWebhook() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates.webhook = true
}

func (s *Server) deleteWebhook(p params) (any, *refusal) {
	s.updates.webhook = false
	if p.flag("drop_pending_updates") {
		s.updates.queue = nil
	}
	return true, nil
}

// The official server's limits on polling.
const (
	longestPoll = 50 * time.Second
	sameOffset  = 3 * time.Second        // a poll at the offset of the last one waits at least so long
	tooSoon     = 500 * time.Millisecond // and brings one update at most if it comes so soon
)

func (s *Server) getUpdates(r *http.Request, p params) (any, *refusal) {
	s.mu.Lock()
	u := &s.updates
	if u.webhook {
		s.mu.Unlock()
		return nil, &refusal{code: WebhookSet.Code, text: WebhookSet.Description}
	}
	if raw, given := p["allowed_updates"]; given && raw != "null" {
		u.allowed = nil
		_ = json.Unmarshal([]byte(raw), &u.allowed)
	}
	close(u.polling) // whoever polls already is told to go
	mine := make(chan struct{})
	u.polling = mine
	limit, wait := s.confirm(p)
	s.mu.Unlock()

	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		s.mu.Lock()
		pending, changed := u.page(limit), u.changed
		s.mu.Unlock()
		if len(pending) > 0 {
			return pending, nil
		}
		select {
		case <-changed:
		case <-timer.C:
			return []json.RawMessage{}, nil
		case <-mine:
			return nil, &refusal{code: 409, text: "Conflict: terminated by other getUpdates request; " +
				"make sure that only one bot instance is running"}
		case <-r.Context().Done():
			return nil, &refusal{code: 500, text: "Internal Server Error: closing"}
		case <-s.closed:
			return nil, &refusal{code: 500, text: "Internal Server Error: closing"}
		}
	}
}

// confirm forgets what is below the offset, and says how many updates the poll may bring and how long it may wait.
// The caller has the lock.
func (s *Server) confirm(p params) (limit int, wait time.Duration) {
	u := &s.updates
	offset, now := p.integer("offset"), s.now()
	if offset < 0 {
		keep := int(min(-offset, int64(len(u.queue))))
		u.queue = u.queue[len(u.queue)-keep:]
	}
	for len(u.queue) > 0 && u.queue[0].id < offset {
		u.queue = u.queue[1:]
	}
	limit = 100
	if n := p.integer("limit"); n > 0 && n < 100 {
		limit = int(n)
	}
	wait = min(time.Duration(max(p.integer("timeout"), 0))*time.Second, longestPoll)
	if offset == u.offset && now.Sub(u.began) < sameOffset {
		wait = max(wait, sameOffset)
		if now.Sub(u.began) < tooSoon {
			limit = 1
		}
	}
	u.offset, u.began = offset, now
	return limit, wait
}

func (u *updates) page(limit int) []json.RawMessage {
	var out []json.RawMessage
	for _, one := range u.queue[:min(limit, len(u.queue))] {
		out = append(out, one.raw)
	}
	return out
}
