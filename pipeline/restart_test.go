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
	whole := tell(t, all, countries, nil)
	if len(whole) == 0 {
		t.Fatal("nothing was told")
	}
	day := func(d, h int) time.Time { return time.Date(2022, 1, d, h, 17, 0, 0, time.UTC) }
	for name, restarts := range map[string][]time.Time{
		"during the shutdown":  {day(6, 11)},
		"in the price episode": {day(8, 3), day(10, 20)},
		"after easing":         {day(12, 5)},
		"every day":            {day(4, 15), day(5, 11), day(6, 9), day(7, 0), day(9, 6), day(11, 23), day(15, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(whole, tell(t, all, countries, restarts)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// tell plays a recording to brains that follow each other on one store, and returns what was told.
func tell(t *testing.T, all []intel.Observation, countries []intel.Country, restarts []time.Time) []intel.Change {
	t.Helper()
	ctx := context.Background()
	kept, err := sqlite.Open(ctx, sqlite.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	var told []intel.Change
	brain := func(owner string) *pipeline.Brain {
		b, err := pipeline.New(ctx, pipeline.Options{
			Store: kept, Countries: countries, Owner: owner, Log: slog.New(slog.DiscardHandler),
			Detectors: func() pipeline.Detectors { return detect.NewSet(detect.Options{Countries: countries}) },
			Committed: func(ch []intel.Change) { told = append(told, ch...) },
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := brain("first")
	err = recording.Play(ctx, all, func(o intel.Observation) error { return b.Handle(ctx, o) },
		func(now time.Time) error {
			if len(restarts) > 0 && !now.Before(restarts[0]) {
				b = brain(restarts[0].String())
				restarts = restarts[1:]
			}
			return b.Tick(ctx, now)
		})
	if err != nil {
		t.Fatal(err)
	}
	return told
}
