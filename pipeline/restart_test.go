package pipeline_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/detect"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/recording"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// A brain that starts in the middle, warm from History, goes on as if it had been there all along.
func TestAStoryInPiecesIsTheSameStory(t *testing.T) {
	all, err := recording.Read("the built-in recording", bytes.NewReader(configs.Seed()))
	if err != nil {
		t.Fatal(err)
	}
	countries, err := configs.Countries()
	if err != nil {
		t.Fatal(err)
	}
	whole := tell(t, throwaway(t), all, countries, nil)
	if len(whole) == 0 {
		t.Fatal("nothing was told")
	}
	day := func(d, h int) time.Time { return time.Date(2022, 1, d, h, 17, 0, 0, time.UTC) }
	often := []time.Time{day(4, 15), day(5, 11), day(6, 9), day(7, 0), day(9, 6), day(11, 23), day(15, 1)}
	for name, c := range map[string]struct {
		kept     func(*testing.T) store.Store
		restarts []time.Time
	}{
		"once":            {throwaway, []time.Time{day(8, 3)}},
		"often":           {throwaway, often},
		"on redis, often": {onRedis, often},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(whole, tell(t, c.kept(t), all, countries, c.restarts)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func throwaway(t *testing.T) store.Store {
	t.Helper()
	kept, err := sqlite.Open(context.Background(), sqlite.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	return kept
}

func onRedis(t *testing.T) store.Store {
	t.Helper()
	kept, err := redis.Open(context.Background(), redis.Options{URL: redistest.Start(t).URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	return kept
}

// tell plays a recording to brains that follow each other on one store, and returns what was told.
func tell(t *testing.T, kept store.Store, all []intel.Observation, countries []intel.Country, restarts []time.Time,
) []intel.Change {
	t.Helper()
	ctx := context.Background()
	var told []intel.Change
	brain := func() *pipeline.Brain {
		b, err := pipeline.New(ctx, pipeline.Options{
			Store: kept, Countries: countries, Log: slog.New(slog.DiscardHandler),
			Detectors: func() pipeline.Detectors { return detect.NewSet(detect.Options{Countries: countries}) },
			Committed: func(ch []intel.Change) { told = append(told, ch...) },
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := brain()
	err := recording.Play(ctx, all, func(o intel.Observation) error { return b.Handle(ctx, o) },
		func(now time.Time) error {
			if len(restarts) > 0 && !now.Before(restarts[0]) {
				b = brain()
				restarts = restarts[1:]
			}
			return b.Tick(ctx, now)
		})
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// One process may lose the lease and become the brain again: its steps are new ones, not repeats of the old.
func TestASecondReignOfOneProcessIsNotARepeat(t *testing.T) {
	ctx, kept := context.Background(), throwaway(t)
	for n := range 3 {
		b, err := pipeline.New(ctx, pipeline.Options{
			Store: kept, Log: slog.New(slog.DiscardHandler),
			Detectors: func() pipeline.Detectors { return detect.NewSet(detect.Options{}) },
		})
		if err != nil {
			t.Fatal(err)
		}
		o := intel.Observation{Source: "test", Body: intel.Block{Height: int64(n), Difficulty: 1}}
		if err := b.Handle(ctx, o); err != nil {
			t.Fatal(err)
		}
		if seen, err := kept.Seen(ctx, o.Key()); err != nil || !seen {
			t.Errorf("reign %d: what was handled is not kept (%v)", n+1, err)
		}
	}
}
