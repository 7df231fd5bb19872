package detect

import (
	"math"
	"slices"
	"time"
)

// venue is one market at one place. It is followed by the finest of the bars it delivers.
type venue struct {
	name     string
	interval time.Duration // of the bars it is followed by
	first    time.Time
	end      time.Time // of the newest bar
	close    float64
	variance float64 // of the log return, per hour
	highs    [len(horizons)]highest
	falling  time.Time // when it last saw a fall
	hours    []priceAt // hourly closes of the last days, for Measure
	peg      pegMarks
}

type priceAt struct {
	at    time.Time
	price float64
}

// keepHours is how long a fall can be measured back.
const keepHours = 9 * 24 * time.Hour

// coarser says whether a bar is of a longer interval than those the venue is followed by: it says the same
// again, later. When the finer ones have not come for a day, it is all there is.
func (v *venue) coarser(interval time.Duration, end time.Time) bool {
	return interval > v.interval && !v.end.IsZero() && end.Sub(v.end) <= present
}

// fall says how far the close is below the highest of each span, and whether one of the falls is news. It
// looks at the venue before the bar is taken in.
func (v *venue) fall(end time.Time, price, scale float64) (drop float64, top priceAt, fell bool) {
	if v.first.IsZero() || end.Sub(v.first) < ready {
		return 0, priceAt{}, false
	}
	best := 0.0
	for i := range horizons {
		h := &horizons[i]
		high, ok := v.highs[i].at(end.Add(-h.span))
		if !ok {
			continue
		}
		d := 1 - price/high.price
		need := max(h.floor, 1-math.Exp(-scale*h.sigmas*math.Sqrt(v.variance*h.span.Hours())))
		if d >= need && d/need > best {
			best, drop, top, fell = d/need, d, high, true
		}
	}
	return drop, top, fell
}

// take adds a close to what the venue remembers.
func (v *venue) take(end time.Time, price float64) {
	if v.first.IsZero() {
		v.first = end
	} else {
		v.vary(end.Sub(v.end), math.Log(price/v.close))
	}
	v.end, v.close = end, price
	for i := range v.highs {
		v.highs[i].add(priceAt{end, price})
		v.highs[i].drop(end.Add(-horizons[i].span))
	}
	if n := len(v.hours); n == 0 || end.Sub(v.hours[n-1].at) >= time.Hour {
		if n > 0 && end.Sub(v.hours[0].at) > keepHours {
			v.hours = append(v.hours[:0], v.hours[n/2:]...)
		}
		v.hours = append(v.hours, priceAt{end, price})
	}
}

// vary updates the variance. A return beyond four standard deviations counts as four, so that the crash that
// is to be judged does not raise the bar for itself.
func (v *venue) vary(over time.Duration, r float64) {
	hours := over.Hours()
	if hours <= 0 || hours > present.Hours() {
		return
	}
	square := r * r / hours
	if v.variance > 0 {
		square = min(square, 16*v.variance)
	}
	w := 1 - math.Exp(-over.Hours()/min(volatilitySpan, max(v.end.Sub(v.first), time.Hour)).Hours())
	v.variance += w * (square - v.variance)
}

// priceAt is the last hourly close at or before a time.
func (v *venue) priceAt(at time.Time) (float64, bool) {
	i, _ := slices.BinarySearchFunc(v.hours, at, func(p priceAt, at time.Time) int {
		if p.at.After(at) {
			return 1
		}
		return -1
	})
	if i == 0 || at.Sub(v.hours[i-1].at) > 2*time.Hour {
		return 0, false
	}
	return v.hours[i-1].price, true
}
