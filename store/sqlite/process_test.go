package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// The test binary is also the other process: it plays the role that the environment names instead of testing.
const (
	roleVariable = "FAULTLINE_TEST_ROLE"
	pathVariable = "FAULTLINE_TEST_PATH"

	holds   = "holds"   // has the store open until it is killed
	works   = "works"   // goes on with the known sequence until it is killed
	forgets = "forgets" // forgets what is old
	crowd   = "crowd"   // the same, many steps at once
	locks   = "locks"   // is another program, that holds the file for a while
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(role, os.Getenv(pathVariable)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(role, path string) error {
	ctx := context.Background()
	if role == locks {
		return lockFile(ctx, path)
	}
	s, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		return err
	}
	fmt.Println("open")
	if role == holds {
		_, err := os.Stdin.Read(make([]byte, 1))
		return errors.Join(err, s.Close())
	}
	if role == forgets {
		if err := forgetOn(ctx, s); err != nil {
			return err
		}
		_, err := os.Stdin.Read(make([]byte, 1)) // until it is killed
		return err
	}
	latest, err := s.LatestIncidents(ctx, 1)
	if err != nil {
		return err
	}
	n := 0
	if len(latest) > 0 {
		n = number(latest[0].ID)
	}
	if role == crowd {
		return workTogether(ctx, s, n+1)
	}
	for ; ; n++ {
		if err := work(ctx, s, n, func(word string) { fmt.Println(word, n) }); err != nil {
			return err
		}
	}
}

const lockedFor = 10 * time.Second

// lockFile keeps everybody else from writing, as a program may that copies the file or looks into it.
func lockFile(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	fmt.Println("open")
	time.Sleep(lockedFor)
	_, err = db.ExecContext(ctx, "ROLLBACK")
	return errors.Join(err, db.Close())
}

// workTogether takes steps from the n-th on from many goroutines, until one fails.
func workTogether(ctx context.Context, s store.Store, n int) error {
	next := make(chan int)
	failed := make(chan error)
	for range 24 {
		go func() {
			for n := range next {
				if err := work(ctx, s, n, func(word string) { fmt.Println(word, n) }); err != nil {
					failed <- err
				}
			}
		}()
	}
	for ; ; n++ {
		select {
		case next <- n:
		case err := <-failed:
			return err
		}
	}
}

// number is which step of the known sequence made the incident.
func number(incident string) (n int) {
	_, _ = fmt.Sscanf(incident, "incident-%d", &n)
	return n
}

const cardsEach = 3

// work takes the n-th step, its fan-out and one of its cards as far as they go, and says what is done.
func work(ctx context.Context, s store.Store, n int, say func(word string)) error {
	if err := s.Commit(ctx, step(n)); err != nil {
		return err
	}
	say("committed")
	p := page(n, 0, cardsEach)
	p.Done = true
	if err := s.Raise(ctx, p); err != nil {
		return err
	}
	say("raised")
	if _, err := s.ClaimCards(ctx, noon, noon.Add(time.Hour), 1); err != nil {
		return err
	}
	if err := s.Told(ctx, intel.Card{Incident: p.Incident, Destination: p.To[0]}, 1, 1, "receipt"); err != nil {
		return err
	}
	say("told")
	return nil
}

// other is another process on the store.
type other struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

// start starts it and waits until it has the store open.
func start(t *testing.T, role, path string, env ...string) *other {
	t.Helper()
	o := &other{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0])}
	o.cmd.Env = append(os.Environ(), roleVariable+"="+role, pathVariable+"="+path)
	o.cmd.Env = append(o.cmd.Env, env...)
	o.cmd.Stderr = os.Stderr
	if _, err := o.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	o.lines = bufio.NewScanner(out)
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if said := o.read(1); len(said) != 1 || said[0] != "open" {
		t.Fatalf("the other process said %q, want open", said)
	}
	return o
}

// read returns the next lines, less where it says no more.
func (o *other) read(n int) (said []string) {
	for len(said) < n && o.lines.Scan() {
		said = append(said, o.lines.Text())
	}
	return said
}

// kill kills it, waits for its end and returns what it had said by then.
func (o *other) kill() (said []string) {
	o.t.Helper()
	if err := o.cmd.Process.Kill(); err != nil {
		o.t.Fatal(err)
	}
	for o.lines.Scan() {
		said = append(said, o.lines.Text())
	}
	_ = o.cmd.Wait() // it says that it was killed
	return said
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := newPath(t)
	first := start(t, holds, path)
	_, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if !errors.Is(err, store.ErrInUse) {
		t.Fatalf("got error %v, want %v", err, store.ErrInUse)
	}
	if want := fmt.Sprintf("process %d has it open", first.cmd.Process.Pid); !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
	first.kill()
	open(t, path)
}

func TestSecondStoreInOneProcessIsRefused(t *testing.T) {
	path := newPath(t)
	open(t, path)
	link := newPath(t)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		if _, err := sqlite.Open(t.Context(), sqlite.Options{Path: name}); !errors.Is(err, store.ErrInUse) {
			t.Errorf("%s: got error %v, want %v", name, err, store.ErrInUse)
		}
	}
}

// A process that is killed at any moment leaves no step torn and loses nothing that it has said is done.
func TestKilledProcess(t *testing.T) {
	path := newPath(t)
	done := map[string]int{} // word to the last step it was said of
	for round := range 15 {
		o := start(t, works, path)
		said := o.read(1 + round*7%31)
		said = append(said, o.kill()...)
		for _, line := range said {
			word, n := "", 0
			if _, err := fmt.Sscan(line, &word, &n); err != nil {
				continue // cut off by the kill
			}
			done[word] = max(done[word], n)
		}
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		audit(t, s, done)
		closed(t, s)
	}
}

// The same with many steps at once, whose commits are shared: what one caller was told is kept, and no step is torn.
func TestKilledCrowd(t *testing.T) {
	path := newPath(t)
	done := map[string]map[int]bool{"committed": {}, "raised": {}, "told": {}}
	for round := range 6 {
		o := start(t, crowd, path)
		said := o.read(60 + round*97%240)
		for _, line := range append(said, o.kill()...) {
			word, n := "", 0
			if _, err := fmt.Sscan(line, &word, &n); err == nil && done[word] != nil {
				done[word][n] = true
			}
		}
	}
	s := open(t, path)
	kept, waiting := keptKeys(t, s), waitingIncidents(t, s)
	incidents, err := s.LiveIncidents(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	there := map[int]bool{}
	for _, i := range incidents {
		n := number(i.ID)
		there[n] = true
		auditStep(t, s, n, kept, waiting[i.ID])
	}
	if len(there) != len(kept) {
		t.Errorf("%d observations are kept and %d incidents", len(kept), len(there))
	}
	for word, steps := range done {
		if len(steps) == 0 {
			t.Errorf("nothing was %s", word)
		}
		for n := range steps {
			if !there[n] {
				t.Errorf("step %d was %s and is lost", n, word)
			}
			auditCards(t, s, word, n)
		}
	}
}

// audit checks that the store holds a beginning of the known sequence, whole, with all that is done.
func audit(t *testing.T, s store.Store, done map[string]int) (steps int) {
	t.Helper()
	ctx := t.Context()
	incidents, err := s.LiveIncidents(ctx, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	kept, waiting := keptKeys(t, s), waitingIncidents(t, s)
	if len(kept) != len(incidents) {
		t.Errorf("%d observations are kept and %d incidents", len(kept), len(incidents))
	}
	for n, i := range incidents {
		if number(i.ID) != n {
			t.Fatalf("step %d is missing", n)
		}
		auditStep(t, s, n, kept, waiting[i.ID])
	}
	for word, n := range done {
		if n >= len(incidents) {
			t.Errorf("step %d was %s and is lost", n, word)
		}
	}
	auditDone(t, s, done)
	return len(incidents)
}

func keptKeys(t *testing.T, s store.Store) map[string]bool {
	t.Helper()
	kept := map[string]bool{}
	if err := s.Observations(t.Context(), func(o intel.Observation) error {
		kept[o.Key()] = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return kept
}

// waitingIncidents returns those whose fan-out is not over.
func waitingIncidents(t *testing.T, s store.Store) map[string]bool {
	t.Helper()
	waiting := map[string]bool{}
	pending, err := s.PendingNotices(t.Context(), 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pending {
		waiting[p.Notice.Incident] = true
	}
	return waiting
}

// auditStep checks one step whose incident is there.
func auditStep(t *testing.T, s store.Store, n int, kept map[string]bool, waiting bool) {
	t.Helper()
	want := step(n)
	key, id := want.Observation.Key(), want.Changes[0].Incident.ID
	seen, err := s.Seen(t.Context(), key)
	if err != nil || !seen || !kept[key] {
		t.Errorf("step %d is torn: seen %v, kept %v, error %v", n, seen, kept[key], err)
	}
	notices, err := s.Notices(t.Context(), id, 0)
	if err != nil || len(notices) != 1 {
		t.Errorf("step %d is torn: %d notices, error %v", n, len(notices), err)
	}
	cards, err := s.CardsOf(t.Context(), id, "", 10)
	switch {
	case err != nil:
		t.Error(err)
	case waiting && len(cards) > 0:
		t.Errorf("the fan-out of step %d is torn: it waits and has %d cards", n, len(cards))
	case !waiting && len(cards) != cardsEach:
		t.Errorf("the fan-out of step %d is torn: it is over and has %d cards", n, len(cards))
	}
}

// auditDone checks that what was said to be raised and told is.
func auditDone(t *testing.T, s store.Store, done map[string]int) {
	t.Helper()
	for word, last := range done {
		for n := 0; n <= last; n++ {
			auditCards(t, s, word, n)
		}
	}
}

// auditCards checks the cards of a step of which the word was said.
func auditCards(t *testing.T, s store.Store, word string, n int) {
	t.Helper()
	if word == "committed" {
		return
	}
	cards, err := s.CardsOf(t.Context(), step(n).Changes[0].Incident.ID, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, c := range cards {
		told += c.Told
	}
	if len(cards) != cardsEach || word == "told" && told != 1 {
		t.Fatalf("step %d was %s and has %d cards, %d of them told", n, word, len(cards), told)
	}
}
