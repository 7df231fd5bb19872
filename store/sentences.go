package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Sentences is what the brain says of its watchers to all replicas, in words for people.
type Sentences struct{ Documents Documents }

const (
	sentenceKind = "sentences"
	watchersKey  = "watchers"
)

type said struct {
	At    time.Time `json:"at"`
	Words []string  `json:"words"`
}

// Current returns what was said last, and when; nothing where nobody has said anything yet.
func (s Sentences) Current(ctx context.Context) (words []string, at time.Time, err error) {
	data, err := s.Documents.Document(ctx, sentenceKind, watchersKey)
	if err != nil || data == nil {
		return nil, time.Time{}, err
	}
	var last said
	if err := json.Unmarshal(data, &last); err != nil {
		return nil, time.Time{}, fmt.Errorf("read the watchers' state: %w", err)
	}
	return last.Words, last.At, nil
}

// Keep replaces it.
func (s Sentences) Keep(ctx context.Context, words []string, at time.Time) error {
	now, err := json.Marshal(said{at, words})
	if err != nil {
		return fmt.Errorf("keep the watchers' state: %w", err)
	}
	return replace(ctx, s.Documents, sentenceKind, watchersKey, now)
}

// replace puts a document in the place of whatever is there.
func replace(ctx context.Context, in Documents, kind, key string, now []byte) error {
	was, err := in.Document(ctx, kind, key)
	if err != nil || bytes.Equal(was, now) {
		return err
	}
	return in.ReplaceDocument(ctx, kind, key, was, now)
}
