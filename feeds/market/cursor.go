package market

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// cursor is, for each symbol, the opening of the last minute that was emitted and taken.
type cursor map[string]moment

// moment is in Unix seconds.
type moment int64

func (m moment) time() time.Time { return time.Unix(int64(m), 0).UTC() }

// load reads the cursor once in a Run. One that cannot be read is as good as none.
func (w *Watcher) load(ctx context.Context) error {
	if w.at != nil {
		return nil
	}
	kept, err := w.o.Cursors.Cursor(ctx, Source)
	if err != nil {
		return fmt.Errorf("read cursor: %w", err)
	}
	at := cursor{}
	if kept != nil && json.Unmarshal(kept, &at) != nil {
		at = cursor{}
	}
	w.at = at
	return nil
}

// mark moves a market's place in the cursor.
func (w *Watcher) mark(ctx context.Context, m Market, opened time.Time) error {
	w.at[m.Symbol] = moment(opened.Unix())
	kept, err := json.Marshal(w.at)
	if err == nil {
		err = w.o.Cursors.SaveCursor(ctx, Source, kept)
	}
	if err != nil {
		return fmt.Errorf("save cursor: %w", err)
	}
	return nil
}
