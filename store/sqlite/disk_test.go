package sqlite_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// run runs a command of the system and says whether it could.
func run(name string, args ...string) error {
	said, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return errors.Join(err, errors.New(strings.TrimSpace(string(said))))
	}
	return nil
}

// A disk whose file system gives up becomes read-only at work. From then on nothing is taken, which is said with the
// file's name; what was taken before is there when the disk is mended.
func TestDiskTurnsReadOnly(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(image, make([]byte, 32<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	mount := func() error { return run("mount", "-o", "loop", image, dir) }
	if err := errors.Join(run("mkfs.ext4", "-q", image), mount()); err != nil {
		t.Skip("a disk that fails needs mkfs.ext4 and the right to mount:", err)
	}
	mounted := true
	unmount := func() {
		if mounted {
			if err := run("umount", dir); err != nil {
				t.Error(err)
			}
		}
		mounted = false
	}
	t.Cleanup(unmount)
	path := filepath.Join(dir, "faultline.db")
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	done, err := commitUntil(t, s, 0, func(n int) bool { return n == 50 })
	if err != nil {
		t.Fatal(err)
	}
	if err := run("mount", "-o", "remount,abort", dir); err != nil { // what the kernel does when a disk fails
		t.Fatal(err)
	}
	err = s.Commit(t.Context(), step(done))
	if err == nil {
		t.Fatal("a step was taken that cannot be kept")
	}
	says(t, err.Error(), path, "disk")
	if got := whole(t, s); got != done {
		t.Errorf("%d steps can be read, want %d", got, done)
	}
	_ = s.Close() // it cannot write down what is in the log
	unmount()
	if err := run("e2fsck", "-p", image); err != nil && !strings.Contains(err.Error(), "exit status 1") {
		t.Fatal(err) // 1 is that it has mended something
	}
	if err := mount(); err != nil {
		t.Fatal(err)
	}
	mounted = true
	if s, err = sqlite.Open(t.Context(), sqlite.Options{Path: path}); err != nil {
		t.Fatal(err)
	}
	defer closed(t, s) // before it is unmounted
	if got := whole(t, s); got != done {
		t.Errorf("%d steps are kept, want %d", got, done)
	}
	if _, err := commitUntil(t, s, done, func(n int) bool { return n == done+10 }); err != nil {
		t.Error("on the mended disk:", err)
	}
}

// Another program may hold the file for longer than a write waits. Writes then say so and can be asked for again,
// reading goes on, and what waited goes through when that program lets go.
func TestFileHeldForTenSeconds(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	t.Parallel()
	path := newPath(t)
	s := open(t, path)
	if err := s.Commit(t.Context(), step(0)); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	o := start(t, locks, path)
	refusals := 0
	err := s.Commit(t.Context(), step(1))
	for ; err != nil; err = s.Commit(t.Context(), step(1)) {
		says(t, err.Error(), path, "another program")
		refusals++
		if got := whole(t, s); got != 1 {
			t.Fatalf("%d steps can be read, want 1", got)
		}
		if time.Since(begun) > time.Minute {
			t.Fatal("still held:", err)
		}
	}
	if refusals == 0 || time.Since(begun) < lockedFor {
		t.Errorf("%d refusals, %s until it went through", refusals, time.Since(begun))
	}
	if err := o.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if got := whole(t, s); got != 2 {
		t.Errorf("%d steps are kept, want 2", got)
	}
}

// One page of the file is damaged while the rest is good, each page in its turn. What is read is then right, or an
// error that names the file.
func TestOneBadPage(t *testing.T) {
	path := newPath(t)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	const steps, pageSize = 20, 4096
	for n := range steps {
		if err := work(t.Context(), s, n, func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	long := step(steps)
	long.Observation.Body = intel.Article{URL: "https://wire.test/long", Summary: strings.Repeat("a long story ", 700)}
	if err := s.Commit(t.Context(), long); err != nil {
		t.Fatal(err)
	}
	want := readAll(t, s)
	closed(t, s)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, pageSize)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	refused, noticed, unnoticed := 0, 0, 0
	for at := 0; at < len(good); at += pageSize {
		for _, bad := range [][]byte{make([]byte, pageSize), slices.Repeat([]byte{0xff}, pageSize), noise} {
			damaged := newPath(t)
			data := slices.Clone(good)
			copy(data[at:], bad)
			if err := os.WriteFile(damaged, data, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := sqlite.Open(t.Context(), sqlite.Options{Path: damaged})
			if err != nil {
				says(t, err.Error(), damaged)
				refused++
				continue
			}
			if got := compare(t, readAll(t, s), want, damaged); got > 0 {
				noticed++
			} else {
				unnoticed++
			}
			_ = s.Close() // it may have met the page
		}
	}
	t.Logf("%d refused at the start, %d noticed at work, %d on pages that hold nothing", refused, noticed, unnoticed)
	if noticed == 0 {
		t.Error("no bad page was met at work")
	}
}

// answer is what reading something gave.
type answer struct {
	value any
	err   error
}

// readAll reads everything that the known sequence has left, and what it has not.
func readAll(t *testing.T, s store.Store) map[string]answer {
	t.Helper()
	ctx, all := t.Context(), map[string]answer{}
	keep := func(name string, value any, err error) { all[name] = answer{value, err} }
	var history []intel.Observation
	err := s.Observations(ctx, func(o intel.Observation) error { history = append(history, o); return nil })
	keep("history", history, err)
	live, err := s.LiveIncidents(ctx, time.Time{})
	keep("live", live, err)
	pending, err := s.PendingNotices(ctx, 1000)
	keep("pending", pending, err)
	for n := range 25 {
		st := step(n)
		id := st.Changes[0].Incident.ID
		seen, err := s.Seen(ctx, st.Observation.Key())
		keep("seen "+id, seen, err)
		incident, err := s.Incident(ctx, id)
		keep("incident "+id, incident, err)
		notices, err := s.Notices(ctx, id, 0)
		keep("notices "+id, notices, err)
		cards, err := s.CardsOf(ctx, id, "", 10)
		keep("cards "+id, cards, err)
	}
	return all
}

// compare counts the errors; any other difference is false.
func compare(t *testing.T, got, want map[string]answer, path string) (noticed int) {
	t.Helper()
	for name, w := range want {
		g := got[name]
		switch {
		case w.err != nil && g.err != nil && errors.Is(g.err, store.ErrNotFound) == errors.Is(w.err, store.ErrNotFound):
		case g.err != nil && !errors.Is(g.err, store.ErrNotFound):
			noticed++
			says(t, g.err.Error(), path, "is damaged")
		case cmp.Diff(w.value, g.value) != "" || g.err != nil:
			t.Errorf("%s is false: %v, error %v", name, cmp.Diff(w.value, g.value), g.err)
		}
	}
	return noticed
}
