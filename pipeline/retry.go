package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/faultlinebot/faultline/store"
)

const (
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
)

// retry asks the store until it answers, ctx ends, or the answer is final.
func retry[T any](ctx context.Context, log *slog.Logger, what string, ask func() (T, error)) (T, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		answer, err := ask()
		if err == nil || final(err) {
			return answer, err
		}
		if ctx.Err() != nil {
			return answer, ctx.Err()
		}
		log.Warn("store failed, trying again", "doing", what, "in", pause, "error", err)
		select {
		case <-ctx.Done():
			return answer, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// final says whether asking again cannot help.
func final(err error) bool {
	return errors.Is(err, store.ErrSeen) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrFenced)
}
