package rss

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/faultlinebot/faultline/failpoint"
)

// cursor is what a watcher remembers between two looks.
type cursor struct {
	// URL is the configured address, Moved where it has moved to for good.
	URL          string `json:"url"`
	Moved        string `json:"moved,omitempty"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	Hash         string `json:"hash,omitempty"` // of the bytes last read
	// Keys are the items of the last look that had any, shortened by [short].
	Keys []string `json:"keys"`
}

// short keeps a cursor small whatever the feed takes for ids.
func short(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

func (c *cursor) known() map[string]bool {
	known := make(map[string]bool, len(c.Keys))
	for _, k := range c.Keys {
		known[k] = true
	}
	return known
}

// forgetBytes makes the next fetch bring the bytes whatever the server thinks we have.
func (c *cursor) forgetBytes() { c.ETag, c.LastModified, c.Hash = "", "", "" }

// cursor reads the cursor once; nil at the first look ever.
func (w *Watcher) cursor(ctx context.Context) (*cursor, error) {
	if w.read != nil {
		return w.read, nil
	}
	b, err := w.o.Cursors.Cursor(ctx, w.name)
	if err != nil {
		return nil, fmt.Errorf("read cursor: %w", err)
	}
	if b == nil {
		return nil, nil
	}
	c := &cursor{}
	if err := json.Unmarshal(b, c); err != nil {
		return nil, nil // unreadable: begin anew, with back-fill
	}
	w.saved = string(b)
	if c.URL != w.o.Feed.URL {
		c.Moved = ""
		c.forgetBytes()
	}
	w.read = c
	return c, nil
}

// save keeps the cursor, unless it is what is kept already.
func (w *Watcher) save(ctx context.Context, c *cursor) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("save cursor: %w", err)
	}
	if string(b) != w.saved {
		failpoint.Hit(failpoint.CursorBefore)
		if err := w.o.Cursors.SaveCursor(ctx, w.name, b); err != nil {
			return fmt.Errorf("save cursor: %w", err)
		}
		failpoint.Hit(failpoint.CursorSaved)
	}
	w.saved, w.read = string(b), c
	return nil
}
