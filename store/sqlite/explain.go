package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	driver "modernc.org/sqlite"
)

// Why a path cannot hold a store; explain makes sentences of them.
var (
	errNoPath      = errors.New("no path")
	errNoDirectory = errors.New("no directory")
	errDirectory   = errors.New("is a directory")
	errDangling    = errors.New("dangling link")
	errForeign     = errors.New("foreign tables")
)

// Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
const (
	codeBusy     = 5
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// explain turns what may go wrong with a file into a sentence: what, where, and how to mend it.
func explain(path string, err error) error {
	switch code := resultCode(err); {
	case errors.Is(err, errNoPath):
		return errors.New("no path is given; name the file to keep the store in")
	case errors.Is(err, errNoDirectory):
		return fmt.Errorf("the directory of %s does not exist; make it, or name another file", path)
	case errors.Is(err, errDirectory):
		return fmt.Errorf("%s is a directory; name a file in it", path)
	case errors.Is(err, errDangling):
		return fmt.Errorf("%s is a link to a file that does not exist; name that file itself", path)
	case errors.Is(err, errForeign):
		return fmt.Errorf("%s is an SQLite file of another program and was not touched; name another file", path)
	case code == codeNotADB:
		return fmt.Errorf("%s is not an SQLite file and was not touched; name another file, or move it away", path)
	case code == codeCorrupt:
		return fmt.Errorf("%s is damaged (%w); keep a copy of it, then put a backup in its place or move it away "+
			"to start with an empty store", path, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), code == codeReadOnly,
		code == codeCantOpen:
		return fmt.Errorf("%s cannot be written (%w); give this user write access to the file and its directory, "+
			"or name another file", path, err)
	case path != "":
		return fmt.Errorf("%s: %w", path, err)
	}
	return err
}

// explainAtWork does the same for what may go wrong with a file that was fine when it was opened.
func (s *Store) explainAtWork(err error) error {
	if s.path == "" { // a throwaway, or not open yet
		return err
	}
	var text *json.SyntaxError // SQLite has no checksums: it sees that a page's structure is bad, not its content
	switch code := resultCode(err); {
	case code == codeBusy:
		return fmt.Errorf("another program holds %s (%w); nothing was kept, ask again when that one lets go", s.path, err)
	case code == codeCorrupt, code == codeNotADB, errors.As(err, &text):
		return fmt.Errorf("%s is damaged (%w); stop Faultline and keep a copy of the file, then put a backup in its place "+
			"or move it away to start with an empty store", s.path, err)
	case code == codeReadOnly, code == codeIO, code == codeCantOpen:
		return fmt.Errorf("%s cannot be read or written (%w); see whether its disk fails or has become read-only, mend "+
			"that, and start Faultline again", s.path, err)
	}
	return err
}

// resultCode is SQLite's primary result code, or 0.
func resultCode(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}
