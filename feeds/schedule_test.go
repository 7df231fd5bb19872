package feeds_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

var errBroken = errors.New("broken")

// looks runs a poll for a while of a bubble's time and returns when it looked, counted from its start.
func looks(t *testing.T, p feeds.Poll, d time.Duration) []time.Duration {
	t.Helper()
	var at []time.Duration
	start := time.Now()
	look := p.Look
	p.Look = func(ctx context.Context) (feeds.Result, error) {
		at = append(at, time.Since(start))
		return look(ctx)
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := p.Run(ctx); err != nil {
		t.Errorf("Run returned %v", err)
	}
	return at
}

func TestPollKeepsItsInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := looks(t, feeds.Poll{
			Name: "w", Interval: time.Minute,
			Look: func(context.Context) (feeds.Result, error) { return feeds.Result{}, nil },
		}, time.Hour)
		if at[0] != 0 {
			t.Errorf("first look after %s", at[0])
		}
		if len(at) < 54 || len(at) > 60 {
			t.Errorf("%d looks in an hour", len(at))
		}
		for i := 1; i < len(at); i++ {
			if gap := at[i] - at[i-1]; gap < time.Minute || gap > 66*time.Second {
				t.Errorf("gap %s", gap)
			}
		}
	})
}

func TestPollSpreadsTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		different := map[time.Duration]bool{}
		for range 20 {
			at := looks(t, feeds.Poll{
				Name: "w", Interval: time.Hour, Spread: time.Minute,
				Look: func(context.Context) (feeds.Result, error) { return feeds.Result{}, nil },
			}, 2*time.Minute)
			if len(at) != 1 || at[0] >= time.Minute {
				t.Fatalf("looks at %v", at)
			}
			different[at[0]] = true
		}
		if len(different) < 10 {
			t.Errorf("only %d different starts", len(different))
		}
	})
	if feeds.Spread(5, time.Minute) != 0 || feeds.Spread(100, time.Minute) != 5*time.Second ||
		feeds.Spread(100_000, time.Minute) != time.Minute {
		t.Error("spread of few, many and very many")
	}
}

func TestPollHonoursWhatTheSourceAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tc := range []struct {
			asks, least, most time.Duration
		}{
			{10 * time.Second, time.Minute, 66 * time.Second}, // never faster than the interval
			{10 * time.Minute, 10 * time.Minute, 11 * time.Minute},
			{48 * time.Hour, time.Hour, 66 * time.Minute},
		} {
			at := looks(t, feeds.Poll{
				Name: "w", Interval: time.Minute,
				Look: func(context.Context) (feeds.Result, error) { return feeds.Result{Wait: tc.asks}, nil },
			}, 3*time.Hour)
			if gap := at[1] - at[0]; gap < tc.least || gap > tc.most {
				t.Errorf("asked for %s, waited %s", tc.asks, gap)
			}
		}
	})
}

func TestPollBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := looks(t, feeds.Poll{
			Name: "w", Interval: 10 * time.Second,
			Look: func(context.Context) (feeds.Result, error) { return feeds.Result{}, errBroken },
		}, time.Hour)
		for i := 1; i < len(at); i++ {
			gap := at[i] - at[i-1]
			if gap < 5*time.Second || gap > 100*time.Second {
				t.Errorf("pause %d is %s", i, gap)
			}
		}
		if first := at[1]; first > 10*time.Second {
			t.Errorf("first pause %s", first)
		}
		if len(at) > 150 {
			t.Errorf("%d looks in an hour of failure", len(at))
		}
	})
}

func TestPollHonoursRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tc := range []struct {
			err         error
			least, most time.Duration
		}{
			{&feeds.StatusError{Code: 429, RetryAfter: 10 * time.Minute}, 10 * time.Minute, 11 * time.Minute},
			{&feeds.StatusError{Code: 503, RetryAfter: time.Second}, 500 * time.Millisecond, 10 * time.Second},
			{&feeds.StatusError{Code: 410}, 24 * time.Hour, 27 * time.Hour},
		} {
			at := looks(t, feeds.Poll{
				Name: "w", Interval: 10 * time.Second,
				Look: func(context.Context) (feeds.Result, error) { return feeds.Result{}, tc.err },
			}, 30*time.Hour)
			if gap := at[1] - at[0]; gap < tc.least || gap > tc.most {
				t.Errorf("%v: waited %s", tc.err, gap)
			}
		}
	})
}

func TestPollStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		looks(t, feeds.Poll{
			Name: "w", Interval: time.Hour,
			Look: func(context.Context) (feeds.Result, error) { return feeds.Result{}, nil },
		}, 90*time.Second)
		if took := time.Since(start); took != 90*time.Second {
			t.Errorf("stopped after %s", took)
		}
	})
}

func TestBackoff(t *testing.T) {
	b := feeds.Backoff{Least: time.Second, Most: time.Minute}
	for failures, most := range map[int]time.Duration{
		0: 2 * time.Second, 1: 2 * time.Second, 2: 4 * time.Second, 3: 8 * time.Second, 10: time.Minute,
		1 << 40: time.Minute,
	} {
		for range 100 {
			if d := b.After(failures); d < time.Second || d > most {
				t.Fatalf("after %d failures %s", failures, d)
			}
		}
	}
	if d := (feeds.Backoff{Least: time.Hour, Most: time.Minute}).After(3); d < time.Minute || d > time.Hour {
		t.Errorf("bounds the wrong way round: %s", d)
	}
}
