package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/faultlinebot/faultline/intel"
)

// FeedList is the feeds on the common list and on the servers' own.
type FeedList struct{ Documents Documents }

const feedKind = "feed"

// feedKey sorts feeds by audience. An audience holds no zero byte.
func feedKey(of intel.Audience, url string) string { return string(of) + "\x00" + url }

// Feeds returns every feed, removed ones too, by audience and URL.
func (l FeedList) Feeds(ctx context.Context) ([]intel.Feed, error) {
	var feeds []intel.Feed
	const page = 500
	for after := ""; ; {
		found, err := l.Documents.DocumentsAfter(ctx, feedKind, after, page)
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			var f intel.Feed
			if err := json.Unmarshal(d.Data, &f); err != nil {
				return nil, fmt.Errorf("read feed %q: %w", d.Key, err)
			}
			feeds = append(feeds, f)
			after = d.Key
		}
		if len(found) < page {
			return feeds, nil
		}
	}
}

// ChangeFeed replaces the feed with what change makes of it, durably. The feed that change is given is nil where
// there is none; an error of change is returned as it is and nothing is kept. It may be called again where
// somebody else changes the same feed at the same time.
func (l FeedList) ChangeFeed(
	ctx context.Context, of intel.Audience, url string, change func(*intel.Feed) (intel.Feed, error),
) error {
	for {
		was, err := l.Documents.Document(ctx, feedKind, feedKey(of, url))
		if err != nil {
			return err
		}
		var current *intel.Feed
		if was != nil {
			current = new(intel.Feed)
			if err := json.Unmarshal(was, current); err != nil {
				return fmt.Errorf("read feed: %w", err)
			}
		}
		feed, err := change(current)
		if err != nil {
			return err
		}
		feed.Audience, feed.URL = of, url
		now, err := json.Marshal(feed)
		if err != nil {
			return fmt.Errorf("keep feed: %w", err)
		}
		err = l.Documents.ReplaceDocument(ctx, feedKind, feedKey(of, url), was, now)
		if !errors.Is(err, ErrConflict) {
			return err
		}
	}
}
