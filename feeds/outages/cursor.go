package outages

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// series is one of IODA's: a country seen with one data source.
type series struct {
	Country string `json:"country"`
	Data    string `json:"data"`
}

// followed is a series whose levels are read.
type followed struct {
	series
	Normal float64   `json:"normal"` // what its value usually is, as of the alert that began it
	Last   time.Time `json:"last"`   // of the newest reading emitted
	Left   bool      `json:"left"`   // its last alert says that it is not normal
	Since  time.Time `json:"since"`  // of that alert
}

// cursor is what the watcher remembers.
type cursor struct {
	Alerts   time.Time   `json:"alerts"` // of the newest alert that was emitted and taken
	Followed []*followed `json:"followed"`

	// begun is when the first look ever was; what is older is back-fill.
	Begun time.Time `json:"begun"`
}

// of finds the series among those followed, or nil.
func (c *cursor) of(s series) *followed {
	for _, f := range c.Followed {
		if f.series == s {
			return f
		}
	}
	return nil
}

// load reads the cursor once in a Run. One that cannot be read is as good as none.
func (w *Watcher) load(ctx context.Context) error {
	if w.at != nil {
		return nil
	}
	kept, err := w.o.Cursors.Cursor(ctx, Source)
	if err != nil {
		return fmt.Errorf("read cursor: %w", err)
	}
	c := &cursor{}
	if kept == nil || json.Unmarshal(kept, c) != nil || c.Begun.IsZero() {
		c = &cursor{Begun: time.Now().UTC()}
	}
	w.at = c
	return nil
}

func (w *Watcher) save(ctx context.Context) error {
	kept, err := json.Marshal(w.at)
	if err == nil {
		err = w.o.Cursors.SaveCursor(ctx, Source, kept)
	}
	if err != nil {
		return fmt.Errorf("save cursor: %w", err)
	}
	return nil
}
