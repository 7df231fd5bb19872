package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"github.com/faultlinebot/faultline/store"
)

var errUnnamed = errors.New("a document has no kind or no key")

// Document implements [store.Documents].
func (s *Store) Document(ctx context.Context, kind, key string) (data []byte, err error) {
	data, err = scanDocument(s.read.row(ctx, documentOf, kind, []byte(key)))
	return data, s.wrap(ctx, "document", err)
}

const documentOf = `SELECT data FROM documents WHERE kind = ? AND key = ?`

// scanDocument returns nil where there is none, and only there.
func scanDocument(row *sql.Row) (data []byte, err error) {
	if err = row.Scan(&data); errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return atLeastEmpty(data), err
}

// atLeastEmpty keeps no bytes from meaning NULL, which they do to the driver.
func atLeastEmpty(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}

// ReplaceDocument implements [store.Documents].
func (s *Store) ReplaceDocument(ctx context.Context, kind, key string, was, now []byte) error {
	const what = "replace document"
	if kind == "" || key == "" {
		return s.wrap(ctx, what, errUnnamed)
	}
	return s.transact(ctx, what, func(ctx context.Context, t *tx) error {
		kept, err := scanDocument(t.row(ctx, documentOf, kind, []byte(key)))
		switch {
		case err != nil:
			return err
		case sameDocument(kept, now):
			return nil
		case !sameDocument(kept, was):
			return store.ErrConflict
		case now == nil:
			_, err = t.exec(ctx, `DELETE FROM documents WHERE kind = ? AND key = ?`, kind, []byte(key))
		default:
			_, err = t.exec(ctx, putDocument, kind, []byte(key), now)
		}
		return err
	})
}

const putDocument = `INSERT INTO documents (kind, key, data) VALUES (?, ?, ?)
	ON CONFLICT (kind, key) DO UPDATE SET data = excluded.data`

// sameDocument tells none from an empty one.
func sameDocument(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// DocumentsAfter implements [store.Documents].
func (s *Store) DocumentsAfter(ctx context.Context, kind, after string, limit int) ([]store.Document, error) {
	found, err := all(ctx, s.read, func(rows *sql.Rows) (d store.Document, err error) {
		var key []byte
		err = rows.Scan(&key, &d.Data)
		d.Key = string(key)
		d.Data = atLeastEmpty(d.Data)
		return d, err
	}, `SELECT key, data FROM documents WHERE kind = ? AND key > ? ORDER BY key LIMIT ?`,
		kind, []byte(after), atLeastNone(limit))
	return found, s.wrap(ctx, "documents after", err)
}
