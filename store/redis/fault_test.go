package redis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/deliver/delivertest"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/faultproxy"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
	"github.com/faultlinebot/faultline/store/storetest"
)

// once is a plan in which each request meets the fault the first time and passes when it comes again.
func once(fault faultproxy.What) func([]string) faultproxy.Fault {
	met := map[string]bool{}
	return func(request []string) faultproxy.Fault {
		name := strings.Join(request, "\x00")
		if met[name] {
			return faultproxy.Fault{}
		}
		met[name] = true
		return faultproxy.Fault{What: fault}
	}
}

// R01: each command loses its reply once, or is cut off before it arrives, and every promise of the contract holds:
// in particular nothing is "already seen" that this very call has stored, and nothing counts twice.
func TestR01LostReply(t *testing.T) {
	for name, fault := range map[string]faultproxy.What{
		"applied, reply lost": faultproxy.CutAfter, "half a reply": faultproxy.HalfReply, "not applied": faultproxy.CutBefore,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, "--appendfsync", "no")
			var stores atomic.Int64
			storetest.Run(t, func(t *testing.T) store.Store {
				proxy := faultproxy.Start(t, "unix", server.Socket())
				s := open(t, redis.Options{URL: "redis://" + proxy.Address(), Prefix: fmt.Sprintf("%d:", stores.Add(1))})
				proxy.Plan(once(fault))
				return s
			})
		})
	}
}

// R02: what is left after a restart is what the server's settings promise, and the store goes on with it.
func TestR02Restart(t *testing.T) {
	t.Run("append-only file", func(t *testing.T) {
		server := redistest.Start(t)
		s := open(t, redis.Options{URL: server.URL()})
		commitAll(t, s, 0, 50)
		server.Kill()
		server.Restart()
		commitAll(t, s, 50, 60)
		whole(t, s, 60)
	})
	t.Run("snapshot", func(t *testing.T) {
		server := redistest.Start(t, "--appendonly", "no", "--save", "3600 1000000")
		var warned []string
		s := open(t, redis.Options{URL: server.URL(), Warn: func(w string) { warned = append(warned, w) }})
		if len(warned) != 1 || !strings.Contains(warned[0], "appendonly yes") {
			t.Errorf("warned %q", warned)
		}
		commitAll(t, s, 0, 10)
		server.Do("SAVE")
		commitAll(t, s, 10, 20)
		server.Kill()
		server.Restart()
		whole(t, s, 10) // the rest is gone, and is new when it comes again
		commitAll(t, s, 10, 20)
		whole(t, s, 20)
	})
	t.Run("empty", func(t *testing.T) {
		server := redistest.Start(t)
		s := open(t, redis.Options{URL: server.URL()})
		commitAll(t, s, 0, 10)
		before := acquire(t, s, "old brain")
		server.Do("FLUSHALL")
		whole(t, s, 0) // nothing is pending, so nothing floods; what is new is for the brain to say
		after := acquire(t, s, "new brain")
		if after <= before {
			t.Errorf("the fence went from %d to %d, so the old brain could write again", before, after)
		}
		old := step(10)
		old.Fence = before
		if err := s.Commit(t.Context(), old); !errors.Is(err, store.ErrFenced) {
			t.Errorf("the old brain got %v", err)
		}
		commitAll(t, s, 0, 10)
		whole(t, s, 10)
	})
}

// R03: the server dies between accepting and sending, again and again; calls that are under way wait for it.
func TestR03Killed(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, redis.Options{URL: server.URL()})
	const rounds = 5
	for n := range rounds {
		commitAll(t, s, n, n+1)
		p := page(n, 0, 3)
		p.Done = true
		ok(t, s.Raise(t.Context(), p))
		server.Kill()
		done := make(chan error)
		go func() {
			_, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 2)
			done <- err
		}()
		server.Restart()
		ok(t, <-done)
		server.Kill()
		go func() {
			card := intel.Card{Incident: p.Incident, Destination: p.To[0]}
			done <- s.Told(t.Context(), card, 1, 1, "r")
		}()
		server.Restart()
		ok(t, <-done)
	}
	whole(t, s, rounds)
	for n := range rounds {
		cards, err := s.CardsOf(t.Context(), page(n, 0, 0).Incident, "", 10)
		ok(t, err)
		told := 0
		for _, c := range cards {
			told += c.Told
		}
		if len(cards) != 3 || told != 1 {
			t.Errorf("step %d has %d cards, %d of them told", n, len(cards), told)
		}
	}
}

// R04: a server that is frozen holds nobody longer than the deadline says, and nobody for ever.
func TestR04Frozen(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redis.Options{URL: server.URL()})
	commitAll(t, s, 0, 1)
	server.Freeze()
	var calls sync.WaitGroup
	for name, call := range storetest.Calls(s) {
		calls.Go(func() {
			const limit = 300 * time.Millisecond
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			begun := time.Now()
			err := call(ctx)
			if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took > 4*limit {
				t.Errorf("%s: %v after %s", name, err, took)
			}
		})
	}
	calls.Wait()
	begun := time.Now()
	if _, err := s.Seen(t.Context(), "key"); err == nil || time.Since(begun) > 10*time.Second {
		t.Errorf("without a deadline: %v after %s", err, time.Since(begun))
	}
	server.Thaw()
	commitAll(t, s, 1, 2)
}

// R05: a slow network that loses one request or reply in twenty costs time and nothing else.
func TestR05SlowAndLossy(t *testing.T) {
	server := redistest.Start(t, "--appendfsync", "no")
	proxy := faultproxy.Start(t, "unix", server.Socket())
	s := open(t, redis.Options{URL: "redis://" + proxy.Address()})
	var n atomic.Int64
	proxy.Plan(func([]string) faultproxy.Fault {
		f := faultproxy.Fault{Delay: time.Duration(n.Add(1)%7) * time.Millisecond}
		switch n.Load() % 40 {
		case 0:
			f.What = faultproxy.CutBefore
		case 20:
			f.What = faultproxy.CutAfter
		}
		return f
	})
	commitAll(t, s, 0, 1)
	all := page(0, 0, 120)
	ok(t, s.Raise(t.Context(), all))
	h := delivertest.History{
		Accepted: []delivertest.Message{{ID: all.Incident, Revision: 1}}, Arrived: map[string][]delivertest.Message{},
	}
	for _, to := range all.To {
		h.Arrived[to.String()] = nil
	}
	var mu sync.Mutex
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			for {
				some, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 5)
				if err != nil || len(some) == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				for _, c := range some {
					mu.Lock()
					to := c.Destination.String()
					h.Arrived[to] = append(h.Arrived[to], delivertest.Message{ID: c.Incident, Revision: c.Wanted})
					mu.Unlock()
					if err := s.Told(t.Context(), c, 1, 1, "r"); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	senders.Wait()
	delivertest.Check(t, h, 0)
}

// R06: a full server keeps nothing more and says so; what is in it still goes out.
func TestR06Full(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, redis.Options{URL: server.URL()})
	commitAll(t, s, 0, 2)
	ok(t, s.Raise(t.Context(), page(0, 0, 8)))
	for _, key := range []string{"a", "b", "c"} {
		ok(t, s.Announce(t.Context(), intel.Announcement{Key: key, Destination: page(0, 0, 1).To[0], Due: noon}))
	}
	server.Do("CONFIG", "SET", "maxmemory", "1")
	for name, call := range map[string]func() error{
		"commit":    func() error { return s.Commit(t.Context(), step(2)) },
		"raise":     func() error { return s.Raise(t.Context(), page(1, 0, 3)) },
		"announce":  func() error { return s.Announce(t.Context(), intel.Announcement{Key: "d"}) },
		"subscribe": func() error { return s.Subscribe(t.Context(), intel.Subscription{ID: "s"}) },
		"cursor":    func() error { return s.SaveCursor(t.Context(), "w", []byte("c")) },
	} {
		err := call()
		if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "raise maxmemory") {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	whole(t, s, 2) // nothing is treated as seen
	send(t, s)
	acquire(t, s, "brain")
	if _, err := s.Forget(t.Context(), noon.AddDate(1, 0, 0)); err != nil {
		t.Error(err)
	}
	opened(t, redis.Options{URL: server.URL()}).Close() // a replica that starts now can send too
	server.Do("CONFIG", "SET", "maxmemory", "100mb")
	ok(t, s.Commit(t.Context(), step(2)))
	ok(t, s.Raise(t.Context(), page(1, 0, 3)))
}

// send claims what is due and says every kind of thing of it.
func send(t *testing.T, s store.Store) {
	t.Helper()
	cards, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 10)
	ok(t, err)
	if len(cards) != 8 {
		t.Fatalf("%d cards were handed out", len(cards))
	}
	ok(t, s.ExtendCard(t.Context(), cards[0], noon.Add(2*time.Hour)))
	ok(t, s.Told(t.Context(), cards[0], 1, 1, strings.Repeat("receipt", 10)))
	ok(t, s.PostponeCard(t.Context(), cards[1], noon.Add(time.Hour)))
	ok(t, s.ReleaseCard(t.Context(), cards[2], noon.Add(time.Hour)))
	ok(t, s.AbandonCard(t.Context(), cards[3], "blocked"))
	ok(t, s.RequeueCard(t.Context(), cards[3].Incident, cards[3].Destination, noon))
	for _, end := range []func(intel.Announcement) error{
		func(a intel.Announcement) error { return s.AbandonAnnouncement(t.Context(), a, "blocked") },
		func(a intel.Announcement) error { return s.PostponeAnnouncement(t.Context(), a, noon.Add(time.Hour)) },
		func(a intel.Announcement) error { return s.AnnouncementTold(t.Context(), a) },
	} {
		all, err := s.ClaimAnnouncements(t.Context(), noon, noon.Add(time.Hour), 1)
		ok(t, err)
		if len(all) != 1 {
			t.Fatalf("%d announcements were handed out", len(all))
		}
		ok(t, end(all[0]))
	}
}

// R11: a server that forgets its scripts is sent them again.
func TestR11ScriptsFlushed(t *testing.T) {
	server := redistest.Start(t, "--appendfsync", "no")
	s := open(t, redis.Options{URL: server.URL()})
	ended, flushed := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(flushed)
		for {
			select {
			case <-ended:
				return
			default:
				server.Do("SCRIPT", "FLUSH", "SYNC")
			}
		}
	}()
	commitAll(t, s, 0, 100)
	close(ended)
	<-flushed
	whole(t, s, 100)
}

// R15: calls that hang hold up neither the lease nor, past its deadline, anybody else.
func TestR15PoolExhausted(t *testing.T) {
	server := redistest.Start(t)
	proxy := faultproxy.Start(t, "unix", server.Socket())
	s := open(t, redis.Options{URL: "redis://" + proxy.Address()})
	commitAll(t, s, 0, 1)
	fence := acquire(t, s, "brain")
	stalled := make(chan struct{}, 100)
	proxy.Plan(func(request []string) faultproxy.Fault {
		if strings.Contains(strings.Join(request, " "), "token-") {
			stalled <- struct{}{}
			return faultproxy.Fault{What: faultproxy.Stall}
		}
		return faultproxy.Fault{}
	})
	hang, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	var calls sync.WaitGroup
	for n := range 16 {
		calls.Go(func() { _ = s.Commit(hang, step(1+n)) })
	}
	for range 16 {
		<-stalled
	}
	begun := time.Now()
	if got := acquire(t, s, "brain"); got != fence {
		t.Errorf("the fence went from %d to %d", fence, got)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("the lease took %s", took)
	}
	ctx, cancelShort := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancelShort()
	if _, err := s.Seen(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v", err)
	}
	proxy.Plan(nil)
	calls.Wait()
	commitAll(t, s, 1, 3)
}
