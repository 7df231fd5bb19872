// Package sqlite keeps the store in one SQLite file for one process, without any set-up. It is the default.
//
// Promises beyond those of package store: what a method has returned from survives the death of the process
// and, unless the store is a throwaway, of the machine (WAL with synchronous=FULL). A second process is refused
// with a sentence. A failed write, a full disk included, leaves nothing half done, and the store works again
// when the cause is gone.
//
// Every write is one transaction on one connection; reads have connections of their own and never wait for it.
// To keep something new, add the next file to migrations/ and never change one that was released.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/faultlinebot/faultline/store"
)

var _ store.Store = (*Store)(nil)

// Options says where and how to keep the store.
type Options struct {
	// Path is the file. It is made, readable for its owner only, when it is missing; its directory is not.
	Path string
	// Throwaway asks for an empty store in a temporary file, without fsync, gone after Close. Path is not used.
	Throwaway bool
	// Now is the clock of the leases; nil means time.Now.
	Now func() time.Time
	// Warn gets sentences about a place that works but may not keep all; nil drops them.
	Warn func(sentence string)
}

// Store is a store in a SQLite file.
type Store struct {
	write        *pool // one connection
	writer       *writer
	checkpointer *checkpointer // nil for a throwaway
	read         *pool         // several; the same as write for a throwaway
	file         *os.File      // the same file, to look at its bytes; nil for a throwaway
	lock         *os.File
	path         string // for people, once it is open; empty for a throwaway
	dir          string // what a throwaway removes
	now          func() time.Time
}

const readers = 4

// Open opens the store, brings its tables up to date and frees what a dead process had claimed or leased: the
// lock on the file says that no other one lives.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if o.Throwaway {
		o.Path = ""
	}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(s.wrap(ctx, "open", explain(o.Path, err)), s.Close())
	}
	s.path = o.Path
	return s, nil
}

func (s *Store) open(ctx context.Context, o Options) error {
	path, err := s.prepare(o)
	if err != nil {
		return err
	}
	if !o.Throwaway {
		warnOfNetwork(path, fileSystem, o.Warn)
	}
	if s.write, err = connect(path, 1, writing(o.Throwaway)...); err != nil {
		return err
	}
	s.writer = &writer{pool: s.write, holdFor: usualHold, logged: make(chan struct{}, 1)}
	if err := migrate(ctx, s.write.db, migrations); err != nil {
		return err
	}
	if err := s.inherit(ctx); err != nil {
		return err
	}
	if o.Throwaway { // without WAL a second connection would have to wait for the first
		s.read = s.write
		return nil
	}
	if s.checkpointer, err = startCheckpointer(path, s.writer); err != nil {
		return err
	}
	s.read, err = connect(path, readers, "query_only(1)", "busy_timeout(5000)")
	return err
}

// prepare makes sure that the file is there, private and ours alone, and returns its real path.
func (s *Store) prepare(o Options) (string, error) {
	if o.Throwaway {
		dir, err := os.MkdirTemp("", "faultline-")
		s.dir = dir
		return filepath.Join(dir, "throwaway.db"), err
	}
	path, err := realPath(o.Path)
	if err != nil {
		return "", err
	}
	if s.lock, err = lockFile(path + ".lock"); err != nil {
		return "", err
	}
	// It stays open until SQLite has closed it: to close it before would drop SQLite's own locks.
	s.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	return path, err
}

// realPath follows links, so that two names of one file are one lock.
func realPath(path string) (string, error) {
	if path == "" {
		return "", errNoPath
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	} else if _, err := os.Lstat(path); err == nil {
		return "", errDangling
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil || !info.IsDir() {
		return "", errNoDirectory
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "", errDirectory
	}
	return path, nil
}

// writing returns the pragmas of the connection that writes.
func writing(throwaway bool) []string {
	if throwaway {
		return []string{
			"journal_mode(MEMORY)", "synchronous(OFF)", "locking_mode(EXCLUSIVE)", "foreign_keys(1)",
			"cache_size(-16000)", "temp_store(MEMORY)",
		}
	}
	return []string{
		"busy_timeout(5000)", // somebody may be making a copy with the sqlite3 command
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-32000)",
		"secure_delete(1)", // it costs next to nothing, and without it each EraseChat would have to rewrite the file
		"journal_size_limit(67108864)", checkpointAnyway,
		"temp_store(MEMORY)", // what undoes one of several steps alone would else be a file
	}
}

// inherit frees the claims and leases of whoever had the file before. Fences stay, so they go on rising.
func (s *Store) inherit(ctx context.Context) error {
	for _, statement := range []string{releaseCards, releaseAnnouncements, releaseLeases} {
		if _, err := s.write.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Close implements [store.Store].
func (s *Store) Close() error {
	var errs []error
	if s.checkpointer != nil {
		errs = append(errs, s.checkpointer.close())
	}
	if s.read != nil && s.read != s.write {
		errs = append(errs, s.read.close())
	}
	if s.writer != nil { // last, so that it folds the WAL into the file
		errs = append(errs, s.writer.close())
	}
	if s.file != nil {
		errs = append(errs, s.file.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("sqlite: close: %w", err)
	}
	return nil
}
