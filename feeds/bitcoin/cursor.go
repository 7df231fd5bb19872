package bitcoin

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// remembered is how many of the newest blocks are known by hash, so that one that takes another's place is
// noticed. The deepest such change that Bitcoin has seen since 2013 was far less.
const remembered = 32

// cursor is what the watcher remembers. All blocks from Lowest to Height were emitted and taken.
type cursor struct {
	Height int64            `json:"height"`
	Hash   string           `json:"hash"`
	Time   int64            `json:"time"`   // of the newest block, Unix seconds
	Recent map[int64]string `json:"recent"` // hashes by height
	Lowest int64            `json:"lowest"`
	Oldest int64            `json:"oldest"` // time of the lowest block, Unix seconds
	Done   bool             `json:"done"`   // back-fill covers what it should
}

// begin is the cursor once the first page ever was taken.
func begin(page []block) *cursor {
	newest, lowest := page[0], page[len(page)-1]
	c := &cursor{
		Height: newest.height - int64(len(page)), Recent: make(map[int64]string),
		Lowest: lowest.height, Oldest: lowest.time.Unix(),
	}
	for _, b := range page {
		c.take(b)
	}
	return c
}

// lacks says that the block was not taken: it is higher than all that were, or it stands where another stood.
func (c *cursor) lacks(b block) bool {
	hash, known := c.Recent[b.height]
	return b.height > c.Height || known && hash != b.hash
}

// take remembers a block that was emitted and taken.
func (c *cursor) take(b block) {
	c.Recent[b.height] = b.hash
	if b.height >= c.Height {
		c.Height, c.Hash, c.Time = b.height, b.hash, b.time.Unix()
	}
	maps.DeleteFunc(c.Recent, func(height int64, _ string) bool { return height <= c.Height-remembered })
}

// covers says how much block time lies between the lowest block and the newest.
func (c *cursor) covers() time.Duration {
	return time.Duration(max(c.Time-c.Oldest, 0)) * time.Second
}

// load reads the cursor once in a Run. One that cannot be read is as good as none.
func (w *Watcher) load(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at != nil {
		return nil
	}
	b, err := w.o.Cursors.Cursor(ctx, Source)
	if err != nil {
		return fmt.Errorf("read cursor: %w", err)
	}
	c := &cursor{}
	if b == nil || json.Unmarshal(b, c) != nil || c.Hash == "" || c.Recent == nil {
		return nil
	}
	w.at, w.saved = c, string(b)
	return nil
}

// save keeps the cursor, unless it is what is kept already. The lock must be held.
func (w *Watcher) save(ctx context.Context) error {
	b, err := json.Marshal(w.at)
	if err != nil {
		return fmt.Errorf("save cursor: %w", err)
	}
	if string(b) == w.saved {
		return nil
	}
	if err := w.o.Cursors.SaveCursor(ctx, Source, b); err != nil {
		return fmt.Errorf("save cursor: %w", err)
	}
	w.saved = string(b)
	return nil
}
