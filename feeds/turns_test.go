package feeds

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestTurnsSpaceOneHostOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(time.Second)
		start := time.Now()
		for i := range 3 {
			for _, host := range []string{"a", "b"} {
				if err := turns.wait(t.Context(), host); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != time.Duration(i)*time.Second {
					t.Errorf("%s had turn %d after %s", host, i, took)
				}
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if turns.wait(ctx, "a") == nil {
			t.Error("a turn came although nobody waits")
		}
	})
}

func TestTurnsForgetHosts(t *testing.T) {
	turns := newTurns(time.Second)
	now := time.Now()
	for i := range 25_000 {
		now = now.Add(time.Second)
		turns.take(strconv.Itoa(i), now)
	}
	if len(turns.next) > 10_001 {
		t.Errorf("%d hosts are remembered", len(turns.next))
	}
}
