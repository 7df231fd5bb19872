package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// Incident implements [store.Incidents].
func (s *Store) Incident(ctx context.Context, id string) (intel.Incident, error) {
	var data string
	err := s.read.row(ctx, `SELECT data FROM incidents WHERE id = ?`, id).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		err = store.ErrNotFound
	}
	if err != nil {
		return intel.Incident{}, s.wrap(ctx, "incident", err)
	}
	i, err := store.DecodeIncident([]byte(data))
	return i, s.wrap(ctx, "incident", err)
}

// LiveIncidents implements [store.Incidents].
func (s *Store) LiveIncidents(ctx context.Context, closedAfter time.Time) ([]intel.Incident, error) {
	found, err := all(ctx, s.read, scanIncident, `SELECT data FROM incidents
		WHERE closed IS NULL OR closed > ? ORDER BY opened, id`, store.Micros(closedAfter))
	return found, s.wrap(ctx, "live incidents", err)
}

// LatestIncidents implements [store.Incidents].
func (s *Store) LatestIncidents(ctx context.Context, limit int) ([]intel.Incident, error) {
	found, err := all(ctx, s.read, scanIncident, `SELECT data FROM incidents
		ORDER BY opened DESC, id DESC LIMIT ?`, atLeastNone(limit))
	return found, s.wrap(ctx, "latest incidents", err)
}

// Notices implements [store.Incidents].
func (s *Store) Notices(ctx context.Context, incident string, above int) ([]intel.Notice, error) {
	found, err := all(ctx, s.read, scanNotice, `SELECT data FROM notices
		WHERE incident = ? AND revision > ? ORDER BY revision`, incident, above)
	return found, s.wrap(ctx, "notices", err)
}

func scanIncident(rows *sql.Rows) (intel.Incident, error) {
	var data []byte
	if err := rows.Scan(&data); err != nil {
		return intel.Incident{}, err
	}
	return store.DecodeIncident(data)
}

func scanNotice(rows *sql.Rows) (n intel.Notice, err error) {
	var data []byte
	if err := rows.Scan(&data); err != nil {
		return n, err
	}
	return n, json.Unmarshal(data, &n)
}

// atLeastNone keeps a negative limit from meaning "all", which it does to SQLite.
func atLeastNone(limit int) int { return max(limit, 0) }
