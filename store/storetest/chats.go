package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func chatTests() []test {
	return []test{
		{"a chat's subscriptions are those of all its threads", chatSubscriptions},
		{"a chat is erased and no other", eraseOneChat},
		{"cards and announcements are erased in every state", eraseEveryState},
		{"many cards are erased", eraseMany},
		{"whoever holds a claim finds nothing", eraseClaimed},
		{"a fan-out forgets that it came by", eraseProgress},
		{"an erased chat may come back", eraseAndReturn},
		{"erasing again goes on where it broke off", eraseBrokenOff},
		{"a chat is moved and no other", moveOneChat},
		{"a moved card keeps what it has told", moveKeeps},
		{"many cards are moved", moveMany},
		{"a moved card is free", moveFrees},
		{"what the new chat has stays", moveCollides},
		{"a moved card hears of what its fan-out has passed", movePassed},
		{"announcements are moved in every state", moveAnnouncements},
		{"moving again goes on where it broke off", moveBrokenOff},
		{"moving to itself and moving nothing change nothing", moveNothing},
	}
}

const (
	tg    = "telegram"
	group = "-1001"
)

func inThread(name, thread string) intel.Destination {
	return intel.Destination{Platform: tg, Chat: name, Thread: thread}
}

// neighbours are chats whose names begin or end as that of the group, or look like a pattern of it.
func neighbours() (all []intel.Destination) {
	for _, name := range []string{
		"-100", "-10011", "-1001/", "-1001/2", "-1001/2/3", "-1001%", "-100_", "-100?", "*", "%", "-100[1]", "1001", "1",
		"'", `"`, "\\", "-1001\n", "-1001é", "-1001\U0001f1f0", "-1001:", "-10010", "-1001.", "-1001 ",
	} {
		all = append(all, inThread(name, ""))
	}
	return append(all, inThread("-10011", "4"), intel.Destination{Platform: "discord", Chat: group},
		intel.Destination{Platform: "telegra", Chat: "m/" + group}, intel.Destination{Platform: tg + "s", Chat: group})
}

// group's own destinations. Thread 3 is not a neighbour's name, for a card has one destination's name.
func own() []intel.Destination {
	return []intel.Destination{inThread(group, ""), inThread(group, "3"), inThread(group, "é/%")}
}

func subscribed(n int, to intel.Destination) intel.Subscription {
	s := subscription(n, to)
	s.Mutes, s.Paused = []intel.Mute{{Kind: intel.Shutdown, Until: noon}}, "blocked"
	return s
}

// settle gives all of the group and its neighbours a subscription, two cards and two announcements, one of them told.
func settled(t *testing.T, s store.Store) {
	t.Helper()
	all := append(own(), neighbours()...)
	raised(t, s, incident("a", 1), all...)
	raised(t, s, incident("b", 1), all...)
	for n, to := range all {
		ok(t, s.Subscribe(t.Context(), subscribed(n, to)))
		ok(t, s.Told(t.Context(), named("b", to), 1, 1, "receipt of "+to.String()))
		for _, key := range []string{"waits/", "told/"} {
			ok(t, s.Announce(t.Context(), announcement(key+to.String(), to)))
		}
		ok(t, s.AnnouncementTold(t.Context(), keyed("told/"+to.String())))
	}
}

// kept is all that a store keeps for chats, by where it is kept.
type kept map[intel.Destination][]string

func everythingKept(t *testing.T, s store.Store) kept {
	t.Helper()
	all := kept{}
	ok(t, s.Export(t.Context(), func(r store.Record) error {
		switch r := r.(type) {
		case store.CardRecord:
			c := r.Card
			all.add(c.Destination, "card of %s, %d/%d/%d, %q, %q", c.Incident, c.Wanted, c.Told, c.Spoken, c.Receipt, c.Abandoned)
		case store.AnnouncementRecord:
			a := r.Announcement
			all.add(a.Destination, "announcement %s, told %v, %q, %s", a.Key, a.Told, a.Abandoned, a.Title)
		case store.SubscriptionRecord:
			sub := r.Subscription
			all.add(sub.Destination, "subscription %s, paused %q, %d mutes", sub.ID, sub.Paused, len(sub.Mutes))
		}
		return nil
	}))
	for _, what := range all {
		slices.Sort(what)
	}
	return all
}

func (k kept) add(to intel.Destination, format string, args ...any) {
	k[to] = append(k[to], fmt.Sprintf(format, args...))
}

// of is what is kept for a chat, in all its threads.
func (k kept) of(platform, name string) kept {
	all := kept{}
	for to, what := range k {
		if to.Platform == platform && to.Chat == name {
			all[to] = what
		}
	}
	return all
}

// without is what is kept for all others.
func (k kept) without(platform, name string) kept {
	all := kept{}
	for to, what := range k {
		if to.Platform != platform || to.Chat != name {
			all[to] = what
		}
	}
	return all
}

// movedTo is the same at another chat.
func (k kept) movedTo(name string) kept {
	all := kept{}
	for to, what := range k {
		to.Chat = name
		all[to] = what
	}
	return all
}

func ofGroup(t *testing.T, s store.Store) kept {
	t.Helper()
	return everythingKept(t, s).of(tg, group)
}

func chatSubscriptions(t *testing.T, s store.Store) {
	settled(t, s)
	extra := subscribed(999, inThread(group, "3"))
	ok(t, s.Subscribe(t.Context(), extra))
	var want []intel.Subscription
	for n, to := range own() {
		want = append(want, subscribed(n, to))
	}
	got, err := s.ChatSubscriptions(t.Context(), tg, group)
	ok(t, err)
	exactly(t, "subscriptions", got, append(want, extra))
	ok(t, s.Unsubscribe(t.Context(), want[1].ID))
	gone := want[0]
	gone.Destination.Chat = "elsewhere"
	ok(t, s.Subscribe(t.Context(), gone))
	got, err = s.ChatSubscriptions(t.Context(), tg, group)
	ok(t, err)
	exactly(t, "subscriptions that are left", got, []intel.Subscription{want[2], extra})
	got, err = s.ChatSubscriptions(t.Context(), tg, "nobody")
	ok(t, err)
	same(t, "nobody's", got, nil)
}

func eraseOneChat(t *testing.T, s store.Store) {
	settled(t, s)
	before := everythingKept(t, s)
	if len(before.of(tg, group)) != len(own()) {
		t.Fatalf("the group has %v", before.of(tg, group))
	}
	for range 2 {
		ok(t, s.EraseChat(t.Context(), tg, group))
		exactly(t, "what is kept", everythingKept(t, s), before.without(tg, group))
	}
	for _, to := range own() {
		got, err := s.SubscriptionsAt(t.Context(), to)
		ok(t, err)
		same(t, "subscriptions at "+to.String(), got, nil)
	}
}

// everyState gives one destination cards and announcements in every state, and says how many of each.
func everyState(t *testing.T, s store.Store, to intel.Destination) (cards, announcements []string) {
	t.Helper()
	ctx := t.Context()
	cards = []string{"claimed", "told", "behind", "postponed", "abandoned"}
	for _, id := range cards {
		raised(t, s, incident(id, 1), to)
	}
	claim(t, s, noon, 1)
	ok(t, s.Told(ctx, named("told", to), 1, 1, "r"))
	ok(t, s.Told(ctx, named("behind", to), 1, 1, "r"))
	second := incident("behind", 2)
	ok(t, s.Commit(ctx, tick(change(second, intel.Escalated))))
	ok(t, s.Raise(ctx, page(second, to)))
	ok(t, s.PostponeCard(ctx, named("postponed", to), noon.Add(time.Hour)))
	ok(t, s.AbandonCard(ctx, named("abandoned", to), "gone"))
	announcements = []string{"claimed", "told", "waits", "postponed", "abandoned"}
	for n, key := range announcements {
		a := announcement(key, to)
		a.Due = noon.Add(time.Duration(n) * time.Second)
		ok(t, s.Announce(ctx, a))
	}
	claimKeys(t, s, noon, 1)
	ok(t, s.AnnouncementTold(ctx, keyed("told")))
	ok(t, s.PostponeAnnouncement(ctx, keyed("postponed"), noon.Add(time.Hour)))
	ok(t, s.AbandonAnnouncement(ctx, keyed("abandoned"), "gone"))
	return cards, announcements
}

func eraseEveryState(t *testing.T, s store.Store) {
	to := inThread(group, "3")
	cards, announcements := everyState(t, s, to)
	ok(t, s.EraseChat(t.Context(), tg, group))
	exactly(t, "what is kept", everythingKept(t, s), kept{})
	for _, id := range cards {
		wantErr(t, s.Told(t.Context(), named(id, to), 1, 1, "r"), store.ErrNotFound)
	}
	for _, key := range announcements {
		wantErr(t, s.AnnouncementTold(t.Context(), keyed(key)), store.ErrNotFound)
	}
	later := noon.AddDate(1, 0, 0)
	same(t, "claimed cards", claim(t, s, later, 10), nil)
	same(t, "claimed announcements", claimKeys(t, s, later, 10), nil)
	dead, err := s.AbandonedCards(t.Context(), intel.Card{}, 10)
	ok(t, err)
	same(t, "abandoned cards", dead, nil)
	words, err := s.AbandonedAnnouncements(t.Context(), "", 10)
	ok(t, err)
	same(t, "abandoned announcements", words, nil)
}

// crowd gives the group more cards and announcements than are erased or moved at a time.
func crowd(t *testing.T, s store.Store) {
	t.Helper()
	var threads []intel.Destination
	for n := range 130 {
		threads = append(threads, inThread(group, fmt.Sprint(n)))
	}
	var without []intel.Change // of incidents that the group has no card of
	for n := range 120 {
		without = append(without, opened(fmt.Sprintf("empty-%03d", n)))
	}
	ok(t, s.Commit(t.Context(), tick(without...)))
	for n := range 4 {
		raised(t, s, incident(fmt.Sprintf("i-%d", n), 1), append(threads, inThread("other", ""))...)
	}
	for n := range 210 {
		to := threads[n%len(threads)]
		ok(t, s.Announce(t.Context(), announcement(fmt.Sprintf("key-%d", n), to)))
	}
}

func eraseMany(t *testing.T, s store.Store) {
	crowd(t, s)
	before := everythingKept(t, s)
	ok(t, s.EraseChat(t.Context(), tg, group))
	exactly(t, "what is kept", everythingKept(t, s), before.without(tg, group))
	same(t, "claimed announcements", claimKeys(t, s, noon, 10), nil)
}

func eraseClaimed(t *testing.T, s store.Store) {
	to := inThread(group, "")
	raised(t, s, incident("a", 1), to, chat(1))
	ok(t, s.Announce(t.Context(), announcement("key", to)))
	cards, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 10)
	ok(t, err)
	words, err := s.ClaimAnnouncements(t.Context(), noon, noon.Add(time.Hour), 10)
	ok(t, err)
	ok(t, s.EraseChat(t.Context(), tg, group))
	for _, c := range cards {
		if c.Destination != to {
			ok(t, s.ExtendCard(t.Context(), c, noon.Add(2*time.Hour)))
			continue
		}
		wantErr(t, s.ExtendCard(t.Context(), c, noon.Add(2*time.Hour)), store.ErrNotFound)
		wantErr(t, s.Told(t.Context(), c, 1, 1, "r"), store.ErrNotFound)
		wantErr(t, s.PostponeCard(t.Context(), c, noon), store.ErrNotFound)
		wantErr(t, s.ReleaseCard(t.Context(), c, noon), store.ErrNotFound)
		wantErr(t, s.AbandonCard(t.Context(), c, "gone"), store.ErrNotFound)
	}
	wantErr(t, s.AnnouncementTold(t.Context(), words[0]), store.ErrNotFound)
	exactly(t, "what is kept", ofGroup(t, s), kept{})
	same(t, "the other's claim", claim(t, s, noon, 10), nil)
}

func eraseProgress(t *testing.T, s store.Store) {
	to := inThread(group, "3")
	sub := subscription(7, to)
	ok(t, s.Subscribe(t.Context(), sub))
	for n, after := range []string{
		sub.ID, to.String(), inThread(group, "").String(), "", "telegram/-10010", "telegram/-100", "sub-0001",
	} {
		i := incident(fmt.Sprintf("i-%d", n), 1)
		ok(t, s.Commit(t.Context(), tick(change(i, intel.Opened))))
		p := page(i, to)
		p.After, p.Done = after, false
		ok(t, s.Raise(t.Context(), p))
	}
	ok(t, s.EraseChat(t.Context(), tg, group))
	all, err := s.PendingNotices(t.Context(), 10)
	ok(t, err)
	var got []string
	for _, p := range all {
		got = append(got, p.After)
	}
	exactly(t, "progress", got, []string{"", "", "", "", "telegram/-10010", "telegram/-100", "sub-0001"})
}

func eraseAndReturn(t *testing.T, s store.Store) {
	to := inThread(group, "")
	raised(t, s, incident("a", 1), to)
	ok(t, s.Announce(t.Context(), announcement("key", to)))
	claim(t, s, noon, 10)
	ok(t, s.Told(t.Context(), named("a", to), 1, 1, "old"))
	ok(t, s.AnnouncementTold(t.Context(), keyed("key")))
	raised(t, s, incident("b", 1), to)
	claim(t, s, noon, 10)
	ok(t, s.EraseChat(t.Context(), tg, group))
	ok(t, s.Raise(t.Context(), page(escalate(t, s, "a"), to)))
	same(t, "card", card(t, s, "a", to), intel.Card{
		Incident: "a", Destination: to, Severity: card(t, s, "a", to).Severity, Wanted: 2, Due: noon,
	})
	same(t, "claimed", claim(t, s, noon, 10), []string{at("a", to)})
	ok(t, s.Announce(t.Context(), announcement("key", to)))
	same(t, "announced", claimKeys(t, s, noon, 10), []string{"key"})
}

// endsAfter is a context that ends when it has been asked so many times.
type endsAfter struct {
	context.Context
	left *atomic.Int64
	end  context.CancelFunc
}

func newEndsAfter(ctx context.Context, times int) endsAfter {
	ctx, end := context.WithCancel(ctx)
	e := endsAfter{ctx, new(atomic.Int64), end}
	e.left.Store(int64(times))
	return e
}

// Err implements [context.Context].
func (e endsAfter) Err() error {
	if e.left.Add(-1) < 0 {
		e.end()
	}
	return e.Context.Err()
}

// untilDone asks again and again, each time with a little more patience.
func untilDone(t *testing.T, do func(context.Context) error) {
	t.Helper()
	failed := 0
	for patience := 0; patience < 10_000; patience++ {
		ctx := newEndsAfter(t.Context(), patience)
		err := do(ctx)
		ctx.end()
		if err == nil {
			if failed == 0 {
				t.Fatal("it never broke off")
			}
			return
		}
		wantErr(t, err, context.Canceled)
		failed++
	}
	t.Fatal("it never came to an end")
}

func eraseBrokenOff(t *testing.T, s store.Store) {
	settled(t, s)
	before := everythingKept(t, s)
	untilDone(t, func(ctx context.Context) error { return s.EraseChat(ctx, tg, group) })
	exactly(t, "what is kept", everythingKept(t, s), before.without(tg, group))
}

const newGroup = "-1002"

func moveOneChat(t *testing.T, s store.Store) {
	settled(t, s)
	before := everythingKept(t, s)
	for range 2 {
		ok(t, s.MoveChat(t.Context(), tg, group, newGroup))
		after := everythingKept(t, s)
		exactly(t, "the new chat", after.of(tg, newGroup), before.of(tg, group).movedTo(newGroup))
		exactly(t, "all others", after.without(tg, newGroup), before.without(tg, group))
	}
	got, err := s.ChatSubscriptions(t.Context(), tg, newGroup)
	ok(t, err)
	var want []intel.Subscription
	for n, to := range own() {
		to.Chat = newGroup
		want = append(want, subscribed(n, to))
	}
	exactly(t, "subscriptions", got, want)
	at, err := s.SubscriptionsAt(t.Context(), inThread(newGroup, "3"))
	ok(t, err)
	exactly(t, "in the thread", at, want[1:2])
}

func moveKeeps(t *testing.T, s store.Store) {
	from, to := inThread(group, "3"), inThread(newGroup, "3")
	cards, _ := everyState(t, s, from)
	before := map[string]intel.Card{}
	for _, id := range cards {
		before[id] = card(t, s, id, from)
	}
	ok(t, s.MoveChat(t.Context(), tg, group, newGroup))
	for _, id := range cards {
		want := before[id]
		want.Destination = to
		exactly(t, "card of "+id, card(t, s, id, to), want)
	}
	dead, err := s.AbandonedCards(t.Context(), intel.Card{}, 10)
	ok(t, err)
	exactly(t, "abandoned", dead, []intel.Card{card(t, s, "abandoned", to)})
	ok(t, s.RequeueCard(t.Context(), "abandoned", to, noon))
	var got []string
	for now := noon; now.Before(noon.AddDate(0, 0, 1)); now = now.Add(2 * time.Hour) { // one at a time, for a destination has one
		got = append(got, claim(t, s, now, 10)...)
		for _, c := range cards {
			if len(got) > 0 && got[len(got)-1] == at(c, to) {
				ok(t, s.Told(t.Context(), named(c, to), 2, 2, "r"))
			}
		}
	}
	same(t, "claimed", sorted(got), []string{at("abandoned", to), at("behind", to), at("claimed", to), at("postponed", to)})
}

func moveMany(t *testing.T, s store.Store) {
	crowd(t, s)
	before := everythingKept(t, s)
	ok(t, s.MoveChat(t.Context(), tg, group, newGroup))
	after := everythingKept(t, s)
	exactly(t, "the new chat", after.of(tg, newGroup), before.of(tg, group).movedTo(newGroup))
	exactly(t, "all others", after.without(tg, newGroup), before.without(tg, group))
}

func moveFrees(t *testing.T, s store.Store) {
	from, to := inThread(group, ""), inThread(newGroup, "")
	raised(t, s, incident("a", 1), from)
	ok(t, s.Announce(t.Context(), announcement("key", from)))
	cards, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 10)
	ok(t, err)
	claimKeys(t, s, noon, 10)
	ok(t, s.MoveChat(t.Context(), tg, group, newGroup))
	wantErr(t, s.Told(t.Context(), cards[0], 1, 1, "r"), store.ErrNotFound)
	wantErr(t, s.ExtendCard(t.Context(), cards[0], noon.Add(time.Hour)), store.ErrNotFound)
	same(t, "card", claim(t, s, noon, 10), []string{at("a", to)})
	same(t, "attempts", card(t, s, "a", to).Attempts, 0)
	moved := announcement("key", to)
	same(t, "announcement", claimAnnouncements(t, s, noon, 10), []intel.Announcement{moved})
	raised(t, s, incident("b", 1), from)
	ok(t, s.Announce(t.Context(), announcement("another", from)))
	same(t, "the old chat is free for a card", claim(t, s, noon, 10), []string{at("b", from)})
	same(t, "the old chat is free for an announcement", claimKeys(t, s, noon, 10), []string{"another"})
}

func moveCollides(t *testing.T, s store.Store) {
	ctx, from, to := t.Context(), inThread(group, "3"), inThread(newGroup, "3")
	raised(t, s, incident("both", 1), from, to)
	raised(t, s, incident("old", 1), from)
	ok(t, s.Told(ctx, named("both", from), 1, 1, "old"))
	ok(t, s.AbandonCard(ctx, named("both", from), "gone"))
	ok(t, s.Told(ctx, named("both", to), 1, 0, "new"))
	twin, other, lone := subscribed(1, from), subscribed(2, from), subscribed(3, from)
	other.Paused, lone.Digest = "another reason", true
	there := subscribed(4, to)
	for _, sub := range []intel.Subscription{twin, other, lone, there} {
		ok(t, s.Subscribe(ctx, sub))
	}
	stays := card(t, s, "both", to)
	for range 2 {
		ok(t, s.MoveChat(ctx, tg, group, newGroup))
		exactly(t, "card", card(t, s, "both", to), stays)
		exactly(t, "the old chat", ofGroup(t, s), kept{})
		card(t, s, "old", to)
		other.Destination, lone.Destination = to, to
		got, err := s.ChatSubscriptions(ctx, tg, newGroup)
		ok(t, err)
		exactly(t, "subscriptions", got, []intel.Subscription{other, lone, there})
	}
	dead, err := s.AbandonedCards(ctx, intel.Card{}, 10)
	ok(t, err)
	same(t, "abandoned", dead, nil)
}

// A fan-out over cards goes by their names. One that moves to a name that was passed must not miss the news.
func movePassed(t *testing.T, s store.Store) {
	from, to := inThread("9", ""), inThread("1", "")
	raised(t, s, incident("a", 1), inThread("5", ""), from)
	ok(t, s.Told(t.Context(), named("a", from), 1, 1, "r"))
	second := incident("a", 2)
	second.Severity = intel.Critical
	ok(t, s.Commit(t.Context(), tick(change(second, intel.Escalated))))
	p := page(second, inThread("5", ""))
	p.After, p.Done = inThread("5", "").String(), false
	ok(t, s.Raise(t.Context(), p))
	ok(t, s.Commit(t.Context(), tick(intel.Change{Incident: incident("a", 3)}))) // without a notice
	ok(t, s.MoveChat(t.Context(), tg, "9", "1"))
	got := card(t, s, "a", to)
	same(t, "revisions", []int{got.Wanted, got.Told, got.Spoken}, []int{2, 1, 1})
	same(t, "claimed", claim(t, s, noon, 10), []string{at("a", to), at("a", inThread("5", ""))})
	ok(t, s.Told(t.Context(), named("a", to), 2, 1, "r"))
	same(t, "to be spoken", claim(t, s, noon, 10), []string{at("a", to)})
}

func moveAnnouncements(t *testing.T, s store.Store) {
	ctx, from, to := t.Context(), inThread(group, "3"), inThread(newGroup, "3")
	everyState(t, s, from)
	ok(t, s.MoveChat(ctx, tg, group, newGroup))
	ok(t, s.Announce(ctx, announcement("told", to)))
	dead, err := s.AbandonedAnnouncements(ctx, "", 10)
	ok(t, err)
	want := announcement("abandoned", to)
	want.Abandoned, want.Due = "gone", noon.Add(4*time.Second)
	exactly(t, "abandoned", dead, []intel.Announcement{want})
	var got []string
	for now := noon.Add(time.Hour); now.Before(noon.AddDate(0, 0, 1)); now = now.Add(2 * time.Hour) {
		for _, a := range claimAnnouncements(t, s, now, 10) {
			same(t, "destination", a.Destination, to)
			got = append(got, a.Key)
			ok(t, s.AnnouncementTold(ctx, keyed(a.Key)))
		}
	}
	same(t, "claimed", got, []string{"claimed", "waits", "postponed"})
	ok(t, s.EraseChat(ctx, tg, newGroup)) // told ones have moved too
	exactly(t, "what is kept", everythingKept(t, s), kept{})
}

func moveBrokenOff(t *testing.T, s store.Store) {
	settled(t, s)
	before := everythingKept(t, s)
	untilDone(t, func(ctx context.Context) error { return s.MoveChat(ctx, tg, group, newGroup) })
	after := everythingKept(t, s)
	exactly(t, "the new chat", after.of(tg, newGroup), before.of(tg, group).movedTo(newGroup))
	exactly(t, "all others", after.without(tg, newGroup), before.without(tg, group))
}

func moveNothing(t *testing.T, s store.Store) {
	settled(t, s)
	claim(t, s, noon, 1)
	before := everythingKept(t, s)
	ok(t, s.MoveChat(t.Context(), tg, group, group))
	ok(t, s.MoveChat(t.Context(), tg, "nobody", group))
	ok(t, s.MoveChat(t.Context(), "nowhere", group, newGroup))
	ok(t, s.EraseChat(t.Context(), tg, "nobody"))
	exactly(t, "what is kept", everythingKept(t, s), before)
}
