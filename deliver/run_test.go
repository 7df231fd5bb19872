package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/deliver/delivertest"
	"github.com/faultlinebot/faultline/intel"
)

// running starts Run in a bubble, on the bubble's clock. The returned function ends it.
func running(t *testing.T, s *scene) (stop func()) {
	o := s.options()
	o.Now = time.Now
	s.Deliverer = deliver.New(o)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestRunDeliversWhenWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.subscribe("x", "a", "b", "c", "d", "e", "f")
		defer running(t, s)()
		time.Sleep(90 * time.Millisecond)
		committed := time.Now()
		s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
		s.Wake()
		synctest.Wait()
		s.store.commit(shutdown(2, intel.Critical), intel.Escalated, "")
		s.Wake()
		synctest.Wait()
		log := s.x.log()
		if len(log) != 18 {
			t.Fatalf("%d of 6 cards, 6 edits and 6 replies were sent at once", len(log))
		}
		if late := log[17].at.Sub(committed); late != 0 {
			t.Errorf("the last was %s late", late)
		}
	})
}

func TestRunFindsWhatNobodyWokeItFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.subscribe("x", "a")
		defer running(t, s)()
		synctest.Wait()
		s.x.fails("", &bot.RateLimitedError{After: 5 * time.Second})
		s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
		time.Sleep(1100 * time.Millisecond)
		s.x.works()
		if s.x.attempts() != 1 {
			t.Fatal("it was not found within a second")
		}
		time.Sleep(7 * time.Second)
		wantLines(t, s.x, "a card: MAJOR  "+name)
	})
}

func TestRunEndsWithWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.subscribe("x", "a")
		s.x.say(func(context.Context, bot.Outgoing) error { time.Sleep(5 * time.Second); return nil })
		stop := running(t, s)
		s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
		s.Wake()
		synctest.Wait()
		stop()
		card := s.store.card("shutdown/KZ", chat("x", "a"))
		if card.Told != 1 {
			t.Errorf("the card is %+v", card)
		}
	})
}

func TestRunEndsWithinItsGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.subscribe("x", "a")
		s.x.say(func(ctx context.Context, _ bot.Outgoing) error { <-ctx.Done(); return ctx.Err() })
		stop := running(t, s)
		s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
		s.Wake()
		synctest.Wait()
		ended := time.Now()
		stop()
		if took := time.Since(ended); took != 10*time.Second {
			t.Errorf("the end took %s", took)
		}
		if card := s.store.card("shutdown/KZ", chat("x", "a")); card.Attempts != 0 {
			t.Errorf("the end cost an attempt: %+v", card)
		}
		s.x.works()
		s.restart()
		s.drain()
		wantLines(t, s.x, "a card: MAJOR  "+name)
	})
}

func TestRunOutlivesAFailingStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.subscribe("x", "a")
		s.store.fail = func(string) error { return errStore }
		defer running(t, s)()
		s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
		time.Sleep(time.Minute)
		s.store.mu.Lock()
		s.store.fail = nil
		s.store.mu.Unlock()
		time.Sleep(2 * time.Second)
		wantLines(t, s.x, "a card: MAJOR  "+name)
	})
}

func TestAnnouncementsGoOutBesideALongFanOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		for n := range 200 {
			s.subscribe("x", fmt.Sprintf("c%03d", n))
		}
		s.senders = 4
		s.x.say(func(context.Context, bot.Outgoing) error { time.Sleep(time.Second); return nil })
		s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
		defer running(t, s)()
		synctest.Wait() // the senders are busy with cards
		err := s.store.Announce(t.Context(), intel.Announcement{
			Key: "welcome", Destination: chat("y", "a"), Title: "Welcome",
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if got := len(s.x.log()); got < 30 || got > 40 {
			t.Errorf("%d cards in ten seconds with four senders", got)
		}
		wantLines(t, s.y, "a card: Welcome")
		time.Sleep(time.Minute)
	})
}

// Incidents change while platforms and the store fail in every way. In the end every chat shows every incident
// as it stands, or its card says why not; a message comes twice only where a send was cut after it was applied
// or a mark was lost.
func TestNothingIsLostUnderFaults(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { faults(t, seed) })
		})
	}
}

func faults(t *testing.T, seed uint64) {
	s := newScene(t)
	world := rand.New(rand.NewPCG(seed, 1))
	random := rand.New(rand.NewPCG(seed, 2)) // under the store's lock
	for n := range 6 {
		s.subscribe("x", fmt.Sprint("c", n))
		s.subscribe("y", fmt.Sprint("c", n))
	}
	ambiguous := 0
	flaky := func(ctx context.Context, _ bot.Outgoing) error {
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		switch random.IntN(8) {
		case 0:
			return &bot.RateLimitedError{After: 3 * time.Second, All: random.IntN(2) == 0}
		case 1:
			return errors.New("bad gateway")
		case 2:
			ambiguous++
			return appliedError{context.DeadlineExceeded}
		}
		return nil
	}
	s.x.say(flaky)
	s.y.say(flaky)
	s.store.fail = func(string) error {
		if random.IntN(10) == 0 {
			return errStore
		}
		return nil
	}
	stop := running(t, s)
	changes := []intel.ChangeKind{intel.Updated, intel.Escalated, intel.Corrected, intel.EasedOff, ""}
	revisions := make(map[string]int)
	var accepted []delivertest.Message
	for n := range 60 {
		id := fmt.Sprint("incident", n%4)
		revisions[id]++
		i := shutdown(revisions[id], intel.Severity(world.IntN(4)))
		i.ID, i.Title = id, fmt.Sprint(id, " as of revision ", revisions[id])
		accepted = append(accepted, delivertest.Message{ID: id, Revision: i.Revision})
		change := changes[world.IntN(len(changes))]
		if i.Revision == 1 {
			change = intel.Opened
		}
		if n >= 56 {
			change = intel.Closed
		}
		s.store.commit(i, change, "")
		s.Wake()
		time.Sleep(time.Duration(world.IntN(40)) * time.Second)
		if n == 30 {
			stop()
			s.restart()
			stop = running(t, s)
		}
	}
	time.Sleep(2 * time.Hour)
	s.x.works()
	s.y.works()
	time.Sleep(time.Hour)
	stop()
	h := delivertest.History{Accepted: accepted, Arrived: map[string][]delivertest.Message{}}
	for _, p := range []*scripted{s.x, s.y} {
		check(t, s, p, revisions)
		for n := range 6 {
			h.Arrived[chat(p.name, fmt.Sprint("c", n)).String()] = nil
		}
		heard(&h, p)
	}
	delivertest.Check(t, h, ambiguous)
}

// heard adds what a platform has shown. Cards and edits say what they show in their title. Of which change a reply
// speaks only its key tells, so any is accepted, and a repeat of it is still a repeat.
func heard(h *delivertest.History, p *scripted) {
	for _, m := range p.log() {
		var shown delivertest.Message
		if m.ReplyTo != "" {
			shown = delivertest.Message{ID: "reply " + m.Key}
			h.Accepted = append(h.Accepted, shown)
		} else {
			fmt.Sscanf(m.Message.Lines[0], "%s as of revision %d", &shown.ID, &shown.Revision)
		}
		to := m.To.String()
		h.Arrived[to] = append(h.Arrived[to], shown)
	}
}

// check compares what each chat shows in the end with what it should.
func check(t *testing.T, s *scene, p *scripted, revisions map[string]int) {
	born, shows, spoke := make(map[string]string), make(map[string]string), make(map[string]string)
	for _, m := range p.log() {
		k := m.To.Chat + " " + m.receipt
		switch {
		case m.ReplyTo != "":
			spoke[m.To.Chat+" "+m.ReplyTo] = m.Message.Headline
		case m.Edit == "":
			born[k] = m.Message.Lines[0]
			fallthrough
		default:
			shows[k] = m.Message.Lines[0]
		}
	}
	const end = "Closed: there is no further word of the internet shutdown in Kazakhstan."
	for id, revision := range revisions {
		for n := range 6 {
			to := chat(p.name, fmt.Sprint("c", n))
			card := s.store.card(id, to)
			if card.Abandoned != "" || card.Told < revision || card.Spoken < revision {
				t.Errorf("%s at %s ended as %+v, want told %d", id, to, card, revision)
			}
			k, want := to.Chat+" "+card.Receipt, fmt.Sprint(id, " as of revision ", revision)
			if shows[k] != want {
				t.Errorf("%s at %s shows %q, want %q", id, to, shows[k], want)
			}
			if born[k] != want && spoke[k] != end {
				t.Errorf("%s at %s was born %q and last said %q", id, to, born[k], spoke[k])
			}
		}
	}
}
