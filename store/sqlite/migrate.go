package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date. Each file is one transaction together with its record, so a process
// that dies at any point leaves the old state or the new one.
func migrate(ctx context.Context, db *sql.DB, files fs.FS) error {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted
	if err != nil {
		return err
	}
	done, err := migrated(ctx, db)
	if err != nil {
		return err
	}
	if done > len(names) {
		return fmt.Errorf("it was last used by a newer release (its tables are at %d, this release knows %d); "+
			"use that release or a later one, or a backup from before", done, len(names))
	}
	for i, name := range names[done:] {
		if err := apply(ctx, db, files, name, done+i+1); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// migrated says how many migrations the file has had. It refuses a file with tables that are not ours.
func migrated(ctx context.Context, db *sql.DB) (done int, err error) {
	var ours, others int
	err = db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE name = 'migrations'),
		count(*) FILTER (WHERE name <> 'migrations') FROM sqlite_schema WHERE type = 'table'`).Scan(&ours, &others)
	switch {
	case err != nil:
		return 0, err
	case ours == 0 && others > 0:
		return 0, errForeign
	case ours == 0:
		_, err = db.ExecContext(ctx, `CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT`)
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) FROM migrations`).Scan(&done)
	return done, err
}

func apply(ctx context.Context, db *sql.DB, files fs.FS, name string, number int) error {
	if prefix := fmt.Sprintf("%04d_", number); !strings.HasPrefix(path.Base(name), prefix) {
		return fmt.Errorf("its name should begin with %s", prefix)
	}
	script, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO migrations (number, name) VALUES (?, ?)`,
		number, path.Base(name)); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
