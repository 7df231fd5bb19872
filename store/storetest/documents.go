package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/faultlinebot/faultline/store"
)

func documentTests() []test {
	return []test{
		{"what is not there is nil", unknownDocument},
		{"a document is made, replaced and removed", documentLife},
		{"what is not what it was is a conflict and stays", documentConflict},
		{"what is so already succeeds", documentRepeated},
		{"an empty document is one", emptyDocument},
		{"keys, kinds and documents may be any bytes", anyDocument},
		{"kinds do not mix", kindsApart},
		{"a kind and a key have names", unnamedDocument},
		{"pages come in the order of the keys' bytes", documentPages},
		{"no change is lost among many that change", documentChangers},
	}
}

// replaced replaces a document; an empty string stands for none.
func replaced(t *testing.T, s store.Store, kind, key, was, now string) error {
	t.Helper()
	return s.ReplaceDocument(t.Context(), kind, key, orNone(was), orNone(now))
}

func orNone(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

func assertDocument(t *testing.T, s store.Store, kind, key, want string) {
	t.Helper()
	got, err := s.Document(t.Context(), kind, key)
	ok(t, err)
	exactly(t, "document", got, orNone(want))
}

// documentKeys returns all keys of a kind, read so many at a time.
func documentKeys(t *testing.T, s store.Store, kind string, limit int) (keys []string) {
	t.Helper()
	for after := ""; ; {
		page, err := s.DocumentsAfter(t.Context(), kind, after, limit)
		ok(t, err)
		if len(page) > limit {
			t.Fatalf("%d documents came, want %d at most", len(page), limit)
		}
		for _, d := range page {
			after = d.Key
			keys = append(keys, d.Key)
		}
		if len(page) < limit {
			return keys
		}
	}
}

func unknownDocument(t *testing.T, s store.Store) {
	ok(t, replaced(t, s, "kind", "other", "", "x"))
	assertDocument(t, s, "kind", "key", "")
	assertDocument(t, s, "another", "other", "")
}

func documentLife(t *testing.T, s store.Store) {
	for _, c := range []struct{ was, now string }{{"", "one"}, {"one", "two"}, {"two", ""}, {"", "three"}} {
		ok(t, replaced(t, s, "kind", "key", c.was, c.now))
		assertDocument(t, s, "kind", "key", c.now)
		page, err := s.DocumentsAfter(t.Context(), "kind", "", 10)
		ok(t, err)
		var want []store.Document
		if c.now != "" {
			want = []store.Document{{Key: "key", Data: []byte(c.now)}}
		}
		same(t, "page", page, want)
	}
}

func documentConflict(t *testing.T, s store.Store) {
	wantErr(t, replaced(t, s, "kind", "key", "one", "two"), store.ErrConflict)
	assertDocument(t, s, "kind", "key", "")
	ok(t, replaced(t, s, "kind", "key", "", "one"))
	for _, c := range []struct{ was, now string }{{"", "two"}, {"on", "two"}, {"one ", "two"}, {"two", ""}} {
		wantErr(t, replaced(t, s, "kind", "key", c.was, c.now), store.ErrConflict)
		assertDocument(t, s, "kind", "key", "one")
	}
}

func documentRepeated(t *testing.T, s store.Store) {
	for _, c := range []struct{ was, now string }{{"", "one"}, {"one", "two"}, {"two", ""}} {
		for range 2 {
			ok(t, replaced(t, s, "kind", "key", c.was, c.now))
		}
		assertDocument(t, s, "kind", "key", c.now)
	}
}

func emptyDocument(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.ReplaceDocument(ctx, "kind", "key", nil, []byte{}))
	got, err := s.Document(ctx, "kind", "key")
	ok(t, err)
	exactly(t, "document", got, []byte{})
	page, err := s.DocumentsAfter(ctx, "kind", "", 10)
	ok(t, err)
	exactly(t, "page", page, []store.Document{{Key: "key", Data: []byte{}}})
	wantErr(t, s.ReplaceDocument(ctx, "kind", "key", nil, []byte("x")), store.ErrConflict)
	ok(t, s.ReplaceDocument(ctx, "kind", "key", []byte{}, []byte("x")))
	wantErr(t, s.ReplaceDocument(ctx, "kind", "key", []byte{}, nil), store.ErrConflict)
	ok(t, s.ReplaceDocument(ctx, "kind", "key", []byte("x"), nil))
	wantErr(t, s.ReplaceDocument(ctx, "kind", "key", []byte{}, []byte("y")), store.ErrConflict)
}

// nasty are strings that break encodings and comparisons, in no order. Some are the beginnings of others.
func nasty() []string {
	return []string{
		"b", "a", "a\x00", "a\x00b", "\x00", "\x00\x00", "a\x01", "ab", "\xff", "\xff\xff", "a\xff", "%", "_", "a%", "*",
		"?", "[a]", "a'", `"`, "\\", "\n", "é", "e\u0301", "сеть", "\U0001f1f0", "A", ":", "3:abc", "a:b", "a/b", "a/",
	}
}

func anyDocument(t *testing.T, s store.Store) {
	for _, kind := range nasty() {
		for _, key := range nasty()[:8] {
			ok(t, replaced(t, s, kind, key, "", "\x00"+kind+"\x00\xff"+key))
		}
	}
	for _, kind := range nasty() {
		for _, key := range nasty()[:8] {
			assertDocument(t, s, kind, key, "\x00"+kind+"\x00\xff"+key)
		}
		if got := len(documentKeys(t, s, kind, 100)); got != 8 {
			t.Errorf("the kind %q has %d documents, want 8", kind, got)
		}
	}
}

func kindsApart(t *testing.T, s store.Store) {
	ok(t, replaced(t, s, "one", "key", "", "of one"))
	ok(t, replaced(t, s, "two", "key", "", "of two"))
	ok(t, replaced(t, s, "one", "key", "of one", ""))
	assertDocument(t, s, "one", "key", "")
	assertDocument(t, s, "two", "key", "of two")
	same(t, "keys", documentKeys(t, s, "one", 10), nil)
	same(t, "keys", documentKeys(t, s, "two", 10), []string{"key"})
}

func unnamedDocument(t *testing.T, s store.Store) {
	for _, name := range []struct{ kind, key string }{{"", "key"}, {"kind", ""}} {
		if replaced(t, s, name.kind, name.key, "", "x") == nil {
			t.Errorf("a document of kind %q under %q was taken", name.kind, name.key)
		}
	}
}

func documentPages(t *testing.T, s store.Store) {
	for _, key := range nasty() {
		ok(t, replaced(t, s, "kind", key, "", "x"))
	}
	want := sorted(nasty()) // Go compares bytes
	for _, limit := range []int{1, 7, len(want), 100} {
		exactly(t, "keys", documentKeys(t, s, "kind", limit), want)
	}
	for _, limit := range []int{0, -1} {
		none, err := s.DocumentsAfter(t.Context(), "kind", "", limit)
		ok(t, err)
		same(t, "none", none, nil)
	}
	between, err := s.DocumentsAfter(t.Context(), "kind", "a\x00a", 1)
	ok(t, err)
	same(t, "after what is not there", between, []store.Document{{Key: "a\x00b", Data: []byte("x")}})
}

func documentChangers(t *testing.T, s store.Store) {
	const changers, changes = 6, 8
	errs := make([]error, changers)
	var wg sync.WaitGroup
	for n := range changers {
		wg.Go(func() {
			for i := range changes {
				errs[n] = errors.Join(errs[n], lengthen(t, s, byte(n*changes+i)))
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		ok(t, err)
	}
	got, err := s.Document(t.Context(), "kind", "list")
	ok(t, err)
	slices.Sort(got)
	var want []byte
	for n := range changers * changes {
		want = append(want, byte(n))
	}
	exactly(t, "list", got, want)
}

// lengthen adds an entry of its own to a list. Two who make the same of a document are one to the store.
func lengthen(t *testing.T, s store.Store, entry byte) error {
	for {
		was, err := s.Document(t.Context(), "kind", "list")
		if err != nil {
			return err
		}
		now := append(slices.Clone(was), entry)
		if err := s.ReplaceDocument(t.Context(), "kind", "list", was, now); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}
