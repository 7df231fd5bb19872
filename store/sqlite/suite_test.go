package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
	"github.com/faultlinebot/faultline/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, newPath(t)) })
}

func TestPortable(t *testing.T) {
	t.Parallel()
	storetest.RunPortable(t, func(t *testing.T) store.Store { return open(t, newPath(t)) })
}

func TestThrowaway(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Throwaway: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closed(t, s) })
		return s
	})
}

func TestPortableThrowaway(t *testing.T) {
	t.Parallel()
	storetest.RunPortable(t, func(t *testing.T) store.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Throwaway: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closed(t, s) })
		return s
	})
}

// A throwaway has the same statements and no fsync, so that more can be tried.
func TestModel(t *testing.T) {
	t.Parallel()
	storetest.RunModel(t, func(t *testing.T) store.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Throwaway: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closed(t, s) })
		return s
	})
}

func TestDurable(t *testing.T) {
	t.Parallel()
	storetest.RunDurable(t, func(t *testing.T) (store.Store, func() store.Store) {
		path := newPath(t)
		var s *sqlite.Store
		reopen := func() store.Store {
			if s != nil {
				closed(t, s)
			}
			var err error
			if s, err = sqlite.Open(t.Context(), sqlite.Options{Path: path}); err != nil {
				t.Fatal(err)
			}
			return s
		}
		t.Cleanup(func() { closed(t, s) })
		return reopen(), reopen
	})
}

// newPath names a file that does not exist, in a directory that does.
func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "faultline.db") }

// open opens a store for the length of the test.
func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, s) })
	return s
}

func closed(t testing.TB, s *sqlite.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
