package rss_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/rss"
	"github.com/faultlinebot/faultline/intel"
)

func want(t *testing.T, got []intel.Observation, titlesWanted ...string) {
	t.Helper()
	if titlesWanted == nil {
		titlesWanted = []string{}
	}
	if diff := cmp.Diff(titlesWanted, titles(got)); diff != "" {
		t.Error(diff)
	}
}

func TestFirstLookIsBackfill(t *testing.T) {
	onBench(t, func(b *bench) {
		now := time.Now()
		b.source.body = feedOf(post(2, now.Add(-time.Minute)), post(1, now.Add(-time.Hour)))
		want(t, b.once(), "Post 1 (back-fill)", "Post 2 (back-fill)")
		want(t, b.once()) // a restart
		b.source.body = feedOf(post(4, now), post(3, now), post(2, now.Add(-time.Minute)), post(1, now.Add(-time.Hour)))
		want(t, b.once(), "Post 3", "Post 4")
	})
}

func TestObservation(t *testing.T) {
	onBench(t, func(b *bench) {
		b.feed.Audience = "discord/7"
		b.source.body = feedOf()
		b.once()
		at := time.Now().Add(-time.Hour).Truncate(time.Second)
		b.source.body = feedOf(post(1, at))
		got := b.once()
		want := []intel.Observation{{
			Source: "example", Time: at.UTC(), Known: time.Now(), Audience: "discord/7",
			Body: intel.Article{
				Title: "Post 1", URL: "https://news.example/1", GUID: "post-1", Summary: "What happened.",
				Lang: "en-gb", Tier: intel.Established,
			},
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if b.watcher().Name() != "rss/example@discord/7" {
			t.Errorf("name %s", b.watcher().Name())
		}
	})
}

func TestRunFindsNewItems(t *testing.T) {
	onBench(t, func(b *bench) {
		b.source.body = feedOf(post(1, time.Now()))
		stop := b.start()
		defer stop()
		want(t, b.out.Take(), "Post 1 (back-fill)")
		b.source.set(func(s *source) { s.body = feedOf(post(2, time.Now()), post(1, time.Now())) })
		b.pass(66 * time.Second)
		want(t, b.out.Take(), "Post 2")
		b.pass(time.Hour)
		want(t, b.out.Take())
	})
}

// The daily round-up of a real feed keeps its guid and gets a new date each day.
func TestReusedGUIDIsNotNews(t *testing.T) {
	onBench(t, func(b *bench) {
		daily := func() entry {
			return entry{
				guid: "https://news.example/today", link: "https://news.example/today?utm_source=rss",
				title: "Today in crypto", at: time.Now(),
			}
		}
		b.source.body = feedOf(daily())
		want(t, b.once(), "Today in crypto (back-fill)")
		for range 3 {
			b.pass(24 * time.Hour)
			b.source.body = feedOf(daily())
			want(t, b.once())
		}
	})
}

func TestOldItemsResurfaceAsBackfill(t *testing.T) {
	onBench(t, func(b *bench) {
		now := time.Now()
		b.source.body = feedOf(post(1, now))
		b.once()
		b.source.body = feedOf(post(1, now), post(2, now.Add(-49*time.Hour)), post(3, now.Add(-47*time.Hour)))
		want(t, b.once(), "Post 2 (back-fill)", "Post 3")
	})
}

func TestFloodIsBackfill(t *testing.T) {
	onBench(t, func(b *bench) {
		posts := func(scheme string, n int) string {
			var all []entry
			for i := range n {
				p := post(i, time.Now().Add(-time.Minute))
				p.guid = scheme + p.guid
				all = append(all, p)
			}
			return feedOf(all...)
		}
		b.source.body = posts("a", 1)
		b.once()
		b.source.body = posts("b", 100)
		if got := b.once(); len(got) != 100 || got[0].Backfill {
			t.Errorf("%d of a busy day, back-fill %v", len(got), got[0].Backfill)
		}
		b.source.body = posts("c", 101)
		stop := b.start()
		if got := b.out.Take(); len(got) != 101 || !got[0].Backfill || !got[100].Backfill {
			t.Errorf("%d of a flood", len(got))
		}
		b.pass(3 * time.Minute)
		stop()
		if note := b.health().Note; !strings.HasPrefix(note, "101 new items at once") {
			t.Errorf("note %q", note)
		}
		if len(b.told) != 1 || !strings.Contains(b.told[0], "101 new items at once") {
			t.Errorf("told %q", b.told)
		}
		b.source.body = posts("c", 102)
		want(t, b.once(), "Post 101")
	})
}

func TestEmitFailureLeavesTheCursor(t *testing.T) {
	onBench(t, func(b *bench) {
		now := time.Now()
		b.source.body = feedOf(post(1, now))
		b.once()
		saves := b.cursors.Saves()
		b.source.body = feedOf(post(3, now), post(2, now), post(1, now))
		b.out.FailWhen(func(o intel.Observation) error {
			if o.Body.(intel.Article).GUID == "post-3" {
				return errors.New("store is full")
			}
			return nil
		})
		want(t, b.once(), "Post 2")
		if b.cursors.Saves() != saves {
			t.Error("the cursor moved past an item that was not taken")
		}
		if h := b.health(); h.OK || h.Reason != "hand on item of feed example: store is full" {
			t.Errorf("health %+v", h)
		}
		b.out.FailWhen(nil)
		want(t, b.once(), "Post 2", "Post 3") // again, and recognised by whoever takes it
		want(t, b.once())
	})
}

func TestCursorTrouble(t *testing.T) {
	onBench(t, func(b *bench) {
		b.source.body = feedOf(post(1, time.Now()))
		b.cursors.FailWith(errors.New("no disk"))
		stop := b.start()
		want(t, b.out.Take())
		if h := b.health(); h.OK || h.Reason != "read cursor: no disk" {
			t.Errorf("health %+v", h)
		}
		b.cursors.FailWith(nil)
		b.pass(2 * time.Minute)
		stop()
		want(t, b.out.Take(), "Post 1 (back-fill)")
		if err := b.cursors.SaveCursor(t.Context(), "rss/example", []byte("{broken")); err != nil {
			t.Fatal(err)
		}
		want(t, b.once(), "Post 1 (back-fill)")
	})
}

func TestUnchangedCostsNothing(t *testing.T) {
	onBench(t, func(b *bench) {
		for _, etags := range []bool{true, false} {
			b.source.set(func(s *source) { s.etags, s.body = etags, feedOf(post(1, time.Now())) })
			b.once()
			saves := b.cursors.Saves()
			stop := b.start()
			b.pass(time.Hour)
			stop()
			if b.cursors.Saves() != saves {
				t.Errorf("with entity tags %v: the cursor was saved %d times", etags, b.cursors.Saves()-saves)
			}
			if h := b.health(); !h.OK || h.LastSuccess.Before(time.Now().Add(-2*time.Minute)) {
				t.Errorf("with entity tags %v: health %+v", etags, h)
			}
			asked := b.source.requests()
			if last := asked[len(asked)-1]; last.Hash == "" || (last.ETag != "") != etags {
				t.Errorf("with entity tags %v: asked %+v", etags, last)
			}
			b.out.Take()
		}
	})
}

// Some servers answer "unchanged" for ever.
func TestLyingServerIsDoubted(t *testing.T) {
	onBench(t, func(b *bench) {
		b.source.set(func(s *source) { s.etags, s.body = true, feedOf(post(1, time.Now())) })
		stop := b.start()
		defer stop()
		b.out.Take()
		b.source.set(func(s *source) { s.stuck, s.body = true, feedOf(post(2, time.Now().Add(5*time.Hour))) })
		b.pass(5 * time.Hour)
		want(t, b.out.Take())
		b.pass(2 * time.Hour)
		want(t, b.out.Take(), "Post 2")
	})
}

func TestMovedForGood(t *testing.T) {
	onBench(t, func(b *bench) {
		const there = "https://elsewhere.example/feed"
		last := func() string {
			asked := b.source.requests()
			return asked[len(asked)-1].URL
		}
		b.source.set(func(s *source) { s.moved, s.body = there, feedOf(post(1, time.Now())) })
		b.once()
		b.source.set(func(s *source) { s.moved = "" })
		b.once()
		if last() != there {
			t.Errorf("asked %s", last())
		}
		b.source.set(func(s *source) { s.err = &feeds.StatusError{Code: 404} })
		stop := b.start()
		b.pass(20 * time.Minute)
		stop()
		if last() != b.feed.URL {
			t.Errorf("after failures asked %s", last())
		}
		want(t, b.out.Take())
		b.source.set(func(s *source) { s.err, s.body = nil, feedOf(post(2, time.Now()), post(1, time.Now())) })
		want(t, b.once(), "Post 2")
	})
}

func TestAnotherAddressInTheConfig(t *testing.T) {
	onBench(t, func(b *bench) {
		now := time.Now()
		b.source.set(func(s *source) { s.etags, s.body = true, feedOf(post(1, now)) })
		b.once()
		b.feed.URL = "https://news.example/new.xml"
		b.source.set(func(s *source) { s.body = feedOf(post(2, now), post(1, now)) })
		want(t, b.once(), "Post 2") // the same feed elsewhere
		if asked := b.source.requests(); asked[len(asked)-1].ETag != "" {
			t.Error("the entity tag of another address was used")
		}
		b.feed.URL = "https://other.example/"
		b.source.set(func(s *source) { s.body = feedOf(post(9, now), post(8, now)) })
		want(t, b.once(), "Post 8 (back-fill)", "Post 9 (back-fill)") // another feed under the same name
	})
}

func TestFailureAndRecovery(t *testing.T) {
	onBench(t, func(b *bench) {
		b.source.set(func(s *source) { s.err = &feeds.StatusError{Code: 503} })
		stop := b.start()
		defer stop()
		h := b.health()
		if h.OK || h.Failures != 1 || h.Reason != "https://news.example/feed.xml answers status 503 (service unavailable)" {
			t.Errorf("health %+v", h)
		}
		b.source.set(func(s *source) { s.err, s.body = nil, feedOf(post(1, time.Now())) })
		b.pass(2 * time.Minute)
		if h := b.health(); !h.OK || h.Failures != 0 || h.Reason != "" {
			t.Errorf("health %+v", h)
		}
		if len(b.told) != 2 || !strings.HasPrefix(b.told[0], "rss/example: https://news.example/feed.xml answers status 503") ||
			b.told[1] != "rss/example: answers again after 1 failure" {
			t.Errorf("told %q", b.told)
		}
	})
}

func TestGoneIsPaused(t *testing.T) {
	onBench(t, func(b *bench) {
		b.source.set(func(s *source) { s.err = &feeds.StatusError{Code: 410} })
		stop := b.start()
		defer stop()
		b.pass(20 * time.Hour)
		if n := len(b.source.requests()); n != 1 {
			t.Errorf("asked %d times", n)
		}
		if h := b.health(); !strings.Contains(h.Reason, "gone for good") || !strings.Contains(h.Reason, "paused") {
			t.Errorf("health %+v", h)
		}
	})
}

func TestNoFeedDoesNotMoveTheCursor(t *testing.T) {
	onBench(t, func(b *bench) {
		good := feedOf(post(1, time.Now()))
		b.source.set(func(s *source) { s.etags, s.body = true, good })
		b.once()
		saves := b.cursors.Saves()
		for _, body := range []string{"", "hello world", "<!DOCTYPE html><html><body>Log in</body></html>", good[:len(good)/2]} {
			b.source.set(func(s *source) { s.body = body })
			want(t, b.once())
			if h := b.health(); h.OK {
				t.Errorf("%.20q is taken for a feed", body)
			}
		}
		if b.cursors.Saves() != saves {
			t.Error("the cursor moved")
		}
		b.source.set(func(s *source) { s.body = feedOf(post(2, time.Now()), post(1, time.Now())) })
		want(t, b.once(), "Post 2")
	})
}

// A feed that is empty for a moment does not make its items news when they come back.
func TestEmptyFeedKeepsItsItems(t *testing.T) {
	onBench(t, func(b *bench) {
		full := feedOf(post(1, time.Now()))
		b.source.set(func(s *source) { s.body = full })
		b.once()
		b.source.set(func(s *source) { s.body = feedOf() })
		want(t, b.once())
		if h := b.health(); !h.OK || h.Note != "the feed has no items" {
			t.Errorf("health %+v", h)
		}
		b.source.set(func(s *source) { s.body = full })
		want(t, b.once())
	})
}

func TestWaitIsHonoured(t *testing.T) {
	onBench(t, func(b *bench) {
		b.source.set(func(s *source) { s.wait, s.body = 10*time.Minute, feedOf(post(1, time.Now())) })
		stop := b.start()
		defer stop()
		b.pass(time.Hour)
		if n := len(b.source.requests()); n < 5 || n > 7 {
			t.Errorf("asked %d times in an hour", n)
		}
	})
}

func TestOptions(t *testing.T) {
	good := rss.Options{
		Feed: rss.Feed{URL: "https://news.example/feed?key=secret", Name: "x"}, Interval: 2 * time.Minute,
		Fetcher: &source{}, Cursors: nilCursors{}, ExpectedSilence: time.Hour,
	}
	w, err := rss.New(good)
	if err != nil {
		t.Fatal(err)
	}
	if got := feeds.Describe(w)[0]; got != "rss/x: https://news.example/feed?… every 2 min" || w.ExpectedSilence() != time.Hour {
		t.Errorf("described as %q", got)
	}
	for name, change := range map[string]func(o *rss.Options){
		"no name":     func(o *rss.Options) { o.Feed.Name = "" },
		"no interval": func(o *rss.Options) { o.Interval = 0 },
		"no fetcher":  func(o *rss.Options) { o.Fetcher = nil },
		"no cursors":  func(o *rss.Options) { o.Cursors = nil },
		"no address":  func(o *rss.Options) { o.Feed.URL = "ftp://user:secret@example.org" },
	} {
		o := good
		change(&o)
		if _, err := rss.New(o); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type nilCursors struct{ feeds.Cursors }

func ExampleName() {
	fmt.Println(rss.Name(rss.Feed{Name: "coindesk"}))
	fmt.Println(rss.Name(rss.Feed{Name: "coindesk", Audience: "discord/42"}))
	// Output:
	// rss/coindesk
	// rss/coindesk@discord/42
}
