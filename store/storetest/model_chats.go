package storetest

import (
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// eraseChat erases one of the chats, all of which have no threads here.
func (m *machine) eraseChat() {
	to := m.aChat("chat")
	m.ok(m.s.EraseChat(m.t.Context(), to.Platform, to.Chat))
	for _, rows := range []map[string]*modelRow{m.cards, m.announcements} {
		maps.DeleteFunc(rows, func(_ string, r *modelRow) bool { return r.Destination == to })
	}
	maps.DeleteFunc(m.subscriptions, func(_ string, s intel.Subscription) bool { return s.Destination == to })
}

func (m *machine) aChat(what string) intel.Destination {
	return rapid.SampledFrom(chats(0, 4)).Draw(m.T, what)
}

func (m *machine) moveChat() {
	from, to := m.aChat("from"), m.aChat("to")
	m.ok(m.s.MoveChat(m.t.Context(), from.Platform, from.Chat, to.Chat))
	if from == to {
		return
	}
	for name, r := range m.cards {
		if r.Destination == from {
			delete(m.cards, name)
			if m.cards[at(r.Incident, to)] == nil {
				m.cards[at(r.Incident, to)] = m.moved(r, to)
			}
		}
	}
	for _, r := range m.announcements {
		if r.Destination == from {
			r.Destination = to
			r.until = time.Time{}
		}
	}
	m.moveSubscriptions(from, to)
}

// moved is the card at its new place, as its fan-outs would have left it there.
func (m *machine) moved(r *modelRow, to intel.Destination) *modelRow {
	fresh := &modelRow{Card: r.Card, speak: r.speak, issued: []string{""}}
	fresh.Destination = to
	last := 0
	for _, p := range m.pending() {
		if p.Notice.Incident == r.Incident {
			last = max(last, p.Notice.Revision)
		}
	}
	if fresh.Wanted < last {
		all := m.incidents[r.Incident]
		fresh.Wanted, fresh.Severity, fresh.speak = last, all[len(all)-1].Incident.Severity, m.lastSpoken(r.Incident, last)
	}
	return fresh
}

func (m *machine) moveSubscriptions(from, to intel.Destination) {
	there := map[string]intel.Subscription{}
	for id, s := range m.subscriptions {
		if s.Destination == to {
			there[id] = s
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.subscriptions)) {
		s := m.subscriptions[id]
		if s.Destination != from {
			continue
		}
		s.Destination = to
		m.subscriptions[id] = s
		for _, other := range there {
			if store.SameSubscription(s, other) {
				delete(m.subscriptions, id)
			}
		}
	}
}

// replaceDocument replaces what may be something else by then.
func (m *machine) replaceDocument() {
	kind := rapid.SampledFrom([]string{"one", "two"}).Draw(m.T, "kind")
	key := rapid.SampledFrom(nasty()[:4]).Draw(m.T, "key")
	states := []string{"", "x", "y"}
	was, now := rapid.SampledFrom(states).Draw(m.T, "was"), rapid.SampledFrom(states).Draw(m.T, "now")
	if rapid.Bool().Draw(m.T, "as it is") {
		was = m.documents[kind+"/"+key]
	}
	err := m.s.ReplaceDocument(m.t.Context(), kind, key, orNone(was), orNone(now))
	if kept := m.documents[kind+"/"+key]; kept != was && kept != now {
		m.want(err, store.ErrConflict)
		return
	}
	m.ok(err)
	m.documents[kind+"/"+key] = now
}

func (m *machine) compareDocuments() {
	for _, kind := range []string{"one", "two"} {
		var want []store.Document
		for _, key := range sorted(nasty()[:4]) {
			data := orNone(m.documents[kind+"/"+key])
			got, err := m.s.Document(m.t.Context(), kind, key)
			m.ok(err)
			equal(m, "document", got, data)
			if data != nil {
				want = append(want, store.Document{Key: key, Data: data})
			}
		}
		page, err := m.s.DocumentsAfter(m.t.Context(), kind, "", 100)
		m.ok(err)
		equal(m, "documents", page, want)
	}
}
