package deliver_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/deliver/delivertest"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// Two replicas on one Redis look like one: every chat gets every message once, whoever sends it.
func TestTwoReplicasLookLikeOne(t *testing.T) {
	server := redistest.Start(t, "--appendfsync", "no")
	const chats = 150
	x := &scripted{name: "x"}
	var replicas []*redis.Store
	for range 2 {
		s, err := redis.Open(t.Context(), redis.Options{URL: server.URL()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		replicas = append(replicas, s)
	}
	for n := range chats {
		to := chat("x", fmt.Sprintf("c%04d", n))
		if err := replicas[0].Subscribe(t.Context(), intel.Subscription{ID: to.String(), Destination: to}); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, replicas[0], shutdown(1, intel.Major), intel.Opened, "")
	ctx, cancel := context.WithCancel(t.Context())
	all := make(chan struct{})
	x.script = func(context.Context, bot.Outgoing) error {
		if x.attempts() == chats {
			close(all)
		}
		return nil
	}
	var running sync.WaitGroup
	for _, s := range replicas {
		d := deliver.New(deliver.Options{Store: s, Now: time.Now, Platforms: []bot.Platform{x}, PageSize: 40})
		running.Go(func() {
			if err := d.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	<-all
	cancel()
	running.Wait()
	card := delivertest.Message{ID: "card", Revision: 1}
	h := delivertest.History{Accepted: []delivertest.Message{card}, Arrived: map[string][]delivertest.Message{}}
	for n := range chats {
		h.Arrived[fmt.Sprintf("c%04d", n)] = nil
	}
	for _, m := range x.log() {
		h.Arrived[m.To.Chat] = append(h.Arrived[m.To.Chat], card)
	}
	delivertest.Check(t, h, 0)
	cards, err := replicas[1].CardsOf(t.Context(), "shutdown/KZ", "", 2*chats)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cards {
		if c.Told != 1 {
			t.Errorf("the card is %+v", c)
		}
	}
	if len(cards) != chats {
		t.Errorf("%d cards of %d", len(cards), chats)
	}
}
