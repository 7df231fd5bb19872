package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// AbandonedCards implements [store.DeadLetters].
func (s *Store) AbandonedCards(ctx context.Context, after intel.Card, limit int) (found []intel.Card, err error) {
	from := ""
	if after.Incident != "" {
		from = deadName(after.Incident, after.Destination)
	}
	err = s.deadLetters(ctx, "dead", from, limit, func(name string) (bool, error) {
		incident, to := unsorts(name)
		row, err := s.fields(ctx, "card:"+counted(incident, ":"+to), cardFields())
		if err != nil {
			return false, err
		}
		c, err := decodeCard(incident, row)
		if err != nil || c.Abandoned == "" {
			return false, err
		}
		found = append(found, c)
		return true, nil
	})
	return found, s.wrap(ctx, "abandoned cards", err)
}

// AbandonedAnnouncements implements [store.DeadLetters].
func (s *Store) AbandonedAnnouncements(ctx context.Context, after string, limit int) (found []intel.Announcement, err error) {
	err = s.deadLetters(ctx, "announcements:dead", after, limit, func(key string) (bool, error) {
		row, err := s.fields(ctx, "announcement:"+key, announcementFields())
		if err != nil {
			return false, err
		}
		a, err := decodeAnnouncement(key, row)
		if err != nil || a.Abandoned == "" {
			return false, err
		}
		found = append(found, a)
		return true, nil
	})
	return found, s.wrap(ctx, "abandoned announcements", err)
}

// deadLetters takes letters until there are enough. One that was taken up again meanwhile is passed over, and does
// not make the page short: that would look like the last.
func (s *Store) deadLetters(ctx context.Context, key, after string, limit int,
	take func(name string) (taken bool, err error),
) error {
	for limit > 0 {
		names, err := s.dead(ctx, key, after, limit)
		if err != nil {
			return err
		}
		last := len(names) < limit
		for _, name := range names {
			taken, err := take(name)
			if err != nil {
				return err
			}
			if taken {
				limit--
			}
			after = name
		}
		if last {
			return nil
		}
	}
	return ctx.Err()
}

// dead returns a page of the names of dead letters.
func (s *Store) dead(ctx context.Context, key, after string, limit int) (names []string, err error) {
	from := "-"
	if after != "" {
		from = "(" + after
	}
	err = s.on(ctx, key, func(ctx context.Context, key string) (err error) {
		names, err = s.main.ZRangeArgs(ctx, goredis.ZRangeArgs{
			Key: key, ByLex: true, Start: from, Stop: "+", Count: int64(limit),
		}).Result()
		return err
	})
	return names, err
}

// fields reads fields of a hash.
func (s *Store) fields(ctx context.Context, key string, names []any) (row []any, err error) {
	fields := make([]string, len(names))
	for i, n := range names {
		fields[i] = text(n)
	}
	err = s.on(ctx, key, func(ctx context.Context, key string) (err error) {
		row, err = s.main.HMGet(ctx, key, fields...).Result()
		return err
	})
	return row, err
}

// RequeueAnnouncement implements [store.DeadLetters]. One that is not abandoned stays as it is.
func (s *Store) RequeueAnnouncement(ctx context.Context, key string, due time.Time) error {
	_, err := s.run(ctx, "requeue announcement", "requeue", ofAnnouncement, key, store.Micros(due), key)
	return err
}
