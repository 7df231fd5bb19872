package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"sync"
	"time"
)

// usualHold is how long a shared transaction takes others up. One more may begin at its end, and the disk takes its
// time, so that nobody waits for it longer than some 20 ms.
const usualHold = 5 * time.Millisecond

// writer lets transactions share a commit: to sync a file costs the same however much was written, so those that
// come while one is being synced go together into the next. Whoever finds nobody at work leads at once, and takes
// along who comes meanwhile; nobody waits for company. How each can fail alone is in share.go.
type writer struct {
	pool    *pool // of one connection
	holdFor time.Duration

	mu      sync.Mutex
	busy    bool   // somebody leads
	waiting []*job // in the order they came

	// What follows belongs to whoever leads.
	conn       any // the connection that the statements are of
	statements map[string]driver.Stmt
	args       []driver.NamedValue
	tokens     map[string]bool // of the steps that are remembered; nil where not known
}

// job is one caller's transaction.
type job struct {
	ctx   context.Context
	do    func(context.Context, *tx) error
	alone bool // it shares with nobody

	turn     chan struct{} // closed when it is over, or when it is to lead
	leads    bool
	err      error
	panicked any
}

// run does the job and returns when it is committed or has failed. While it waits for its turn its context may end;
// once it has begun the end is near and has to be known.
func (w *writer) run(j *job) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if !w.join(j) {
		select {
		case <-j.turn:
		case <-j.ctx.Done():
			if w.leave(j) {
				return j.ctx.Err()
			}
			<-j.turn
		}
	}
	if j.leads {
		w.lead(j)
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.err
}

// join makes the job the leader when there is none; else it waits.
func (w *writer) join(j *job) (leads bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.busy {
		w.busy, j.leads = true, true
		return true
	}
	j.turn = make(chan struct{})
	w.waiting = append(w.waiting, j)
	return false
}

// leave takes back a job that has not begun.
func (w *writer) leave(j *job) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.waiting, j)
	if i >= 0 {
		w.waiting = slices.Delete(w.waiting, i, i+1)
	}
	return i >= 0
}

// next takes the next job that may share, if there is one.
func (w *writer) next() *job {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 || w.waiting[0].alone {
		return nil
	}
	return w.pop()
}

// pass makes the next job the leader.
func (w *writer) pass() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy = len(w.waiting) > 0; w.busy {
		j := w.pop()
		j.leads = true
		close(j.turn)
	}
}

func (w *writer) pop() *job {
	j := w.waiting[0]
	w.waiting[0] = nil
	w.waiting = w.waiting[1:]
	return j
}

// lead does the job, and others with it.
func (w *writer) lead(first *job) {
	defer w.pass()
	var unprepared []string
	if conn, err := w.pool.db.Conn(first.ctx); err != nil {
		first.err = err
	} else {
		func() {
			defer conn.Close()
			unprepared = w.share(conn, first)
		}()
	}
	for _, statement := range unprepared { // now that the connection is free
		_, _ = w.pool.prepare(context.WithoutCancel(first.ctx), statement) // it has just been used; next time will do
	}
}

// close closes the statements and the connection.
func (w *writer) close() (err error) {
	if w.conn != nil {
		var conn *sql.Conn
		if conn, err = w.pool.db.Conn(context.Background()); err == nil {
			err = errors.Join(w.forget(conn), conn.Close())
		}
	}
	return errors.Join(err, w.pool.close())
}
