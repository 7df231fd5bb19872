package rss

import (
	"context"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

// Report is what one look at an address comes to.
type Report struct {
	URL    string // where the answer came from, after all redirects
	Lang   string // as the feed says
	Items  int    // that can be read
	Tags   int    // that there seem to be
	Titles []string
	Newest time.Time // zero where there is no item
}

// probeTitles is how many of the newest titles a report names.
const probeTitles = 5

// Probe fetches and reads the address once and keeps nothing. Its errors are those of a look; [feeds.Explain] puts
// them into words.
func Probe(ctx context.Context, fetcher feeds.Fetcher, address string) (Report, error) {
	resp, err := fetcher.Fetch(ctx, feeds.Request{URL: address, Accept: accept})
	if err != nil {
		return Report{}, err
	}
	doc, err := parse(resp.Body, resp.ContentType, resp.URL, time.Now())
	if err != nil {
		return Report{}, err
	}
	r := Report{URL: resp.URL, Lang: doc.lang, Items: len(doc.items), Tags: doc.tags}
	for i, it := range doc.items {
		if i < probeTitles {
			r.Titles = append(r.Titles, plain(it.raw.Title, maxTitle))
		}
		if it.time.After(r.Newest) {
			r.Newest = it.time
		}
	}
	return r, nil
}
