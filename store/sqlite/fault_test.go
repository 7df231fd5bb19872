package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/store/sqlite"
)

// commitUntil commits the known sequence from n on until stop says so or a commit fails.
func commitUntil(t *testing.T, s *sqlite.Store, n int, stop func(n int) bool) (next int, err error) {
	t.Helper()
	for ; !stop(n); n++ {
		if err := s.Commit(t.Context(), step(n)); err != nil {
			return n, err
		}
	}
	return n, nil
}

// A step that finds the disk full leaves nothing, and the same store goes on when there is room again.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("a small file system needs the right to mount one (%v); TestFileFull does without", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, filepath.Join(dir, "faultline.db"))
	full, err := commitUntil(t, s, 0, func(n int) bool { return n == 100_000 })
	if err == nil {
		t.Fatal("the disk was never full")
	}
	if !strings.Contains(err.Error(), "full") {
		t.Errorf("%q does not say that the disk is full", err)
	}
	if got := whole(t, s); got != full {
		t.Errorf("%d steps are kept, want %d", got, full)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if _, err := commitUntil(t, s, full, func(n int) bool { return n == full+20 }); err != nil {
		t.Fatal("after making room:", err)
	}
	if got := whole(t, s); got != full+20 {
		t.Errorf("%d steps are kept, want %d", got, full+20)
	}
}

// whole counts the steps and checks that each is there whole or not at all.
func whole(t *testing.T, s *sqlite.Store) int {
	t.Helper()
	incidents, err := s.LiveIncidents(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(incidents) + 1 {
		there := n < len(incidents)
		if there && number(incidents[n].ID) != n {
			t.Fatalf("step %d is missing", n)
		}
		seen, err := s.Seen(t.Context(), step(n).Observation.Key())
		if err != nil {
			t.Fatal(err)
		}
		notices, err := s.Notices(t.Context(), step(n).Changes[0].Incident.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		if seen != there || (len(notices) == 1) != there {
			t.Fatalf("step %d is torn: incident %v, seen %v, %d notices", n, there, seen, len(notices))
		}
	}
	return len(incidents)
}

// Contexts that end at any moment leave every step whole or not begun, and the store working.
func TestCancelledAtAnyMoment(t *testing.T) {
	s := open(t, newPath(t))
	random := rand.New(rand.NewPCG(1, 2))
	const least = time.Millisecond
	limit := least
	for n := 0; n < 150; {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.Int64N(int64(limit))))
		err := s.Commit(ctx, step(n))
		cancel()
		switch {
		case err == nil:
			n, limit = n+1, least
		case errors.Is(err, context.DeadlineExceeded):
			limit += limit / 10 // however slow the machine is, some get through
		default:
			t.Fatal(err)
		}
	}
	if got := whole(t, s); got != 150 {
		t.Errorf("%d steps are kept, want 150", got)
	}
}

// raw opens the file as another program would.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func execute(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// Somebody who holds the file for a while delays writing, not reading, and no longer than the context allows.
func TestFileHeldByAnotherProgram(t *testing.T) {
	path := newPath(t)
	s, db := open(t, path), raw(t, path)
	execute(t, db, "BEGIN IMMEDIATE")
	if _, err := s.Seen(t.Context(), "key"); err != nil {
		t.Error("reading:", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := s.Commit(ctx, step(0)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
	}
	result := make(chan error)
	go func() { result <- s.Commit(t.Context(), step(0)) }()
	execute(t, db, "COMMIT")
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if got := whole(t, s); got != 1 {
		t.Errorf("%d steps are kept, want 1", got)
	}
}

// A copy that is made while the store works is a store: a beginning of what was committed.
func TestBackupWhileRunning(t *testing.T) {
	path, backup := newPath(t), newPath(t)
	s, db := open(t, path), raw(t, path)
	begun, made := make(chan struct{}), make(chan error)
	go func() {
		<-begun
		_, err := db.ExecContext(t.Context(), "VACUUM INTO ?", backup)
		made <- err
	}()
	var err error
	n := 0
	for running := true; running && err == nil; n++ {
		if err = s.Commit(t.Context(), step(n)); n == 50 {
			close(begun)
		}
		select {
		case e := <-made:
			running, err = false, errors.Join(err, e)
		default:
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := whole(t, open(t, backup)); got < 50 || got > n {
		t.Errorf("the copy has %d steps, want 50 to %d", got, n)
	}
}

// However short the write-ahead log is cut, what is left is a beginning of what was committed.
func TestCutLog(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	const steps, cuts = 12, 25
	if _, err := commitUntil(t, s, 0, func(n int) bool { return n == steps }); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for cut := range cuts + 1 {
		copied := newPath(t)
		copyFile(t, path, copied)
		if err := os.WriteFile(copied+"-wal", log[:len(log)*cut/cuts], 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: copied})
		if err != nil {
			t.Fatalf("cut to %d of %d bytes: %v", len(log)*cut/cuts, len(log), err)
		}
		got := whole(t, s)
		closed(t, s)
		if got < last {
			t.Errorf("a longer log gave fewer steps: %d after %d", got, last)
		}
		last = got
	}
	if last != steps {
		t.Errorf("the whole log gave %d steps, want %d", last, steps)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
