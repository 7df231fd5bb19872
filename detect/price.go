package detect

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// PriceOptions sets up a PriceDetector. The zero value is the published behaviour.
type PriceOptions struct {
	// Scale multiplies every horizon's number of standard deviations; 0 means one. Less is more alarms.
	Scale float64
}

// horizons are the spans over which a fall is looked for. Below the floor no fall is news, however quiet the
// market was: the floor is what a subscriber would want to be woken for.
var horizons = [...]struct {
	span   time.Duration
	floor  float64
	sigmas float64
}{
	{time.Hour, 0.05, 5},
	{4 * time.Hour, 0.07, 4.5},
	{24 * time.Hour, 0.085, 3.2},
}

const (
	// ready is how long after its first bar a market may speak, from the floors alone until it knows more.
	ready = 6 * time.Hour
	// volatilitySpan is the time constant of the volatility; a week's regime, not an hour's panic.
	volatilitySpan = 10 * 24 * time.Hour
	// furtherStep is how much deeper than the last word a fall must be for another.
	furtherStep = 0.05
	// regained is the part of the fall that must be won back to end the episode.
	regained = 0.65
	// spent ends an episode that has not fallen further for this long: the new price is the price.
	spent = 120 * time.Hour
	// present is how long ago a venue may have delivered to have a vote.
	present = 24 * time.Hour
	// agreeing is how long a venue's fall counts towards the majority.
	agreeing = 30 * time.Minute
)

// stablecoins are watched by level, not by return.
var stablecoins = map[string]bool{"USDT": true, "USDC": true, "DAI": true}

// PriceDetector finds falls of assets' prices in bars.
//
// A fall is measured from the highest close of the last hour, four hours and day to the newest close, and must
// exceed both a floor and a multiple of the recent volatility over that span. A majority of the venues that
// delivered the market within 24 hours must see it; a lone venue decides. An episode speaks again at each
// further step down and ends when two thirds are won back or nothing has fallen further for five days.
type PriceDetector struct {
	opts    PriceOptions
	markets map[string]*market // by asset
}

type market struct {
	asset   string
	venues  []*venue // in the order first seen, so that nothing depends on map order
	episode *priceEpisode
	peg     peg
}

type priceEpisode struct {
	top   float64 // the close it fell from, on the venue that spoke
	venue string
	since time.Time
	told  float64 // the deepest fall spoken of, as a positive ratio
	low   float64
	moved time.Time // when it last fell further
}

// venue is one market at one place.
type venue struct {
	name     string
	first    time.Time
	end      time.Time // of the newest bar
	close    float64
	variance float64 // of the log return, per hour
	highs    [len(horizons)]highest
	falling  time.Time // when it last saw a fall
	hours    []priceAt // hourly closes of the last days, for Measure
}

type priceAt struct {
	at    time.Time
	price float64
}

// keepHours is how long a fall can be measured back.
const keepHours = 9 * 24 * time.Hour

// NewPrice makes a detector that has seen no bars.
func NewPrice(opts PriceOptions) *PriceDetector {
	if opts.Scale <= 0 {
		opts.Scale = 1
	}
	return &PriceDetector{opts: opts, markets: map[string]*market{}}
}

// Tick implements Detector. A bar's own time says all that the detector needs.
func (d *PriceDetector) Tick(time.Time) []intel.Signal { return nil }

// Observe implements Detector.
func (d *PriceDetector) Observe(o intel.Observation) []intel.Signal {
	b, ok := o.Body.(intel.Bar)
	if !ok || b.Close <= 0 || math.IsInf(b.Close, 0) || math.IsNaN(b.Close) {
		return nil
	}
	m := d.market(b.Asset)
	v := m.venue(o.Source)
	end := o.Time.Add(b.Interval)
	if !end.After(v.end) {
		return nil // an older bar can neither be news nor be put in order any more
	}
	if stablecoins[b.Asset] {
		v.take(end, b.Close)
		return m.peg.observe(o, b, end)
	}
	drop, top, fell := v.fall(end, b.Close, d.opts.Scale)
	v.take(end, b.Close)
	if fell {
		v.falling = end
	}
	if m.episode != nil {
		return m.follow(o, b, end)
	}
	if !fell || !m.majority(end) {
		return nil
	}
	m.episode = &priceEpisode{
		top: top.price, venue: o.Source, since: top.at, told: drop, low: b.Close, moved: end,
	}
	return []intel.Signal{m.signal(o, intel.Onset, drop, "fell")}
}

func (d *PriceDetector) market(asset string) *market {
	m := d.markets[asset]
	if m == nil {
		m = &market{asset: asset}
		d.markets[asset] = m
	}
	return m
}

func (m *market) venue(name string) *venue {
	for _, v := range m.venues {
		if v.name == name {
			return v
		}
	}
	v := &venue{name: name}
	m.venues = append(m.venues, v)
	return v
}

// majority says whether more than half of the venues present see a fall.
func (m *market) majority(now time.Time) bool {
	var here, agree int
	for _, v := range m.venues {
		if now.Sub(v.end) < present {
			here++
			if !v.falling.IsZero() && now.Sub(v.falling) < agreeing {
				agree++
			}
		}
	}
	return 2*agree > here
}

// follow goes on with an episode: a further step, its recovery, or its end without a word. Only the venue that
// began it speaks of it, unless that has gone.
func (m *market) follow(o intel.Observation, b intel.Bar, end time.Time) []intel.Signal {
	e := m.episode
	if o.Source != e.venue {
		if leader := m.venue(e.venue); end.Sub(leader.end) < present {
			return nil
		}
		e.venue = o.Source
	}
	if b.Close < e.low {
		e.low, e.moved = b.Close, end
	}
	drop := 1 - b.Close/e.top
	switch {
	case drop >= e.told+furtherStep:
		e.told = drop
		return []intel.Signal{m.signal(o, intel.Ongoing, drop, "fell further")}
	case b.Close-e.low >= regained*(e.top-e.low):
		s := m.signal(o, intel.Easing, drop, "has won back two thirds of its fall")
		m.episode = nil
		return []intel.Signal{s}
	case end.Sub(e.moved) >= spent:
		s := m.signal(o, intel.Easing, drop, "has stopped falling")
		m.episode = nil
		return []intel.Signal{s}
	}
	return nil
}

func (m *market) signal(o intel.Observation, phase intel.Phase, drop float64, what string) intel.Signal {
	return intel.Signal{
		Time: o.Known, Observation: o.Label(), Key: o.Key(), Kind: intel.Price, Phase: phase,
		Assets: []string{m.asset}, Since: m.episode.since,
		Magnitude: &intel.Figure{Of: intel.OfPrice, Value: round(-drop), Unit: intel.UnitRatio},
		Sources:   []intel.Source{{Name: o.Source, Tier: intel.Official, Instrument: true, Heard: o.Known}},
		Title:     m.asset + " " + what, Alert: intel.AlertPush,
		Reasons: []string{fmt.Sprintf("%d of %d venues", m.agreeing(o), len(m.venues))},
	}
}

func (m *market) agreeing(o intel.Observation) int {
	n := 0
	for _, v := range m.venues {
		if !v.falling.IsZero() && o.Known.Sub(v.falling) < present {
			n++
		}
	}
	return n
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

// Measure says how the price has changed since an onset. There is no interval: a price is what it is.
func (d *PriceDetector) Measure(asset string, since, now time.Time) (intel.Measurement, bool) {
	m := d.markets[asset]
	if m == nil {
		return intel.Measurement{}, false
	}
	var changes []float64
	var until time.Time
	for _, v := range m.venues {
		was, ok := v.priceAt(since)
		if !ok || !v.end.After(since) || now.Sub(v.end) > stale {
			continue
		}
		changes = append(changes, v.close/was-1)
		until = v.end
	}
	if len(changes) == 0 {
		return intel.Measurement{}, false
	}
	slices.Sort(changes)
	return intel.Measurement{
		Figure: intel.Figure{
			Of: intel.OfPrice, Value: round(changes[len(changes)/2]), Unit: intel.UnitRatio,
		},
		Asset: asset, Since: since, At: now, Over: until.Sub(since),
	}, true
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
