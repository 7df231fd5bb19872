package deliver_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
)

// change changes the one subscription x/a.
func (s *scene) change(change func(sub *intel.Subscription)) {
	sub := s.store.subscriptions["x/a"]
	change(&sub)
	s.store.subscribe(sub)
}

// A chat that is closed is not written to again until it is open: its subscriptions pause and are kept.
func TestUnreachablePausesTheDestination(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.x.fails("a", &bot.UnreachableError{Reason: "bot was blocked"})
	s.open(intel.Major)
	wantAbandoned(t, s, chat("x", "a"), "chat closed: bot was blocked")
	if sub := s.store.subscriptions["x/a"]; sub.Paused != "bot was blocked" {
		t.Errorf("the subscription is %+v", sub)
	}
	s.x.works()
	another := shutdown(1, intel.Critical)
	another.ID = "another"
	s.store.commit(another, intel.Opened, "")
	s.store.commit(shutdown(2, intel.Critical), intel.Escalated, "")
	s.later(time.Hour)
	for _, sent := range s.x.log() {
		if sent.To.Chat == "a" {
			t.Errorf("the closed chat was sent %q", sent.Message.Headline)
		}
	}
	s.change(func(sub *intel.Subscription) { sub.Paused = "" })
	s.store.commit(shutdown(3, intel.Critical), intel.Escalated, "")
	s.drain()
	if card := s.store.card("shutdown/KZ", chat("x", "a")); card.Told != 3 || card.Abandoned != "" {
		t.Errorf("after it was opened again the card is %+v", card)
	}
}

// A permission that was taken may be given back: the chat is tried for a while before it counts as closed.
func TestPerhapsUnreachableIsTriedForAWhile(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	lacks := &bot.UnreachableError{Reason: "the bot lacks a permission", Perhaps: true}
	s.x.fails("", lacks)
	s.open(intel.Major)
	for range 5 {
		s.later(10 * time.Minute)
	}
	s.x.fails("b", lacks)
	s.later(10 * time.Minute)
	wantLines(t, s.x, "a card: MAJOR  "+name)
	for range 10 {
		s.later(10 * time.Minute)
	}
	wantAbandoned(t, s, chat("x", "b"), "chat closed: the bot lacks a permission")
	if n := s.x.attempts(); n < 15 || n > 20 {
		t.Errorf("%d attempts", n)
	}
}

func TestMovedChatIsMovedOnce(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.x.fails("a", &bot.MovedError{To: "-100a"})
	var moves []string
	o := s.options()
	broken := errors.New("the store does not answer")
	o.Moved = func(_ context.Context, platform, from, to string) error {
		moves = append(moves, platform+" "+from+" "+to)
		if len(moves) == 1 {
			return broken
		}
		s.store.unsubscribe("x/a")
		s.store.subscribe(intel.Subscription{ID: "x/a", Destination: chat(platform, to)})
		return s.store.AbandonCard(t.Context(), intel.Card{Incident: "shutdown/KZ", Destination: chat(platform, from)}, "moved")
	}
	s.Deliverer = deliver.New(o)
	s.open(intel.Major)
	s.later(2 * time.Second)
	if len(moves) != 2 || moves[1] != "x a -100a" {
		t.Errorf("moves: %q", moves)
	}
	s.store.commit(shutdown(2, intel.Critical), intel.Escalated, "")
	s.later(time.Minute)
	wantLines(t, s.x, "-100a card: CRITICAL  "+name)
}

func TestMutedIncidentIsShownButNotSpokenOf(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.open(intel.Minor)
	s.change(func(sub *intel.Subscription) {
		sub.Mutes = []intel.Mute{{Incident: "shutdown/KZ", Until: s.clock.Add(time.Hour)}}
	})
	s.store.commit(shutdown(2, intel.Major), intel.Escalated, "")
	s.drain()
	wantLines(t, s.x, "a card: MINOR  "+name, "b card: MINOR  "+name, "a edit of x-1: MAJOR  "+name,
		"b edit of x-2: MAJOR  "+name, "b reply to x-2: Escalated: the internet shutdown in Kazakhstan is now major.")
	s.store.commit(shutdown(3, intel.Critical), intel.Escalated, "")
	s.later(2 * time.Hour)
	if lines := s.x.lines(); len(lines) != 9 {
		t.Errorf("after the mute had ended: %q", lines[5:])
	}
}

func TestMutedKindMakesNoCard(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.change(func(sub *intel.Subscription) { sub.Mutes = []intel.Mute{{Kind: intel.Shutdown}} })
	s.open(intel.Critical)
	wantLines(t, s.x, "b card: CRITICAL  "+name)
}
