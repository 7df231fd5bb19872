package bitcoin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

// fillBack goes down page by page until enough block time is covered. Its troubles are no trouble of the live
// loop: they are noted, and it tries again.
func (w *Watcher) fillBack(ctx context.Context, emit feeds.Emit) error {
	for failures := 0; ; {
		done, err := w.fillPage(ctx, emit)
		if ctx.Err() != nil {
			return nil
		}
		wait := w.o.Pace
		if err == nil {
			failures = 0
			w.note("")
		} else {
			failures++
			wait = w.retryIn(err, failures)
			w.note(feeds.Explain(feeds.Place(w.base), err))
		}
		if done || feeds.Sleep(ctx, wait) != nil {
			return nil
		}
	}
}

func (w *Watcher) retryIn(err error, failures int) time.Duration {
	wait := feeds.Backoff{Least: w.o.Pace, Most: max(w.o.Pace, 10*time.Minute)}.After(failures)
	var status *feeds.StatusError
	if errors.As(err, &status) {
		wait = max(wait, status.RetryAfter)
	}
	return wait
}

// fillPage takes the next page down, newest first. The cursor moves when all of it was taken.
func (w *Watcher) fillPage(ctx context.Context, emit feeds.Emit) (done bool, err error) {
	lowest, done := w.lowest()
	if done {
		return true, w.filled(ctx, block{}, lowest)
	}
	page, err := w.pageFrom(ctx, lowest-1, lowest-1)
	if err != nil {
		return false, err
	}
	for _, b := range page {
		if b.height >= lowest {
			continue
		}
		if err := emit(ctx, observation(b, true)); err != nil {
			return false, fmt.Errorf("hand on block %d: %w", b.height, err)
		}
	}
	return false, w.filled(ctx, page[len(page)-1], lowest)
}

// lowest is how far down back-fill is, and whether that is far enough.
func (w *Watcher) lowest() (height int64, done bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at.Lowest, w.at.Done || w.at.Lowest == 0 || w.at.covers() >= w.o.History
}

// filled moves the cursor down to a block, or marks back-fill done when there is none. It does nothing when
// the live loop has begun anew meanwhile.
func (w *Watcher) filled(ctx context.Context, b block, from int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at.Lowest != from {
		return nil
	}
	if b.hash == "" {
		w.at.Done = true
	} else {
		w.at.Lowest, w.at.Oldest = b.height, b.time.Unix()
	}
	return w.save(ctx)
}

func (w *Watcher) note(trouble string) {
	w.mu.Lock()
	w.trouble = trouble
	w.mu.Unlock()
	w.o.Board.Noted(Source, w.progress())
}

// progress says for people how far back-fill is; nothing when it is done.
func (w *Watcher) progress() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at == nil || w.at.Done {
		return ""
	}
	const day = 24 * time.Hour
	words := fmt.Sprintf("back-fill: %d of %d days", w.at.covers()/day, w.o.History/day)
	if w.trouble != "" {
		words += " (waits: " + w.trouble + ")"
	}
	return words
}
