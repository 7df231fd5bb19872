package rss_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/feedstest"
	"github.com/faultlinebot/faultline/feeds/rss"
	"github.com/faultlinebot/faultline/intel"
)

func local() *feeds.Client {
	return feeds.NewClient(feeds.ClientOptions{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
}

// site is a feed's server on the wire.
type site struct {
	mu       sync.Mutex
	body     string
	version  int
	fails    int // so many answers of status 503 first
	answered map[int]int
	// unchanged is full once a fetch was answered so after the last change.
	unchanged chan struct{}
}

func (s *site) publish(body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body = body
	s.version++
	s.unchanged = make(chan struct{}, 1)
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := func(code int) {
		s.answered[code]++
		w.WriteHeader(code)
	}
	etag := fmt.Sprintf(`"%d"`, s.version)
	switch {
	case s.fails > 0:
		s.fails--
		answer(http.StatusServiceUnavailable)
	case r.URL.Path == "/old":
		w.Header().Set("Location", "/feed")
		answer(http.StatusMovedPermanently)
	case r.Header.Get("If-None-Match") == etag:
		answer(http.StatusNotModified)
		select {
		case s.unchanged <- struct{}{}:
		default:
		}
	default:
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		answer(http.StatusOK)
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, s.body)
		_ = z.Close()
	}
}

func (s *site) answers(code int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answered[code]
}

// The whole way over a real connection: first look, conditional fetches, a new item, a failure, a restart.
func TestOverTheWire(t *testing.T) {
	s := &site{answered: map[int]int{}}
	s.publish(feedOf(post(1, time.Now().Add(-time.Hour))))
	server := httptest.NewServer(s)
	defer server.Close()
	client := local()
	defer client.CloseIdle()
	var cursors feedstest.Cursors
	var out feedstest.Emitted
	board := feeds.NewBoard(nil)
	run := func(n int) []intel.Observation {
		w, err := rss.New(rss.Options{
			Feed:     rss.Feed{URL: server.URL + "/old", Name: "wire"},
			Interval: 20 * time.Millisecond, Fetcher: client, Cursors: &cursors, Board: board,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx, out.Emit) }()
		got := out.Wait(ctx, n)
		<-s.unchanged // so the look before is over and done with
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run returned %v", err)
		}
		out.Take()
		return got
	}
	want(t, run(1), "Post 1 (back-fill)")
	if n := s.answers(http.StatusMovedPermanently); n != 1 {
		t.Errorf("asked the old address %d times", n)
	}
	s.publish(feedOf(post(2, time.Now()), post(1, time.Now().Add(-time.Hour))))
	s.mu.Lock()
	s.fails = 2
	s.mu.Unlock()
	want(t, run(1), "Post 2")
	if h := board.Of("rss/wire"); h.Failures != 0 || !h.OK {
		t.Errorf("health %+v", h)
	}
}

func TestNoFeedOverTheWire(t *testing.T) {
	for name, tc := range map[string]struct {
		serve http.HandlerFunc
		says  string
	}{
		"HTML": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<!doctype html><title>Just a moment...</title>")
		}, "sends no feed but an HTML page that checks for humans"},
		"empty": {func(http.ResponseWriter, *http.Request) {}, "sends no feed but an empty answer"},
		"tiny": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "hello world")
		}, "sends no feed but an answer of 11 bytes"},
		"too many requests": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}, "answers status 429 (too many requests) and asks to wait 60 min"},
		"bomb": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<rss><channel>"+strings.Repeat("<a>", 1000))
		}, "it has elements more than 64 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.serve)
			defer server.Close()
			client := local()
			defer client.CloseIdle()
			told := make(chan string, 10)
			w, err := rss.New(rss.Options{
				Feed: rss.Feed{URL: server.URL, Name: "wire"}, Interval: time.Hour, Fetcher: client,
				Cursors: &feedstest.Cursors{}, Board: feeds.NewBoard(func(_ feeds.Health, s string) { told <- s }),
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- w.Run(ctx, (&feedstest.Emitted{}).Emit) }()
			if got := <-told; !strings.Contains(got, tc.says) || !strings.Contains(got, "; next try in ") {
				t.Errorf("told %q", got)
			}
			cancel()
			<-ended
		})
	}
}
