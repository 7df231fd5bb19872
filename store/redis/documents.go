package redis

import (
	"context"
	"crypto/rand"
	"errors"

	goredis "github.com/redis/go-redis/v9"

	"github.com/faultlinebot/faultline/store"
)

var errUnnamed = errors.New("a document has no kind or no key")

// Document implements [store.Documents].
func (s *Store) Document(ctx context.Context, kind, key string) (data []byte, err error) {
	err = s.on(ctx, "document:"+kind, func(ctx context.Context, hash string) (err error) {
		data, err = s.main.HGet(ctx, hash, key).Bytes()
		return err
	})
	if errors.Is(err, goredis.Nil) {
		return nil, nil
	}
	return data, s.wrap(ctx, "document", err)
}

// ReplaceDocument implements [store.Documents].
func (s *Store) ReplaceDocument(ctx context.Context, kind, key string, was, now []byte) error {
	const what = "replace document"
	if kind == "" || key == "" {
		return s.wrap(ctx, what, errUnnamed)
	}
	_, err := s.run(ctx, what, "replace_document", kind, key, rand.Text(), rememberedSteps,
		bit(was != nil), was, bit(now != nil), now)
	return err
}

// DocumentsAfter implements [store.Documents].
func (s *Store) DocumentsAfter(ctx context.Context, kind, after string, limit int) ([]store.Document, error) {
	rows, err := s.run(ctx, "documents after", "documents_after", kind, after, max(limit, 0))
	if err != nil {
		return nil, err
	}
	var found []store.Document
	for i := 0; i+1 < len(rows); i += 2 {
		found = append(found, store.Document{Key: text(rows[i]), Data: []byte(text(rows[i+1]))})
	}
	return found, nil
}
