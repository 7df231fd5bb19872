package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// refused opens what cannot be a store and returns the sentence.
func refused(t *testing.T, path string) string {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err == nil {
		closed(t, s)
		t.Fatalf("%s was opened", path)
	}
	return err.Error()
}

func says(t *testing.T, sentence string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(sentence, w) {
			t.Errorf("%q does not say %q", sentence, w)
		}
	}
	if strings.Contains(sentence, "\n") {
		t.Errorf("%q is more than one line", sentence)
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("hello, this is no database, however long one looks at it"), 0o600); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "nothing"), dangling); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, says string }{
		{"none", "", "no path is given"},
		{"a missing directory", filepath.Join(dir, "missing", "faultline.db"), "does not exist; make it"},
		{"a file as directory", filepath.Join(file, "faultline.db"), "does not exist; make it"},
		{"a directory", dir, "is a directory; name a file in it"},
		{"a link to nothing", dangling, "does not exist; name that file itself"},
		{"a place nobody may write to", "/sys/faultline.db", "cannot be written"},
		{"another file", file, "is not an SQLite file and was not touched"},
	} {
		t.Run(c.name, func(t *testing.T) { says(t, refused(t, c.path), "sqlite: open: ", c.path, c.says) })
	}
	got, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(got), "hello") {
		t.Errorf("the other file was touched: %q, %v", got, err)
	}
}

func TestFileOfAnotherProgram(t *testing.T) {
	path := newPath(t)
	execute(t, raw(t, path), "CREATE TABLE bookmarks (url TEXT)")
	says(t, refused(t, path), path, "another program", "not touched")
}

func TestFileOfANewerRelease(t *testing.T) {
	path := newPath(t)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	execute(t, raw(t, path), "INSERT INTO migrations (number, name) VALUES (9999, '9999_future.sql')")
	says(t, refused(t, path), path, "newer release", "9999")
}

func TestDamagedFile(t *testing.T) {
	path := newPath(t)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < len(data); i++ { // all but SQLite's header
		data[i] = 0xa5
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, refused(t, path), path, "is damaged", "backup")
	if got, err := os.ReadFile(path); err != nil || string(got) != string(data) {
		t.Errorf("the damaged file was touched: %v", err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	if err := s.SaveCursor(t.Context(), "watcher", []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", name, info.Mode())
		}
	}
}

func TestPathsMayHoldAnything(t *testing.T) {
	for _, name := range []string{"a b.db", "a?b=c&d.db", "a#b.db", "a%20b.db", "кз.db", "a'b\"c;d.db", "file:x.db"} {
		path := filepath.Join(t.TempDir(), name)
		open(t, path)
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s is not where it should be: %v", name, err)
		}
	}
}

func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	open(t, "faultline.db")
	if _, err := os.Stat("faultline.db-wal"); err != nil {
		t.Error(err)
	}
}

func TestThrowawayLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := sqlite.Open(t.Context(), sqlite.Options{Throwaway: true, Path: "/nowhere/at all"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), step(0)); err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, error %v", left, err)
	}
}

// Whoever opens the store is alone: what the one before had claimed or leased is free, and its fence is old.
func TestOpeningInherits(t *testing.T) {
	path := newPath(t)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := work(t.Context(), s, 0, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 10); err != nil || len(got) == 0 {
		t.Fatal(got, err)
	}
	first, err := s.Acquire(t.Context(), store.WorldLease, "first", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	s = open(t, path)
	got, err := s.ClaimCards(t.Context(), noon, noon.Add(time.Hour), 10)
	if err != nil || len(got) != cardsEach-1 {
		t.Errorf("claimed %d cards, want %d, error %v", len(got), cardsEach-1, err)
	}
	second, err := s.Acquire(t.Context(), store.WorldLease, "second", time.Hour)
	if err != nil || second <= first {
		t.Errorf("fence %d after %d, error %v", second, first, err)
	}
}

func TestLeaseFollowsTheClock(t *testing.T) {
	now := noon
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: newPath(t), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	take := func(owner string) (int64, bool) {
		fence, err := s.Acquire(t.Context(), store.WorldLease, owner, 10*time.Second)
		return fence, err == nil
	}
	if fence, ok := take("a"); fence != 1 || !ok {
		t.Fatal(fence, ok)
	}
	now = noon.Add(-time.Hour) // clocks go back; the holder goes on, the others wait
	if fence, ok := take("a"); fence != 1 || !ok {
		t.Fatal(fence, ok)
	}
	now = now.Add(10*time.Second - time.Microsecond)
	if _, ok := take("b"); ok {
		t.Fatal("taken before its time")
	}
	now = now.Add(time.Microsecond)
	if fence, ok := take("b"); fence != 2 || !ok {
		t.Fatal(fence, ok)
	}
}
