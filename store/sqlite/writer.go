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
	logged  chan struct{} // gets word when much was written

	mu      sync.Mutex
	busy    bool   // somebody leads
	waiting []*job // in the order they came

	// What follows belongs to whoever leads.
	conn       any // the connection that the statements are of
	statements map[string]driver.Stmt
	args       []driver.NamedValue
	rows       int64           // changed since the last word
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
			defer func() { _ = conn.Close() }() // the pool has it again
			unprepared = w.share(conn, first)
		}()
	}
	w.pool.prepareAll(context.WithoutCancel(first.ctx), unprepared) // now that the connection is free
}

// exec runs a statement on the connection itself.
func (w *writer) exec(conn any, statement string, args []any) (driver.Result, error) {
	prepared, err := w.prepared(conn, statement)
	if err != nil {
		return nil, err
	}
	w.args = w.args[:0]
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		w.args = append(w.args, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	// Statements are short: watching a context in each would cost more than it saves.
	return prepared.ExecContext(context.Background(), w.args)
}

// prepared returns the statement, prepared once for each connection.
func (w *writer) prepared(conn any, statement string) (driver.StmtExecContext, error) {
	if conn != w.conn {
		w.conn, w.statements = conn, map[string]driver.Stmt{}
	}
	known := w.statements[statement]
	if known == nil {
		var err error
		known, err = conn.(driver.ConnPrepareContext).PrepareContext(context.Background(), statement)
		if err != nil {
			return nil, err
		}
		w.statements[statement] = known
	}
	return known.(driver.StmtExecContext), nil
}

// forget closes the statements. A connection that is closed with open ones stays behind, with its files.
func (w *writer) forget(on *sql.Conn) error {
	return on.Raw(func(conn any) (err error) {
		if conn != w.conn {
			return nil
		}
		for _, s := range w.statements {
			if e := s.Close(); err == nil {
				err = e
			}
		}
		w.conn, w.statements = nil, nil
		return err
	})
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
