package redis

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const exportPage = 1000 // what is read at a time, so that nobody waits long

// withheldWhy stands for the reason of a quarantine, of which this store keeps only that there was one.
const withheldWhy = "the detectors could not take it"

// Export implements [store.Portable]. A running bot changes what is kept while it is read, so the order matters:
//
//   - cursors first: what is accepted after them is offered again by its watcher;
//   - then the seen marks, then History, with a mark for each observation that came since: so whatever is marked is
//     in History, and the other way round;
//   - then incidents: what a mark stands for is in them. What was accepted after the marks may be in them too, and is
//     accepted again: no more than an edit comes of it, and without it an alert could be lost;
//   - each incident with its notices and pending fan-outs in one moment, and its cards after them: a fan-out that is
//     over by then is done again and raises nothing, and what a card has told up to that revision is told. A card that
//     is further on by then is held at that revision, for the next one will have the same number.
func (s *Store) Export(ctx context.Context, yield func(store.Record) error) error {
	before, err := s.lastObservation(ctx)
	if err != nil {
		return s.wrap(ctx, "export", err)
	}
	for _, part := range []func(context.Context, func(store.Record) error) error{
		s.exportCursors,
		s.exportSeen,
		func(ctx context.Context, yield func(store.Record) error) error {
			return s.exportHistory(ctx, before, yield)
		},
		s.exportIncidents, s.exportAnnouncements, s.exportSubscriptions, s.exportDocuments, s.exportFences,
	} {
		if err := part(ctx, yield); err != nil {
			return s.wrap(ctx, "export", err)
		}
	}
	return nil
}

func (s *Store) exportCursors(ctx context.Context, yield func(store.Record) error) error {
	var cursors map[string]string
	err := s.on(ctx, "cursors", func(ctx context.Context, key string) (err error) {
		cursors, err = s.main.HGetAll(ctx, key).Result()
		return err
	})
	if err != nil {
		return err
	}
	for _, watcher := range slices.Sorted(maps.Keys(cursors)) {
		if err := yield(store.CursorRecord{Watcher: watcher, Cursor: []byte(cursors[watcher])}); err != nil {
			return err
		}
	}
	return nil
}

// scan hands pages of the keys that begin with our prefix and kind to each, without the two. A key may come twice.
func (s *Store) scan(ctx context.Context, kind string, each func(names []string) error) error {
	begin := s.prefix + kind
	for cursor := uint64(0); ; {
		var keys []string
		var following uint64
		err := s.repeat(ctx, func(ctx context.Context) (err error) {
			keys, following, err = s.main.Scan(ctx, cursor, literally(begin)+"*", exportPage).Result()
			return err
		})
		if err != nil {
			return err
		}
		for i := range keys {
			keys[i] = strings.TrimPrefix(keys[i], begin)
		}
		if len(keys) > 0 {
			if err := each(keys); err != nil {
				return err
			}
		}
		if cursor = following; cursor == 0 {
			return nil
		}
	}
}

// literally keeps a pattern from meaning more than it says.
func literally(begin string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `^`, `\^`).Replace(begin)
}

func (s *Store) exportSeen(ctx context.Context, yield func(store.Record) error) error {
	horizon, err := s.horizon(ctx)
	if err != nil {
		return err
	}
	return s.scan(ctx, "seen:", func(names []string) error {
		keys := make([]string, len(names))
		for i, name := range names {
			keys[i] = s.prefix + "seen:" + name
		}
		var marks []any
		err := s.repeat(ctx, func(ctx context.Context) (err error) {
			marks, err = s.main.MGet(ctx, keys...).Result()
			return err
		})
		if err != nil {
			return err
		}
		for i, mark := range marks {
			if mark == nil {
				continue // it has just gone for its age
			}
			known, _, _ := strings.Cut(text(mark), " ")
			at, err := strconv.ParseInt(known, 10, 64)
			if err != nil {
				return fmt.Errorf("the mark of %q cannot be read", names[i])
			}
			if horizon != nil && at < *horizon {
				continue
			}
			if err := yield(store.SeenRecord{Key: names[i], Known: store.FromMicros(at)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// horizon is the time before which marks are forgotten, if there is one.
func (s *Store) horizon(ctx context.Context) (*int64, error) {
	var at int64
	err := s.on(ctx, "horizon", func(ctx context.Context, key string) (err error) {
		at, err = s.main.Get(ctx, key).Int64()
		return err
	})
	if errors.Is(err, goredis.Nil) {
		return nil, nil
	}
	return &at, err
}

// exportHistory hands out History, and the marks of what came after before.
func (s *Store) exportHistory(ctx context.Context, before int64, yield func(store.Record) error) error {
	last, err := s.lastObservation(ctx)
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		page, err := s.historyAfter(ctx, after, last)
		if err != nil {
			return err
		}
		records, numbers, err := s.observed(ctx, page)
		if err != nil {
			return err
		}
		for i, r := range records {
			after = numbers[i]
			if after > before {
				known := r.Observation.Known
				if known.IsZero() {
					known = r.At
				}
				if err := yield(store.SeenRecord{Key: r.Observation.Key(), Known: known}); err != nil {
					return err
				}
			}
			if err := yield(r); err != nil {
				return err
			}
		}
		if len(page) < historyPage {
			return nil
		}
	}
}

// observed decodes a page of History and asks by which time each observation is kept.
func (s *Store) observed(ctx context.Context, page []string) (found []store.ObservationRecord, numbers []int64, err error) {
	for _, whole := range page {
		k, err := decodeRecord(whole)
		if err != nil {
			return nil, nil, err
		}
		r := store.ObservationRecord{Observation: k.observation}
		if k.withheld {
			r.Quarantined = withheldWhy
		}
		found, numbers = append(found, r), append(numbers, k.number)
	}
	if len(found) == 0 {
		return nil, nil, nil
	}
	var scores []*goredis.FloatCmd
	err = s.repeat(ctx, func(ctx context.Context) error {
		pipe := s.main.Pipeline()
		scores = scores[:0]
		for i, r := range found {
			scores = append(scores, pipe.ZScore(ctx, s.prefix+"history:"+r.Observation.Body.Type(),
				strconv.FormatInt(numbers[i], 10)))
		}
		_, err := pipe.Exec(ctx)
		if errors.Is(err, goredis.Nil) {
			err = nil // forgotten since the page was read
		}
		return err
	})
	for i := range scores {
		found[i].At = store.FromMicros(int64(scores[i].Val()))
	}
	return found, numbers, err
}

func (s *Store) exportIncidents(ctx context.Context, yield func(store.Record) error) error {
	var ids []string
	err := s.on(ctx, "incidents:opened", func(ctx context.Context, key string) (err error) {
		ids, err = s.main.ZRange(ctx, key, 0, -1).Result()
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.exportIncident(ctx, id, yield); err != nil {
			return fmt.Errorf("incident %s: %w", id, err)
		}
	}
	return nil
}

// exportIncident hands out one incident with all that belongs to it.
func (s *Store) exportIncident(ctx context.Context, id string, yield func(store.Record) error) error {
	answer, err := s.run(ctx, "export", "export", id, sorts(id))
	if err != nil {
		return err
	}
	i, err := store.DecodeIncident([]byte(text(answer[0])))
	if err != nil {
		return err
	}
	records := []store.Record{store.IncidentRecord{Incident: i}}
	for _, row := range list(answer[1]) {
		n, err := decodeNotice(text(row))
		if err != nil {
			return err
		}
		records = append(records, store.NoticeRecord{Notice: n})
	}
	for waiting := list(answer[2]); len(waiting) > 1; waiting = waiting[2:] {
		revision, err := number(waiting[0])
		if err != nil {
			return err
		}
		records = append(records, store.PendingRecord{Incident: id, Revision: int(revision), After: text(waiting[1])})
	}
	for _, r := range records {
		if err := yield(r); err != nil {
			return err
		}
	}
	return s.exportCards(ctx, i, yield)
}

func (s *Store) exportCards(ctx context.Context, i intel.Incident, yield func(store.Record) error) error {
	for after := ""; ; {
		cards, err := s.CardsOf(ctx, i.ID, after, exportPage)
		if err != nil {
			return err
		}
		for _, c := range cards {
			after = c.Destination.String()
			c.Wanted, c.Told, c.Spoken = min(c.Wanted, i.Revision), min(c.Told, i.Revision), min(c.Spoken, i.Revision)
			if err := yield(store.CardRecord{Card: c}); err != nil {
				return err
			}
		}
		if len(cards) < exportPage {
			return nil
		}
	}
}

func (s *Store) exportAnnouncements(ctx context.Context, yield func(store.Record) error) error {
	keys, err := s.names(ctx, "announcement:")
	if err != nil {
		return err
	}
	for _, key := range keys {
		row, err := s.fields(ctx, "announcement:"+key, announcementFields())
		if err != nil {
			return err
		}
		if row[1] == nil {
			continue // it was told long ago and has just gone
		}
		a, err := decodeAnnouncement(key, row)
		if err != nil {
			return err
		}
		if a.Told {
			a = intel.Announcement{Key: a.Key, Destination: a.Destination, Due: a.Due, Told: true}
		}
		if err := yield(store.AnnouncementRecord{Announcement: a}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) exportSubscriptions(ctx context.Context, yield func(store.Record) error) error {
	for after := ""; ; {
		page, err := s.SubscriptionsAfter(ctx, after, exportPage)
		if err != nil {
			return err
		}
		for _, sub := range page {
			after = sub.ID
			if err := yield(store.SubscriptionRecord{Subscription: sub}); err != nil {
				return err
			}
		}
		if len(page) < exportPage {
			return nil
		}
	}
}

func (s *Store) exportDocuments(ctx context.Context, yield func(store.Record) error) error {
	kinds, err := s.names(ctx, "documents:")
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		for after := ""; ; {
			page, err := s.DocumentsAfter(ctx, kind, after, exportPage)
			if err != nil {
				return err
			}
			for _, d := range page {
				after = d.Key
				if err := yield(store.DocumentRecord{Kind: kind, Document: d}); err != nil {
					return err
				}
			}
			if len(page) < exportPage {
				break
			}
		}
	}
	return nil
}

// names returns what follows the beginning in our keys that have it, each once and sorted.
func (s *Store) names(ctx context.Context, begin string) ([]string, error) {
	names := map[string]bool{}
	err := s.scan(ctx, begin, func(found []string) error {
		for _, name := range found {
			names[name] = true
		}
		return nil
	})
	return slices.Sorted(maps.Keys(names)), err
}

func (s *Store) exportFences(ctx context.Context, yield func(store.Record) error) error {
	leases, err := s.names(ctx, "lease:")
	if err != nil {
		return err
	}
	for _, name := range leases {
		row, err := s.fields(ctx, "lease:"+name, []any{"fence"})
		if err != nil {
			return err
		}
		fence, err := number(row[0])
		if err != nil {
			return fmt.Errorf("lease %s: %w", name, err)
		}
		if err := yield(store.FenceRecord{Lease: name, Fence: fence}); err != nil {
			return err
		}
	}
	return nil
}

// importKey is there while records are taken, and stays where that broke off.
const importKey = "importing"

// errHalf refuses a store that something was put into by halves.
func (s *Store) errHalf() error {
	return fmt.Errorf("something is being put into this store, or that broke off, so it is not whole; wait for it, or "+
		"delete all keys that begin with %q and do it again", s.prefix)
}

// whole refuses a store while records are taken into it, and one that has only half of them.
func (s *Store) whole(ctx context.Context) error {
	n, err := s.main.Exists(ctx, s.prefix+importKey).Result()
	if err == nil && n > 0 {
		err = s.errHalf()
	}
	return err
}

// Import implements [store.Portable]. It is many steps, each of them safe to run twice; a key says that they are not
// over, and Open refuses a store with that key.
func (s *Store) Import(ctx context.Context, next func() (store.Record, error)) error {
	return s.wrap(ctx, "import", s.take(ctx, next))
}
