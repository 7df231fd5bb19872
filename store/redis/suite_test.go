package redis_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
	"github.com/faultlinebot/faultline/store/storetest"
)

// Each store of a suite has a prefix of its own: that is faster than a server of its own, and shows that they
// do not mix.
func TestStore(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendfsync", "everysec")
	var stores atomic.Int64
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, redis.Options{URL: server.URL(), Prefix: fmt.Sprintf("%d:", stores.Add(1))})
	})
}

func TestPortable(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendfsync", "everysec")
	var stores atomic.Int64
	storetest.RunPortable(t, func(t *testing.T) store.Store {
		return open(t, redis.Options{URL: server.URL(), Prefix: fmt.Sprintf("%d*[a]:", stores.Add(1))})
	})
}

func TestModel(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--appendfsync", "no")
	var stores atomic.Int64
	storetest.RunModel(t, func(t *testing.T) store.Store {
		return open(t, redis.Options{URL: server.URL(), Prefix: fmt.Sprintf("%d:", stores.Add(1))})
	})
}

func TestDurable(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	var stores atomic.Int64
	storetest.RunDurable(t, func(t *testing.T) (store.Store, func() store.Store) {
		o := redis.Options{URL: server.URL(), Prefix: fmt.Sprintf("%d:", stores.Add(1))}
		var s *redis.Store
		reopen := func() store.Store {
			if s != nil {
				closed(t, s)
				server.Kill()
				server.Restart()
			}
			s = opened(t, o)
			return s
		}
		t.Cleanup(func() { closed(t, s) })
		return reopen(), reopen
	})
}

// open opens a store for the length of the test.
func open(t testing.TB, o redis.Options) *redis.Store {
	t.Helper()
	s := opened(t, o)
	t.Cleanup(func() { closed(t, s) })
	return s
}

func opened(t testing.TB, o redis.Options) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closed(t testing.TB, s *redis.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
