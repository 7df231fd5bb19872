package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// crowd is transactions that meet: the first waits inside until all the others wait for it.
type crowd struct {
	t     *testing.T
	store *Store
	group sync.WaitGroup
	in    chan struct{} // closed when the first is inside
	out   chan struct{} // closed to let it go on
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	s, err := Open(t.Context(), Options{Path: t.TempDir() + "/faultline.db"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.writer.holdFor = time.Minute // however slow the machine is
	c := &crowd{t: t, store: s, in: make(chan struct{}), out: make(chan struct{})}
	var once sync.Once // it may be done again
	c.join(t.Context(), "first", nil, func(context.Context, *tx) error {
		once.Do(func() { close(c.in) })
		<-c.out
		return nil
	})
	<-c.in
	return c
}

// join adds a transaction and returns where its error will be. What was called leaves a row of its name.
func (c *crowd) join(ctx context.Context, name string, waiting *int, do func(context.Context, *tx) error) *error {
	c.t.Helper()
	result := new(error)
	c.group.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				*result = fmt.Errorf("panic: %v", p)
			}
		}()
		*result = c.store.transact(ctx, name, func(ctx context.Context, t *tx) error {
			if err := put(ctx, t, name); err != nil {
				return err
			}
			return do(ctx, t)
		})
	})
	if waiting != nil { // one after the other, so that their order is known
		*waiting++
		c.await(*waiting)
	}
	return result
}

// await waits until so many wait for their turn.
func (c *crowd) await(n int) {
	c.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		c.store.writer.mu.Lock()
		waiting := len(c.store.writer.waiting)
		c.store.writer.mu.Unlock()
		if waiting == n {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%d wait, want %d", waiting, n)
		}
	}
}

func (c *crowd) end() {
	close(c.out)
	c.group.Wait()
}

func put(ctx context.Context, t *tx, name string) error {
	_, err := t.exec(ctx, `INSERT INTO cursors (watcher, cursor) VALUES (?, x'')`, name)
	return err
}

func fine(context.Context, *tx) error { return nil }

// kept returns the rows' names.
func (c *crowd) kept() string {
	c.t.Helper()
	var names string
	if err := c.store.read.row(c.t.Context(), `SELECT coalesce(group_concat(watcher, ' ' ORDER BY watcher), '')
		FROM cursors`).Scan(&names); err != nil {
		c.t.Fatal(err)
	}
	return names
}

func (c *crowd) wantKept(want string) {
	c.t.Helper()
	if got := c.kept(); got != want {
		c.t.Errorf("%q is kept, want %q", got, want)
	}
}

func wantNone(t *testing.T, errs ...*error) {
	t.Helper()
	for _, err := range errs {
		if *err != nil {
			t.Error(*err)
		}
	}
}

// Those that come while another one is at work share its transaction.
func TestSharing(t *testing.T) {
	c, n := newCrowd(t), 0
	var shared []*tx
	for i := range 20 {
		defer wantNone(t, c.join(t.Context(), fmt.Sprint(i), &n, func(_ context.Context, t *tx) error {
			shared = append(shared, t)
			return nil
		}))
	}
	c.end()
	for _, one := range shared {
		if one != shared[0] {
			t.Fatal("not all share one transaction")
		}
	}
	if len(shared) != 20 {
		t.Errorf("%d were done", len(shared))
	}
}

// However many wait, a shared transaction takes nobody up after its time.
func TestSharingEnds(t *testing.T) {
	c, n := newCrowd(t), 0
	c.store.writer.holdFor = 0
	var apart []*tx
	for i := range 3 {
		defer wantNone(t, c.join(t.Context(), fmt.Sprint(i), &n, func(_ context.Context, t *tx) error {
			apart = append(apart, t)
			return nil
		}))
	}
	c.end()
	if len(apart) != 3 || apart[0] == apart[1] || apart[1] == apart[2] {
		t.Errorf("the transactions are %v, want three", apart)
	}
}

// A transaction that fails is undone alone, whatever it had written, and tells its own caller only.
func TestSharingWithAFailure(t *testing.T) {
	c, n := newCrowd(t), 0
	fault := errors.New("fault")
	a := c.join(t.Context(), "a", &n, fine)
	bad := c.join(t.Context(), "bad", &n, func(context.Context, *tx) error { return fault })
	b := c.join(t.Context(), "b", &n, fine)
	worse := c.join(t.Context(), "worse", &n, func(context.Context, *tx) error { panic(fault) })
	d := c.join(t.Context(), "d", &n, fine)
	c.end()
	wantNone(t, a, b, d)
	if !errors.Is(*bad, fault) {
		t.Errorf("got error %v, want %v", *bad, fault)
	}
	if *worse == nil || !strings.HasPrefix((*worse).Error(), "panic: fault") {
		t.Errorf("the caller of the one that panicked got %v", *worse)
	}
	c.wantKept("a b d first")
}

// A failure that has written nothing, such as a step that is known, costs the others nothing.
func TestSharingWithARefusal(t *testing.T) {
	c, n := newCrowd(t), 0
	var shared []*tx
	see := func(_ context.Context, t *tx) error { shared = append(shared, t); return nil }
	a := c.join(t.Context(), "a", &n, see)
	refused := errors.New("refused")
	var result error
	c.group.Go(func() {
		result = c.store.transact(t.Context(), "x", func(context.Context, *tx) error { return refused })
	})
	n++
	c.await(n)
	b := c.join(t.Context(), "b", &n, see)
	c.end()
	wantNone(t, a, b)
	if !errors.Is(result, refused) {
		t.Errorf("got error %v, want %v", result, refused)
	}
	if len(shared) != 2 || shared[0] != shared[1] {
		t.Error("the others were done again")
	}
	c.wantKept("a b first")
}

// SQLite undoes the whole transaction when the file is full; the others are done all the same.
func TestSharingWithAFullFile(t *testing.T) {
	c, n := newCrowd(t), 0
	a := c.join(t.Context(), "a", &n, fine)
	big := c.join(t.Context(), "big", &n, func(ctx context.Context, t *tx) error {
		if err := t.row(ctx, `PRAGMA max_page_count = 100`).Scan(new(int)); err != nil {
			return err
		}
		_, err := t.exec(ctx, `UPDATE cursors SET cursor = zeroblob(1000000) WHERE watcher = 'big'`)
		return err
	})
	b := c.join(t.Context(), "b", &n, fine)
	c.end()
	wantNone(t, a, b)
	if resultCode(*big) != codeFull {
		t.Errorf("got error %v, want that it is full", *big)
	}
	c.wantKept("a b first")
}

// When the shared commit fails nothing is kept and everybody is told: also who was refused, for what the refusal
// speaks of may be gone with the others.
func TestSharedCommitFails(t *testing.T) {
	c, n := newCrowd(t), 0
	a := c.join(t.Context(), "a", &n, fine)
	c.join(t.Context(), "orphan", &n, func(ctx context.Context, t *tx) error {
		if _, err := t.ExecContext(ctx, `PRAGMA defer_foreign_keys = 1`); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO notices (incident, revision, at, spoken, data) VALUES ('none', 1, 1, 1, '')`)
		return err
	})
	refused := errors.New("refused")
	var result error
	c.group.Go(func() {
		result = c.store.transact(t.Context(), "x", func(context.Context, *tx) error { return refused })
	})
	c.await(n + 1)
	c.end()
	const constraint = 19
	if resultCode(*a) != constraint || resultCode(result) != constraint {
		t.Errorf("got errors %v and %v, want that the commit failed", *a, result)
	}
	c.wantKept("")
	if err := c.store.SaveCursor(t.Context(), "later", nil); err != nil {
		t.Error("later:", err)
	}
}

// Who waits for a turn leaves when the context ends, and then nothing was done.
func TestLeavingTheQueue(t *testing.T) {
	c, n := newCrowd(t), 0
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- c.store.SaveCursor(ctx, "left", nil) }()
	n++
	c.await(n)
	stays := c.join(t.Context(), "stays", &n, fine)
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) { // the first is still inside
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	c.end()
	wantNone(t, stays)
	c.wantKept("first stays")
}

// Who leads and finds the file held by another program until its context ends hands on to the next.
func TestLeaderWithoutTime(t *testing.T) {
	path := t.TempDir() + "/faultline.db"
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	other, err := connect(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer other.close()
	held, err := other.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{t: t, store: s, out: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	led := make(chan error)
	go func() { led <- s.SaveCursor(ctx, "led", nil) }()
	for leads := false; !leads; runtime.Gosched() {
		s.writer.mu.Lock()
		leads = s.writer.busy
		s.writer.mu.Unlock()
	}
	next := c.join(t.Context(), "next", new(int), fine)
	cancel()
	if err := <-led; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	c.end()
	wantNone(t, next)
	c.wantKept("next")
}
