package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/faultlinebot/faultline/store"
)

// tx is a transaction that uses the statements of its pool.
type tx struct {
	*sql.Tx
	pool *pool
	new  []string // to prepare when the connection is free again

	// What a transaction that writes has besides.
	writer *writer
	conn   *sql.Conn
	cancel context.CancelFunc
	wrote  bool // the job that is performed has changed something
}

func (t *tx) statement(ctx context.Context, statement string) *sql.Stmt {
	if s := t.pool.known(statement); s != nil {
		return t.StmtContext(ctx, s)
	}
	t.new = append(t.new, statement)
	return nil
}

// exec goes past database/sql, which costs as much again as many a statement.
func (t *tx) exec(_ context.Context, statement string, args ...any) (result sql.Result, err error) {
	return result, t.conn.Raw(func(conn any) error {
		result, err = t.writer.exec(conn, statement, args)
		if n, e := affected(result, err); e == nil && n > 0 {
			t.wrote = true
		}
		return err
	})
}

func (t *tx) query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	t.wrote = true // perhaps, for there is RETURNING
	if s := t.statement(ctx, statement); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return t.QueryContext(ctx, statement, args...)
}

// row is for statements that only read.
func (t *tx) row(ctx context.Context, statement string, args ...any) *sql.Row {
	if s := t.statement(ctx, statement); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return t.QueryRowContext(ctx, statement, args...)
}

// transact runs do in one transaction: all of it is kept, or nothing. The transaction may be shared with others
// that come at the same time, and do may be run a second time where the first was undone; see writer.
func (s *Store) transact(ctx context.Context, what string, do func(context.Context, *tx) error) error {
	return wrap(ctx, what, s.writer.run(&job{ctx: ctx, do: do}))
}

// transactAlone is transact for what takes long or can be run only once.
func (s *Store) transactAlone(ctx context.Context, what string, do func(context.Context, *tx) error) error {
	return wrap(ctx, what, s.writer.run(&job{ctx: ctx, do: do, alone: true}))
}

// exec runs one statement as a transaction and says how many rows it has changed.
func (s *Store) exec(ctx context.Context, what, statement string, args ...any) (n int64, err error) {
	err = s.transact(ctx, what, func(ctx context.Context, t *tx) error {
		n, err = affected(t.exec(ctx, statement, args...))
		return err
	})
	return n, err
}

// change is exec for a row that has to be there.
func (s *Store) change(ctx context.Context, what, statement string, args ...any) error {
	n, err := s.exec(ctx, what, statement, args...)
	if err == nil && n == 0 {
		return wrap(ctx, what, store.ErrNotFound)
	}
	return err
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
