package pacing_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot/pacing"
)

func TestRateIsEven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pacing.NewRate(20)
		var mu sync.Mutex
		var went []time.Time
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				if err := r.Wait(t.Context(), 0); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				went = append(went, time.Now())
			})
		}
		start := time.Now()
		all.Wait()
		if took := time.Since(start); took < 9900*time.Millisecond || took > 10*time.Second {
			t.Errorf("200 at 20 a second took %v", took)
		}
		slices.SortFunc(went, time.Time.Compare)
		for i := range len(went) - 20 {
			if d := went[i+20].Sub(went[i]); d < time.Second {
				t.Fatalf("21 went within %v", d)
			}
		}
	})
}

func TestMostUrgentGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pacing.NewRate(10)
		_ = r.Wait(t.Context(), 0)
		var mu sync.Mutex
		var order []int
		for _, urgency := range []int{0, 1, 3, 0, 2, 3} {
			go func() {
				_ = r.Wait(t.Context(), urgency)
				mu.Lock()
				defer mu.Unlock()
				order = append(order, urgency)
			}()
			synctest.Wait()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if !slices.Equal(order, []int{3, 3, 2, 1, 0, 0}) {
			t.Errorf("they went in the order %v", order)
		}
	})
}

func TestWhoGivesUpUsesNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pacing.NewRate(1)
		_ = r.Wait(t.Context(), 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := r.Wait(ctx, 9); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		start := time.Now()
		_ = r.Wait(t.Context(), 0)
		if d := time.Since(start); d > time.Second {
			t.Errorf("the next one waited %v", d)
		}
	})
}

func TestHoldKeepsAllBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := pacing.NewRate(100)
		start := time.Now()
		r.Hold(start.Add(35 * time.Second))
		r.Hold(start.Add(time.Second))
		if got := r.Held(start); got != 35*time.Second {
			t.Errorf("held for %v", got)
		}
		_ = r.Wait(t.Context(), 0)
		if d := time.Since(start); d != 35*time.Second {
			t.Errorf("waited %v", d)
		}
	})
}

func TestGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pacing.NewGaps()
		second, minute := pacing.Limit{Most: 1, Over: time.Second}, pacing.Limit{Most: 20, Over: time.Minute}
		start := time.Now()
		sent := 0
		for time.Since(start) < 10*time.Minute {
			wait := g.Take("group", time.Now(), second, minute)
			if wait == 0 {
				sent++
				continue
			}
			time.Sleep(wait)
		}
		if sent != 200 {
			t.Errorf("%d messages in ten minutes, want 200", sent)
		}
		if wait := g.Take("other", time.Now(), second, minute); wait != 0 {
			t.Errorf("another chat has to wait %v", wait)
		}
		g.Hold("held", time.Now().Add(time.Hour), second)
		if wait := g.Take("held", time.Now(), second); wait != time.Hour {
			t.Errorf("a held chat has to wait %v", wait)
		}
	})
}
