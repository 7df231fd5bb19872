package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// share does the job, and those that come meanwhile, in one transaction. All are answered when that is over, even
// those that failed: what they saw may be the work of another one in it. Most failures have written nothing and are
// no harm to the others. After one that has, all are done again, carefully.
func (w *writer) share(conn *sql.Conn, first *job) (unprepared []string) {
	jobs := []*job{first}
	defer func() {
		for _, j := range jobs[1:] {
			close(j.turn)
		}
	}()
	t, err := w.begin(first.ctx, conn)
	if err != nil {
		first.err = err
		return nil
	}
	defer t.end()
	if first.perform(t); first.err != nil {
		return nil
	}
	harmless := true
	for begun := time.Now(); harmless && !first.alone && time.Since(begun) < w.holdFor; {
		j := w.next()
		if j == nil {
			break
		}
		jobs = append(jobs, j)
		harmless = j.perform(t)
	}
	if !harmless {
		t.end()
		w.shareCarefully(conn, jobs)
		return nil
	}
	finish(jobs, t.commit())
	return t.new
}

// shareCarefully does the jobs in one transaction, each so that it can be undone alone. That costs too much to begin
// with it.
func (w *writer) shareCarefully(conn *sql.Conn, jobs []*job) {
	t, err := w.begin(context.Background(), conn)
	if err != nil {
		finish(jobs, err)
		return
	}
	defer t.end()
	for _, j := range jobs {
		if !j.performUndoably(t) {
			t.end()
			w.doApart(conn, jobs)
			return
		}
	}
	finish(jobs, t.commit())
}

// doApart does the jobs one by one: one of them costs the others their transaction.
func (w *writer) doApart(conn *sql.Conn, jobs []*job) {
	for _, j := range jobs {
		t, err := w.begin(context.Background(), conn)
		if err != nil {
			j.err = err
			continue
		}
		if j.perform(t); j.err == nil {
			j.err = t.commit()
		}
		t.end()
	}
}

// finish tells the jobs that the commit they share has failed, if it has.
func finish(jobs []*job, err error) {
	if err != nil {
		for _, j := range jobs {
			j.err = err
		}
	}
}

// begin begins a transaction. The context bounds how long it waits for the file and not the transaction itself, which
// others may share.
func (w *writer) begin(ctx context.Context, conn *sql.Conn) (*tx, error) {
	inside, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	begun, err := conn.BeginTx(inside, nil)
	if err == nil && stop() {
		return &tx{Tx: begun, pool: w.pool, writer: w, conn: conn, cancel: cancel}, nil
	}
	cancel()
	if err == nil {
		_ = begun.Rollback() // the context may have seen to it
	}
	// A wait that was cut off costs the connection.
	return nil, errors.Join(cmp.Or(ctx.Err(), err), w.forget(conn))
}

// perform runs the job and says whether what it has done may be committed: all or nothing. A panic is a failure here
// and goes on where the job came from.
func (j *job) perform(t *tx) (harmless bool) {
	defer func() {
		if p := recover(); p != nil {
			j.panicked = fmt.Sprintf("%v\n\n%s", p, debug.Stack())
			j.err = errors.New("panic")
		}
		// To some errors, such as a full disk, SQLite undoes the whole transaction.
		harmless = j.err == nil || !t.wrote && resultCode(j.err) == 0
		if !harmless {
			t.writer.tokens = nil // it may have remembered one
		}
	}()
	t.wrote, j.panicked = false, nil
	j.err = j.do(context.WithoutCancel(j.ctx), t)
	return
}

// performUndoably runs the job and undoes it alone when it fails. It is false when that failed too.
func (j *job) performUndoably(t *tx) bool {
	if _, err := t.exec(j.ctx, `SAVEPOINT job`); err != nil {
		return false
	}
	if !j.perform(t) {
		if _, err := t.exec(j.ctx, `ROLLBACK TO job`); err != nil {
			return false
		}
	}
	_, err := t.exec(j.ctx, `RELEASE job`)
	return err == nil
}

func (t *tx) commit() error {
	w := t.writer
	if err := t.Commit(); err != nil {
		w.tokens = nil
		return err
	}
	if w.rows >= checkpointRows {
		w.rows = 0
		select {
		case w.logged <- struct{}{}:
		default:
		}
	}
	return nil
}

// end undoes what was not committed.
func (t *tx) end() {
	if err := t.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		t.writer.tokens = nil
	}
	t.cancel()
}
