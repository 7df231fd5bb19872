package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// BenchmarkMillionSubscriptions commits an incident that a million destinations want. It says how long it takes until
// the first message sets out (commit-to-first-ms), how long the whole fan-out takes with nobody sending (pass-s), the
// longest that one page took, waiting included (page-max-ms), for Redis also the longest that its scripts kept the
// server from others (script-max-ms), and the most memory that this process had meanwhile (rss-MB). Run it with
// -benchtime 1x: each round is a million cards.
func BenchmarkMillionSubscriptions(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		s, err := sqlite.Open(b.Context(), sqlite.Options{Path: b.TempDir() + "/faultline.db"})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		million(b, s, nil)
	})
	b.Run("redis", func(b *testing.B) {
		server := redistest.Start(b, "--appendfsync", "everysec", "--slowlog-log-slower-than", "1000")
		s, err := redis.Open(b.Context(), redis.Options{URL: server.URL()})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		million(b, s, server)
	})
}

func million(b *testing.B, s store.Store, server *redistest.Server) {
	subscribeMillion(b, s)
	b.ResetTimer()
	for n := 0; b.Loop(); n++ {
		if server != nil {
			server.Do("SLOWLOG", "RESET")
		}
		debug.FreeOSMemory()
		resetPeak(b)
		i := shutdown(1, intel.Critical)
		i.ID = fmt.Sprintf("shutdown/%d", n)
		i.Updated = start
		if err := s.Commit(b.Context(), store.Step{
			Token: i.ID, Time: start, Changes: []intel.Change{{
				Incident: i, Notice: &intel.Notice{Incident: i.ID, Revision: 1, Change: intel.Opened, Time: start},
			}},
		}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(firstMessage(b, s).Microseconds())/1000, "commit-to-first-ms")
		pass, longest := wholePass(b, s)
		b.ReportMetric(pass.Seconds(), "pass-s")
		b.ReportMetric(float64(longest.Microseconds())/1000, "page-max-ms")
		b.ReportMetric(peak(b), "rss-MB")
		if server != nil {
			b.ReportMetric(float64(slowest(server).Microseconds())/1000, "script-max-ms")
		}
	}
}

// subscribeMillion makes a million subscriptions with filters, each of a destination of its own.
func subscribeMillion(b *testing.B, s store.Store) {
	b.Helper()
	const all = 1_000_000
	n := 0
	err := s.Import(b.Context(), func() (store.Record, error) {
		if n == all {
			return nil, io.EOF
		}
		n++
		to := chat("x", fmt.Sprint(1_000_000_007*n%9_999_991))
		return store.SubscriptionRecord{Subscription: intel.Subscription{
			ID: fmt.Sprintf("sub-%08d", n), Destination: to,
			Filter: intel.Filter{Kinds: []intel.Kind{intel.Shutdown}, Countries: []string{"KZ"}, Least: intel.Major},
		}}, nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// firstMessage delivers until the first message sets out.
func firstMessage(b *testing.B, s store.Store) time.Duration {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	begun := time.Now()
	var first time.Duration
	var once sync.Once
	x := &scripted{name: "x", script: func(context.Context, bot.Outgoing) error {
		once.Do(func() { first = time.Since(begun) })
		cancel()
		<-ctx.Done()
		return errors.New("not now")
	}}
	d := deliver.New(deliver.Options{
		Store: s, Now: time.Now, Platforms: []bot.Platform{x}, Grace: time.Millisecond, PageSize: pageSize,
	})
	d.Wake()
	if err := d.Run(ctx); err != nil {
		b.Fatal(err)
	}
	return first
}

const pageSize = 0 // the usual one

// wholePass does the rest of the fan-out and returns how long it took, and the longest of its writes.
func wholePass(b *testing.B, s store.Store) (pass, longest time.Duration) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	timed := &timedRaise{Store: s}
	begun := time.Now()
	x := &scripted{name: "x", script: func(context.Context, bot.Outgoing) error {
		pass = time.Since(begun) // the first message comes after the last page
		cancel()
		return errors.New("not now")
	}}
	d := deliver.New(deliver.Options{Store: timed, Now: time.Now, Platforms: []bot.Platform{x}, PageSize: pageSize})
	_ = d.Drain(ctx) // it is cut off at its first message
	if pending, err := s.PendingNotices(b.Context(), 1); err != nil || len(pending) > 0 {
		b.Fatal("the fan-out is not over", err)
	}
	return pass, slices.Max(timed.took)
}

// timedRaise notes how long each page takes.
type timedRaise struct {
	store.Store
	took []time.Duration
}

func (t *timedRaise) Raise(ctx context.Context, page store.Page) error {
	begun := time.Now()
	defer func() { t.took = append(t.took, time.Since(begun)) }()
	return t.Store.Raise(ctx, page)
}

// slowest is the longest time that one command has kept the server busy; 0 is less than a millisecond.
func slowest(server *redistest.Server) (most time.Duration) {
	for _, entry := range server.Do("SLOWLOG", "GET", -1).([]any) {
		most = max(most, time.Duration(entry.([]any)[2].(int64))*time.Microsecond)
	}
	return most
}

// resetPeak makes the kernel forget the most memory that this process ever had.
func resetPeak(b *testing.B) {
	b.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Skip("the peak of memory is read from Linux:", err)
	}
}

// peak is the most memory that this process has had, in megabytes.
func peak(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kilobytes); err == nil {
			return kilobytes / 1024
		}
	}
	b.Fatal("the kernel does not say how much memory was used")
	return 0
}
