package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// Export implements [store.Portable]. All of it is of one moment: it is read in one transaction, which keeps nobody
// from writing.
func (s *Store) Export(ctx context.Context, yield func(store.Record) error) error {
	begun, err := s.read.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.wrap(ctx, "export", err)
	}
	defer func() { _ = begun.Rollback() }() // nothing was written
	e := exporter{&tx{Tx: begun, pool: s.read}, yield}
	for _, part := range []func(context.Context) error{
		e.cursors, e.seen, e.history, e.incidents, e.announcements, e.subscriptions, e.documents, e.fences,
	} {
		if err := part(ctx); err != nil {
			return s.wrap(ctx, "export", err)
		}
	}
	return nil
}

type exporter struct {
	t     *tx
	yield func(store.Record) error
}

// hand yields what scan makes of each row. It holds one row at a time: a store may be larger than memory.
func hand[R store.Record](ctx context.Context, e exporter, scan func(*sql.Rows) (R, error), statement string,
	args ...any,
) error {
	rows, err := e.t.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return err
		}
		if err := e.yield(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (e exporter) cursors(ctx context.Context) error {
	return hand(ctx, e, func(rows *sql.Rows) (r store.CursorRecord, err error) {
		return r, rows.Scan(&r.Watcher, &r.Cursor)
	}, `SELECT watcher, cursor FROM cursors ORDER BY watcher`)
}

func (e exporter) seen(ctx context.Context) error {
	return hand(ctx, e, func(rows *sql.Rows) (r store.SeenRecord, err error) {
		var at int64
		err = rows.Scan(&r.Key, &at)
		r.Known = store.FromMicros(at)
		return r, err
	}, `SELECT key, at FROM seen ORDER BY key`)
}

func (e exporter) history(ctx context.Context) error {
	return hand(ctx, e, func(rows *sql.Rows) (r store.ObservationRecord, err error) {
		var at int64
		var data []byte
		if err := rows.Scan(&at, &r.Quarantined, &data); err != nil {
			return r, err
		}
		r.At = store.FromMicros(at)
		r.Observation, err = store.DecodeObservation(data)
		return r, err
	}, `SELECT at, quarantined, data FROM history ORDER BY number`)
}

func (e exporter) incidents(ctx context.Context) error {
	ids, err := all(ctx, e.t, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		`SELECT id FROM incidents ORDER BY opened, id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := e.incident(ctx, id); err != nil {
			return fmt.Errorf("incident %s: %w", id, err)
		}
	}
	return nil
}

// incident hands out one incident with all that belongs to it.
func (e exporter) incident(ctx context.Context, id string) error {
	if err := hand(ctx, e, func(rows *sql.Rows) (r store.IncidentRecord, err error) {
		r.Incident, err = scanIncident(rows)
		return r, err
	}, `SELECT data FROM incidents WHERE id = ?`, id); err != nil {
		return err
	}
	if err := hand(ctx, e, func(rows *sql.Rows) (r store.NoticeRecord, err error) {
		r.Notice, err = scanNotice(rows)
		return r, err
	}, `SELECT data FROM notices WHERE incident = ? ORDER BY revision`, id); err != nil {
		return err
	}
	if err := hand(ctx, e, func(rows *sql.Rows) (r store.PendingRecord, err error) {
		return r, rows.Scan(&r.Incident, &r.Revision, &r.After)
	}, `SELECT incident, revision, after FROM notices WHERE incident = ? AND pending ORDER BY revision`, id); err != nil {
		return err
	}
	return hand(ctx, e, func(rows *sql.Rows) (r store.CardRecord, err error) {
		r.Card, err = scanCard(rows)
		return r, err
	}, `SELECT `+cardColumns+` FROM cards WHERE incident = ? ORDER BY destination`, id)
}

func (e exporter) announcements(ctx context.Context) error {
	return hand(ctx, e, func(rows *sql.Rows) (r store.AnnouncementRecord, err error) {
		a, err := scanAnnouncement(rows)
		if a.Told {
			a = intel.Announcement{Key: a.Key, Destination: a.Destination, Due: a.Due, Told: true}
		}
		return store.AnnouncementRecord{Announcement: a}, err
	}, `SELECT `+announcementColumns+` FROM announcements ORDER BY key`)
}

func (e exporter) subscriptions(ctx context.Context) error {
	return hand(ctx, e, func(rows *sql.Rows) (r store.SubscriptionRecord, err error) {
		r.Subscription, err = scanSubscription(rows)
		return r, err
	}, `SELECT data FROM subscriptions ORDER BY id`)
}

func (e exporter) documents(ctx context.Context) error {
	return hand(ctx, e, func(rows *sql.Rows) (r store.DocumentRecord, err error) {
		var key []byte
		err = rows.Scan(&r.Kind, &key, &r.Document.Data)
		r.Document.Key = string(key)
		return r, err
	}, `SELECT kind, key, data FROM documents ORDER BY kind, key`)
}

func (e exporter) fences(ctx context.Context) error {
	return hand(ctx, e, func(rows *sql.Rows) (r store.FenceRecord, err error) {
		return r, rows.Scan(&r.Lease, &r.Fence)
	}, `SELECT name, fence FROM leases ORDER BY name`)
}

// Import implements [store.Portable]. It is one transaction: SQLite writes what does not fit into its cache to the
// WAL, so that its size costs disk and not memory.
func (s *Store) Import(ctx context.Context, next func() (store.Record, error)) error {
	return s.transactAlone(ctx, "import", func(inside context.Context, t *tx) error {
		var held bool
		if err := t.row(inside, holdsAnything).Scan(&held); err != nil {
			return err
		}
		if held {
			return store.ErrNotEmpty
		}
		i := importer{t.Tx, map[string]*sql.Stmt{}}
		for {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, err := next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := i.take(inside, r); err != nil {
				return err
			}
		}
	})
}

const holdsAnything = `SELECT EXISTS (SELECT 1 FROM seen) OR EXISTS (SELECT 1 FROM history)
	OR EXISTS (SELECT 1 FROM incidents) OR EXISTS (SELECT 1 FROM announcements)
	OR EXISTS (SELECT 1 FROM subscriptions) OR EXISTS (SELECT 1 FROM documents) OR EXISTS (SELECT 1 FROM cursors)
	OR EXISTS (SELECT 1 FROM leases) OR EXISTS (SELECT 1 FROM steps)`

// importer prepares each statement once for the whole transaction, which would remember every one that it is given.
type importer struct {
	tx         *sql.Tx
	statements map[string]*sql.Stmt
}

func (i importer) exec(ctx context.Context, statement string, args ...any) error {
	prepared := i.statements[statement]
	if prepared == nil {
		var err error
		if prepared, err = i.tx.PrepareContext(ctx, statement); err != nil {
			return err
		}
		i.statements[statement] = prepared
	}
	_, err := prepared.ExecContext(ctx, args...)
	return err
}

func (i importer) take(ctx context.Context, r store.Record) error {
	switch r := r.(type) {
	case store.SeenRecord:
		return i.exec(ctx, `INSERT INTO seen (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, r.Key, store.Micros(r.Known))
	case store.ObservationRecord:
		return i.observation(ctx, r)
	case store.IncidentRecord:
		return i.incident(ctx, r.Incident)
	case store.NoticeRecord:
		return i.notice(ctx, r.Notice)
	case store.PendingRecord:
		return i.exec(ctx, `UPDATE notices SET pending = 1, after = ?3 WHERE incident = ?1 AND revision = ?2`,
			r.Incident, r.Revision, r.After)
	case store.CardRecord:
		return i.card(ctx, r.Card)
	case store.AnnouncementRecord:
		return i.announcement(ctx, r.Announcement)
	case store.SubscriptionRecord:
		return i.subscription(ctx, r.Subscription)
	case store.DocumentRecord:
		return i.exec(ctx, putDocument, r.Kind, []byte(r.Document.Key), atLeastEmpty(r.Document.Data))
	case store.CursorRecord:
		return i.exec(ctx, `INSERT INTO cursors (watcher, cursor) VALUES (?, ?)`, r.Watcher, atLeastEmpty(r.Cursor))
	case store.FenceRecord:
		return i.exec(ctx, `INSERT INTO leases (name, owner, fence, until) VALUES (?, '', ?, 0)`, r.Lease, r.Fence)
	}
	return fmt.Errorf("a record of type %T is not known here", r)
}

func (i importer) observation(ctx context.Context, r store.ObservationRecord) error {
	data, err := store.EncodeObservation(r.Observation)
	if err != nil {
		return err
	}
	var inSeries, inHour any // NULL for all but bars
	series, hour, fine, ok := store.HourOf(r.Observation)
	if ok {
		inSeries, inHour = series, store.Micros(hour)
	}
	return i.exec(ctx, `INSERT INTO history (type, at, quarantined, series, hour, fine, data)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		r.Observation.Body.Type(), store.Micros(r.At), r.Quarantined, inSeries, inHour, fine, string(data))
}

func (i importer) incident(ctx context.Context, in intel.Incident) error {
	data, err := store.EncodeIncident(in)
	if err != nil {
		return fmt.Errorf("incident %s: %w", in.ID, err)
	}
	var closed any
	if !in.IsOpen() {
		closed = store.Micros(in.ClosedAt)
	}
	return i.exec(ctx, `INSERT INTO incidents (id, revision, severity, opened, closed, data) VALUES (?, ?, ?, ?, ?, ?)`,
		in.ID, in.Revision, in.Severity, store.Micros(in.Opened), closed, string(data))
}

func (i importer) notice(ctx context.Context, n intel.Notice) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return i.exec(ctx, `INSERT INTO notices (incident, revision, at, spoken, pending, data) VALUES (?, ?, ?, ?, 0, ?)`,
		n.Incident, n.Revision, store.Micros(n.Time), n.Change.Spoken(), string(data))
}

func (i importer) card(ctx context.Context, c intel.Card) error {
	to := c.Destination
	return i.exec(ctx, `INSERT INTO cards (incident, destination, platform, chat, thread, severity, wanted, told, spoken,
			receipt, due, attempts, abandoned, to_speak)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, (
			SELECT coalesce(max(revision), 0) FROM notices WHERE incident = ?1 AND spoken AND revision <= ?7))`,
		c.Incident, to.String(), to.Platform, to.Chat, to.Thread, min(max(c.Severity, intel.Info), intel.Critical),
		c.Wanted, c.Told, c.Spoken, c.Receipt, store.Micros(c.Due), c.Attempts, c.Abandoned)
}

func (i importer) announcement(ctx context.Context, a intel.Announcement) error {
	data, err := json.Marshal(announced{a.Destination, a.Title, a.Lines})
	if err != nil {
		return err
	}
	return i.exec(ctx, `INSERT INTO announcements (key, destination, due, attempts, told, abandoned, data)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		a.Key, a.Destination.String(), store.Micros(a.Due), a.Attempts, a.Told, a.Abandoned, string(data))
}

func (i importer) subscription(ctx context.Context, sub intel.Subscription) error {
	data, err := json.Marshal(sub)
	if err != nil {
		return err
	}
	return i.exec(ctx, `INSERT INTO subscriptions (id, destination, data) VALUES (?, ?, ?)`,
		sub.ID, sub.Destination.String(), string(data))
}
