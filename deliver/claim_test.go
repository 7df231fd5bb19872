package deliver_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
)

// beside is a second deliverer on the same store, as in another replica. Its clock is so much ahead.
func (s *scene) beside(ahead time.Duration) *deliver.Deliverer {
	o := s.options()
	o.Now = func() time.Time { return s.clock.Add(ahead) }
	return deliver.New(o)
}

// A process that was paused in the midst of a send comes back when another has taken the card over.
func TestLateOutcomeIsDropped(t *testing.T) {
	for _, c := range []struct {
		name string
		late error
	}{
		{"told", nil},
		{"postponed", context.DeadlineExceeded},
		{"released", &bot.RateLimitedError{After: time.Hour}},
		{"abandoned", &bot.RejectedError{Reason: "too long"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t)
			s.subscribe("x", "a")
			s.x.say(func(ctx context.Context, _ bot.Outgoing) error {
				s.x.works()
				s.store.commit(shutdown(2, intel.Critical), intel.Escalated, "")
				if err := s.beside(time.Hour).Drain(ctx); err != nil {
					t.Error(err)
				}
				if c.late == nil {
					return nil
				}
				return appliedError{c.late}
			})
			s.open(intel.Major)
			card := s.store.card("shutdown/KZ", chat("x", "a"))
			if card.Told != 2 || card.Abandoned != "" || card.Attempts != 0 || !card.Due.Equal(s.clock.Add(time.Hour)) {
				t.Errorf("the card is %+v", card)
			}
		})
	}
}

// A store that was slow must not make the claim run out in the midst of the send.
func TestSlowStoreExtendsTheClaim(t *testing.T) {
	for _, c := range []struct {
		name  string
		delay time.Duration
		taken bool // by another, meanwhile
		want  []string
	}{
		{"in time", 5 * time.Second, false, []string{"a card: MAJOR  " + name}},
		{"late", 15 * time.Second, false, []string{"a card: MAJOR  " + name}},
		{"too late", 70 * time.Second, true, []string{"a card: MAJOR  " + name}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t)
			s.subscribe("x", "a")
			slow, extended := true, false
			s.store.fail = func(op string) error {
				if op == "SubscriptionsAt" && slow {
					slow = false
					s.clock = s.clock.Add(c.delay)
					if c.taken {
						s.store.mu.Unlock()
						defer s.store.mu.Lock()
						return s.beside(0).Drain(t.Context())
					}
				}
				extended = extended || op == "ExtendCard"
				return nil
			}
			s.open(intel.Major)
			wantLines(t, s.x, c.want...)
			if want := c.delay > 10*time.Second; extended != want {
				t.Errorf("extended: %v, want %v", extended, want)
			}
		})
	}
}

func TestRateLimitCostsNoAttempt(t *testing.T) {
	s := newScene(t)
	s.subscribe("x", "a")
	s.x.fails("a", &bot.RateLimitedError{After: 7 * time.Second})
	s.open(intel.Major)
	for range 100 {
		s.later(10 * time.Second)
	}
	card := s.store.card("shutdown/KZ", chat("x", "a"))
	if card.Attempts != 0 || card.Abandoned != "" {
		t.Errorf("the card is %+v", card)
	}
	if s.x.attempts() < 50 {
		t.Errorf("%d attempts", s.x.attempts())
	}
}

// A send that the end of the process cut short is free for the next one at once.
func TestEndReleasesTheClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.subscribe("x", "a")
		err := s.store.Announce(t.Context(), intel.Announcement{Key: "welcome", Destination: chat("x", "b"), Title: "Welcome"})
		if err != nil {
			t.Fatal(err)
		}
		s.x.say(func(ctx context.Context, _ bot.Outgoing) error { <-ctx.Done(); return ctx.Err() })
		stop := running(t, s)
		s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
		s.Wake()
		synctest.Wait()
		stop()
		s.x.works()
		s.clock = time.Now() // the claims have not run out
		s.drain()
		wantLines(t, s.x, "a card: MAJOR  "+name, "b card: Welcome")
	})
}
