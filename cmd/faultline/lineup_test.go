package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// pretend is a watcher that only says that it runs.
type pretend struct {
	feeds.Watcher
	feed intel.Feed
}

// stage is a lineup on a real store, and the feeds that are watched.
type stage struct {
	t    *testing.T
	list store.FeedList
	mu   sync.Mutex
	on   map[string]int // by name, how many
}

func newStage(t *testing.T) *stage {
	kept := inSQLite(t).open(t)
	t.Cleanup(func() { _ = kept.Close() })
	return &stage{t: t, list: store.FeedList{Documents: kept}, on: map[string]int{}}
}

// begin runs a lineup with these starter feeds until the function it returns is called.
func (s *stage) begin(starter ...intel.Feed) (end func()) {
	l := &lineup{
		list: s.list, starter: starter, log: slog.New(slog.DiscardHandler),
		watcher: func(f intel.Feed, _ int) (feeds.Watcher, error) { return pretend{feed: f}, nil },
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.run(ctx, func(ctx context.Context, w feeds.Watcher) {
			name := w.(pretend).feed.Name
			s.count(name, 1)
			<-ctx.Done()
			s.count(name, -1)
		})
	}()
	return func() {
		cancel()
		<-done
		s.watched()
	}
}

func (s *stage) count(name string, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on[name] += by; s.on[name] == 0 {
		delete(s.on, name)
	}
}

// watched waits until just these are watched, each once.
func (s *stage) watched(names ...string) {
	s.t.Helper()
	want := map[string]int{}
	for _, n := range names {
		want[n] = 1
	}
	if !comesTrue(10*time.Second, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return maps.Equal(s.on, want)
	}) {
		s.t.Fatalf("watched are %v, want %v", s.on, names)
	}
}

func (s *stage) change(of intel.Audience, url string, change func(f *intel.Feed)) {
	s.t.Helper()
	err := s.list.ChangeFeed(s.t.Context(), of, url, func(was *intel.Feed) (intel.Feed, error) {
		f := intel.Feed{Tier: intel.Other}
		if was != nil {
			f = *was
		}
		change(&f)
		return f, nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func starter(names ...string) (all []intel.Feed) {
	for _, n := range names {
		all = append(all, intel.Feed{URL: "https://" + n + ".example/", Name: n, Tier: intel.Established})
	}
	return all
}

func TestListsAreFollowed(t *testing.T) {
	s := newStage(t)
	end := s.begin(starter("a", "b")...)
	s.watched("a", "b")
	s.change(intel.Everyone, "https://c.example/", func(f *intel.Feed) { f.Name = "c" })
	s.change("discord/1", "https://d.example/", func(f *intel.Feed) { f.Name = "d" })
	s.watched("a", "b", "c", "d")
	s.change(intel.Everyone, "https://a.example/", func(f *intel.Feed) { f.Paused = true })
	s.change("discord/1", "https://d.example/", func(f *intel.Feed) { f.Removed = true })
	s.watched("b", "c")
	end()

	// What an operator has decided holds after a restart; what the configuration drops goes, what it names comes.
	end = s.begin(starter("a", "e")...)
	s.watched("c", "e")
	s.change(intel.Everyone, "https://a.example/", func(f *intel.Feed) { f.Paused = false })
	s.watched("a", "c", "e")
	end()
	end = s.begin(starter("a", "b", "e")...)
	s.watched("a", "b", "c", "e")
	end()

	found, err := s.list.Feeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var tiers []string
	for _, f := range found {
		if f.Tier == intel.Established {
			tiers = append(tiers, f.Name)
		}
	}
	slices.Sort(tiers)
	if diff := cmp.Diff([]string{"a", "b", "e"}, tiers); diff != "" {
		t.Errorf("starter feeds (-want +got)\n%s", diff)
	}
}

// Two feeds of one name would share one cursor: the second has to wait.
func TestOneNameIsWatchedOnce(t *testing.T) {
	s := newStage(t)
	defer s.begin()()
	s.change(intel.Everyone, "https://a.example/", func(f *intel.Feed) { f.Name = "same" })
	s.change(intel.Everyone, "https://b.example/", func(f *intel.Feed) { f.Name = "same" })
	s.watched("same")
}
