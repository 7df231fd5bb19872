package rss

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/faultlinebot/faultline/failpoint"
	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
)

const (
	// resurfaced is the age from which an item that is new to us is an old one that came up again.
	resurfaced = 48 * time.Hour
	// flood is more new items at once than news brings: the feed has changed its ids.
	flood = 100
	// lostAfter failures in a row at the address a feed has moved to, the configured one is asked again.
	lostAfter = 3
	// doubtAfter so long without bytes we ask for them whatever ETag and date say: some servers answer 304
	// for ever.
	doubtAfter = 6 * time.Hour
)

const accept = "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, " +
	"application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"

// look looks at the feed once. The cursor it leaves behind covers only items that were taken.
func (w *Watcher) look(ctx context.Context, emit feeds.Emit) (feeds.Result, error) {
	c, err := w.cursor(ctx)
	if err != nil {
		return feeds.Result{}, err
	}
	resp, err := w.fetch(ctx, c)
	if err != nil {
		return feeds.Result{}, err
	}
	result := feeds.Result{Wait: resp.Wait}
	if resp.Unchanged {
		w.lost, result.Note = 0, w.note
		return result, w.save(ctx, c.after(resp, w.o.Feed.URL))
	}
	failpoint.Hit(failpoint.FeedFetched)
	doc, err := parse(resp.Body, resp.ContentType, resp.URL, time.Now())
	if err != nil {
		w.unread(c)
		return feeds.Result{}, fmt.Errorf("read feed %s: %w", w.o.Feed.Name, err)
	}
	failpoint.Hit(failpoint.FeedParsed)
	w.lost = 0

	fresh, backfill := news(doc.items, c, w.o.Feed.URL)
	if err := w.emitAll(ctx, emit, doc, fresh, backfill); err != nil {
		return feeds.Result{}, err
	}
	next := c.after(resp, w.o.Feed.URL)
	if len(doc.items) > 0 {
		next.Keys = keys(doc.items)
	}
	w.remark(doc, c != nil && backfill, len(fresh))
	result.Note = w.note
	return result, w.save(ctx, next)
}

func (w *Watcher) fetch(ctx context.Context, c *cursor) (*feeds.Response, error) {
	r := feeds.Request{URL: w.o.Feed.URL, Accept: accept}
	if c != nil {
		if c.Moved != "" {
			r.URL = c.Moved
		}
		r.Hash = c.Hash
		if time.Since(w.verified) < doubtAfter {
			r.ETag, r.LastModified = c.ETag, c.LastModified
		}
	}
	resp, err := w.o.Fetcher.Fetch(ctx, r)
	if err != nil {
		if ctx.Err() == nil {
			w.unread(c)
		}
		return nil, fmt.Errorf("fetch feed %s: %w", w.o.Feed.Name, err)
	}
	if r.ETag == "" && r.LastModified == "" || !resp.Unchanged {
		w.verified = time.Now()
	}
	return resp, nil
}

// unread counts a failure at the address the feed has moved to. An address that stops serving the feed is
// forgotten, as the redirect to it may have been a mistake.
func (w *Watcher) unread(c *cursor) {
	if c == nil || c.Moved == "" {
		return
	}
	if w.lost++; w.lost >= lostAfter {
		w.lost, c.Moved = 0, ""
		c.forgetBytes()
	}
}

// after is the cursor once an answer was dealt with; the keys are those from before.
func (c *cursor) after(resp *feeds.Response, url string) *cursor {
	next := &cursor{URL: url, ETag: resp.ETag, LastModified: resp.LastModified, Hash: resp.Hash, Keys: []string{}}
	if c != nil {
		next.Keys, next.Moved = c.Keys, c.Moved
	}
	if resp.Moved != "" {
		next.Moved = resp.Moved
	}
	return next
}

// news picks the items that the last look did not have, and says whether all of them are back-fill: at the
// first look, when another feed came under an old name, and when the feed has changed its ids.
func news(items []item, c *cursor, url string) (fresh []item, backfill bool) {
	if c == nil {
		return items, true
	}
	known := c.known()
	for _, it := range items {
		if !known[short(it.key)] {
			fresh = append(fresh, it)
		}
	}
	another := c.URL != url && len(fresh) == len(items)
	return fresh, another || len(fresh) > flood
}

// emitAll hands the items on, oldest first.
func (w *Watcher) emitAll(ctx context.Context, emit feeds.Emit, doc *document, fresh []item, backfill bool) error {
	for _, it := range slices.Backward(fresh) {
		now := time.Now()
		o := intel.Observation{
			Source:   w.o.Feed.Name,
			Time:     it.time,
			Known:    now,
			Backfill: backfill || now.Sub(it.time) > resurfaced,
			Audience: w.o.Feed.Audience,
			Body:     w.article(doc, it),
		}
		if err := emit(ctx, o); err != nil {
			return fmt.Errorf("hand on item of feed %s: %w", w.o.Feed.Name, err)
		}
	}
	return nil
}

func keys(items []item) []string {
	out := make([]string, 0, len(items))
	for _, it := range items {
		out = append(out, short(it.key))
	}
	return out
}

// remark notes what people may want to know of a look that went well. That a feed was taken as back-fill stays
// noted for a day, as its next look may come a second later.
func (w *Watcher) remark(doc *document, flooded bool, fresh int) {
	switch {
	case flooded:
		w.flooded = time.Now()
		w.note = fmt.Sprintf("%d new items at once, taken as back-fill: the feed has changed its ids or its address",
			fresh)
	case time.Since(w.flooded) < 24*time.Hour:
	case len(doc.items) == 0:
		w.note = "the feed has no items"
	case doc.tags > doc.read:
		w.note = fmt.Sprintf("only %d of %d items could be read", doc.read, doc.tags)
	default:
		w.note = ""
	}
}
