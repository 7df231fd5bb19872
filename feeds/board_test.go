package feeds_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/feeds"
)

func TestBoardTellsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		b := feeds.NewBoard(func(_ feeds.Health, sentence string) { told = append(told, sentence) })
		next := func() time.Time { return time.Now().Add(12 * time.Second) }
		const refused = "cannot reach https://mempool.space/api (connection refused)"

		b.Succeeded("mempool", feeds.Result{}, next())
		b.Failed("mempool", refused, next())
		b.Failed("mempool", refused, next())
		b.Failed("mempool", "https://mempool.space/api answers status 429 and asks to wait 60 s", next())
		b.Failed("mempool", "https://mempool.space/api answers status 429 and asks to wait 59 s", next())
		b.Succeeded("mempool", feeds.Result{Note: "back-fill: 1 of 90 days"}, next())
		b.Succeeded("mempool", feeds.Result{Note: "back-fill: 2 of 90 days"}, next())
		b.Failed("new", "x", time.Time{})

		want := []string{
			"mempool: " + refused + "; next try in 12 s",
			"mempool: https://mempool.space/api answers status 429 and asks to wait 60 s; next try in 12 s",
			"mempool: answers again after 4 failures",
			"new: x",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestBoardKeepsHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := feeds.NewBoard(nil)
		start := time.Now()
		_ = feeds.Sleep(t.Context(), time.Second)
		b.Succeeded("b", feeds.Result{}, start.Add(time.Minute))
		_ = feeds.Sleep(t.Context(), time.Second)
		b.Failed("b", "why", start.Add(time.Hour))
		b.Failed("b", "why", start.Add(time.Hour))
		b.Noted("b", "a note")
		b.Succeeded("a", feeds.Result{Heard: true}, start.Add(time.Minute))
		all := b.All()
		if len(all) != 2 || all[0].Name != "a" || all[1].Name != "b" {
			t.Errorf("all are %+v", all)
		}
		want := feeds.Health{
			Name: "b", Since: start.Add(2 * time.Second), LastSuccess: start.Add(time.Second), Failures: 2,
			Reason: "why", Note: "a note", NextTry: start.Add(time.Hour),
		}
		if diff := cmp.Diff(want, b.Of("b")); diff != "" {
			t.Error(diff)
		}
		if got, want := b.Of("b").Sentence(start.Add(30*time.Minute)), "b: why; next try in 30 min; a note"; got != want {
			t.Errorf("sentence %q", got)
		}
		if got := b.Of("a"); !got.OK || !got.Heard.Equal(time.Now()) {
			t.Errorf("health %+v", got)
		}
		if got := b.Of("never").Sentence(start); got != "never: has not looked yet" {
			t.Errorf("sentence %q", got)
		}
	})
}
