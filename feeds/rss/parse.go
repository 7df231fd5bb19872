package rss

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	gofeedrss "github.com/mmcdole/gofeed/rss"
)

const (
	maxItems      = 1000
	parseDeadline = 5 * time.Second
)

// errSlow is a parse that took longer than its deadline.
var errSlow = errors.New("the document takes too long to read")

// UnreadableError is a feed that is broken where we must read it.
type UnreadableError struct {
	Cause error
}

func (e *UnreadableError) Error() string { return "unreadable feed: " + e.Cause.Error() }

// Unwrap makes the cause known to errors.Is and errors.As.
func (e *UnreadableError) Unwrap() error { return e.Cause }

// Reason implements [feeds.Reasoned].
func (e *UnreadableError) Reason() string {
	return "sends a feed that cannot be read: " + e.Cause.Error()
}

// document is a feed as we understand it.
type document struct {
	lang  string
	base  *url.URL
	items []item // newest first, each key once, at most maxItems
	read  int    // items the parser found
	tags  int    // items the bytes have, as far as can be told
}

// parse turns the bytes of an answer into items. now is the time of items without a believable one.
func parse(body []byte, contentType, from string, now time.Time) (*document, error) {
	text, err := decode(body, contentType)
	if err != nil {
		return nil, err
	}
	if err := sniff(text); err != nil {
		return nil, err
	}
	tags, err := guard(text)
	if err != nil {
		return nil, err
	}
	feed, err := parseFeed(text)
	if err != nil {
		return nil, &UnreadableError{Cause: err}
	}
	base, err := url.Parse(from)
	if err != nil {
		return nil, &UnreadableError{Cause: errors.New("its address is not well formed")}
	}
	d := &document{lang: language(feed.Language), base: base, read: len(feed.Items), tags: tags}
	d.items = items(feed, base, now)
	return d, nil
}

// parseFeed runs the parser, which is not ours: a parser of its own, with a deadline, and caught where it
// panics.
func parseFeed(text []byte) (feed *gofeed.Feed, err error) {
	defer func() {
		if v := recover(); v != nil {
			feed, err = nil, fmt.Errorf("the parser gave up: %.100q", fmt.Sprint(v))
		}
	}()
	p := gofeed.NewParser()
	p.KeepOriginalFeed = true
	r := &deadlineReader{r: bytes.NewReader(text), until: time.Now().Add(parseDeadline)}
	feed, err = p.Parse(r)
	if r.late {
		return nil, errSlow
	}
	return feed, err
}

// deadlineReader fails after a moment: a parser cannot be stopped, but it cannot go on without bytes either.
type deadlineReader struct {
	r     io.Reader
	until time.Time
	late  bool
}

func (d *deadlineReader) Read(p []byte) (int, error) {
	if time.Now().After(d.until) {
		d.late = true
		return 0, errSlow
	}
	return d.r.Read(p)
}

// item is an entry with what its identity and its order need; its text is made only for those that are new.
type item struct {
	key  string // guid, else URL, else a hash of what there is
	guid string
	url  string
	time time.Time
	raw  *gofeed.Item
}

// items are the feed's entries, newest first, each key once.
func items(feed *gofeed.Feed, base *url.URL, now time.Time) []item {
	permalinks := permalinks(feed)
	all := make([]item, 0, len(feed.Items))
	for i, raw := range feed.Items {
		if raw == nil {
			continue
		}
		it := identify(raw, permalinks[i], base)
		if it.key == "" {
			continue
		}
		it.time = date(raw, now)
		all = append(all, it)
	}
	slices.SortStableFunc(all, func(a, b item) int { return b.time.Compare(a.time) })

	seen := make(map[string]bool, len(all))
	all = slices.DeleteFunc(all, func(it item) bool {
		again := seen[it.key]
		seen[it.key] = true
		return again
	})
	return all[:min(len(all), maxItems)]
}

// permalinks says of each item whether its guid may be its address. Only the original tells: the parser's
// common shape leaves it out.
func permalinks(feed *gofeed.Feed) []bool {
	out := make([]bool, len(feed.Items))
	original, ok := feed.OriginalFeed().(*gofeedrss.Feed)
	if !ok || len(original.Items) != len(feed.Items) {
		return out
	}
	for i, it := range original.Items {
		out[i] = it != nil && it.GUID != nil && !strings.EqualFold(strings.TrimSpace(it.GUID.IsPermalink), "false")
	}
	return out
}

// date is when the item was published, else updated; now when neither can be true.
func date(raw *gofeed.Item, now time.Time) time.Time {
	for _, t := range []*time.Time{raw.PublishedParsed, raw.UpdatedParsed} {
		if t != nil && t.UTC().Year() >= 2000 && t.Before(now.Add(48*time.Hour)) {
			return t.UTC()
		}
	}
	return now.UTC()
}
