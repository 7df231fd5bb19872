package redis_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// each runs a benchmark with a store whose server syncs at every write, and with one that syncs every second.
func each(b *testing.B, run func(b *testing.B, s *redis.Store)) {
	for _, sync := range []string{"always", "everysec"} {
		b.Run(sync, func(b *testing.B) {
			server := redistest.Start(b, "--appendfsync", sync)
			run(b, open(b, redis.Options{URL: server.URL()}))
		})
	}
}

func BenchmarkCommit(b *testing.B) {
	each(b, func(b *testing.B, s *redis.Store) {
		for n := 0; b.Loop(); n++ {
			ok(b, s.Commit(b.Context(), step(n)))
		}
	})
}

// BenchmarkCommitAtOnce commits from 16 goroutines; one brain commits one by one.
func BenchmarkCommitAtOnce(b *testing.B) {
	each(b, func(b *testing.B, s *redis.Store) {
		var n atomic.Int64
		b.SetParallelism(8)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if err := s.Commit(b.Context(), step(int(n.Add(1)))); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func BenchmarkCommitBar(b *testing.B) {
	each(b, func(b *testing.B, s *redis.Store) {
		for n := 0; b.Loop(); n++ {
			at := noon.Add(time.Duration(n) * time.Minute)
			ok(b, s.Commit(b.Context(), store.Step{
				Token: fmt.Sprintf("token-%d", n), Time: at,
				Observation: &intel.Observation{
					Source: "binance", Time: at, Known: at.Add(time.Minute),
					Body: intel.Bar{Asset: "BTC", Currency: "USD", Interval: time.Minute, Open: 1, High: 2, Low: 1, Close: 2},
				},
			}))
		}
	})
}

func BenchmarkSeen(b *testing.B) {
	s := open(b, redis.Options{URL: redistest.Start(b).URL()})
	commitAll(b, s, 0, 1000)
	key := step(1_000_000).Observation.Key()
	for b.Loop() {
		if _, err := s.Seen(b.Context(), key); err != nil {
			b.Fatal(err)
		}
	}
}

// fill commits one step and raises its cards at so many destinations.
func fill(b *testing.B, s *redis.Store, n, cards int) {
	b.Helper()
	ok(b, s.Commit(b.Context(), step(n)))
	for from := 0; from < cards; from += 1000 {
		ok(b, s.Raise(b.Context(), page(n, from, min(from+1000, cards))))
	}
}

// BenchmarkRaise raises a page of 1,000 new cards, and says how much memory one takes.
func BenchmarkRaise(b *testing.B) {
	server := redistest.Start(b, "--appendfsync", "everysec")
	s := open(b, redis.Options{URL: server.URL()})
	before, n := memory(b, server), 0
	for b.Loop() {
		if n%100 == 0 {
			fill(b, s, n/100, 0)
		}
		ok(b, s.Raise(b.Context(), page(n/100, n%100*1000, n%100*1000+1000)))
		n++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/card")
	b.ReportMetric(float64(memory(b, server)-before)/float64(n)/1000, "B/card")
}

// memory is how much the server's data takes.
func memory(b *testing.B, server *redistest.Server) int {
	b.Helper()
	for line := range strings.Lines(server.Do("INFO", "memory").(string)) {
		if text, found := strings.CutPrefix(line, "used_memory_dataset:"); found {
			bytes, err := strconv.Atoi(strings.TrimSpace(text))
			ok(b, err)
			return bytes
		}
	}
	b.Fatal("the server does not say how much it holds")
	return 0
}

// BenchmarkClaimCards claims 50 of 100,000 cards that are due.
func BenchmarkClaimCards(b *testing.B) {
	s := open(b, redis.Options{URL: redistest.Start(b, "--appendfsync", "everysec").URL()})
	fill(b, s, 0, 100_000)
	for n := 0; b.Loop(); n++ {
		now := noon.Add(time.Duration(n) * time.Hour) // by then the claims before are over
		cards, err := s.ClaimCards(b.Context(), now, now.Add(time.Minute), 50)
		if err != nil || len(cards) != 50 {
			b.Fatal(len(cards), err)
		}
	}
}

// BenchmarkClaimNothing asks while 100,000 cards wait for a later time.
func BenchmarkClaimNothing(b *testing.B) {
	s := open(b, redis.Options{URL: redistest.Start(b, "--appendfsync", "everysec").URL()})
	fill(b, s, 0, 100_000)
	for b.Loop() {
		cards, err := s.ClaimCards(b.Context(), noon.Add(-time.Second), noon, 50)
		if err != nil || len(cards) != 0 {
			b.Fatal(len(cards), err)
		}
	}
}

// BenchmarkDeliver claims cards and tells them, as the senders do.
func BenchmarkDeliver(b *testing.B) {
	each(b, func(b *testing.B, s *redis.Store) {
		fill(b, s, 0, 100_000)
		var cards []intel.Card
		for b.Loop() {
			if len(cards) == 0 {
				var err error
				cards, err = s.ClaimCards(b.Context(), noon, noon.Add(time.Hour), 50)
				ok(b, err)
				if len(cards) == 0 {
					b.Skip("all cards are told; run with a shorter -benchtime")
				}
			}
			ok(b, s.Told(b.Context(), cards[0], 1, 1, "receipt"))
			cards = cards[1:]
		}
	})
}

// BenchmarkSubscriptions pages over 100,000 subscriptions, 1,000 at a time.
func BenchmarkSubscriptions(b *testing.B) {
	s := open(b, redis.Options{URL: redistest.Start(b, "--appendfsync", "no").URL()})
	const all = 100_000
	for n := range all {
		ok(b, s.Subscribe(b.Context(), intel.Subscription{
			ID: fmt.Sprintf("sub-%08d", n), Destination: intel.Destination{Platform: "telegram", Chat: fmt.Sprint(n)},
			Filter: intel.Filter{Kinds: []intel.Kind{intel.Shutdown}, Countries: []string{"KZ"}, Least: intel.Major},
		}))
	}
	for b.Loop() {
		n := 0
		for after := ""; ; {
			page, err := s.SubscriptionsAfter(b.Context(), after, 1000)
			ok(b, err)
			if len(page) == 0 {
				break
			}
			n += len(page)
			after = page[len(page)-1].ID
		}
		if n != all {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/all, "ns/subscription")
}
