package storetest

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func subscriptionTests() []test {
	return []test{
		{"a subscription comes back whole", subscriptionWhole},
		{"the same ID replaces", subscriptionReplaces},
		{"unsubscribing removes, and twice is no error", unsubscribe},
		{"pages come in the order of ID", subscriptionPages},
		{"a destination has its own", subscriptionsAt},
	}
}

func subscription(n int, to intel.Destination) intel.Subscription {
	return intel.Subscription{ID: fmt.Sprintf("sub-%04d", n), Destination: to}
}

func subscriptionWhole(t *testing.T, s store.Store) {
	want := intel.Subscription{
		ID: "it's", Destination: intel.Destination{Platform: "discord", Chat: "1", Thread: "2"}, Server: "discord/42",
		Filter: intel.Filter{
			Kinds: []intel.Kind{intel.Shutdown}, Countries: []string{"KZ"}, Least: intel.Major, Words: []string{"сеть"},
		},
		Digest: true, Language: "kk", Zone: "Asia/Almaty", Mention: "<@&1>",
	}
	ok(t, s.Subscribe(t.Context(), want))
	got, err := s.SubscriptionsAfter(t.Context(), "", 10)
	ok(t, err)
	exactly(t, "subscriptions", got, []intel.Subscription{want})
}

func subscriptionReplaces(t *testing.T, s store.Store) {
	ok(t, s.Subscribe(t.Context(), subscription(1, chat(1))))
	moved := subscription(1, chat(2))
	moved.Digest = true
	ok(t, s.Subscribe(t.Context(), moved))
	got, err := s.SubscriptionsAfter(t.Context(), "", 10)
	ok(t, err)
	same(t, "all", got, []intel.Subscription{moved})
	got, err = s.SubscriptionsAt(t.Context(), chat(1))
	ok(t, err)
	same(t, "old destination", got, nil)
	got, err = s.SubscriptionsAt(t.Context(), chat(2))
	ok(t, err)
	same(t, "new destination", got, []intel.Subscription{moved})
}

func unsubscribe(t *testing.T, s store.Store) {
	ok(t, s.Subscribe(t.Context(), subscription(1, chat(1))))
	ok(t, s.Subscribe(t.Context(), subscription(2, chat(1))))
	for range 2 {
		ok(t, s.Unsubscribe(t.Context(), subscription(1, chat(1)).ID))
	}
	got, err := s.SubscriptionsAt(t.Context(), chat(1))
	ok(t, err)
	same(t, "rest", got, []intel.Subscription{subscription(2, chat(1))})
}

func subscriptionPages(t *testing.T, s store.Store) {
	const all = 25
	for n := range all {
		ok(t, s.Subscribe(t.Context(), subscription((n*7)%all, chat(n))))
	}
	var got []string
	for after := ""; ; {
		page, err := s.SubscriptionsAfter(t.Context(), after, 10)
		ok(t, err)
		if len(page) == 0 {
			break
		}
		for _, sub := range page {
			after = sub.ID
			got = append(got, sub.ID)
		}
	}
	var want []string
	for n := range all {
		want = append(want, subscription(n, chat(0)).ID)
	}
	same(t, "order", got, want)
	none, err := s.SubscriptionsAfter(t.Context(), "", 0)
	ok(t, err)
	same(t, "limit 0", none, nil)
}

func subscriptionsAt(t *testing.T, s store.Store) {
	thread := chat(1)
	thread.Thread = "7"
	for n, to := range []intel.Destination{chat(1), thread, chat(2), chat(1)} {
		ok(t, s.Subscribe(t.Context(), subscription(n, to)))
	}
	got, err := s.SubscriptionsAt(t.Context(), chat(1))
	ok(t, err)
	same(t, "chat", got, []intel.Subscription{subscription(0, chat(1)), subscription(3, chat(1))})
	got, err = s.SubscriptionsAt(t.Context(), thread)
	ok(t, err)
	same(t, "thread", got, []intel.Subscription{subscription(1, thread)})
}

func cursorTests() []test {
	return []test{
		{"an unknown cursor is nil", unknownCursor},
		{"the last one saved counts", lastCursor},
		{"a cursor may be any bytes", anyCursor},
	}
}

func unknownCursor(t *testing.T, s store.Store) {
	ok(t, s.SaveCursor(t.Context(), "other", []byte("x")))
	got, err := s.Cursor(t.Context(), "watcher")
	ok(t, err)
	if got != nil {
		t.Fatalf("got %q, want nil", got)
	}
}

func lastCursor(t *testing.T, s store.Store) {
	for _, cursor := range []string{"first", "second", "second"} {
		ok(t, s.SaveCursor(t.Context(), "rss/wire", []byte(cursor)))
		got, err := s.Cursor(t.Context(), "rss/wire")
		ok(t, err)
		same(t, "cursor", string(got), cursor)
	}
}

func anyCursor(t *testing.T, s store.Store) {
	long := bytes.Repeat([]byte{0, 0xff, '\n', '\''}, 50_000)
	for _, cursor := range [][]byte{long, {0}, {}, nil} {
		ok(t, s.SaveCursor(t.Context(), "watcher", cursor))
		got, err := s.Cursor(t.Context(), "watcher")
		ok(t, err)
		if !bytes.Equal(got, cursor) {
			t.Fatalf("got %d bytes, want %d", len(got), len(cursor))
		}
	}
}
