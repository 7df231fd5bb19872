package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	botconsole "github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// L05: three replicas on one Redis, the clock of one ten minutes ahead, that of another ten minutes behind. Claims
// hold among them, what one puts off the others take up in time, and what one raises the others send at once.
func TestReplicasWhoseClocksDiffer(t *testing.T) {
	t.Parallel()
	for name, offs := range map[string][3]time.Duration{
		"the one that sends is right":  {0, 10 * time.Minute, -10 * time.Minute},
		"the one that sends is ahead":  {10 * time.Minute, 0, -10 * time.Minute},
		"the one that sends is behind": {-10 * time.Minute, 0, 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			differingClocks(t, offs)
		})
	}
}

func differingClocks(t *testing.T, offs [3]time.Duration) {
	server := redistest.Start(t)
	chat := &slowChat{begun: make(chan struct{}, 100), goOn: make(chan error, 100)}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	var stores []*redis.Store
	for _, off := range offs {
		kept, err := redis.Open(ctx, redis.Options{
			URL: server.URL(), Now: func() time.Time { return time.Now().Add(off) },
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = kept.Close() })
		stores = append(stores, kept)
	}
	run := func(kept *redis.Store) *deliver.Deliverer {
		d := deliver.New(deliver.Options{
			Store: kept, Now: kept.Now, Platforms: []bot.Platform{chat}, Log: slog.New(slog.DiscardHandler),
		})
		running.Go(func() { _ = d.Run(ctx) })
		return d
	}
	t.Cleanup(running.Wait)
	t.Cleanup(stop)
	if err := stores[0].Subscribe(ctx, everything()); err != nil {
		t.Fatal(err)
	}
	happened(t, stores[0], 1)
	run(stores[0])
	within(t, chat.begun, 20*time.Second, "send")
	for _, kept := range stores[1:] {
		run(kept)
	}
	<-time.After(2500 * time.Millisecond) // both others look for cards each second
	if n := chat.sends(); n != 1 {
		t.Fatalf("%d replicas send one card at a time", n)
	}

	// The send fails: it is tried again soon, by whoever comes first.
	chat.goOn <- errors.New("the chat does not answer")
	within(t, chat.begun, 20*time.Second, "second attempt, a second or two later")
	chat.goOn <- nil
	shown := func(revision int) bool {
		cards, err := stores[0].CardsOf(ctx, "shutdown/KZ", "", 10)
		return err == nil && len(cards) == 1 && cards[0].Told == revision
	}
	eventually(t, 20*time.Second, "mark", func() bool { return shown(1) })
	for revision := 2; revision <= 4; revision++ { // raised by one, sent by another
		happened(t, stores[0], revision)
		within(t, chat.begun, 20*time.Second, "edit")
		chat.goOn <- nil
		eventually(t, 20*time.Second, "mark of the edit", func() bool { return shown(revision) })
	}
	if n := chat.sends(); n != 5 {
		t.Errorf("sent %d times, want one failure, one card and three edits", n)
	}
}

// happened commits a revision of one incident.
func happened(t *testing.T, kept store.Intake, revision int) {
	t.Helper()
	change := intel.Opened
	if revision > 1 {
		change = intel.Updated
	}
	now := time.Now()
	err := kept.Commit(t.Context(), store.Step{
		Token: fmt.Sprint("step/", revision), Time: now,
		Changes: []intel.Change{{
			Incident: intel.Incident{
				ID: "shutdown/KZ", Revision: revision, Kind: intel.Shutdown, Phase: intel.Ongoing, Places: []string{"KZ"},
				Severity: intel.Major, Evidence: intel.Reported, Title: "The net is down", Updated: now,
			},
			Notice: &intel.Notice{Incident: "shutdown/KZ", Revision: revision, Change: change, Time: now},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// slowChat is a chat whose sends take as long as the test wants.
type slowChat struct {
	begun chan struct{}
	goOn  chan error
	mu    sync.Mutex
	n     int
}

func (c *slowChat) Name() string { return botconsole.Name }

func (c *slowChat) Send(ctx context.Context, _ bot.Outgoing) (string, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.begun <- struct{}{}
	select {
	case err := <-c.goOn:
		return "receipt", err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (c *slowChat) sends() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// The clock that all go by is the server's, however this machine's is set meanwhile.
func TestTheStoresClockFollowsTheServers(t *testing.T) {
	server := redistest.Start(t)
	var off time.Duration
	kept, err := redis.Open(t.Context(), redis.Options{
		URL: server.URL(), Now: func() time.Time { return time.Now().Add(off) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	for _, off = range []time.Duration{0, 10 * time.Minute, -time.Hour} {
		if _, err := kept.Acquire(t.Context(), store.WorldLease, "a", time.Minute); err != nil {
			t.Fatal(err)
		}
		if d := time.Until(kept.Now()); d.Abs() > time.Second {
			t.Errorf("with this machine's clock %v off, the store's is %v off", off, d)
		}
	}
}
