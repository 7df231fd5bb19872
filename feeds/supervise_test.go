package feeds_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/feedstest"
	"github.com/faultlinebot/faultline/intel"
)

// watcher is a watcher of a test's making.
type watcher struct {
	silence time.Duration
	run     func(ctx context.Context, emit feeds.Emit) error
}

var _ feeds.Watcher = watcher{}

func (watcher) Name() string                     { return "w" }
func (watcher) Watches() string                  { return "nothing every 1 s" }
func (w watcher) ExpectedSilence() time.Duration { return w.silence }
func (w watcher) Run(ctx context.Context, emit feeds.Emit) error {
	return w.run(ctx, emit)
}

func untilOver(ctx context.Context, _ feeds.Emit) error {
	<-ctx.Done()
	return nil
}

func block(height int64, backfill bool) intel.Observation {
	return intel.Observation{
		Source: "w", Time: time.Now(), Known: time.Now(), Backfill: backfill,
		Body: intel.Block{Height: height, Difficulty: 1},
	}
}

func silences(all []intel.Observation) (since []time.Time) {
	for _, o := range all {
		if s, ok := o.Body.(intel.Silence); ok {
			since = append(since, s.Since)
		}
	}
	return since
}

func supervise(t *testing.T, d time.Duration, w watcher, o feeds.SuperviseOptions) *feedstest.Emitted {
	t.Helper()
	var out feedstest.Emitted
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	feeds.Supervise(ctx, w, out.Emit, o)
	return &out
}

func TestSuperviseRestartsAfterPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		var logged bytes.Buffer
		board := feeds.NewBoard(func(_ feeds.Health, s string) { told = append(told, s) })
		var runs []time.Time
		supervise(t, time.Hour, watcher{run: func(ctx context.Context, emit feeds.Emit) error {
			runs = append(runs, time.Now())
			switch len(runs) {
			case 1, 2:
				panic("boom")
			case 3:
				return nil // ended by itself
			}
			board.Succeeded("w", feeds.Result{}, time.Time{})
			return untilOver(ctx, emit)
		}}, feeds.SuperviseOptions{Board: board, Log: slog.New(slog.NewTextHandler(&logged, nil))})

		if len(runs) != 4 {
			t.Fatalf("%d runs", len(runs))
		}
		for i := 1; i < len(runs); i++ {
			if pause := runs[i].Sub(runs[i-1]); pause < time.Second || pause > time.Minute {
				t.Errorf("pause %s", pause)
			}
		}
		if len(told) != 3 || !strings.Contains(told[0], "stopped by a fault of ours: boom; next try in") ||
			!strings.Contains(told[1], "ended by itself") || told[2] != "w: answers again after 3 failures" {
			t.Errorf("told %q", told)
		}
		if !strings.Contains(logged.String(), "supervise_test.go") {
			t.Error("the stack was not logged")
		}
	})
}

func TestSuperviseLeavesThePointlessStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := feeds.NewBoard(nil)
		runs := 0
		start := time.Now()
		supervise(t, time.Hour, watcher{silence: 10 * time.Minute, run: func(context.Context, feeds.Emit) error {
			runs++
			return errors.New("no such chain")
		}}, feeds.SuperviseOptions{Board: board})
		if h := board.Of("w"); runs != 1 || h.OK || h.Reason != "has given up: no such chain" || !h.NextTry.IsZero() {
			t.Errorf("%d runs, %+v", runs, h)
		}
		if took := time.Since(start); took != time.Hour {
			t.Errorf("returned after %s", took)
		}
	})
}

func TestSuperviseTellsSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		board := feeds.NewBoard(func(_ feeds.Health, s string) { told = append(told, s) })
		start := time.Now()
		out := supervise(t, 24*time.Hour, watcher{silence: 2 * time.Hour, run: func(ctx context.Context, emit feeds.Emit) error {
			for i, pause := range []time.Duration{time.Hour, time.Hour, 5 * time.Hour, time.Hour} {
				if feeds.Sleep(ctx, pause) != nil {
					return nil
				}
				if err := emit(ctx, block(int64(i), false)); err != nil {
					return err
				}
			}
			return untilOver(ctx, emit)
		}}, feeds.SuperviseOptions{Board: board})

		got := silences(out.All())
		if len(got) != 2 || !got[0].Equal(start.Add(2*time.Hour)) || !got[1].Equal(start.Add(8*time.Hour)) {
			t.Errorf("silent since %v", got)
		}
		for _, o := range out.All() {
			if _, ok := o.Body.(intel.Silence); ok && (o.Source != "w" || o.Backfill || o.Known.IsZero()) {
				t.Errorf("silence %+v", o)
			}
		}
		if len(told) != 3 || !strings.HasPrefix(told[0], "w: has had nothing to say for 2 h") ||
			told[1] != "w: speaks again after 5 h" {
			t.Errorf("told %q", told)
		}
	})
}

// private is a watcher for one server.
type private struct{ watcher }

func (private) Audience() intel.Audience { return "discord/7" }

func TestSuperviseKeepsSilencePrivate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out feedstest.Emitted
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
		defer cancel()
		feeds.Supervise(ctx, private{watcher{silence: time.Hour, run: untilOver}}, out.Emit, feeds.SuperviseOptions{})
		if got := out.All(); len(got) != 1 || got[0].Audience != "discord/7" {
			t.Errorf("emitted %+v", got)
		}
	})
}

func TestSuperviseSilenceNeedsLiveWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		every := func(do func(ctx context.Context, emit feeds.Emit)) func(context.Context, feeds.Emit) error {
			return func(ctx context.Context, emit feeds.Emit) error {
				for feeds.Sleep(ctx, time.Minute) == nil {
					do(ctx, emit)
				}
				return nil
			}
		}
		board := feeds.NewBoard(nil)
		for _, tc := range []struct {
			name    string
			silence time.Duration
			do      func(ctx context.Context, emit feeds.Emit)
			want    int
		}{
			{"words", time.Hour, func(ctx context.Context, emit feeds.Emit) { _ = emit(ctx, block(1, false)) }, 0},
			{"back-fill", time.Hour, func(ctx context.Context, emit feeds.Emit) { _ = emit(ctx, block(1, true)) }, 1},
			{"answers", time.Hour, func(context.Context, feeds.Emit) { board.Succeeded("w", feeds.Result{}, time.Time{}) }, 1},
			{"answers that count", time.Hour, func(context.Context, feeds.Emit) {
				board.Succeeded("w", feeds.Result{Heard: true}, time.Time{})
			}, 0},
			{"may be silent for ever", 0, func(context.Context, feeds.Emit) {}, 0},
		} {
			out := supervise(t, 3*time.Hour, watcher{silence: tc.silence, run: every(tc.do)},
				feeds.SuperviseOptions{Board: board})
			if got := silences(out.All()); len(got) != tc.want {
				t.Errorf("%s: silent since %v", tc.name, got)
			}
		}
	})
}
