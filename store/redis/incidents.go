package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// incidentPage is how many incidents are read at a time, so that nobody waits long.
const incidentPage = 200

// Incident implements [store.Incidents].
func (s *Store) Incident(ctx context.Context, id string) (i intel.Incident, err error) {
	var data string
	err = s.on(ctx, "incident:"+id, func(ctx context.Context, key string) (err error) {
		data, err = s.main.HGet(ctx, key, "data").Result()
		return err
	})
	if errors.Is(err, goredis.Nil) {
		err = store.ErrNotFound
	}
	if err == nil {
		i, err = store.DecodeIncident([]byte(data))
	}
	return i, s.wrap(ctx, "incident", err)
}

// LiveIncidents implements [store.Incidents].
func (s *Store) LiveIncidents(ctx context.Context, closedAfter time.Time) ([]intel.Incident, error) {
	var ids []string
	err := s.on(ctx, "incidents:live", func(ctx context.Context, key string) (err error) {
		ids, err = s.main.ZRangeArgs(ctx, goredis.ZRangeArgs{
			Key: key, ByScore: true, Start: "(" + strconv.FormatInt(store.Micros(closedAfter), 10), Stop: "+inf",
		}).Result()
		return err
	})
	if err != nil {
		return nil, s.wrap(ctx, "live incidents", err)
	}
	found, err := s.incidents(ctx, ids)
	if err != nil {
		return nil, s.wrap(ctx, "live incidents", err)
	}
	slices.SortFunc(found, func(a, b intel.Incident) int {
		return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// LatestIncidents implements [store.Incidents].
func (s *Store) LatestIncidents(ctx context.Context, limit int) ([]intel.Incident, error) {
	if limit <= 0 {
		return nil, s.wrap(ctx, "latest incidents", ctx.Err())
	}
	var ids []string
	err := s.on(ctx, "incidents:opened", func(ctx context.Context, key string) (err error) {
		ids, err = s.main.ZRangeArgs(ctx, goredis.ZRangeArgs{Key: key, Rev: true, Start: 0, Stop: limit - 1}).Result()
		return err
	})
	if err != nil {
		return nil, s.wrap(ctx, "latest incidents", err)
	}
	found, err := s.incidents(ctx, ids)
	return found, s.wrap(ctx, "latest incidents", err)
}

// incidents reads them in the order given. Incidents are never removed, so that one read is enough.
func (s *Store) incidents(ctx context.Context, ids []string) ([]intel.Incident, error) {
	var found []intel.Incident
	for page := range slices.Chunk(ids, incidentPage) {
		var cmds []*goredis.StringCmd
		err := s.repeat(ctx, func(ctx context.Context) error {
			pipe := s.main.Pipeline()
			cmds = cmds[:0]
			for _, id := range page {
				cmds = append(cmds, pipe.HGet(ctx, s.prefix+"incident:"+id, "data"))
			}
			_, err := pipe.Exec(ctx)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, c := range cmds {
			i, err := store.DecodeIncident([]byte(c.Val()))
			if err != nil {
				return nil, err
			}
			found = append(found, i)
		}
	}
	return found, nil
}

// Notices implements [store.Incidents].
func (s *Store) Notices(ctx context.Context, incident string, above int) ([]intel.Notice, error) {
	var rows []string
	err := s.on(ctx, "notices:"+incident, func(ctx context.Context, key string) (err error) {
		rows, err = s.main.ZRangeArgs(ctx, goredis.ZRangeArgs{
			Key: key, ByScore: true, Start: "(" + strconv.Itoa(above), Stop: "+inf",
		}).Result()
		return err
	})
	if err != nil {
		return nil, s.wrap(ctx, "notices", err)
	}
	var found []intel.Notice
	for _, row := range rows {
		n, err := decodeNotice(row)
		if err != nil {
			return nil, s.wrap(ctx, "notices", err)
		}
		found = append(found, n)
	}
	return found, nil
}

func decodeNotice(data string) (n intel.Notice, err error) {
	if err := json.Unmarshal([]byte(data), &n); err != nil {
		return n, fmt.Errorf("decode notice: %w", err)
	}
	return n, nil
}
