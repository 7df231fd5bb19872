package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/store"
)

// showEvery is how old what the brain shows to the other replicas may be.
const showEvery = 5 * time.Second

// show keeps what the instruments read and how the watchers are where every replica can tell people of it.
func show(ctx context.Context, brain *pipeline.Brain, board *feeds.Board, in store.Documents, log *slog.Logger) error {
	for ctx.Err() == nil {
		if err := (store.Readings{Documents: in}).Keep(ctx, brain.Readings()); err != nil && ctx.Err() == nil {
			log.Warn("the readings could not be kept", "error", err)
		}
		var words []string
		now := time.Now()
		for _, h := range board.All() {
			words = append(words, h.Sentence(now))
		}
		if err := (store.Sentences{Documents: in}).Keep(ctx, words, now); err != nil && ctx.Err() == nil {
			log.Warn("the state of the watchers could not be kept", "error", err)
		}
		_ = feeds.Sleep(ctx, showEvery)
	}
	return nil
}
