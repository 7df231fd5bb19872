package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/faultlinebot/faultline/intel"
)

// Subscribe implements [store.Subscriptions].
func (s *Store) Subscribe(ctx context.Context, sub intel.Subscription) error {
	data, err := json.Marshal(sub)
	if err != nil {
		return s.wrap(ctx, "subscribe", err)
	}
	_, err = s.exec(ctx, "subscribe", `INSERT INTO subscriptions (id, destination, data) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET destination = excluded.destination, data = excluded.data`,
		sub.ID, sub.Destination.String(), string(data))
	return err
}

// Unsubscribe implements [store.Subscriptions].
func (s *Store) Unsubscribe(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "unsubscribe", `DELETE FROM subscriptions WHERE id = ?`, id)
	return err
}

// SubscriptionsAfter implements [store.Subscriptions].
func (s *Store) SubscriptionsAfter(ctx context.Context, after string, limit int) ([]intel.Subscription, error) {
	found, err := all(ctx, s.read, scanSubscription, `SELECT data FROM subscriptions
		WHERE id > ? ORDER BY id LIMIT ?`, after, atLeastNone(limit))
	return found, s.wrap(ctx, "subscriptions after", err)
}

// SubscriptionsAt implements [store.Subscriptions].
func (s *Store) SubscriptionsAt(ctx context.Context, to intel.Destination) ([]intel.Subscription, error) {
	found, err := all(ctx, s.read, scanSubscription, `SELECT data FROM subscriptions
		WHERE destination = ? ORDER BY id`, to.String())
	return found, s.wrap(ctx, "subscriptions at", err)
}

func scanSubscription(rows *sql.Rows) (s intel.Subscription, err error) {
	var data []byte
	if err := rows.Scan(&data); err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}
