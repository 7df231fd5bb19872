package store

import "context"

// Document is a small thing kept under a kind and a key: a feed on a list, what an instrument shows now.
type Document struct {
	Key  string
	Data []byte
}

// Documents keeps small things that are read and replaced as a whole. The types above them are in this package:
// FeedList, Readings.
type Documents interface {
	// Document returns what is kept, or nil. A document may be empty, which is not nil.
	Document(ctx context.Context, kind, key string) ([]byte, error)
	// ReplaceDocument puts now in the place of was, durably; a nil was stands for none, a nil now removes it. It
	// returns ErrConflict, and changes nothing, where something else is kept than was. Where now is kept already it
	// succeeds, also where another caller has put it there. A kind and a key may hold any bytes and are not empty.
	ReplaceDocument(ctx context.Context, kind, key string, was, now []byte) error
	// DocumentsAfter returns a page of a kind in the order of the keys' bytes, from the first one where after is
	// empty.
	DocumentsAfter(ctx context.Context, kind, after string, limit int) ([]Document, error)
}
