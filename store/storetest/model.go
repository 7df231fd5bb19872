package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// RunModel does random things to a store and to a model of it in a few maps, and compares what both say. When they
// differ it shows the shortest way there.
func RunModel(t *testing.T, open func(*testing.T) store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{
			T: rt, t: t, s: open(t), now: noon,
			tokens: map[string]bool{}, seen: map[string]bool{}, incidents: map[string][]intel.Change{},
			after: map[string]string{}, cards: map[string]*modelRow{}, announcements: map[string]*modelRow{},
			subscriptions: map[string]intel.Subscription{}, documents: map[string]string{},
		}
		m.begin()
		for range rapid.IntRange(10, 50).Draw(rt, "steps") {
			act := rapid.SampledFrom(m.actions()).Draw(rt, "action")
			act.do()
		}
		m.compare()
	})
}

// machine is a store and what it should be.
type machine struct {
	*rapid.T
	t   *testing.T
	s   store.Store
	now time.Time

	tokens        map[string]bool
	seen          map[string]bool
	history       []string
	incidents     map[string][]intel.Change // all revisions
	after         map[string]string         // progress of each notice whose fan-out is not over
	cards         map[string]*modelRow
	announcements map[string]*modelRow
	subscriptions map[string]intel.Subscription
	documents     map[string]string // by kind and key; what is not there is empty
}

// modelRow is a card, or an announcement as a card that wants one revision.
type modelRow struct {
	intel.Card
	speak   int       // last revision to be spoken
	until   time.Time // of its claim; zero without one
	last    string    // token of the last claim
	settled string    // of the last one ended by its holder
	issued  []string  // all its tokens, and none
}

func (r *modelRow) behind() bool {
	return r.Abandoned == "" && (r.Told < r.Wanted || r.Spoken < r.speak)
}

type action struct {
	name string
	do   func()
}

// String lets a failure name the action.
func (a action) String() string { return a.name }

func (m *machine) actions() []action {
	return []action{
		{"settle a card", func() { m.settle(m.cards, m.cardCalls()) }},
		{"settle an announcement", func() { m.settle(m.announcements, m.announcementCalls()) }},
		{"claim cards", m.claimCards},
		{"claim announcements", m.claimAnnouncements},
		{"time passes", func() { m.now = m.now.Add(m.span()) }},
		{"commit", m.commit},
		{"commit again", m.commit},
		{"raise", m.raise},
		{"raise again", m.raise},
		{"announce", m.announce},
		{"subscribe", m.subscribe},
		{"unsubscribe", m.unsubscribe},
		{"erase a chat", m.eraseChat},
		{"move a chat", m.moveChat},
		{"replace a document", m.replaceDocument},
		{"compare", m.compareCards},
	}
}

// begin makes some cards and announcements, so that there is something to disagree about.
func (m *machine) begin() {
	for n, id := range []string{"a", "b"} {
		step := observed(n, change(incident(id, 1), intel.Opened))
		step.Token = fmt.Sprint("token-", n)
		m.ok(m.s.Commit(m.t.Context(), step))
		m.committed(step)
		p := page(incident(id, 1), chats(0, 3)...)
		m.ok(m.s.Raise(m.t.Context(), p))
		m.raised(p)
	}
	for n := range 4 {
		a := announcement(fmt.Sprint("key-", n), chat(n%2))
		m.ok(m.s.Announce(m.t.Context(), a))
		m.announced(a)
	}
}

func (m *machine) span() time.Duration {
	return time.Duration(rapid.IntRange(0, 120).Draw(m.T, "minutes")) * time.Minute
}

func (m *machine) ok(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m *machine) want(err, want error) {
	m.Helper()
	if !errors.Is(err, want) {
		m.Fatalf("got error %v, want %v", err, want)
	}
}

func equal[T any](m *machine, what string, got, want T) {
	m.Helper()
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		m.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// commit takes a step that may be a repeat, seen before or in conflict.
func (m *machine) commit() {
	n := rapid.IntRange(0, 19).Draw(m.T, "observation")
	step := observed(n)
	step.Token = fmt.Sprint("token-", rapid.IntRange(0, 19).Draw(m.T, "token"))
	id := m.id()
	i := incident(id, len(m.incidents[id])+rapid.SampledFrom([]int{1, 1, 1, 1, 1, 0, 2}).Draw(m.T, "revision"))
	i.Severity = intel.Severity(rapid.IntRange(0, 3).Draw(m.T, "severity"))
	c := change(i, rapid.SampledFrom([]intel.ChangeKind{intel.Opened, intel.Updated, intel.Escalated}).Draw(m.T, "change"))
	if rapid.IntRange(0, 3).Draw(m.T, "silent") == 3 {
		c.Notice = nil
	}
	step.Changes = []intel.Change{c}
	err := m.s.Commit(m.t.Context(), step)
	switch key := step.Observation.Key(); {
	case m.tokens[step.Token]:
		m.ok(err)
	case m.seen[key]:
		m.want(err, store.ErrSeen)
	case i.Revision != len(m.incidents[id])+1:
		m.want(err, store.ErrConflict)
	default:
		m.ok(err)
		m.committed(step)
	}
}

// id is an incident's, known or not.
func (m *machine) id() string {
	return rapid.SampledFrom([]string{"a", "a", "b", "c"}).Draw(m.T, "incident")
}

func (m *machine) committed(step store.Step) {
	key, c := step.Observation.Key(), step.Changes[0]
	m.tokens[step.Token], m.seen[key] = true, true
	m.history = append(m.history, key)
	m.incidents[c.Incident.ID] = append(m.incidents[c.Incident.ID], c)
	if c.Notice != nil {
		m.after[noticeName(*c.Notice)] = ""
	}
}

// raise does a page of a notice, be it pending, over or not there.
func (m *machine) raise() {
	id := m.id()
	p := store.Page{
		Incident: id, Revision: rapid.IntRange(1, max(1, len(m.incidents[id]))).Draw(m.T, "revision"),
		Severity: intel.Severity(rapid.IntRange(0, 3).Draw(m.T, "severity")), Due: m.now.Add(m.span()),
		After: rapid.SampledFrom([]string{"", "a", "ab", "b"}).Draw(m.T, "after"),
		Done:  rapid.IntRange(0, 3).Draw(m.T, "done") == 3,
		To:    rapid.SliceOfN(rapid.SampledFrom(chats(0, 4)), 0, 4).Draw(m.T, "to"),
	}
	err := m.s.Raise(m.t.Context(), p)
	all := m.incidents[id]
	if p.Revision > len(all) || all[p.Revision-1].Notice == nil {
		m.want(err, store.ErrNotFound)
		return
	}
	m.ok(err)
	m.raised(p)
}

func (m *machine) raised(p store.Page) {
	id := p.Incident
	for _, to := range p.To {
		r := m.cards[at(id, to)]
		if r == nil {
			r = &modelRow{Card: named(id, to), issued: []string{""}}
			m.cards[at(id, to)] = r
		}
		if r.Wanted < p.Revision {
			r.Wanted, r.Severity, r.Due, r.speak = p.Revision, p.Severity, p.Due, m.lastSpoken(id, p.Revision)
		}
	}
	name := fmt.Sprintf("%s/%d", id, p.Revision)
	if before, pending := m.after[name]; pending {
		m.after[name] = max(before, p.After)
		if p.Done {
			delete(m.after, name)
		}
	}
}

func (m *machine) lastSpoken(id string, revision int) int {
	for ; revision > 0; revision-- {
		if n := m.incidents[id][revision-1].Notice; n != nil && n.Change.Spoken() {
			return revision
		}
	}
	return 0
}

func (m *machine) announce() {
	a := announcement(fmt.Sprint("key-", rapid.IntRange(0, 4).Draw(m.T, "key")),
		rapid.SampledFrom(chats(0, 3)).Draw(m.T, "to"))
	a.Due = m.now.Add(m.span())
	m.ok(m.s.Announce(m.t.Context(), a))
	m.announced(a)
}

func (m *machine) announced(a intel.Announcement) {
	if m.announcements[a.Key] == nil {
		m.announcements[a.Key] = &modelRow{
			Card: intel.Card{Incident: a.Key, Destination: a.Destination, Wanted: 1, Due: a.Due}, issued: []string{""},
		}
	}
}

func (m *machine) claimCards() {
	limit, until := rapid.IntRange(0, 3).Draw(m.T, "limit"), m.now.Add(m.span())
	got, err := m.s.ClaimCards(m.t.Context(), m.now, until, limit)
	m.ok(err)
	m.handed(m.cards, limit, until, len(got), func(n int) (string, intel.Card) {
		return at(got[n].Incident, got[n].Destination), got[n]
	})
}

func (m *machine) claimAnnouncements() {
	limit, until := rapid.IntRange(0, 3).Draw(m.T, "limit"), m.now.Add(m.span())
	got, err := m.s.ClaimAnnouncements(m.t.Context(), m.now, until, limit)
	m.ok(err)
	m.handed(m.announcements, limit, until, len(got), func(n int) (string, intel.Card) {
		a := got[n]
		return a.Key, intel.Card{
			Incident: a.Key, Destination: a.Destination, Wanted: 1, Due: a.Due, Attempts: a.Attempts, Claim: a.Claim,
		}
	})
}

// handed checks that each row handed out was one of the best, and that none is left.
func (m *machine) handed(rows map[string]*modelRow, limit int, until time.Time, n int,
	nth func(int) (name string, c intel.Card),
) {
	for i := range n {
		name, c := nth(i)
		if best := m.best(rows); !slices.Contains(best, name) {
			m.Fatalf("%s was handed out; the best were %v", name, best)
		}
		r := rows[name]
		want := r.Card
		want.Claim = c.Claim
		equal(m, "handed out", c, want)
		if c.Claim == "" || slices.Contains(r.issued, c.Claim) {
			m.Fatalf("the token of %s is %q", name, c.Claim)
		}
		r.last, r.issued = c.Claim, append(r.issued, c.Claim)
		for _, other := range rows { // a destination has one claim at most
			if other.Destination == r.Destination {
				other.until = time.Time{}
			}
		}
		r.until = until
		if !until.After(m.now) { // over at once; it must not be handed out twice all the same
			r.until = m.now.Add(1)
			defer func() { r.until = until }()
		}
	}
	if best := m.best(rows); n < limit && len(best) > 0 {
		m.Fatalf("%d of %d were handed out, and %v are left", n, limit, best)
	}
}

// best returns the rows that may be handed out next.
func (m *machine) best(rows map[string]*modelRow) (names []string) {
	busy := map[intel.Destination]bool{}
	for _, r := range rows {
		busy[r.Destination] = busy[r.Destination] || r.until.After(m.now)
	}
	var best *modelRow
	for name, r := range rows {
		if !r.behind() || r.Due.After(m.now) || busy[r.Destination] {
			continue
		}
		order := -1
		if best != nil {
			order = cmp.Or(cmp.Compare(best.Severity, r.Severity), r.Due.Compare(best.Due))
		}
		if order < 0 {
			best, names = r, nil
		}
		if order <= 0 {
			names = append(names, name)
		}
	}
	return names
}

// calls are the ways to say what came of a row.
type calls struct {
	extend, postpone, release func(r *modelRow, claim string, at time.Time) error
	told                      func(r *modelRow, claim string, told, spoken int, receipt string) error
	abandon                   func(r *modelRow, claim, reason string) error
	requeue                   func(r *modelRow, at time.Time) error
	announcement              bool
}

func (m *machine) cardCalls() calls {
	ctx := m.t.Context()
	under := func(r *modelRow, claim string) intel.Card {
		return intel.Card{Incident: r.Incident, Destination: r.Destination, Claim: claim}
	}
	return calls{
		extend:   func(r *modelRow, c string, at time.Time) error { return m.s.ExtendCard(ctx, under(r, c), at) },
		postpone: func(r *modelRow, c string, at time.Time) error { return m.s.PostponeCard(ctx, under(r, c), at) },
		release:  func(r *modelRow, c string, at time.Time) error { return m.s.ReleaseCard(ctx, under(r, c), at) },
		told: func(r *modelRow, c string, told, spoken int, receipt string) error {
			return m.s.Told(ctx, under(r, c), told, spoken, receipt)
		},
		abandon: func(r *modelRow, c, reason string) error { return m.s.AbandonCard(ctx, under(r, c), reason) },
		requeue: func(r *modelRow, at time.Time) error { return m.s.RequeueCard(ctx, r.Incident, r.Destination, at) },
	}
}

func (m *machine) announcementCalls() calls {
	ctx := m.t.Context()
	under := func(r *modelRow, claim string) intel.Announcement {
		return intel.Announcement{Key: r.Incident, Destination: r.Destination, Claim: claim}
	}
	return calls{
		extend:   func(r *modelRow, c string, at time.Time) error { return m.s.ExtendAnnouncement(ctx, under(r, c), at) },
		postpone: func(r *modelRow, c string, at time.Time) error { return m.s.PostponeAnnouncement(ctx, under(r, c), at) },
		release:  func(r *modelRow, c string, at time.Time) error { return m.s.ReleaseAnnouncement(ctx, under(r, c), at) },
		told: func(r *modelRow, c string, _, _ int, _ string) error {
			return m.s.AnnouncementTold(ctx, under(r, c))
		},
		abandon:      func(r *modelRow, c, reason string) error { return m.s.AbandonAnnouncement(ctx, under(r, c), reason) },
		requeue:      func(r *modelRow, at time.Time) error { return m.s.RequeueAnnouncement(ctx, r.Incident, at) },
		announcement: true,
	}
}

// settle says something of a row, under its claim, an older one or none.
func (m *machine) settle(rows map[string]*modelRow, c calls) {
	if len(rows) == 0 {
		return
	}
	r := rows[rapid.SampledFrom(slices.Sorted(maps.Keys(rows))).Draw(m.T, "row")]
	claim := rapid.SampledFrom(r.issued).Draw(m.T, "claim")
	if rapid.Bool().Draw(m.T, "last claim") {
		claim = r.last
	}
	due := m.now.Add(m.span())
	how := rapid.SampledFrom([]string{"told", "postpone", "release", "abandon", "extend", "requeue"}).Draw(m.T, "how")
	switch how {
	case "requeue":
		m.ok(c.requeue(r, due))
		if r.Abandoned != "" {
			r.Abandoned, r.Attempts, r.Due = "", 0, due
		}
		return
	case "extend":
		m.extend(rows, r, claim, due, c.extend(r, claim, due))
		return
	}
	m.end(r, c, how, claim, due)
}

// end ends a row's claim in one of the ways there are.
func (m *machine) end(r *modelRow, c calls, how, claim string, due time.Time) {
	revision := rapid.IntRange(0, max(r.Wanted, 1)).Draw(m.T, "told")
	spoken := rapid.IntRange(0, revision).Draw(m.T, "spoken")
	receipt := rapid.SampledFrom([]string{"", "r1", "r2"}).Draw(m.T, "receipt")
	err := map[string]func() error{
		"told":     func() error { return c.told(r, claim, revision, spoken, receipt) },
		"postpone": func() error { return c.postpone(r, claim, due) },
		"release":  func() error { return c.release(r, claim, due) },
		"abandon":  func() error { return c.abandon(r, claim, "reason "+receipt) },
	}[how]()
	if claim != "" && claim != r.settled && claim != r.last {
		m.want(err, store.ErrClaimLost)
		return
	}
	m.ok(err)
	if claim != "" && claim == r.settled {
		return
	}
	attempt := 0
	if claim != "" || !r.until.IsZero() {
		attempt = 1
	}
	r.until = time.Time{}
	if claim != "" {
		r.settled = claim
	}
	switch how {
	case "told":
		r.tell(revision, spoken, receipt, c.announcement)
	case "postpone":
		r.Attempts, r.Due = r.Attempts+attempt, due
	case "release":
		r.Due = due
	case "abandon":
		if r.Abandoned == "" && !(c.announcement && r.Told > 0) {
			r.Abandoned = "reason " + receipt
		}
	}
}

func (r *modelRow) tell(revision, spoken int, receipt string, announcement bool) {
	if announcement {
		r.Told, r.Abandoned = 1, ""
		return
	}
	if receipt != "" && revision >= r.Told {
		r.Receipt = receipt
	}
	r.Told, r.Spoken, r.Attempts = max(r.Told, revision), max(r.Spoken, spoken), 0
}

// extend checks what came of extending a claim. Whether an earlier claim of another row that has run out is still
// in the way is the store's affair: a claim that ran out may be extended or not.
func (m *machine) extend(rows map[string]*modelRow, r *modelRow, claim string, until time.Time, err error) {
	if claim == "" || claim == r.settled || claim != r.last {
		m.want(err, store.ErrClaimLost)
		return
	}
	for _, other := range rows {
		if other != r && other.Destination == r.Destination && other.until.After(m.now) {
			m.want(err, store.ErrClaimLost)
			return
		}
	}
	if errors.Is(err, store.ErrClaimLost) && !r.until.After(m.now) {
		return
	}
	m.ok(err)
	r.until = until
}

func (m *machine) subscribe() {
	sub := subscription(rapid.IntRange(0, 5).Draw(m.T, "id"), rapid.SampledFrom(chats(0, 3)).Draw(m.T, "to"))
	sub.Paused = rapid.SampledFrom([]string{"", "blocked"}).Draw(m.T, "paused")
	if rapid.Bool().Draw(m.T, "mutes") {
		sub.Mutes = []intel.Mute{{Incident: "a", Until: m.now}}
	}
	m.ok(m.s.Subscribe(m.t.Context(), sub))
	m.subscriptions[sub.ID] = sub
}

func (m *machine) unsubscribe() {
	id := subscription(rapid.IntRange(0, 5).Draw(m.T, "id"), chat(0)).ID
	m.ok(m.s.Unsubscribe(m.t.Context(), id))
	delete(m.subscriptions, id)
}

// compare reads all there is to read.
func (m *machine) compare() {
	m.compareIntake()
	m.compareCards()
	m.compareSubscriptions()
	m.compareDocuments()
}

func (m *machine) compareIntake() {
	ctx := m.t.Context()
	for n := range 20 {
		got, err := m.s.Seen(ctx, article(n).Key())
		m.ok(err)
		equal(m, "seen", got, m.seen[article(n).Key()])
	}
	var history []string
	m.ok(m.s.Observations(ctx, func(o intel.Observation) error {
		history = append(history, o.Key())
		return nil
	}))
	equal(m, "history", history, m.history)
	for id, all := range m.incidents {
		got, err := m.s.Incident(ctx, id)
		m.ok(err)
		equal(m, "incident", got, all[len(all)-1].Incident)
		var want []intel.Notice
		for _, c := range all {
			if c.Notice != nil {
				want = append(want, *c.Notice)
			}
		}
		notices, err := m.s.Notices(ctx, id, 0)
		m.ok(err)
		equal(m, "notices", notices, want)
	}
	got, err := m.s.PendingNotices(ctx, 100)
	m.ok(err)
	equal(m, "pending", got, m.pending())
}

func (m *machine) pending() (all []store.Pending) {
	severity := func(p store.Pending) intel.Severity {
		revisions := m.incidents[p.Notice.Incident]
		return revisions[len(revisions)-1].Incident.Severity
	}
	for _, revisions := range m.incidents {
		for _, c := range revisions {
			if c.Notice == nil {
				continue
			}
			if after, pending := m.after[noticeName(*c.Notice)]; pending {
				all = append(all, store.Pending{Notice: *c.Notice, After: after})
			}
		}
	}
	slices.SortFunc(all, func(a, b store.Pending) int {
		return cmp.Or(cmp.Compare(severity(b), severity(a)), a.Notice.Time.Compare(b.Notice.Time),
			cmp.Compare(a.Notice.Incident, b.Notice.Incident), cmp.Compare(a.Notice.Revision, b.Notice.Revision))
	})
	return all
}

func (m *machine) compareCards() {
	ctx := m.t.Context()
	var dead []intel.Card
	for _, id := range []string{"a", "b", "c"} {
		var want []intel.Card
		for _, to := range chats(0, 4) {
			if r := m.cards[at(id, to)]; r != nil {
				want = append(want, r.Card)
				if r.Abandoned != "" {
					dead = append(dead, r.Card)
				}
			}
		}
		got, err := m.s.CardsOf(ctx, id, "", 100)
		m.ok(err)
		equal(m, "cards", got, want)
	}
	got, err := m.s.AbandonedCards(ctx, intel.Card{}, 100)
	m.ok(err)
	equal(m, "abandoned cards", got, dead)
	var wantKeys, keys []string
	for key, r := range m.announcements {
		if r.Abandoned != "" {
			wantKeys = append(wantKeys, key+" "+r.Abandoned)
		}
	}
	slices.Sort(wantKeys)
	announcements, err := m.s.AbandonedAnnouncements(ctx, "", 100)
	m.ok(err)
	for _, a := range announcements {
		keys = append(keys, a.Key+" "+a.Abandoned)
	}
	equal(m, "abandoned announcements", keys, wantKeys)
}

func (m *machine) compareSubscriptions() {
	ctx := m.t.Context()
	var all []intel.Subscription
	at := map[intel.Destination][]intel.Subscription{}
	for _, id := range slices.Sorted(maps.Keys(m.subscriptions)) {
		sub := m.subscriptions[id]
		all, at[sub.Destination] = append(all, sub), append(at[sub.Destination], sub)
	}
	got, err := m.s.SubscriptionsAfter(ctx, "", 100)
	m.ok(err)
	equal(m, "subscriptions", got, all)
	for _, to := range chats(0, 3) {
		got, err := m.s.SubscriptionsAt(ctx, to)
		m.ok(err)
		equal(m, "subscriptions at", got, at[to])
		got, err = m.s.ChatSubscriptions(ctx, to.Platform, to.Chat)
		m.ok(err)
		equal(m, "subscriptions of the chat", got, at[to])
	}
}
