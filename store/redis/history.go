package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const historyPage = 500 // observations read at a time

// A record is a number, a colon and what record makes: whether it was quarantined, the hour it is a bar of, and
// the observation.
const (
	handedOut = "-"
	withheld  = "q"
)

func record(quarantined bool, hour string, data []byte) string {
	flag := handedOut
	if quarantined {
		flag = withheld
	}
	return flag + counted(hour, string(data))
}

// kept is an observation and its place in the order committed.
type kept struct {
	number      int64
	withheld    bool
	observation intel.Observation
}

func decodeRecord(whole string) (k kept, err error) {
	head, rest, ok := strings.Cut(whole, ":")
	if k.number, err = strconv.ParseInt(head, 10, 64); err != nil || !ok || rest == "" {
		return k, errors.New("a record of history cannot be read")
	}
	k.withheld = rest[:1] == withheld
	_, data := uncounted(rest[1:])
	if k.observation, err = store.DecodeObservation([]byte(data)); err != nil {
		return k, fmt.Errorf("history %d: %w", k.number, err)
	}
	return k, nil
}

// hourArgs says which hour a bar belongs to, when that may be thinned as far as this bar goes, and whether it is
// finer than the hour; all empty for what is no such bar. An hour is ripe when all of it, and all its bars, are
// older than the cutoff.
func hourArgs(o intel.Observation, keptBy time.Time) (hour string, ripe int64, grain string) {
	series, begin, fine, ok := store.HourOf(o)
	if !ok {
		return "", 0, ""
	}
	grain = "whole"
	if fine {
		grain = "fine"
	}
	ripe = max(store.Micros(keptBy)+1, store.Micros(begin.Add(time.Hour)))
	return strconv.FormatInt(store.Micros(begin), 10) + ":" + series, ripe, grain
}

// Observations implements [store.History]. It reads page by page and holds nothing while yield runs.
func (s *Store) Observations(ctx context.Context, yield func(intel.Observation) error) error {
	const what = "observations"
	last, err := s.lastObservation(ctx) // what is committed from now on is not part of it
	if err != nil {
		return s.wrap(ctx, what, err)
	}
	for after := int64(0); ; {
		page, err := s.historyAfter(ctx, after, last)
		if err != nil {
			return s.wrap(ctx, what, err)
		}
		for _, whole := range page {
			if err := ctx.Err(); err != nil {
				return s.wrap(ctx, what, err)
			}
			k, err := decodeRecord(whole)
			if err != nil {
				return s.wrap(ctx, what, err)
			}
			after = k.number
			if k.withheld {
				continue
			}
			if err := yield(k.observation); err != nil {
				return err
			}
		}
		if len(page) < historyPage {
			return nil
		}
	}
}

func (s *Store) lastObservation(ctx context.Context) (last int64, err error) {
	err = s.on(ctx, "counters", func(ctx context.Context, key string) (err error) {
		last, err = s.main.HGet(ctx, key, "history").Int64()
		return err
	})
	if errors.Is(err, goredis.Nil) {
		return 0, nil
	}
	return last, err
}

func (s *Store) historyAfter(ctx context.Context, after, last int64) (page []string, err error) {
	err = s.on(ctx, "history", func(ctx context.Context, key string) (err error) {
		page, err = s.main.ZRangeArgs(ctx, goredis.ZRangeArgs{
			Key: key, ByScore: true, Start: "(" + strconv.FormatInt(after, 10), Stop: last, Count: historyPage,
		}).Result()
		return err
	})
	return page, err
}
