package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// readingSpan is the time that the hashrate shown to people rests on.
	readingSpan = 24 * time.Hour
	// readingLeast is the fewest blocks that say anything of a rate.
	readingLeast = 20
	// hashesPerDifficulty is how many hashes a block takes on average, for each unit of difficulty.
	hashesPerDifficulty = 1 << 32
	exa                 = 1e18
	// quantile95 is how many standard deviations hold 95 % of a normal distribution on either side.
	quantile95 = 1.96
)

// Readings are what the instruments show now, for people who ask: the hashrate, and each market's price by asset.
// An instrument that has seen nothing is left out; one that is silent gives its last, with its time.
func (s *Set) Readings() []intel.Reading {
	var all []intel.Reading
	if r, ok := s.hashrate.reading(); ok {
		all = append(all, r)
	}
	return append(all, s.price.readings()...)
}

// reading is the mean hashrate of the last day by the blocks found, in EH/s. Its interval is that of a rate known
// from so many events that come at random.
func (d *HashrateDetector) reading() (intel.Reading, bool) {
	if d.chain.restated {
		d.refold()
	}
	c := &d.chain
	if len(c.links) == 0 {
		return intel.Reading{}, false
	}
	until := c.links[len(c.links)-1].at
	// rate takes the blocks before an end; the newest one ends the span.
	perSecond, blocks := c.rate(until-int64(readingSpan/time.Second)+1, until+1)
	if blocks < readingLeast {
		return intel.Reading{}, false
	}
	value := perSecond * hashesPerDifficulty / exa
	low, high := rateInterval(blocks)
	r := intel.Reading{
		Of: intel.OfHashrate, Value: value, Low: ptr(value * low), High: ptr(value * high),
		At: time.Unix(until, 0).UTC(), Source: "blocks",
		Over: fmt.Sprintf("%.0f blocks in 24 h", blocks),
	}
	for _, over := range []time.Duration{7 * 24 * time.Hour, 30 * 24 * time.Hour} {
		from := until - int64((readingSpan+over)/time.Second)
		was, before := c.rate(from, until-int64(readingSpan/time.Second))
		if before < readingLeast || was == 0 {
			continue
		}
		f := fall(perSecond/was, blocks, before)
		r.Moves = append(r.Moves, intel.Move{Over: over, Change: f.Value, Low: f.Low, High: f.High})
	}
	return r, true
}

// rateInterval is the 95 % interval of a rate known from n events, as factors of the rate: the quantiles of a
// gamma distribution by Wilson and Hilferty, which from 20 events on are off by less than one in a thousand.
func rateInterval(n float64) (low, high float64) {
	at := func(z float64) float64 { return math.Pow(1-1/(9*n)+z/(3*math.Sqrt(n)), 3) }
	return at(-quantile95), at(quantile95)
}

// readings are the newest prices, by asset: the median of the venues that delivered within the hour before the
// newest did.
func (d *PriceDetector) readings() []intel.Reading {
	var all []intel.Reading
	for _, m := range d.markets {
		if r, ok := m.reading(); ok {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b intel.Reading) int { return cmp.Compare(a.Asset, b.Asset) })
	return all
}

func (m *market) reading() (intel.Reading, bool) {
	r := intel.Reading{Of: intel.OfPrice, Asset: m.asset}
	for _, v := range m.venues {
		if v.end.After(r.At) {
			r.At = v.end
		}
	}
	var present []*venue
	for _, v := range m.venues {
		if !v.end.IsZero() && r.At.Sub(v.end) < time.Hour {
			present = append(present, v)
		}
	}
	if len(present) == 0 {
		return r, false
	}
	slices.SortStableFunc(present, func(a, b *venue) int { return cmp.Compare(a.close, b.close) })
	middle := present[len(present)/2]
	r.Value, r.Source = middle.close, middle.name
	if len(present) > 1 {
		r.Over = fmt.Sprintf("median of %d venues", len(present))
	}
	for _, over := range []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
		if was, ok := middle.priceAt(r.At.Add(-over)); ok && was > 0 {
			r.Moves = append(r.Moves, intel.Move{Over: over, Change: middle.close/was - 1})
		}
	}
	return r, true
}
