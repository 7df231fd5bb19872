package recording

import (
	"context"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Play folds observations in the order given and, between them, one tick for each whole minute of known time
// from the first observation to the last. A tick comes after everything that was known by then.
func Play(ctx context.Context, all []intel.Observation, observe func(intel.Observation) error,
	tick func(time.Time) error,
) error {
	if len(all) == 0 {
		return nil
	}
	next := all[0].Known.Truncate(time.Minute)
	if next.Before(all[0].Known) {
		next = next.Add(time.Minute)
	}
	until := func(known time.Time) error {
		for ; next.Before(known); next = next.Add(time.Minute) {
			if err := ctx.Err(); err != nil {
				return err // a gap can be centuries wide
			}
			if err := tick(next); err != nil {
				return err
			}
		}
		return nil
	}
	for _, o := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := until(o.Known); err != nil {
			return err
		}
		if err := observe(o); err != nil {
			return err
		}
	}
	return until(all[len(all)-1].Known.Add(1))
}
