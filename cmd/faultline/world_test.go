package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// world plays the outside: feeds that tests add items to, and a mempool.space with a short chain.
type world struct {
	*httptest.Server
	mu     sync.Mutex
	items  map[string][]string // by feed
	asks   map[string]int      // how often each feed was asked for
	polled map[string]chan struct{}
	blocks int // height of the tip
	epoch  time.Time
	asked  []int   // heights that back-fill pages were asked from
	fails  float64 // how many of the answers are faults
	random *rand.Rand
}

func newWorld(t *testing.T) *world {
	w := &world{
		items: map[string][]string{}, asks: map[string]int{}, polled: map[string]chan struct{}{}, blocks: 800_100, epoch: time.Now(),
	}
	for _, feed := range []string{"local", "wire"} {
		w.polled[feed] = make(chan struct{}, 1)
	}
	w.Server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.Close)
	return w
}

// publish adds an item to a feed, newest first.
func (w *world) publish(feed, guid, title string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.items[feed] = append([]string{fmt.Sprintf(
		"<item><title>%s</title><link>https://news.example/%s</link><guid isPermaLink=\"false\">%s</guid><pubDate>%s</pubDate></item>",
		title, guid, guid, time.Now().UTC().Format(time.RFC1123Z))}, w.items[feed]...)
}

// withdraw takes an item away again, as a feed does when it has newer ones.
func (w *world) withdraw(feed, guid string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.items[feed] = slices.DeleteFunc(w.items[feed], func(item string) bool {
		return strings.Contains(item, ">"+guid+"</guid>")
	})
}

// failing makes some of the answers faults.
func (w *world) failing(share float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails, w.random = share, rand.New(rand.NewPCG(1, 1))
}

// polls waits until a feed has been asked for n times more.
func (w *world) polls(t *testing.T, feed string, n int) {
	t.Helper()
	for range n {
		select {
		case <-w.polled[feed]:
		case <-time.After(10 * time.Second):
			t.Fatalf("feed %s is not asked for", feed)
		}
	}
}

func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if feed, ok := strings.CutPrefix(r.URL.Path, "/feed/"); ok {
		w.asks[feed]++
		if w.random != nil && w.random.Float64() < w.fails {
			http.Error(out, "out of order", http.StatusInternalServerError)
			return
		}
		select {
		case w.polled[feed] <- struct{}{}:
		default:
		}
		out.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(out, `<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title>%s</channel></rss>`, feed,
			strings.Join(w.items[feed], ""))
		return
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/mempool/api/v1/blocks"); ok {
		from := w.blocks
		if height, err := strconv.Atoi(strings.TrimPrefix(rest, "/")); err == nil {
			from = height
			w.asked = append(w.asked, height)
		}
		out.Header().Set("Content-Type", "application/json")
		io.WriteString(out, w.page(from))
		return
	}
	http.NotFound(out, r)
}

// page is 15 blocks, newest first, ten minutes apart.
func (w *world) page(from int) string {
	var page []string
	for h := from; h > from-15; h-- {
		at := w.epoch.Add(time.Duration(h-800_100) * 10 * time.Minute).Unix()
		page = append(page, fmt.Sprintf(
			`{"id":"%064x","height":%d,"timestamp":%d,"difficulty":1e14,"extras":{"pool":{"slug":"antpool"}}}`, h, h, at))
	}
	return "[" + strings.Join(page, ",") + "]"
}

// keep is where a test's bot keeps its store: in a SQLite file or on a Redis server.
type keep struct {
	name string
	yaml string // below store:
	cfg  configs.Store
}

func inSQLite(t *testing.T) keep {
	path := filepath.Join(t.TempDir(), "faultline.db")
	return keep{"sqlite", "path: " + path, configs.Store{Path: path}}
}

func onRedis(t *testing.T) keep {
	url := redistest.Start(t).URL()
	return keep{"redis", "redis_url: " + url, configs.Store{RedisURL: configs.NewSecret(url)}}
}

// onBoth runs a test on each store.
func onBoth(t *testing.T, test func(t *testing.T, k keep)) {
	t.Run("sqlite", func(t *testing.T) { test(t, inSQLite(t)) })
	t.Run("redis", func(t *testing.T) { test(t, onRedis(t)) })
}

// open opens the store itself, while no bot has it.
func (k keep) open(t *testing.T) store.Store {
	t.Helper()
	kept, err := openStore(context.Background(), configs.Config{Store: k.cfg}, &console{log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// config writes a configuration for this world; feeds are named by source and tier.
func (w *world) config(t *testing.T, k keep, mempool bool, feeds ...string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "store:\n  %s\nfeeds:\n  interval: 1s\n  allow_networks: [127.0.0.0/8]\n  list:\n", k.yaml)
	for _, f := range feeds {
		name, tier, _ := strings.Cut(f, ":")
		fmt.Fprintf(&b, "    - {url: %q, name: %s, tier: %s}\n", w.URL+"/feed/"+name, name, tier)
	}
	fmt.Fprintf(&b, "sources:\n  mempool:\n    enabled: %v\n    interval: 1s\n    url: %s/mempool/api\n", mempool, w.URL)
	b.WriteString("  binance: {enabled: false}\n  ioda: {enabled: false}\n")
	path := filepath.Join(t.TempDir(), "faultline.yaml")
	write(t, path, b.String())
	return path
}

// transcript is what a running bot prints, as it comes.
type transcript struct {
	t     *testing.T
	mu    sync.Mutex
	lines []string
	more  chan struct{}
}

func newTranscript(t *testing.T) *transcript { return &transcript{t: t, more: make(chan struct{}, 1)} }

// follow reads lines until r ends.
func (s *transcript) follow(r io.Reader) {
	for scan := bufio.NewScanner(r); scan.Scan(); {
		s.mu.Lock()
		s.lines = append(s.lines, scan.Text())
		s.mu.Unlock()
		select {
		case s.more <- struct{}{}:
		default:
		}
	}
}

// wait returns when a line satisfies want, and says how long that took. It fails the test after a limit.
func (s *transcript) wait(what string, limit time.Duration, want func(line string) bool) time.Duration {
	s.t.Helper()
	return s.waitFor(what, 1, limit, want)
}

// waitFor is wait for n such lines.
func (s *transcript) waitFor(what string, n int, limit time.Duration, want func(line string) bool) time.Duration {
	s.t.Helper()
	began := time.Now()
	if !s.comes(n, limit, want) {
		s.t.Fatalf("no %s within %v in:\n%s", what, limit, s)
	}
	return time.Since(began)
}

// comes waits for n lines that satisfy want and says whether they came within the limit.
func (s *transcript) comes(n int, limit time.Duration, want func(line string) bool) bool {
	for timeout := time.After(limit); ; {
		if s.count(want) >= n {
			return true
		}
		select {
		case <-s.more:
		case <-timeout:
			return false
		}
	}
}

func (s *transcript) count(want func(line string) bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, l := range s.lines {
		if want(l) {
			n++
		}
	}
	return n
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

func has(part string) func(string) bool {
	return func(line string) bool { return strings.Contains(line, part) }
}

// sent says whether a line heads a card that is sent for the first time.
func sent(line string) bool {
	return strings.HasPrefix(line, "#") && !strings.Contains(line, "updated") && !strings.Contains(line, "->") &&
		strings.Contains(line, "Guinea")
}

// lookedAt waits until each of the feeds, named as for config, has been asked for once from now on and once more, so
// that what it showed at the first time was taken.
func (w *world) lookedAt(t *testing.T, feeds ...string) {
	t.Helper()
	asks := func() (all map[string]int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return maps.Clone(w.asks)
	}
	before := asks()
	eventually(t, 30*time.Second, "look at every feed", func() bool {
		now := asks()
		return !slices.ContainsFunc(feeds, func(f string) bool {
			name, _, _ := strings.Cut(f, ":")
			return now[name] < before[name]+2
		})
	})
}

// eventually waits until something holds.
func eventually(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	if !comesTrue(limit, holds) {
		t.Fatalf("no %s within %v", what, limit)
	}
}

func comesTrue(limit time.Duration, holds func() bool) bool {
	for until := time.Now().Add(limit); !holds(); {
		if time.Now().After(until) {
			return false
		}
		<-time.After(10 * time.Millisecond)
	}
	return true
}
