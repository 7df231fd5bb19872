package deliver_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

func (s *scene) open(severity intel.Severity) {
	s.store.commit(shutdown(1, severity), intel.Opened, "")
	s.drain()
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

// A limit is the chat's, not the message's: none of its cards, in none of its threads, is tried before its time.
func TestRateLimitHoldsTheWholeChat(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a", "b")
	s.store.subscribe(intel.Subscription{
		ID: "thread", Destination: intel.Destination{Platform: "x", Chat: "a", Thread: "1"},
	})
	other := shutdown(1, intel.Minor)
	other.ID = "another"
	s.store.commit(other, intel.Opened, "")
	s.x.fails("a", &bot.RateLimitedError{After: 7 * time.Second})
	s.open(intel.Major)
	s.later(3 * time.Second)
	if got := s.x.attempts(); got != 3 { // two to b
		t.Errorf("%d attempts", got)
	}
	s.x.works()
	s.later(5 * time.Second)
	s.later(time.Second)
	if got := len(s.x.log()); got != 6 {
		t.Errorf("%d of 6 cards were sent after the hold", got)
	}
	for k, c := range s.store.cards {
		if c.Attempts != 0 {
			t.Errorf("%v cost %d attempts", k, c.Attempts)
		}
	}
}

// Nobody sleeps through a limit: the end comes at once, and what waited is there for the next process.
func TestEndWhileToldToWait(t *testing.T) {
	for _, all := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.subscribe("x", "a", "b")
			s.x.fails("", &bot.RateLimitedError{After: time.Hour, All: all})
			stop := running(t, s)
			s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
			s.Wake()
			time.Sleep(time.Minute)
			ended := time.Now()
			stop()
			if took := time.Since(ended); took != 0 {
				t.Errorf("the end took %s", took)
			}
			s.x.works()
			stop = running(t, s) // claims are as the first process left them
			time.Sleep(time.Hour - 2*time.Minute)
			if got := len(s.x.log()); got != 0 {
				t.Errorf("%d cards were sent before their time", got)
			}
			time.Sleep(2 * time.Minute)
			stop()
			if got := len(s.x.log()); got != 2 {
				t.Errorf("%d of 2 cards were sent", got)
			}
		})
	}
}

// What was surely not sent is tried for as long as it takes, at a measured pace.
func TestNotSentIsNeverGivenUp(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.x.fails("", &bot.NotSentError{Reason: "connection refused"})
	s.open(intel.Major)
	for range 7 * 24 * 60 {
		s.later(time.Minute)
	}
	card := s.store.card("shutdown/KZ", chat("x", "a"))
	if card.Abandoned != "" || card.Attempts != 0 {
		t.Errorf("the card is %+v", card)
	}
	if n := s.x.attempts(); n < 2000 || n > 7*24*60+10 {
		t.Errorf("%d attempts in a week", n)
	}
	s.x.works()
	s.later(2 * time.Minute)
	wantLines(t, s.x, "a card: MAJOR  "+name)
}

// What began and ended before anybody could be told is shown and does not ring; all else rings.
func TestWhatIsOverDoesNotRing(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.x.fails("", &bot.NotSentError{Reason: "connection refused"})
	over, goesOn := shutdown(1, intel.Major), shutdown(1, intel.Major)
	over.ID, goesOn.ID = "over", "goes on"
	s.store.commit(over, intel.Opened, "")
	s.store.commit(goesOn, intel.Opened, "")
	s.later(time.Hour)
	over.Revision, over.Closed = 2, intel.ClosedEnded
	s.store.commit(over, intel.Closed, "")
	s.later(23 * time.Hour)
	s.x.works()
	s.later(time.Hour)
	goesOn.Revision, goesOn.Closed = 2, intel.ClosedEnded
	s.store.commit(goesOn, intel.Closed, "")
	s.later(time.Hour)
	silent := make(map[string]bool)
	for n, line := range s.x.lines() {
		silent[line] = s.x.log()[n].Silent
	}
	want := map[string]bool{
		"a card: CLOSED  " + name: true,
		"a card: MAJOR  " + name:  false,
		// The edit rings nowhere, whatever is asked; the reply does.
		"a edit of x-1: CLOSED  " + name:                                         false,
		"a reply to x-1: Closed: the internet shutdown in Kazakhstan has ended.": false,
	}
	if diff := cmp.Diff(want, silent); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
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
