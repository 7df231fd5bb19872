package bitcoin_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/bitcoin"
	"github.com/faultlinebot/faultline/intel"
)

func TestFirstStart(t *testing.T) {
	onBench(t, func(b *bench) {
		b.runFor(time.Minute)
		all := b.out.Take()
		live, backfilled := split(all)
		// A day is 144 blocks below the newest, taken in pages of 15, newest first.
		if diff := cmp.Diff(run(20_000, 20_000-149), backfilled); diff != "" {
			t.Error(diff)
		}
		if len(live) != 0 {
			t.Errorf("live %v", live)
		}
		want := intel.Observation{
			Source: "mempool", Time: b.chain.start.Add(20_000 * 10 * time.Minute).UTC().Truncate(time.Second),
			Known: all[0].Known, Backfill: true,
			Body: intel.Block{Height: 20_000, Difficulty: 24272331996979.97, Hash: "20000", Pool: "antpool"},
		}
		if diff := cmp.Diff(want, all[0]); diff != "" || all[0].Known.IsZero() {
			t.Error(diff)
		}
		if all[0].Key() != "block/20000" {
			t.Errorf("key %s", all[0].Key())
		}
	})
}

func TestBackfillIsSlowAndLiveIsNot(t *testing.T) {
	onBench(t, func(b *bench) {
		b.history = 90 * 24 * time.Hour
		stop := b.start()
		defer stop()
		b.pass(5 * time.Minute)
		b.out.Take()
		if note := b.board.Of(bitcoin.Source).Note; note != "back-fill: 31 of 90 days" {
			t.Errorf("note %q", note)
		}
		b.chain.set(func(c *chain) {
			var fills []time.Time
			for i, h := range c.asked {
				if h >= 0 {
					fills = append(fills, c.at[i])
				}
			}
			for i := 1; i < len(fills); i++ {
				if gap := fills[i].Sub(fills[i-1]); gap < time.Second {
					t.Errorf("two pages of back-fill within %s", gap)
				}
			}
			c.tip++
		})
		b.pass(33 * time.Second)
		live, backfilled := split(b.out.Take())
		if !slices.Equal(live, []int64{20_001}) || len(backfilled) < 30*15 {
			t.Errorf("live %v, and %d blocks of back-fill", live, len(backfilled))
		}
		b.pass(20 * time.Minute)
		if h := b.board.Of(bitcoin.Source); h.Note != "" || !h.OK {
			t.Errorf("after all of it: %+v", h)
		}
		_, backfilled = split(b.out.Take())
		if last := backfilled[len(backfilled)-1]; last > 20_001-90*144 || last < 20_001-90*144-30 {
			t.Errorf("back-fill ended at %d", last)
		}
	})
}

func TestBackfillResumes(t *testing.T) {
	onBench(t, func(b *bench) {
		seen := map[int64]int{}
		asked := map[int64]int{}
		var order []int64
		for range 5 { // stops in the middle each time
			b.runFor(2500 * time.Millisecond)
			_, backfilled := split(b.out.Take())
			order = append(order, backfilled...)
			for _, h := range b.chain.requests() {
				asked[h]++
			}
		}
		for _, h := range order {
			if seen[h]++; seen[h] > 1 {
				t.Errorf("block %d came twice", h)
			}
		}
		delete(asked, -1)
		for h, n := range asked {
			if n > 1 {
				t.Errorf("page %d was asked for %d times", h, n)
			}
		}
		if diff := cmp.Diff(run(20_000, 20_000-149), order); diff != "" {
			t.Error(diff)
		}
		b.runFor(time.Minute)
		if requests := b.chain.requests(); slices.Max(requests) != -1 {
			t.Errorf("asked on: %v", requests)
		}
	})
}

func TestBackfillEndsAtTheFirstBlock(t *testing.T) {
	onBench(t, func(b *bench) {
		b.chain.set(func(c *chain) { c.tip = 40 })
		b.runFor(time.Minute)
		if _, backfilled := split(b.out.Take()); !slices.Equal(backfilled, run(40, 0)) {
			t.Errorf("back-fill %v", backfilled)
		}
		if slices.Contains(b.chain.requests(), -2) {
			t.Error("asked below the first block")
		}
	})
}

func TestBackfillTroubleIsOnlyNoted(t *testing.T) {
	onBench(t, func(b *bench) {
		b.chain.set(func(c *chain) {
			c.fail = func(height int64) error {
				if height >= 0 {
					return &feeds.StatusError{Code: 429, RetryAfter: time.Minute}
				}
				return nil
			}
		})
		stop := b.start()
		defer stop()
		b.pass(10 * time.Second)
		h := b.board.Of(bitcoin.Source)
		if !h.OK || !strings.Contains(h.Note, "back-fill: 0 of 1 days (waits: https://chain.example/api answers status 429") {
			t.Errorf("health %+v", h)
		}
		b.pass(45 * time.Second)
		if n := len(slices.DeleteFunc(b.chain.requests(), func(h int64) bool { return h < 0 })); n != 1 {
			t.Errorf("%d requests within the minute that was asked for", n)
		}
		b.chain.set(func(c *chain) { c.fail = nil; c.tip++ })
		b.pass(5 * time.Minute)
		live, backfilled := split(b.out.Take())
		if !slices.Equal(live, []int64{20_001}) || len(backfilled) != 150 {
			t.Errorf("live %v, and %d blocks of back-fill", live, len(backfilled))
		}
	})
}

func TestNewBlocks(t *testing.T) {
	onBench(t, func(b *bench) {
		b.filled()
		stop := b.start()
		defer stop()
		if got := b.out.Take(); len(got) != 0 {
			t.Errorf("a restart brought %v", got)
		}
		saves := b.cursors.Saves()
		b.pass(5 * time.Minute)
		if b.cursors.Saves() != saves {
			t.Error("the cursor was saved though nothing happened")
		}
		b.chain.set(func(c *chain) { c.tip += 3 })
		b.pass(33 * time.Second)
		if live, _ := split(b.out.Take()); !slices.Equal(live, run(20_001, 20_003)) {
			t.Errorf("live %v", live)
		}
	})
}

func TestGapIsCaughtUp(t *testing.T) {
	onBench(t, func(b *bench) {
		b.filled()
		b.chain.set(func(c *chain) { c.tip += 100 })
		b.runFor(time.Minute)
		live, backfilled := split(b.out.Take())
		if diff := cmp.Diff(run(20_001, 20_100), live); diff != "" || len(backfilled) != 0 {
			t.Errorf("%s, and back-fill %v", diff, backfilled)
		}
		if diff := cmp.Diff([]int64{-1, 20_015, 20_030, 20_045, 20_060, 20_075, 20_085}, b.chain.requests()[:7]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCatchUpResumes(t *testing.T) {
	onBench(t, func(b *bench) {
		b.filled()
		b.chain.set(func(c *chain) {
			c.tip += 100
			c.fail = func(height int64) error {
				if height == 20_045 {
					return &feeds.StatusError{Code: 500}
				}
				return nil
			}
		})
		b.runFor(10 * time.Second)
		if live, _ := split(b.out.Take()); !slices.Equal(live, run(20_001, 20_030)) {
			t.Errorf("live %v", live)
		}
		b.chain.set(func(c *chain) { c.fail = nil; c.asked = nil })
		b.runFor(time.Minute)
		if live, _ := split(b.out.Take()); !slices.Equal(live, run(20_031, 20_100)) {
			t.Errorf("then live %v", live)
		}
		if asked := b.chain.requests(); slices.Contains(asked, 20_015) || slices.Contains(asked, 20_030) {
			t.Errorf("asked again: %v", asked)
		}
	})
}

func TestLongStopBeginsAnew(t *testing.T) {
	onBench(t, func(b *bench) {
		b.filled()
		b.chain.set(func(c *chain) { c.tip += 1000 })
		b.runFor(time.Minute)
		live, backfilled := split(b.out.Take())
		if len(live) != 0 || !slices.Equal(backfilled, run(21_000, 21_000-149)) {
			t.Errorf("live %v, back-fill %v", live, backfilled)
		}
	})
}

func TestReorganisation(t *testing.T) {
	onBench(t, func(b *bench) {
		b.filled()
		b.chain.set(func(c *chain) {
			for _, h := range []int64{19_999, 20_000, 20_001} {
				c.branch[h] = "b"
			}
			c.tip++
		})
		stop := b.start()
		defer stop()
		got := b.out.Take()
		if live, _ := split(got); !slices.Equal(live, run(19_999, 20_001)) {
			t.Errorf("live %v", live)
		}
		if key := got[0].Key(); key != "block/b19999" {
			t.Errorf("key %s", key)
		}
		b.pass(5 * time.Minute)
		if again := b.out.Take(); len(again) != 0 {
			t.Errorf("again %v", again)
		}
		b.chain.set(func(c *chain) { c.branch[20_001] = "c" }) // at the same height
		b.pass(33 * time.Second)
		if live, _ := split(b.out.Take()); !slices.Equal(live, []int64{20_001}) {
			t.Errorf("live %v", live)
		}
	})
}

func TestServerThatFellBack(t *testing.T) {
	onBench(t, func(b *bench) {
		b.filled()
		b.chain.set(func(c *chain) { c.tip -= 3 }) // another server of the same name
		b.runFor(time.Second)
		if h := b.board.Of(bitcoin.Source); !h.OK {
			t.Errorf("three behind: %+v", h)
		}
		b.chain.set(func(c *chain) { c.tip -= 100 })
		b.runFor(time.Second)
		if h := b.board.Of(bitcoin.Source); h.OK || !strings.Contains(h.Reason, "its newest block is 103 behind") {
			t.Errorf("far behind: %+v", h)
		}
		if got := b.out.Take(); len(got) != 0 {
			t.Errorf("emitted %v", got)
		}
	})
}

func TestEmitFailureLeavesTheCursor(t *testing.T) {
	onBench(t, func(b *bench) {
		b.filled()
		saves := b.cursors.Saves()
		b.chain.set(func(c *chain) { c.tip += 3 })
		b.out.FailWhen(func(o intel.Observation) error {
			if o.Body.(intel.Block).Height == 20_002 {
				return errors.New("store is full")
			}
			return nil
		})
		b.runFor(time.Second)
		if b.cursors.Saves() != saves {
			t.Error("the cursor moved")
		}
		if h := b.board.Of(bitcoin.Source); h.Reason != "hand on block 20002: store is full" {
			t.Errorf("health %+v", h)
		}
		b.out.FailWhen(nil)
		b.out.Take()
		b.runFor(time.Second)
		if live, _ := split(b.out.Take()); !slices.Equal(live, run(20_001, 20_003)) {
			t.Errorf("live %v", live)
		}
	})
}

func TestCursorTrouble(t *testing.T) {
	onBench(t, func(b *bench) {
		b.cursors.FailWith(errors.New("no disk"))
		stop := b.start()
		if h := b.board.Of(bitcoin.Source); h.OK || h.Reason != "read cursor: no disk" {
			t.Errorf("health %+v", h)
		}
		b.cursors.FailWith(nil)
		b.pass(2 * time.Minute)
		stop()
		if _, backfilled := split(b.out.Take()); len(backfilled) != 150 {
			t.Errorf("%d blocks of back-fill", len(backfilled))
		}
		if err := b.cursors.SaveCursor(t.Context(), bitcoin.Source, []byte(`{"height":`)); err != nil {
			t.Fatal(err)
		}
		b.runFor(time.Second)
		if live, backfilled := split(b.out.Take()); len(live) != 0 || len(backfilled) < 15 {
			t.Errorf("after a broken cursor: live %v, back-fill %v", live, backfilled)
		}
	})
}

func TestUnusablePagesInWords(t *testing.T) {
	onBench(t, func(b *bench) {
		for body, why := range map[string]string{
			"<html>":  "an HTML page",
			"[]":      "an empty list",
			"nothing": "plain text",
		} {
			b.chain.set(func(c *chain) { c.body = body })
			b.runFor(time.Second)
			if h := b.board.Of(bitcoin.Source); h.OK || h.Reason != "https://chain.example/api sends no usable page of blocks: "+why {
				t.Errorf("%q: %+v", body, h)
			}
		}
		if b.cursors.Saves() != 0 || len(b.out.Take()) != 0 {
			t.Error("something came of it")
		}
	})
}

// A panic in either loop ends Run, so that whoever supervises it can start it anew.
func TestPanicEndsRun(t *testing.T) {
	for _, height := range []int64{-1, 19_985} {
		synctest.Test(t, func(t *testing.T) {
			c := &chain{tip: 20_000, start: time.Now(), fail: func(h int64) error {
				if h == height {
					panic("boom")
				}
				return nil
			}}
			w, err := bitcoin.New(bitcoin.Options{BaseURL: base, Fetcher: c, Cursors: &nowhere{}})
			if err != nil {
				t.Fatal(err)
			}
			err = w.Run(t.Context(), func(context.Context, intel.Observation) error { return nil })
			var panicked *feeds.PanicError
			if !errors.As(err, &panicked) || panicked.Value != "boom" {
				t.Errorf("page %d: Run returned %v", height, err)
			}
		})
	}
}

type nowhere struct{}

func (nowhere) Cursor(context.Context, string) ([]byte, error)   { return nil, nil }
func (nowhere) SaveCursor(context.Context, string, []byte) error { return nil }

func TestOptions(t *testing.T) {
	w, err := bitcoin.New(bitcoin.Options{BaseURL: "https://mempool.space/api", Fetcher: &chain{}, Cursors: nowhere{}})
	if err != nil {
		t.Fatal(err)
	}
	if got := feeds.Describe(w)[0]; got != "mempool: https://mempool.space/api every 60 s" {
		t.Errorf("described as %q", got)
	}
	if w.ExpectedSilence() != 2*time.Hour {
		t.Errorf("silent for %s", w.ExpectedSilence())
	}
	for name, o := range map[string]bitcoin.Options{
		"no address": {Fetcher: &chain{}, Cursors: nowhere{}},
		"no fetcher": {BaseURL: base, Cursors: nowhere{}},
		"no cursors": {BaseURL: base, Fetcher: &chain{}},
	} {
		if _, err := bitcoin.New(o); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
