package redis_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// keys returns all keys of the server that begin so.
func keys(server *redistest.Server, prefix string) (names []string) {
	for _, k := range server.Do("KEYS", prefix+"*").([]any) {
		names = append(names, k.(string))
	}
	return names
}

// R13: two bots in one server do not meet.
func TestR13Prefixes(t *testing.T) {
	server := redistest.Start(t)
	a := open(t, redis.Options{URL: server.URL(), Prefix: "a:"})
	b := open(t, redis.Options{URL: server.URL(), Prefix: "b:"})
	commitAll(t, a, 0, 3)
	ok(t, a.Raise(t.Context(), page(0, 0, 3)))
	ok(t, a.SaveCursor(t.Context(), "w", []byte("a")))
	acquire(t, a, "brain of a")
	whole(t, a, 3)
	whole(t, b, 0)
	acquire(t, b, "brain of b")
	if cards, err := b.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 10); err != nil || len(cards) != 0 {
		t.Errorf("b was handed %v, error %v", cards, err)
	}
	if cursor, err := b.Cursor(t.Context(), "w"); err != nil || cursor != nil {
		t.Errorf("b has the cursor %q, error %v", cursor, err)
	}
	for _, k := range keys(server, "") {
		if !strings.HasPrefix(k, "a:") && !strings.HasPrefix(k, "b:") {
			t.Errorf("the key %q belongs to nobody", k)
		}
	}
}

// R14: what grows with the world goes by itself or is forgotten.
func TestR14Growth(t *testing.T) {
	server := redistest.Start(t, "--appendfsync", "no")
	s := open(t, redis.Options{URL: server.URL()})
	const observations = 1500
	for n := range observations {
		st := step(n)
		st.Changes = nil
		if n%3 == 0 {
			st.Observation.Source = "binance"
			st.Observation.Body = intel.Bar{Asset: "BTC", Currency: "USD", Interval: time.Minute}
			st.Observation.Time = noon.Add(time.Duration(n) * time.Minute)
		}
		ok(t, s.Commit(t.Context(), st))
	}
	commitAll(t, s, observations, observations+1)
	ok(t, s.Raise(t.Context(), page(observations, 0, 20)))
	for range 20 {
		_, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 1)
		ok(t, err)
		a := intel.Announcement{Key: "digest", Destination: page(0, 0, 1).To[0], Due: noon}
		ok(t, s.Announce(t.Context(), a))
		ok(t, s.AnnouncementTold(t.Context(), a))
	}
	assertTTL(t, server, "seen:", observations+1, store.SeenFor, store.SeenFor+48*time.Hour)
	assertTTL(t, server, "announcement:", 1, store.SeenFor-time.Hour, store.SeenFor+time.Hour)
	assertTTL(t, server, "claimed:", 20, 0, 2*time.Minute)
	if got := server.Do("ZCARD", "faultline:steps").(int64); got > 256 {
		t.Errorf("%d tokens are kept", got)
	}
	for more := true; more; {
		var err error
		before := server.Do("ZCARD", "faultline:history").(int64)
		more, err = s.Forget(t.Context(), noon.AddDate(1, 0, 0))
		ok(t, err)
		if after := server.Do("ZCARD", "faultline:history").(int64); before-after > 600 {
			t.Errorf("%d observations were dropped at once", before-after)
		}
	}
	for _, key := range []string{"history", "history:article", "history:bar", "hours"} {
		if got := server.Do("ZCARD", "faultline:"+key).(int64); got != 0 {
			t.Errorf("%d are left in %s", got, key)
		}
	}
	if left := keys(server, "faultline:hour:"); len(left) != 0 {
		t.Errorf("%v are left", left)
	}
}

func assertTTL(t *testing.T, server *redistest.Server, kind string, want int, low, high time.Duration) {
	t.Helper()
	names := keys(server, "faultline:"+kind)
	if len(names) != want {
		t.Errorf("%d keys begin with %s, want %d", len(names), kind, want)
	}
	for _, k := range names {
		left := time.Duration(server.Do("PTTL", k).(int64)) * time.Millisecond
		if left <= low || left > high {
			t.Fatalf("%s goes in %s, want %s to %s", k, left, low, high)
		}
	}
}

// L05: a replica whose clock is ahead does not make the others forget.
func TestForgetGoesByTheServersClock(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, redis.Options{URL: server.URL()})
	st := step(0)
	st.Time = time.Now()
	st.Observation.Known = st.Time
	ok(t, s.Commit(t.Context(), st))
	_, err := s.Forget(t.Context(), time.Now().AddDate(1, 0, 0))
	ok(t, err)
	if seen, err := s.Seen(t.Context(), st.Observation.Key()); err != nil || !seen {
		t.Errorf("seen %v, error %v", seen, err)
	}
	kept := 0
	ok(t, s.Observations(t.Context(), func(intel.Observation) error { kept++; return nil }))
	if kept != 1 {
		t.Errorf("%d observations are kept", kept)
	}
}

// L07: a lease whose end lies far ahead, because the server's clock went back, lasts no longer than it was asked for.
func TestLeaseOverAClockThatWentBack(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, redis.Options{URL: server.URL()})
	_, err := s.Acquire(t.Context(), store.WorldLease, "dead", 50*time.Millisecond)
	ok(t, err)
	server.Do("HSET", "faultline:lease:world", "until", time.Now().Add(time.Hour).UnixMicro())
	begun := time.Now()
	for {
		_, err := s.Acquire(t.Context(), store.WorldLease, "next", time.Hour)
		if !errors.Is(err, store.ErrInUse) {
			ok(t, err)
			break
		}
		runtime.Gosched()
	}
	if took := time.Since(begun); took < 40*time.Millisecond || took > 10*time.Second {
		t.Errorf("the next took over after %s", took)
	}
}

// C22: however short the append-only file is cut, what is left is a beginning of what was committed, and whole.
func TestCutAppendOnlyFile(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, redis.Options{URL: server.URL()})
	const steps, cuts = 8, 12
	commitAll(t, s, 0, steps)
	server.Kill()
	files, err := filepath.Glob(filepath.Join(server.Dir(), "appendonlydir", "*.incr.aof"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	log, err := os.ReadFile(files[0])
	ok(t, err)
	last := 0
	for cut := range cuts + 1 {
		ok(t, os.WriteFile(files[0], log[:len(log)*cut/cuts], 0o600))
		server.Restart()
		incidents, err := s.LiveIncidents(t.Context(), time.Time{})
		ok(t, err)
		if len(incidents) < last {
			t.Errorf("a longer file gave fewer steps: %d after %d", len(incidents), last)
		}
		last = len(incidents)
		whole(t, s, last)
		server.Kill()
	}
	if last != steps {
		t.Errorf("the whole file gave %d steps", last)
	}
	server.Restart()
}

// Two replicas share the work: each card is handed to one of them, and who was away too long is refused.
func TestReplicas(t *testing.T) {
	server := redistest.Start(t)
	a, b := open(t, redis.Options{URL: server.URL()}), open(t, redis.Options{URL: server.URL()})
	commitAll(t, a, 0, 1)
	ok(t, b.Raise(t.Context(), page(0, 0, 10)))
	first, err := a.ClaimCards(t.Context(), noon, noon.Add(time.Minute), 5)
	ok(t, err)
	second, err := b.ClaimCards(t.Context(), noon, noon.Add(time.Minute), 10)
	ok(t, err)
	if len(first) != 5 || len(second) != 5 {
		t.Errorf("%d and %d cards were handed out", len(first), len(second))
	}
	taken, err := b.ClaimCards(t.Context(), noon.Add(time.Hour), noon.Add(2*time.Hour), 10)
	ok(t, err)
	if len(taken) != 10 {
		t.Errorf("%d cards were handed out again", len(taken))
	}
	for _, c := range first {
		if err := a.Told(t.Context(), c, 1, 1, "late"); !errors.Is(err, store.ErrClaimLost) {
			t.Errorf("who came late got %v", err)
		}
	}
	fence := acquire(t, a, "a")
	ok(t, a.Release(t.Context(), store.WorldLease, "a"))
	acquire(t, b, "b")
	old := step(1)
	old.Fence = fence
	if err := a.Commit(t.Context(), old); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the old brain got %v", err)
	}
}
