package sqlite_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

var noon = time.Date(2022, 1, 5, 12, 0, 0, 0, time.UTC)

// step is one observation that opens one incident.
func step(n int) store.Step {
	at := noon.Add(time.Duration(n) * time.Second)
	id := fmt.Sprintf("incident-%08d", n)
	return store.Step{
		Token: fmt.Sprintf("token-%d", n), Time: at,
		Observation: &intel.Observation{
			Source: "wire", Time: at, Known: at,
			Body: intel.Article{Title: "Internet cut in Kazakhstan", URL: fmt.Sprintf("https://wire.test/%d", n*7919)},
		},
		Changes: []intel.Change{{
			Incident: intel.Incident{
				ID: id, Revision: 1, Kind: intel.Shutdown, Places: []string{"KZ"}, Severity: intel.Major,
				Title: "Internet cut", Opened: at, Updated: at, Since: at,
			},
			Notice: &intel.Notice{Incident: id, Revision: 1, Change: intel.Opened, Time: at},
		}},
	}
}

// page is a page of the n-th step's fan-out, for the destinations from up to to.
func page(n, from, to int) store.Page {
	p := store.Page{
		Incident: step(n).Changes[0].Incident.ID, Revision: 1, Severity: intel.Major, Due: noon,
		After: fmt.Sprintf("sub-%08d", to),
	}
	for d := from; d < to; d++ {
		p.To = append(p.To, intel.Destination{Platform: "telegram", Chat: fmt.Sprint(1_000_000_007 * (d + 1) % 9_999_991)})
	}
	return p
}

func openBench(b *testing.B, throwaway bool) *sqlite.Store {
	b.Helper()
	s, err := sqlite.Open(b.Context(), sqlite.Options{Path: newPath(b), Throwaway: throwaway})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { closed(b, s) })
	return s
}

func BenchmarkCommit(b *testing.B) {
	for _, throwaway := range []bool{false, true} {
		name := "durable"
		if throwaway {
			name = "throwaway"
		}
		b.Run(name, func(b *testing.B) {
			s, n := openBench(b, throwaway), 0
			for b.Loop() {
				if err := s.Commit(b.Context(), step(n)); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}

func BenchmarkCommitBar(b *testing.B) {
	for _, throwaway := range []bool{false, true} {
		name := "durable"
		if throwaway {
			name = "throwaway"
		}
		b.Run(name, func(b *testing.B) {
			s, n := openBench(b, throwaway), 0
			for b.Loop() {
				at := noon.Add(time.Duration(n) * time.Minute)
				err := s.Commit(b.Context(), store.Step{
					Token: fmt.Sprintf("token-%d", n), Time: at,
					Observation: &intel.Observation{
						Source: "binance", Time: at, Known: at.Add(time.Minute),
						Body: intel.Bar{Asset: "BTC", Currency: "USD", Interval: time.Minute, Open: 1, High: 2, Low: 1, Close: 2},
					},
				})
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}

func BenchmarkSeen(b *testing.B) {
	s := openBench(b, false)
	for n := range 1000 {
		if err := s.Commit(b.Context(), step(n)); err != nil {
			b.Fatal(err)
		}
	}
	key := step(1_000_000).Observation.Key()
	for b.Loop() {
		if _, err := s.Seen(b.Context(), key); err != nil {
			b.Fatal(err)
		}
	}
}

// accept takes one observation with an incident and the three cards of its fan-out.
func accept(ctx context.Context, s store.Store, n int) error {
	if err := s.Commit(ctx, step(n)); err != nil {
		return err
	}
	p := page(n, 3*n, 3*n+3)
	p.Done = true
	return s.Raise(ctx, p)
}

// BenchmarkAccept accepts observations one by one, and from many callers at once, whose commits are then shared.
func BenchmarkAccept(b *testing.B) {
	b.Run("one-by-one", func(b *testing.B) {
		s, n := openBench(b, false), 0
		for b.Loop() {
			if err := accept(b.Context(), s, n); err != nil {
				b.Fatal(err)
			}
			n++
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
	})
	for _, callers := range []int{8, 64, 256, 1024} {
		b.Run(fmt.Sprintf("group-of-%d", callers), func(b *testing.B) {
			s := openBench(b, false)
			var group sync.WaitGroup
			var next atomic.Int64
			b.ResetTimer()
			for range callers {
				group.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if err := accept(b.Context(), s, int(n)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
		})
	}
}

// fill commits one step and raises its cards at so many destinations.
func fill(b *testing.B, s *sqlite.Store, n, cards int) {
	b.Helper()
	if err := s.Commit(b.Context(), step(n)); err != nil {
		b.Fatal(err)
	}
	for from := 0; from < cards; from += 1000 {
		if err := s.Raise(b.Context(), page(n, from, min(from+1000, cards))); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRaise raises a page of 1,000 new cards.
func BenchmarkRaise(b *testing.B) {
	s, n := openBench(b, false), 0
	for b.Loop() {
		if n%100 == 0 {
			fill(b, s, n/100, 0)
		}
		if err := s.Raise(b.Context(), page(n/100, n%100*1000, n%100*1000+1000)); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/card")
}

// BenchmarkClaimCards claims 50 of 100,000 cards that are due.
func BenchmarkClaimCards(b *testing.B) {
	s := openBench(b, false)
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
	s := openBench(b, false)
	fill(b, s, 0, 100_000)
	for b.Loop() {
		cards, err := s.ClaimCards(b.Context(), noon.Add(-1), noon, 50)
		if err != nil || len(cards) != 0 {
			b.Fatal(len(cards), err)
		}
	}
}

// BenchmarkDeliver claims cards and tells them, as the senders do.
func BenchmarkDeliver(b *testing.B) {
	s := openBench(b, false)
	fill(b, s, 0, 100_000)
	var cards []intel.Card
	for b.Loop() {
		if len(cards) == 0 {
			var err error
			if cards, err = s.ClaimCards(b.Context(), noon, noon.Add(time.Hour), 50); err != nil {
				b.Fatal(err)
			}
			if len(cards) == 0 {
				b.Skip("all cards are told; run with a shorter -benchtime")
			}
		}
		if err := s.Told(b.Context(), cards[0], 1, 1, "receipt"); err != nil {
			b.Fatal(err)
		}
		cards = cards[1:]
	}
}

// BenchmarkSubscriptions pages over 100,000 subscriptions, 1,000 at a time.
func BenchmarkSubscriptions(b *testing.B) {
	s := openBench(b, true) // reading costs the same, filling does not
	const all = 100_000
	for n := range all {
		if err := s.Subscribe(b.Context(), intel.Subscription{
			ID: fmt.Sprintf("sub-%08d", n), Destination: intel.Destination{Platform: "telegram", Chat: fmt.Sprint(n)},
			Filter: intel.Filter{Kinds: []intel.Kind{intel.Shutdown}, Countries: []string{"KZ"}, Least: intel.Major},
		}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		n := 0
		for after := ""; ; {
			page, err := s.SubscriptionsAfter(b.Context(), after, 1000)
			if err != nil {
				b.Fatal(err)
			}
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

// BenchmarkForget drops the old half of three million seen marks and one million observations. It says how many rows go
// each second, and the longest that one call took, which is how long others may have to wait for the file.
func BenchmarkForget(b *testing.B) {
	const marks, observations = 3_000_000, 1_000_000
	path := newPath(b)
	s, err := sqlite.Open(b.Context(), sqlite.Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	closed(b, s)
	old, data := noon.UnixMicro(), `{"source":"wire","article":{"title":"Internet cut in Kazakhstan"}}`
	db := raw(b, path)
	execute(b, db, `PRAGMA synchronous = OFF`)
	execute(b, db, `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
		INSERT INTO seen (key, at) SELECT 'article/wire/https://wire.test/' || (n * 7919 % 3000017), ?2 + n FROM n`, marks, old)
	execute(b, db, `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
		INSERT INTO history (type, at, data) SELECT 'article', ?2 + n, ?3 FROM n`, observations, old, data)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	s = open(b, path)
	now := noon.Add(store.SeenFor + marks/2*time.Microsecond)
	calls, longest := 0, time.Duration(0)
	b.ResetTimer()
	for more := true; more && b.Loop(); calls++ {
		begun := time.Now()
		if more, err = s.Forget(b.Context(), now); err != nil {
			b.Fatal(err)
		}
		longest = max(longest, time.Since(begun))
	}
	b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
}
