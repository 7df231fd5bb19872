package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/faultlinebot/faultline/store"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// pool is a set of connections that remembers each statement it has prepared: to SQLite, reading a statement
// costs more than most of them do.
type pool struct {
	db         *sql.DB
	mu         sync.Mutex
	statements map[string]*sql.Stmt
}

// connect opens a pool. The pragmas stand in the DSN because each new connection must have them.
func connect(path string, connections int, pragmas ...string) (*pool, error) {
	query := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return &pool{db: db, statements: map[string]*sql.Stmt{}}, nil
}

func (p *pool) close() error { return p.db.Close() }

func (p *pool) known(statement string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.statements[statement]
}

func (p *pool) prepare(ctx context.Context, statement string) (*sql.Stmt, error) {
	if s := p.known(statement); s != nil {
		return s, nil
	}
	s, err := p.db.PrepareContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.statements[statement]; other != nil {
		return other, s.Close()
	}
	p.statements[statement] = s
	return s, nil
}

func (p *pool) query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	s, err := p.prepare(ctx, statement)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// row returns the first row; as with sql.Row, Scan says what went wrong.
func (p *pool) row(ctx context.Context, statement string, args ...any) *sql.Row {
	s, err := p.prepare(ctx, statement)
	if err != nil {
		return p.db.QueryRowContext(ctx, statement, args...)
	}
	return s.QueryRowContext(ctx, args...)
}

// prepareAll prepares what was used without being prepared. It may fail: next time will do.
func (p *pool) prepareAll(ctx context.Context, statements []string) {
	for _, s := range statements {
		_, _ = p.prepare(ctx, s)
	}
}

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
			t.writer.rows += n
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

// affected says how many rows a statement has changed.
func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// wrap says what was being done, and of a file that fails which one it is. Where the context is over, that is the
// error, whatever SQLite made of it.
func (s *Store) wrap(ctx context.Context, what string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		return fmt.Errorf("sqlite: %s: %w (%w)", what, ctx.Err(), err)
	case resultCode(err) == codeFull:
		return fmt.Errorf("sqlite: %s: %w: %w", what, store.ErrFull, err)
	default:
		return fmt.Errorf("sqlite: %s: %w", what, s.explainAtWork(err))
	}
}

// querier is a pool or a transaction.
type querier interface {
	query(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
}

// all returns what scan makes of each row.
func all[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), statement string,
	args ...any,
) ([]T, error) {
	rows, err := q.query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, rows.Err()
}
