package rss_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/feedstest"
	"github.com/faultlinebot/faultline/feeds/rss"
	"github.com/faultlinebot/faultline/intel"
)

// source is a feed's server without a network.
type source struct {
	mu          sync.Mutex
	body        string
	contentType string
	etags       bool // it answers "unchanged" by itself
	stuck       bool // ... even when that is a lie
	moved       string
	wait        time.Duration
	err         error
	asked       []feeds.Request
}

func (s *source) set(change func(s *source)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *source) requests() []feeds.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]feeds.Request(nil), s.asked...)
}

// Fetch implements [feeds.Fetcher].
func (s *source) Fetch(_ context.Context, r feeds.Request) (*feeds.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r)
	if s.err != nil {
		return nil, s.err
	}
	sum := sha256.Sum256([]byte(s.body))
	hash := hex.EncodeToString(sum[:])
	resp := &feeds.Response{
		Body: []byte(s.body), Hash: hash, ContentType: s.contentType, URL: r.URL, Moved: s.moved, Wait: s.wait,
	}
	if s.etags {
		resp.ETag = hash
	}
	if r.Hash == hash || s.etags && r.ETag == hash || s.stuck && r.ETag != "" {
		resp.Unchanged, resp.Body, resp.ETag, resp.Hash = true, nil, r.ETag, r.Hash
	}
	return resp, nil
}

// bench is one feed with its server, its cursor and what came of it.
type bench struct {
	t       *testing.T
	source  source
	cursors feedstest.Cursors
	out     feedstest.Emitted
	told    []string
	board   *feeds.Board
	feed    rss.Feed
}

// onBench runs a test in a bubble whose clock begins to run in January 2022.
func onBench(t *testing.T, f func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, feed: rss.Feed{URL: "https://news.example/feed.xml", Name: "example", Tier: intel.Established}}
		b.board = feeds.NewBoard(func(_ feeds.Health, s string) { b.told = append(b.told, s) })
		b.pass(time.Until(time.Date(2022, 1, 5, 12, 0, 0, 0, time.UTC)))
		f(b)
	})
}

// pass lets time go by, and everything happen that is due.
func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	if err := feeds.Sleep(b.t.Context(), d); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

func (b *bench) watcher() *rss.Watcher {
	b.t.Helper()
	w, err := rss.New(rss.Options{
		Feed: b.feed, Interval: time.Minute, Fetcher: &b.source, Cursors: &b.cursors, Board: b.board,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return w
}

// start runs the watcher; stop ends it.
func (b *bench) start() (stop func()) {
	b.t.Helper()
	w := b.watcher()
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, b.out.Emit) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-done; err != nil {
			b.t.Errorf("Run returned %v", err)
		}
	}
}

// once is a process that starts, looks once, and ends. It returns what that brought.
func (b *bench) once() []intel.Observation {
	b.t.Helper()
	b.start()()
	return b.out.Take()
}

func (b *bench) health() feeds.Health { return b.board.Of("rss/example") }

// entry is an item of a test's feed.
type entry struct {
	guid, link, title, text string
	attr                    string // of the guid
	at                      time.Time
}

func post(n int, at time.Time) entry {
	return entry{
		guid: fmt.Sprintf("post-%d", n), link: fmt.Sprintf("https://news.example/%d", n),
		title: fmt.Sprintf("Post %d", n), text: "What happened.", at: at,
	}
}

func feedOf(entries ...entry) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Example</title>` +
		`<link>https://news.example/</link><description>News of a test</description><language>en-gb</language>`)
	for _, e := range entries {
		b.WriteString("<item>")
		tag := func(name, attr, value string) {
			if value != "" {
				fmt.Fprintf(&b, "<%s%s><![CDATA[%s]]></%s>", name, attr, value, name)
			}
		}
		tag("title", "", e.title)
		tag("link", "", e.link)
		tag("guid", e.attr, e.guid)
		tag("description", "", e.text)
		if !e.at.IsZero() {
			tag("pubDate", "", e.at.UTC().Format(time.RFC1123Z))
		}
		b.WriteString("</item>")
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// titles are what was emitted, with a mark on back-fill.
func titles(all []intel.Observation) []string {
	out := []string{}
	for _, o := range all {
		title := o.Body.(intel.Article).Title
		if o.Backfill {
			title += " (back-fill)"
		}
		out = append(out, title)
	}
	return out
}
