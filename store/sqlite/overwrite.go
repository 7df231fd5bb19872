package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
)

// errRead is that somebody has been reading for long, such as who makes a copy.
var errRead = errors.New("somebody is reading the file, so its log still has the bytes; ask again later")

// overwritten makes sure that no byte of the files holds a name that has been erased. SQLite overwrites what it
// deletes (secure_delete), but where it moves a row to another page a copy may stay behind in space that is free. That
// is seldom, so the file is looked through, and written anew only then: nobody writes for about a second for each
// 100 MB. What the file system does with the end of a file that became shorter is beyond this.
func (s *Store) overwritten(ctx context.Context, name string) error {
	if s.file == nil {
		return nil
	}
	if err := s.emptyLog(ctx); err != nil {
		return err
	}
	held, err := holds(ctx, s.file, name)
	if err != nil || !held {
		return err
	}
	if err := s.rewrite(ctx); err != nil {
		return err
	}
	return s.emptyLog(ctx)
}

// emptyLog writes all that is in the log to the file, and leaves a log without any bytes. It waits for readers, while
// nobody writes, and so not for long.
func (s *Store) emptyLog(ctx context.Context) error {
	return s.withSetting(ctx, `busy_timeout = 1000`, `busy_timeout = 5000`, func(conn *sql.Conn) error {
		s.checkpointer.copying.Lock()
		defer s.checkpointer.copying.Unlock()
		var busy bool
		var pages, written int
		err := conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &written)
		if err == nil && busy {
			err = errRead
		}
		return err
	})
}

// rewrite copies everything to new pages. The copy may be larger than memory, so for once it is a file.
func (s *Store) rewrite(ctx context.Context) error {
	return s.withSetting(ctx, `temp_store = FILE`, `temp_store = MEMORY`, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, `VACUUM`)
		return err
	})
}

// withSetting has the connection that writes to itself, with a setting that is not the usual one.
func (s *Store) withSetting(ctx context.Context, setting, usual string, do func(*sql.Conn) error) error {
	conn, err := s.write.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the pool has it again
	if _, err := conn.ExecContext(ctx, `PRAGMA `+setting); err != nil {
		return err
	}
	err = do(conn)
	_, back := conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA `+usual)
	return errors.Join(err, back)
}

// holds says whether the name stands in the file, as it is or as JSON spells it. A short name may stand there for
// something else; then the file is written anew for nothing.
func holds(ctx context.Context, file io.ReaderAt, name string) (bool, error) {
	spelt, err := json.Marshal(name)
	if err != nil {
		return false, err
	}
	spelt = spelt[1 : len(spelt)-1]
	block := make([]byte, 1<<20+2*max(len(name), len(spelt)))
	overlap := int64(max(len(name), len(spelt)))
	for at := int64(0); ; at += int64(len(block)) - overlap {
		n, err := file.ReadAt(block, at)
		if bytes.Contains(block[:n], []byte(name)) || bytes.Contains(block[:n], spelt) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return false, err
		}
	}
}
