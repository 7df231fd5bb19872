package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// Cursor implements [store.Cursors].
func (s *Store) Cursor(ctx context.Context, watcher string) (cursor []byte, err error) {
	err = s.read.row(ctx, `SELECT cursor FROM cursors WHERE watcher = ?`, watcher).Scan(&cursor)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return cursor, s.wrap(ctx, "cursor", err)
}

// SaveCursor implements [store.Cursors].
func (s *Store) SaveCursor(ctx context.Context, watcher string, cursor []byte) error {
	if cursor == nil {
		cursor = []byte{} // nil would be NULL
	}
	_, err := s.exec(ctx, "save cursor", `INSERT INTO cursors (watcher, cursor) VALUES (?, ?)
		ON CONFLICT (watcher) DO UPDATE SET cursor = excluded.cursor`, watcher, cursor)
	return err
}
