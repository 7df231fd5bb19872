package deliver_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

func (s *scene) open(severity intel.Severity) {
	s.store.commit(shutdown(1, severity), intel.Opened, "")
	s.drain()
}

func TestUnreachableIsAbandoned(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.x.fails("a", &bot.UnreachableError{Reason: "bot was blocked"})
	s.open(intel.Major)
	wantAbandoned(t, s, chat("x", "a"), "unreachable: bot was blocked")
	wantLines(t, s.x, "b card: MAJOR  "+name)
	s.x.works()
	s.store.commit(shutdown(2, intel.Critical), intel.Escalated, "")
	s.later(time.Hour)
	wantAbandoned(t, s, chat("x", "a"), "unreachable: bot was blocked")
}

func TestRejectedIsNeverSentAgain(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.x.fails("a", &bot.RejectedError{Reason: "embed too long"})
	s.open(intel.Major)
	s.later(time.Hour)
	wantAbandoned(t, s, chat("x", "a"), "rejected: embed too long")
	if s.x.attempts() != 1 {
		t.Errorf("%d attempts", s.x.attempts())
	}
}

func TestRateLimitOfOneChat(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.x.fails("a", &bot.RateLimitedError{After: 7 * time.Second})
	s.open(intel.Major)
	wantLines(t, s.x, "b card: MAJOR  "+name)
	s.x.works()
	s.later(6999 * time.Millisecond)
	if s.x.attempts() != 2 {
		t.Error("it was tried before its time")
	}
	s.later(1001 * time.Millisecond)
	wantLines(t, s.x, "b card: MAJOR  "+name, "a card: MAJOR  "+name)
}

func TestRateLimitOfAllHoldsOnePlatformOnly(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b", "c")
	s.subscribe("y", "a", "b")
	s.x.fails("", &bot.RateLimitedError{After: 7 * time.Second, All: true})
	s.open(intel.Major)
	if s.x.attempts() != 1 {
		t.Errorf("%d attempts at a platform on hold", s.x.attempts())
	}
	wantLines(t, s.y, "a card: MAJOR  "+name, "b card: MAJOR  "+name)
	s.x.works()
	s.later(6999 * time.Millisecond)
	if s.x.attempts() != 1 {
		t.Error("it was tried before its time")
	}
	s.later(1001 * time.Millisecond)
	if got := len(s.x.log()); got != 3 {
		t.Errorf("%d of 3 cards were sent after the hold", got)
	}
}

func TestTemporaryIsTriedAgainMoreAndMoreSlowly(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.x.fails("", errors.New("bad gateway"))
	s.open(intel.Major)
	start := s.clock
	for {
		card := s.store.card("shutdown/KZ", chat("x", "a"))
		if card.Abandoned != "" {
			break
		}
		wait := card.Due.Sub(s.clock)
		if longest := min(10*time.Minute, time.Second<<card.Attempts); wait < time.Second || wait > longest {
			t.Errorf("attempt %d is followed by %s, want 1 s to %s", card.Attempts, wait, longest)
		}
		s.later(wait)
	}
	wantAbandoned(t, s, chat("x", "a"), "gave up after 30 attempts: bad gateway")
	if s.x.attempts() != 30 {
		t.Errorf("%d attempts", s.x.attempts())
	}
	if took := s.clock.Sub(start); took < time.Hour || took > 5*time.Hour {
		t.Errorf("it gave up after %s", took)
	}
}

func TestSuccessForgivesEarlierAttempts(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	for revision := 1; revision <= 40; revision++ {
		change := intel.Updated
		if revision == 1 {
			change = intel.Opened
		}
		s.x.fails("", errors.New("bad gateway"))
		s.store.commit(shutdown(revision, intel.Major), change, "")
		s.later(time.Hour)
		s.x.works()
		s.later(time.Hour)
	}
	if got := len(s.x.log()); got != 40 {
		t.Errorf("%d of 40 revisions were shown", got)
	}
}

func TestTimeoutIsTriedAgainUnderTheSameKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.subscribe("x", "a")
		s.x.say(func(ctx context.Context, _ bot.Outgoing) error {
			<-ctx.Done()
			return appliedError{ctx.Err()}
		})
		s.open(intel.Major)
		s.x.works()
		s.later(time.Minute)
		wantLines(t, s.x, "a card: MAJOR  "+name, "a card: MAJOR  "+name)
		if log := s.x.log(); log[0].Key != log[1].Key {
			t.Errorf("keys %q and %q", log[0].Key, log[1].Key)
		}
	})
}

func TestPanicOfAPlatformIsAFailedSend(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.x.say(func(_ context.Context, o bot.Outgoing) error {
		if o.To.Chat == "a" {
			panic("index out of range")
		}
		return nil
	})
	s.open(intel.Major)
	wantLines(t, s.x, "b card: MAJOR  "+name)
	if got := s.store.card("shutdown/KZ", chat("x", "a")).Attempts; got != 1 {
		t.Errorf("%d attempts", got)
	}
}

func TestUnknownPlatformIsNotLost(t *testing.T) {
	s := newScene(t)
	s.subscribe("z", "a")
	s.open(intel.Major)
	card := s.store.card("shutdown/KZ", chat("z", "a"))
	if card.Abandoned != "" || card.Attempts != 1 || !card.Due.After(s.clock) {
		t.Errorf("the card is %+v", card)
	}
}

func TestStoreThatFailsForAMomentCostsNoSecondSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.subscribe("x", "a")
		left := 3
		s.store.fail = func(op string) error {
			if op == "Told" && left > 0 {
				left--
				return errStore
			}
			return nil
		}
		s.open(intel.Major)
		s.later(time.Hour)
		wantLines(t, s.x, "a card: MAJOR  "+name)
	})
}

// A process dies after the platform has taken a message and before the store knows.
func TestDeathBetweenSendAndMarkRepeatsOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		sends int // that are applied before the death
		want  []string
	}{
		{"card", 1, []string{"a card: MINOR  " + name, "a card: MAJOR  " + name}},
		{"edit", 2, []string{
			"a card: MINOR  " + name, "a edit of x-1: MAJOR  " + name, "a edit of x-1: MAJOR  " + name,
			"a reply to x-1: Escalated: the internet shutdown in Kazakhstan is now major.",
		}},
		{"reply", 3, []string{
			"a card: MINOR  " + name, "a edit of x-1: MAJOR  " + name,
			"a reply to x-1: Escalated: the internet shutdown in Kazakhstan is now major.",
			"a reply to x-1: Escalated: the internet shutdown in Kazakhstan is now major.",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.subscribe("x", "a")
				s.store.fail = func(op string) error {
					if op == "Told" && len(s.x.log()) >= c.sends {
						return errStore
					}
					return nil
				}
				for revision, change := range []intel.ChangeKind{intel.Opened, intel.Escalated} {
					severity := intel.Minor + intel.Severity(revision)
					s.store.commit(shutdown(revision+1, severity), change, "")
					if err := s.Drain(t.Context()); err != nil && !errors.Is(err, errStore) {
						t.Fatal(err)
					}
				}
				s.store.fail = nil
				s.restart()
				s.drain()
				s.later(time.Hour)
				wantLines(t, s.x, c.want...)
			})
		})
	}
}
