package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// RunPortable checks that all a store keeps can be taken to an empty one of its kind. Open opens an empty store,
// as often as it is called.
func RunPortable(t *testing.T, open func(*testing.T) store.Store) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, open func(*testing.T) store.Store)
	}{
		{"nothing is carried as nothing", nothingIsCarried},
		{"everything is carried", everythingIsCarried},
		{"what was told is not sent again", toldStaysTold},
		{"what waits is sent once", waitingIsSent},
		{"a chat that was carried is erased and moved", carriedChats},
		{"what was told is taken from a backup that does not say where", toldNowhere},
		{"fences go on rising", fencesGoOn},
		{"only into an empty store", onlyIntoEmpty},
		{"a fault before the first record changes nothing", faultChangesNothing},
		{"an error of yield ends the export", yieldEndsExport},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open) })
	}
}

func nothingIsCarried(t *testing.T, open func(*testing.T) store.Store) {
	from, to := open(t), open(t)
	carry(t, from, to)
	same(t, "records", exported(t, to), exported(t, from))
	ok(t, to.Commit(t.Context(), observed(1)))
}

func everythingIsCarried(t *testing.T, open func(*testing.T) store.Store) {
	from, to := open(t), open(t)
	Fill(t, from)
	carry(t, from, to)
	SameReads(t, to, from)
	same(t, "exported again", exported(t, to), exported(t, from))
}

func toldStaysTold(t *testing.T, open func(*testing.T) store.Store) {
	from, to := open(t), open(t)
	raised(t, from, incident("a", 1), chat(1), chat(2))
	claim(t, from, noon, 1)
	ok(t, from.Told(t.Context(), named("a", chat(1)), 1, 1, "r1"))
	ok(t, from.Announce(t.Context(), intel.Announcement{Key: "k", Destination: chat(1), Due: noon}))
	ok(t, from.AnnouncementTold(t.Context(), keyed("k")))
	carry(t, from, to)
	ok(t, to.Announce(t.Context(), intel.Announcement{Key: "k", Destination: chat(1), Due: noon}))
	words, err := to.ClaimAnnouncements(t.Context(), noon, noon.Add(time.Minute), 10)
	ok(t, err)
	same(t, "announcements", words, nil)
	same(t, "claimed", claim(t, to, noon, 10), []string{at("a", chat(2))})
	ok(t, to.Commit(t.Context(), tick(change(incident("a", 2), intel.Escalated))))
	ok(t, to.Raise(t.Context(), page(incident("a", 2), chat(1))))
	if c := card(t, to, "a", chat(1)); c.Receipt != "r1" || c.Wanted != 2 || c.Told != 1 {
		t.Errorf("the card went on as %+v", c)
	}
}

func waitingIsSent(t *testing.T, open func(*testing.T) store.Store) {
	from, to := open(t), open(t)
	raised(t, from, incident("a", 1), chat(1))
	claim(t, from, noon, 10) // by a process that is gone
	ok(t, from.Commit(t.Context(), tick(opened("b"))))
	p := page(incident("b", 1), chat(2))
	p.After, p.Done = "sub-1", false
	ok(t, from.Raise(t.Context(), p))
	carry(t, from, to)
	got, err := to.PendingNotices(t.Context(), 10)
	ok(t, err)
	same(t, "pending", got, []store.Pending{{Notice: *opened("b").Notice, After: "sub-1"}})
	same(t, "claimed", sorted(claim(t, to, noon, 10)), []string{at("a", chat(1)), at("b", chat(2))})
	ok(t, to.Raise(t.Context(), page(incident("b", 1), chat(3))))
	same(t, "pending", pending(t, to), nil)
}

func carriedChats(t *testing.T, open func(*testing.T) store.Store) {
	from := open(t)
	settled(t, from)
	before := everythingKept(t, from)
	erased, moved := open(t), open(t)
	carry(t, from, erased)
	ok(t, erased.EraseChat(t.Context(), tg, group))
	exactly(t, "without the erased", everythingKept(t, erased), before.without(tg, group))
	carry(t, from, moved)
	ok(t, moved.MoveChat(t.Context(), tg, group, newGroup))
	exactly(t, "the moved", everythingKept(t, moved).of(tg, newGroup), before.of(tg, group).movedTo(newGroup))
}

func toldNowhere(t *testing.T, open func(*testing.T) store.Store) {
	s := open(t)
	rest := []store.Record{store.AnnouncementRecord{Announcement: intel.Announcement{Key: "k", Due: noon, Told: true}}}
	ok(t, s.Import(t.Context(), func() (store.Record, error) {
		if len(rest) == 0 {
			return nil, io.EOF
		}
		r := rest[0]
		rest = rest[1:]
		return r, nil
	}))
	ok(t, s.Announce(t.Context(), announcement("k", chat(1))))
	same(t, "claimed", claimKeys(t, s, noon, 10), nil)
	exactly(t, "what is kept", everythingKept(t, s), kept{{}: {`announcement k, told true, "", `}})
}

func fencesGoOn(t *testing.T, open func(*testing.T) store.Store) {
	from, to := open(t), open(t)
	old := acquired(t, from, "one")
	carry(t, from, to)
	if fence := acquired(t, to, "two"); fence <= old {
		t.Errorf("fence %d after %d", fence, old)
	}
	late := tick(opened("a"))
	late.Fence = old
	wantErr(t, to.Commit(t.Context(), late), store.ErrFenced)
}

func onlyIntoEmpty(t *testing.T, open func(*testing.T) store.Store) {
	from := open(t)
	Fill(t, from)
	for name, put := range map[string]func(store.Store) error{
		"a step":         func(s store.Store) error { return s.Commit(t.Context(), observed(90)) },
		"an incident":    func(s store.Store) error { return s.Commit(t.Context(), tick(opened("mine"))) },
		"a cursor":       func(s store.Store) error { return s.SaveCursor(t.Context(), "w", []byte("1")) },
		"a document":     func(s store.Store) error { return replaced(t, s, "kind", "key", "", "x") },
		"a subscription": func(s store.Store) error { return s.Subscribe(t.Context(), subscriptions()[0]) },
		"an announcement": func(s store.Store) error {
			return s.Announce(t.Context(), intel.Announcement{Key: "mine", Destination: chat(1), Due: noon})
		},
		"a fence": func(s store.Store) error {
			_, err := s.Acquire(t.Context(), "other", "me", time.Hour)
			return err
		},
	} {
		to := open(t)
		ok(t, put(to))
		before := exported(t, to)
		if err := move(t.Context(), from, to); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("with %s: %v", name, err)
		}
		same(t, "with "+name, exported(t, to), before)
	}
}

func faultChangesNothing(t *testing.T, open func(*testing.T) store.Store) {
	from, to, fault := open(t), open(t), errors.New("fault")
	wantErr(t, to.Import(t.Context(), func() (store.Record, error) { return nil, fault }), fault)
	Fill(t, from)
	carry(t, from, to)
	same(t, "exported again", exported(t, to), exported(t, from))
}

func yieldEndsExport(t *testing.T, open func(*testing.T) store.Store) {
	s, fault := open(t), errors.New("fault")
	Fill(t, s)
	n := 0
	wantErr(t, s.Export(t.Context(), func(store.Record) error { n++; return fault }), fault)
	same(t, "records handed out", n, 1)
	ok(t, s.Commit(t.Context(), observed(91))) // it is still of use
}

// Fill puts something of everything into an empty store, in every state that it can have.
func Fill(t *testing.T, s store.Store) {
	t.Helper()
	ctx := t.Context()
	for n, o := range bodies() {
		ok(t, s.Commit(ctx, store.Step{
			Token: fmt.Sprintf("fill-%d", n), Time: noon.Add(time.Duration(n) * time.Second), Observation: &o,
		}))
	}
	for n := range 30 {
		ok(t, s.Commit(ctx, seen(bar(noon.Add(time.Duration(n)*5*time.Minute), 1, 3, 0.5, 2, float64(n)))))
	}
	odd := observed(80)
	odd.Observation.Body = intel.Article{GUID: "nul\x00 %_*?[ \U0001f1f0", URL: "\xff"}
	ok(t, s.Commit(ctx, odd))
	bad := observed(81)
	bad.Quarantined = "the detectors could not take it"
	ok(t, s.Commit(ctx, bad))

	raised(t, s, incident("a", 1), chats(1, 7)...)
	claim(t, s, noon, 10)
	ok(t, s.Told(ctx, named("a", chat(1)), 1, 1, "r1"))
	ok(t, s.PostponeCard(ctx, named("a", chat(2)), noon.Add(123456*time.Microsecond)))
	ok(t, s.AbandonCard(ctx, named("a", chat(3)), "blocked"))
	ok(t, s.Told(ctx, named("a", chat(4)), 1, 0, "r4"))
	full := change(fullIncident("b", 1), intel.Opened)
	ok(t, s.Commit(ctx, tick(full)))
	second := incident("a", 2)
	second.Severity = intel.Critical
	ok(t, s.Commit(ctx, tick(change(second, intel.Escalated))))
	p := page(second, chat(1), chat(3))
	p.After, p.Done = "sub-1", false
	ok(t, s.Raise(ctx, p))
	third := incident("a", 3)
	ok(t, s.Commit(ctx, tick(intel.Change{Incident: third})))
	thread := intel.Destination{Platform: "discord", Chat: "42", Thread: "7"}
	ok(t, s.Raise(ctx, page(fullIncident("b", 1), thread)))

	for n, key := range []string{"waits", "told", "abandoned", "postponed"} {
		ok(t, s.Announce(ctx, intel.Announcement{
			Key: key, Destination: chat(n + 1), Title: "<T>", Lines: []string{"a", "b"}, Due: noon,
		}))
	}
	ok(t, s.AnnouncementTold(ctx, keyed("told")))
	ok(t, s.AbandonAnnouncement(ctx, keyed("abandoned"), "gone"))
	words, err := s.ClaimAnnouncements(ctx, noon, noon.Add(time.Minute), 10)
	ok(t, err)
	for _, a := range words {
		if a.Key == "postponed" {
			ok(t, s.PostponeAnnouncement(ctx, a, noon.Add(time.Hour)))
		}
	}
	for _, sub := range subscriptions() {
		ok(t, s.Subscribe(ctx, sub))
	}
	for _, key := range nasty() {
		ok(t, replaced(t, s, "kind "+key, key, "", "\x00\xff"+key))
	}
	ok(t, s.ReplaceDocument(ctx, "kind", "empty", nil, []byte{}))
	ok(t, s.SaveCursor(ctx, "rss/wire", []byte("\x00\xff\"")))
	ok(t, s.SaveCursor(ctx, "empty", []byte{}))
	acquired(t, s, "one")
	ok(t, s.ReleaseClaims(ctx))
	_, err = s.Acquire(ctx, "other", "me", time.Hour)
	ok(t, err)
}

func subscriptions() []intel.Subscription {
	return []intel.Subscription{
		{ID: "one", Destination: chat(1)},
		{
			ID: "two", Destination: intel.Destination{Platform: "discord", Chat: "42", Thread: "7"}, Server: "discord/42",
			Filter: intel.Filter{Kinds: []intel.Kind{intel.Shutdown}, Countries: []string{"KZ"}, Least: intel.Major},
			Digest: true, Language: "kk", Zone: "Asia/Almaty", Mention: "@here",
			Mutes: []intel.Mute{{Incident: "a"}, {Kind: intel.Shutdown, Country: "KZ", Until: noon.Add(1)}}, Paused: "blocked",
		},
	}
}

// SameReads checks that two stores answer every read of the contract alike. It claims what is due.
func SameReads(t *testing.T, got, want store.Store) {
	t.Helper()
	same(t, "history", observations(t, got), observations(t, want))
	var ids []string
	for _, read := range []func(store.Store) (any, error){
		func(s store.Store) (any, error) { return s.LiveIncidents(t.Context(), noon) },
		func(s store.Store) (any, error) {
			all, err := s.LatestIncidents(t.Context(), 1000)
			ids = nil
			for _, i := range all {
				ids = append(ids, i.ID)
			}
			return all, err
		},
		func(s store.Store) (any, error) { return s.PendingNotices(t.Context(), 1000) },
		func(s store.Store) (any, error) { return s.AbandonedCards(t.Context(), intel.Card{}, 1000) },
		func(s store.Store) (any, error) { return s.AbandonedAnnouncements(t.Context(), "", 1000) },
		func(s store.Store) (any, error) { return s.SubscriptionsAfter(t.Context(), "", 1000) },
		func(s store.Store) (any, error) { return s.SubscriptionsAt(t.Context(), chat(1)) },
		func(s store.Store) (any, error) { return s.Cursor(t.Context(), "rss/wire") },
		func(s store.Store) (any, error) { return s.Cursor(t.Context(), "empty") },
		func(s store.Store) (any, error) { return s.ChatSubscriptions(t.Context(), "discord", "42") },
		func(s store.Store) (any, error) { return s.DocumentsAfter(t.Context(), "kind", "", 1000) },
	} {
		sameRead(t, read, got, want)
	}
	for _, key := range nasty() {
		sameRead(t, func(s store.Store) (any, error) {
			return s.DocumentsAfter(t.Context(), "kind "+key, "", 1000)
		}, got, want)
	}
	for _, id := range ids {
		sameRead(t, func(s store.Store) (any, error) { return s.Notices(t.Context(), id, 0) }, got, want)
		sameRead(t, func(s store.Store) (any, error) { return s.CardsOf(t.Context(), id, "", 1000) }, got, want)
	}
	ok(t, want.Observations(t.Context(), func(o intel.Observation) error {
		assertSeen(t, got, o.Key(), true)
		return nil
	}))
}

func sameRead(t *testing.T, read func(store.Store) (any, error), got, want store.Store) {
	t.Helper()
	g, err := read(got)
	ok(t, err)
	w, err := read(want)
	ok(t, err)
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// carry moves everything through the neutral form, as a backup does.
func carry(t *testing.T, from, to store.Store) {
	t.Helper()
	ok(t, move(t.Context(), from, to))
}

func move(ctx context.Context, from, to store.Store) error {
	data, err := written(ctx, from)
	if err != nil {
		return err
	}
	r, err := store.NewRecordReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return to.Import(ctx, r.Next)
}

func written(ctx context.Context, s store.Store) ([]byte, error) {
	var b bytes.Buffer
	w, err := store.NewRecordWriter(&b)
	if err != nil {
		return nil, err
	}
	if err := s.Export(ctx, w.Write); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// exported returns the lines of an export, sorted: seen marks come in any order, and may come twice.
func exported(t *testing.T, s store.Store) []string {
	t.Helper()
	data, err := written(t.Context(), s)
	ok(t, err)
	r, err := store.NewRecordReader(bytes.NewReader(data))
	ok(t, err)
	for err == nil {
		_, err = r.Next()
	}
	wantErr(t, err, io.EOF)
	return slices.Compact(sorted(slices.Collect(strings.Lines(string(data)))))
}

func sorted(all []string) []string {
	slices.Sort(all)
	return all
}
