package redis

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const (
	forgetRows  = 500 // observations dropped at a time, so that nobody waits long
	forgetHours = 8   // hours of minute bars made into hourly ones at a time
)

// Forget implements [store.History]. It also looks at the server's settings again, and warns where somebody has
// changed them since Open.
func (s *Store) Forget(ctx context.Context, now time.Time) (more bool, err error) {
	s.lookAgain(ctx)
	server, err := s.serverTime(ctx)
	if err != nil {
		return false, s.wrap(ctx, "forget", err)
	}
	if now.After(server) { // a replica whose clock is ahead must not make all others forget what they have seen
		now = server
	}
	dropped, err := s.forgetOld(ctx, now)
	if err != nil || dropped == forgetRows {
		return err == nil, err
	}
	hours, err := s.thinBars(ctx, now.Add(-store.KeepBars))
	return hours == forgetHours && err == nil, err
}

func (s *Store) serverTime(ctx context.Context) (now time.Time, err error) {
	err = s.repeat(ctx, func(ctx context.Context) (err error) {
		now, err = s.main.Time(ctx).Result()
		return err
	})
	return now, err
}

// forgetOld drops what is too old and says how much that was.
func (s *Store) forgetOld(ctx context.Context, now time.Time) (dropped int64, err error) {
	args := []any{store.Micros(now.Add(-store.SeenFor)), forgetRows}
	keep := store.KeepFor()
	for _, kind := range slices.Sorted(maps.Keys(keep)) {
		args = append(args, kind, store.Micros(now.Add(-keep[kind])))
	}
	answer, err := s.run(ctx, "forget", "forget", args...)
	if err != nil {
		return 0, err
	}
	dropped, err = number(answer[0])
	return dropped, s.wrap(ctx, "forget", err)
}

// thinBars makes hourly bars of some hours whose finer bars are all older than the cutoff, and says of how many.
func (s *Store) thinBars(ctx context.Context, cutoff time.Time) (hours int, err error) {
	answer, err := s.run(ctx, "forget", "hours", store.Micros(cutoff), forgetHours)
	if err != nil {
		return 0, err
	}
	for i := 0; i+1 < len(answer); i += 2 {
		h, err := decodeHour(text(answer[i]), list(answer[i+1]))
		if err == nil {
			err = s.thinHour(ctx, h)
		}
		if err != nil {
			return hours, s.wrap(ctx, "forget", err)
		}
		hours++
	}
	return hours, nil
}

// hourOf is an hour of a market with all that is kept of it.
type hourOf struct {
	name  string
	fine  []any  // numbers of the finer bars, quarantined ones included
	bars  []kept // the finer bars that are handed out, in the order committed
	whole bool   // the hour itself is there too
}

func decodeHour(name string, parts []any) (h hourOf, err error) {
	h.name = name
	for i := 0; i+2 < len(parts); i += 3 {
		number, grain, whole := parts[i], text(parts[i+1]), text(parts[i+2])
		if grain == "fine" {
			h.fine = append(h.fine, number)
		}
		if whole == "" { // forgotten for its age
			continue
		}
		k, err := decodeRecord(whole)
		switch {
		case err != nil:
			return h, err
		case k.withheld:
		case grain == "fine":
			h.bars = append(h.bars, k)
		default:
			h.whole = true
		}
	}
	slices.SortFunc(h.bars, func(a, b kept) int { return cmp.Compare(a.number, b.number) })
	return h, nil
}

// thinHour puts one hourly bar in the place of the last of the hour's finer bars and drops the others. Where
// the source has given the hour itself, that one is better and only the finer ones go.
func (s *Store) thinHour(ctx context.Context, h hourOf) error {
	place, bar := int64(0), ""
	if !h.whole && len(h.bars) > 0 {
		all := make([]intel.Observation, len(h.bars))
		for i, b := range h.bars {
			all[i] = b.observation
		}
		data, err := store.EncodeObservation(store.HourBar(all))
		if err != nil {
			return err
		}
		place, bar = h.bars[len(h.bars)-1].number, record(false, h.name, data)
	}
	args := append([]any{h.name, intel.Bar{}.Type(), place, bar}, h.fine...)
	_, err := s.run(ctx, "forget", "thin", args...)
	return err
}
