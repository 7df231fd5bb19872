package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	goredis "github.com/redis/go-redis/v9"

	"github.com/faultlinebot/faultline/intel"
)

// Subscribe implements [store.Subscriptions].
func (s *Store) Subscribe(ctx context.Context, sub intel.Subscription) error {
	data, err := json.Marshal(sub)
	if err != nil {
		return s.wrap(ctx, "subscribe", err)
	}
	_, err = s.run(ctx, "subscribe", "subscribe", sub.ID, sub.Destination.String(), data)
	return err
}

// Unsubscribe implements [store.Subscriptions].
func (s *Store) Unsubscribe(ctx context.Context, id string) error {
	_, err := s.run(ctx, "unsubscribe", "unsubscribe", id)
	return err
}

// SubscriptionsAfter implements [store.Subscriptions].
func (s *Store) SubscriptionsAfter(ctx context.Context, after string, limit int) ([]intel.Subscription, error) {
	return s.subscriptions(ctx, "subscriptions after", "subscriptions_after", after, max(limit, 0))
}

// SubscriptionsAt implements [store.Subscriptions].
func (s *Store) SubscriptionsAt(ctx context.Context, to intel.Destination) ([]intel.Subscription, error) {
	found, err := s.subscriptions(ctx, "subscriptions at", "subscriptions_at", to.String())
	slices.SortFunc(found, func(a, b intel.Subscription) int { return cmp.Compare(a.ID, b.ID) })
	return found, err
}

func (s *Store) subscriptions(ctx context.Context, what, script string, args ...any) ([]intel.Subscription, error) {
	rows, err := s.run(ctx, what, script, args...)
	if err != nil {
		return nil, err
	}
	var found []intel.Subscription
	for _, row := range rows {
		_, data := uncounted(text(row))
		var sub intel.Subscription
		if err := json.Unmarshal([]byte(data), &sub); err != nil {
			return nil, s.wrap(ctx, what, fmt.Errorf("decode subscription: %w", err))
		}
		found = append(found, sub)
	}
	return found, nil
}

// Cursor implements [store.Cursors].
func (s *Store) Cursor(ctx context.Context, watcher string) (cursor []byte, err error) {
	err = s.on(ctx, "cursors", func(ctx context.Context, key string) (err error) {
		cursor, err = s.main.HGet(ctx, key, watcher).Bytes()
		return err
	})
	if errors.Is(err, goredis.Nil) {
		return nil, nil
	}
	return cursor, s.wrap(ctx, "cursor", err)
}

// SaveCursor implements [store.Cursors].
func (s *Store) SaveCursor(ctx context.Context, watcher string, cursor []byte) error {
	err := s.on(ctx, "cursors", func(ctx context.Context, key string) error {
		return s.main.HSet(ctx, key, watcher, cursor).Err()
	})
	return s.wrap(ctx, "save cursor", err)
}
