package bitcoin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/bitcoin"
	"github.com/faultlinebot/faultline/feeds/feedstest"
	"github.com/faultlinebot/faultline/intel"
)

const base = "https://chain.example/api"

// chain is a server of blocks without a network: one block each ten minutes, 15 on a page.
type chain struct {
	mu     sync.Mutex
	start  time.Time // time of block 0
	tip    int64
	branch map[int64]string // what stands in the hash of a block that took another's place
	fail   func(height int64) error
	body   string  // in place of every page
	asked  []int64 // -1 for the newest page
	at     []time.Time
}

// Fetch implements [feeds.Fetcher].
func (c *chain) Fetch(_ context.Context, r feeds.Request) (*feeds.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	height := int64(-1)
	if rest := strings.TrimPrefix(r.URL, base+"/v1/blocks"); rest != "" {
		n, err := strconv.ParseInt(strings.TrimPrefix(rest, "/"), 10, 64)
		if err != nil {
			return nil, &feeds.StatusError{Code: 400}
		}
		height = n
	}
	c.asked, c.at = append(c.asked, height), append(c.at, time.Now())
	if c.fail != nil {
		if err := c.fail(height); err != nil {
			return nil, err
		}
	}
	if c.body != "" {
		return &feeds.Response{Body: []byte(c.body), Hash: "other"}, nil
	}
	page := c.page(height)
	if hash := "bytes of " + page[0]["id"].(string); r.Hash == hash {
		return &feeds.Response{Unchanged: true, Hash: hash}, nil
	} else if body, err := json.Marshal(page); err != nil {
		return nil, err
	} else {
		return &feeds.Response{Body: body, Hash: hash}, nil
	}
}

func (c *chain) page(height int64) []map[string]any {
	if height < 0 || height > c.tip {
		height = c.tip
	}
	var page []map[string]any
	for h := height; h >= max(0, height-14); h-- {
		page = append(page, map[string]any{
			"id": c.hash(h), "height": h, "timestamp": c.start.Add(time.Duration(h) * 10 * time.Minute).Unix(),
			"difficulty": 24272331996979.97, "extras": map[string]any{"pool": map[string]any{"slug": "AntPool"}},
		})
	}
	return page
}

func (c *chain) hash(h int64) string { return fmt.Sprintf("%s%d", c.branch[h], h) }

func (c *chain) set(change func(c *chain)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c)
}

// requests returns the heights asked for since it was last called.
func (c *chain) requests() []int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.asked
	c.asked, c.at = nil, nil
	return asked
}

// bench is a chain with its watcher's cursor and what came of it.
type bench struct {
	t       *testing.T
	chain   chain
	cursors feedstest.Cursors
	out     feedstest.Emitted
	told    []string
	board   *feeds.Board
	history time.Duration
}

func onBench(t *testing.T, f func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, history: 24 * time.Hour}
		b.board = feeds.NewBoard(func(_ feeds.Health, s string) { b.told = append(b.told, s) })
		b.chain.tip = 20_000
		b.chain.start = time.Now().Add(-20_000 * 10 * time.Minute)
		b.chain.branch = make(map[int64]string)
		f(b)
	})
}

// start runs the watcher; stop ends it.
func (b *bench) start() (stop func()) {
	b.t.Helper()
	w, err := bitcoin.New(bitcoin.Options{
		BaseURL: base + "/", Interval: 30 * time.Second, History: b.history,
		Fetcher: &b.chain, Cursors: &b.cursors, Board: b.board,
	})
	if err != nil {
		b.t.Fatal(err)
	}
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

func (b *bench) runFor(d time.Duration) {
	b.t.Helper()
	stop := b.start()
	b.pass(d)
	stop()
}

func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	if err := feeds.Sleep(b.t.Context(), d); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

// filled is a bench whose back-fill is done.
func (b *bench) filled() {
	b.t.Helper()
	b.runFor(time.Minute)
	if h := b.board.Of(bitcoin.Source); !h.OK || h.Note != "" {
		b.t.Fatalf("not filled: %+v", h)
	}
	b.out.Take()
	b.chain.requests()
}

// live and backfilled are the heights that were emitted.
func split(all []intel.Observation) (live, backfilled []int64) {
	for _, o := range all {
		h := o.Body.(intel.Block).Height
		if o.Backfill {
			backfilled = append(backfilled, h)
		} else {
			live = append(live, h)
		}
	}
	return live, backfilled
}

// run counts from a height to another in either direction.
func run(from, to int64) (out []int64) {
	step := int64(1)
	if to < from {
		step = -1
	}
	for h := from; h != to+step; h += step {
		out = append(out, h)
	}
	return out
}
