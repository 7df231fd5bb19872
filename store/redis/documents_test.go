package redis_test

import (
	"slices"
	"testing"

	"github.com/faultlinebot/faultline/store/faultproxy"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// The reply to a change is lost, and another replica changes the document before it is asked for again: the change was
// made, so it is no conflict, and it is not made twice.
func TestDocumentChangedSince(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ was, now, next []byte }{
		"made, then replaced": {nil, []byte("one"), []byte("two")},
		"made, then removed":  {nil, []byte("one"), nil},
		"removed, then made":  {[]byte("zero"), nil, []byte("zero")},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t, "--appendfsync", "no")
			other := open(t, redis.Options{URL: server.URL()})
			proxy := faultproxy.Start(t, "unix", server.Socket())
			s := open(t, redis.Options{URL: "redis://" + proxy.Address()})
			ok(t, s.ReplaceDocument(t.Context(), "kind", "key", nil, c.was))
			ok(t, s.ReplaceDocument(t.Context(), "kind", "another", nil, []byte("x"))) // the script is known
			asked := 0
			proxy.Plan(func(request []string) faultproxy.Fault {
				if !slices.Contains(request, "key") {
					return faultproxy.Fault{}
				}
				if asked++; asked == 1 {
					return faultproxy.Fault{What: faultproxy.CutAfter}
				}
				if err := other.ReplaceDocument(t.Context(), "kind", "key", c.now, c.next); err != nil {
					t.Error(err)
				}
				return faultproxy.Fault{}
			})
			ok(t, s.ReplaceDocument(t.Context(), "kind", "key", c.was, c.now))
			if asked != 2 {
				t.Fatalf("it was asked for %d times", asked)
			}
			got, err := other.Document(t.Context(), "kind", "key")
			ok(t, err)
			if string(got) != string(c.next) || (got == nil) != (c.next == nil) {
				t.Errorf("it is %q, want %q", got, c.next)
			}
		})
	}
}
