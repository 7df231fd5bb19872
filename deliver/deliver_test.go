package deliver_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
)

// scene is a deliverer between a store in memory and two scripted platforms, with a clock set by hand.
type scene struct {
	*deliver.Deliverer
	t     *testing.T
	store *memory
	x, y  *scripted
	clock time.Time
	// senders is how many messages are on their way at once to each platform; 0 is the usual number.
	senders int
}

func newScene(t *testing.T) *scene {
	s := &scene{
		t: t, store: newMemory(), x: &scripted{name: "x"}, y: &scripted{name: "y"},
		clock: time.Date(2022, 1, 5, 10, 30, 0, 0, time.UTC),
	}
	s.restart()
	return s
}

// restart begins with a new deliverer on the same store, as after the death of the process.
func (s *scene) restart() {
	s.Deliverer = deliver.New(s.options())
	s.store.releaseClaims()
}

func (s *scene) options() deliver.Options {
	return deliver.Options{
		Store:     s.store,
		Platforms: []bot.Platform{s.x, s.y},
		Now:       func() time.Time { return s.clock },
		Place:     func(code string) string { return map[string]string{"KZ": "Kazakhstan"}[code] },
		Random:    rand.New(rand.NewPCG(1, 2)),
		PageSize:  2,
		Senders:   s.senders,
	}
}

func (s *scene) drain() {
	s.t.Helper()
	if err := s.Drain(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// later moves the clock and drains.
func (s *scene) later(d time.Duration) {
	s.t.Helper()
	s.clock = s.clock.Add(d)
	s.drain()
}

func (s *scene) subscribe(platform string, chats ...string) {
	for _, c := range chats {
		s.store.subscribe(intel.Subscription{ID: platform + "/" + c, Destination: chat(platform, c)})
	}
}

func shutdown(revision int, severity intel.Severity) intel.Incident {
	return intel.Incident{
		ID: "shutdown/KZ", Revision: revision, Kind: intel.Shutdown, Phase: intel.Ongoing,
		Places: []string{"KZ"}, Severity: severity, Evidence: intel.Reported, Title: "The net is down",
	}
}

func wantLines(t *testing.T, p *scripted, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, p.lines()); diff != "" {
		t.Errorf("%s was sent other things (-want +got)\n%s", p.name, diff)
	}
}

const name = "Internet shutdown in Kazakhstan"

func TestOpeningReachesThoseWhoWantIt(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b", "c")
	s.subscribe("y", "a")
	s.store.subscribe(
		intel.Subscription{ID: "again", Destination: chat("x", "a")},
		intel.Subscription{
			ID: "critical only", Destination: chat("x", "d"), Filter: intel.Filter{Least: intel.Critical},
		},
		intel.Subscription{ID: "digest", Destination: chat("x", "e"), Digest: true},
	)
	s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
	s.drain()
	wantLines(t, s.x, "a card: MAJOR  "+name, "b card: MAJOR  "+name, "c card: MAJOR  "+name)
	wantLines(t, s.y, "a card: MAJOR  "+name)
	card := s.store.card("shutdown/KZ", chat("x", "a"))
	if card.Told != 1 || card.Spoken != 1 || card.Receipt != "x-1" {
		t.Errorf("the card is %+v", card)
	}
}

func TestAudiencesNeverMix(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.store.subscribe(intel.Subscription{ID: "s", Destination: chat("x", "b"), Server: "x/1"})
	i := shutdown(1, intel.Critical)
	i.Audience = "x/1"
	s.store.commit(i, intel.Opened, "")
	s.drain()
	wantLines(t, s.x, "b card: CRITICAL  "+name)
}

func TestUpdateIsAnEdit(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	s.drain()
	s.subscribe("x", "b") // has no card, so an update is no news to it
	s.store.commit(shutdown(2, intel.Minor), intel.Updated, "")
	s.drain()
	wantLines(t, s.x, "a card: MINOR  "+name, "a edit of x-1: MINOR  "+name)
}

func TestEscalationIsSpokenOfAndReachesMore(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.store.subscribe(intel.Subscription{
		ID: "y", Destination: chat("y", "b"), Filter: intel.Filter{Least: intel.Critical},
	})
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	s.drain()
	s.store.commit(shutdown(2, intel.Critical), intel.Escalated, "nationwide since 10:30 UTC")
	s.drain()
	wantLines(t, s.x, "a card: MINOR  "+name, "a edit of x-1: CRITICAL  "+name,
		"a reply to x-1: Escalated: the internet shutdown in Kazakhstan is now critical.")
	wantLines(t, s.y, "b card: CRITICAL  "+name)
	if got := s.x.log()[2].Message.Lines; !slices.Equal(got, []string{"Nationwide since 10:30 UTC."}) {
		t.Errorf("the reply says %q", got)
	}
}

// Who watches only the place that an incident has come to has no card of it yet.
func TestAWiderIncidentReachesThoseWhoWatchTheNewPlace(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.store.subscribe(intel.Subscription{
		ID: "uz", Destination: chat("y", "b"), Filter: intel.Filter{Countries: []string{"UZ"}},
	})
	s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
	s.drain()
	wantLines(t, s.y)
	wider := shutdown(2, intel.Major)
	wider.Places = []string{"KZ", "UZ"}
	s.store.commitNotice(wider, intel.Notice{Change: intel.Updated, Reason: "also in Uzbekistan", Wider: true})
	s.drain()
	if got := s.y.lines(); len(got) != 1 {
		t.Errorf("b was sent %q", got)
	}
	if got := s.x.lines(); len(got) != 2 {
		t.Errorf("a was sent %q", got)
	}
}

func TestManyChangesAreOneEditAndOneReply(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	s.drain()
	s.x.fails("", errors.New("bad gateway"))
	for n, change := range []intel.ChangeKind{intel.Escalated, intel.Updated, intel.EasedOff, intel.Updated} {
		s.store.commit(shutdown(n+2, intel.Major), change, "")
		s.drain()
	}
	s.x.works()
	s.later(time.Hour)
	wantLines(t, s.x, "a card: MINOR  "+name, "a edit of x-1: MAJOR  "+name,
		"a reply to x-1: Easing: the internet shutdown in Kazakhstan is easing.")
	s.later(time.Hour)
	if got := len(s.x.log()); got != 3 {
		t.Errorf("%d messages after all was told", got)
	}
}

func TestFirstCardNeedsNoReply(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	s.store.commit(shutdown(2, intel.Major), intel.Escalated, "")
	s.drain()
	wantLines(t, s.x, "a card: MAJOR  "+name)
}

func TestRevisionWithoutNoticeIsNotSent(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	s.drain()
	s.store.commit(shutdown(2, intel.Minor), "", "")
	s.drain()
	wantLines(t, s.x, "a card: MINOR  "+name)
}

func TestMostSevereFirst(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	for _, severity := range []intel.Severity{intel.Minor, intel.Critical, intel.Info, intel.Major} {
		i := shutdown(1, severity)
		i.ID += severity.String()
		s.store.commit(i, intel.Opened, "")
	}
	s.drain()
	var got []string
	for _, line := range s.x.lines() {
		got = append(got, strings.Fields(line)[2])
	}
	want := []string{"CRITICAL", "CRITICAL", "MAJOR", "MAJOR", "MINOR", "MINOR", "INFO", "INFO"}
	if !slices.Equal(got, want) {
		t.Errorf("order %v", got)
	}
}

func TestFanOutTwiceChangesNothing(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b", "c", "d", "e")
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	again := slices.Clone(s.store.pending)
	s.drain()
	if s.store.raised != 3 {
		t.Errorf("five subscriptions in pages of two were raised in %d pages", s.store.raised)
	}
	s.store.pending = again
	s.drain()
	if got := len(s.x.log()); got != 5 {
		t.Errorf("%d messages for 5 chats", got)
	}
}

func TestSubscriptionsAreReadWhenItIsSent(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.x.fails("", errors.New("bad gateway"))
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	s.drain()
	s.x.works()
	s.store.unsubscribe("x/a")
	s.later(time.Hour)
	wantLines(t, s.x, "b card: MINOR  "+name)
	wantAbandoned(t, s, chat("x", "a"), "no subscription left")

	s.store.unsubscribe("x/b")
	s.store.commit(shutdown(2, intel.Minor), intel.Updated, "")
	s.drain()
	wantLines(t, s.x, "b card: MINOR  "+name)
	wantAbandoned(t, s, chat("x", "b"), "no subscription left")
}

func TestWhoWasToldGoesOnHearing(t *testing.T) {
	s := newScene(t)
	s.store.subscribe(intel.Subscription{
		ID: "a", Destination: chat("x", "a"), Filter: intel.Filter{Least: intel.Major},
	})
	s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
	s.drain()
	i := shutdown(2, intel.Info)
	i.Closed = intel.ClosedContradicted
	s.store.commit(i, intel.Closed, "")
	s.drain()
	wantLines(t, s.x, "a card: MAJOR  "+name, "a edit of x-1: FALSE ALARM  "+name,
		"a reply to x-1: False alarm: the internet shutdown in Kazakhstan did not happen as reported.")
}

func TestWhoSubscribesAgainHearsOfTheNextEscalation(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b", "c")
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	s.drain()
	s.store.unsubscribe("x/a")
	s.store.commit(shutdown(2, intel.Minor), intel.Updated, "")
	s.drain()
	s.subscribe("x", "a")
	s.store.commit(shutdown(3, intel.Major), intel.Escalated, "")
	s.drain()
	card := s.store.card("shutdown/KZ", chat("x", "a"))
	if card.Abandoned != "" || card.Told != 3 || card.Spoken != 3 {
		t.Errorf("the card is %+v", card)
	}
}

func TestUnknownIncidentEndsItsFanOut(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
	delete(s.store.incidents, "shutdown/KZ")
	s.drain()
	if len(s.store.pending) != 0 || len(s.x.log()) != 0 {
		t.Errorf("pending %v, sent %v", s.store.pending, s.x.lines())
	}
}

func TestLinkedIncidentsAreNamed(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	unrest := intel.Incident{ID: "unrest/KZ", Kind: intel.Unrest, Places: []string{"KZ"}}
	s.store.commit(unrest, "", "")
	i := shutdown(1, intel.Minor)
	i.Links = []intel.Link{{ID: "unrest/KZ", How: intel.PossibleCause}, {ID: "lost", How: intel.Related}}
	s.store.commit(i, intel.Opened, "")
	s.drain()
	want := bot.Fact{Name: "Possible cause", Value: "Unrest in Kazakhstan"}
	if got := s.x.log()[0].Message.Facts; !slices.Contains(got, want) {
		t.Errorf("facts %v", got)
	}
}

func TestAnnouncements(t *testing.T) {
	s := newScene(t)
	for _, c := range []string{"a", "b", "c"} {
		err := s.store.Announce(t.Context(), intel.Announcement{
			Key: "welcome/" + c, Destination: chat("x", c), Title: "Welcome", Due: s.clock,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.x.say(func(_ context.Context, o bot.Outgoing) error {
		switch o.To.Chat {
		case "a":
			return &bot.UnreachableError{Reason: "kicked"}
		case "b":
			return &bot.RateLimitedError{After: time.Minute}
		}
		return nil
	})
	s.drain()
	s.x.works()
	s.later(59 * time.Second)
	wantLines(t, s.x, "c card: Welcome")
	s.later(2 * time.Second)
	wantLines(t, s.x, "c card: Welcome", "b card: Welcome")
	if got := s.store.announcements["welcome/a"].Abandoned; got != "chat closed: kicked" {
		t.Errorf("abandoned because of %q", got)
	}
}

func TestKeysTellMessagesApart(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.store.subscribe(intel.Subscription{
		ID: "thread", Destination: intel.Destination{Platform: "x", Chat: "a", Thread: "1"},
	})
	for revision, change := range []intel.ChangeKind{intel.Opened, intel.Escalated, intel.EasedOff} {
		s.store.commit(shutdown(revision+1, intel.Major), change, "")
		s.drain()
	}
	keys := make(map[string]bool)
	for _, sent := range s.x.log() {
		if len(sent.Key) != 24 || keys[sent.Key] {
			t.Errorf("key %q of %q", sent.Key, sent.Message.Headline)
		}
		keys[sent.Key] = true
	}
	if len(keys) != 15 { // three destinations; a card, two edits and two replies each
		t.Errorf("%d messages", len(keys))
	}
}

func wantAbandoned(t *testing.T, s *scene, to intel.Destination, reason string) {
	t.Helper()
	if got := s.store.card("shutdown/KZ", to).Abandoned; got != reason {
		t.Errorf("%s: abandoned because of %q, want %q", to, got, reason)
	}
}
