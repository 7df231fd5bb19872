package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// feedTests are of what package store makes of documents: lists of feeds and readings.
func feedTests() []test {
	return []test{
		{"a feed comes back whole, under its audience and URL", feedWhole},
		{"the same URL may be on several lists", feedLists},
		{"feeds come by audience and URL, more than a page of them", manyFeeds},
		{"a change that fails changes nothing", feedChangeFails},
		{"no change of a feed is lost among many", feedChangers},
		{"readings are replaced as a whole", readingsReplaced},
	}
}

func changeFeed(t *testing.T, s store.Store, of intel.Audience, url string, change func(*intel.Feed)) {
	t.Helper()
	ok(t, store.FeedList{Documents: s}.ChangeFeed(t.Context(), of, url, func(f *intel.Feed) (intel.Feed, error) {
		if f == nil {
			f = new(intel.Feed)
		}
		change(f)
		return *f, nil
	}))
}

func feedsOf(t *testing.T, s store.Store) []intel.Feed {
	t.Helper()
	all, err := store.FeedList{Documents: s}.Feeds(t.Context())
	ok(t, err)
	return all
}

func feedWhole(t *testing.T, s store.Store) {
	same(t, "none", feedsOf(t, s), nil)
	want := intel.Feed{
		URL: "https://wire.test/?a=1&b=<2>", Name: "Wire \U0001f1f0", Topic: "power", Lang: "kk", Tier: intel.Official,
		Audience: "discord/42", Paused: true, Removed: true, Added: noon.Add(1),
	}
	changeFeed(t, s, want.Audience, want.URL, func(f *intel.Feed) {
		*f = want
		f.Audience, f.URL = "another", "https://another.test"
	})
	exactly(t, "feeds", feedsOf(t, s), []intel.Feed{want})
}

func feedLists(t *testing.T, s store.Store) {
	const url = "https://wire.test"
	for _, of := range []intel.Audience{"discord/42", intel.Everyone, "discord/4"} {
		changeFeed(t, s, of, url, func(f *intel.Feed) { f.Name = "of " + string(of) })
	}
	changeFeed(t, s, "discord/4", url, func(f *intel.Feed) { f.Removed = true })
	same(t, "feeds", feedsOf(t, s), []intel.Feed{
		{URL: url, Name: "of "},
		{URL: url, Name: "of discord/4", Audience: "discord/4", Removed: true},
		{URL: url, Name: "of discord/42", Audience: "discord/42"},
	})
}

func manyFeeds(t *testing.T, s store.Store) {
	const all = 501
	var want []string
	for n := range all {
		url := fmt.Sprintf("https://%04d.test", (n*7)%all)
		changeFeed(t, s, intel.Everyone, url, func(*intel.Feed) {})
		want = append(want, url)
	}
	var got []string
	for _, f := range feedsOf(t, s) {
		got = append(got, f.URL)
	}
	same(t, "URLs", got, sorted(want))
}

func feedChangeFails(t *testing.T, s store.Store) {
	changeFeed(t, s, intel.Everyone, "u", func(f *intel.Feed) { f.Name = "before" })
	fault := errors.New("fault")
	for _, url := range []string{"u", "another"} {
		err := store.FeedList{Documents: s}.ChangeFeed(t.Context(), intel.Everyone, url,
			func(f *intel.Feed) (intel.Feed, error) { return intel.Feed{Name: "after"}, fault })
		wantErr(t, err, fault)
		same(t, "error", err.Error(), "fault")
	}
	same(t, "feeds", feedsOf(t, s), []intel.Feed{{URL: "u", Name: "before"}})
}

func feedChangers(t *testing.T, s store.Store) {
	const changers, changes = 6, 8
	errs := make([]error, changers)
	var wg sync.WaitGroup
	for n := range changers {
		wg.Go(func() {
			for i := range changes {
				errs[n] = errors.Join(errs[n], store.FeedList{Documents: s}.ChangeFeed(t.Context(), intel.Everyone, "u",
					func(f *intel.Feed) (intel.Feed, error) {
						if f == nil {
							f = new(intel.Feed)
						}
						f.Name += fmt.Sprintf("%d/%d ", n, i)
						return *f, nil
					}))
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		ok(t, err)
	}
	got := sorted(strings.Fields(feedsOf(t, s)[0].Name))
	if len(slices.Compact(got)) != changers*changes {
		t.Errorf("of %d changes are kept: %v", changers*changes, got)
	}
}

func readingsReplaced(t *testing.T, s store.Store) {
	readings := store.Readings{Documents: s}
	none, err := readings.Current(t.Context())
	ok(t, err)
	same(t, "none", none, nil)
	for _, want := range [][]intel.Reading{
		{{Of: intel.OfHashrate, Value: 650, Low: number(640), At: noon, Source: "blocks", Over: "144 blocks"}},
		{
			{Of: intel.OfPrice, Asset: "BTC", Value: 41_999.5, At: noon.Add(1), Source: "binance", Moves: []intel.Move{
				{Over: time.Hour, Change: -0.04, Low: number(-0.05), High: number(0)},
			}},
			{Of: intel.OfPrice, Asset: "ETH", Value: 3000, At: noon},
		},
		{},
	} {
		for range 2 {
			ok(t, readings.Keep(t.Context(), want))
		}
		got, err := readings.Current(t.Context())
		ok(t, err)
		same(t, "readings", got, want)
	}
}
