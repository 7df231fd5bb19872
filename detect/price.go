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
	// dollars is the only currency whose markets are watched.
	dollars = "USD"
	// firstMarket is the year before which nothing here had a price.
	firstMarket = 2009
)

// stablecoins are watched by level, not by return.
var stablecoins = map[string]bool{"USDT": true, "USDC": true, "DAI": true}

// PriceDetector finds falls of assets' prices in bars.
//
// A fall is measured from the highest close of the last hour, four hours and day to the newest close, and must
// exceed both a floor and a multiple of the recent volatility over that span. A majority of the venues that
// delivered the market within 24 hours must see it; a lone venue decides. An episode speaks again at each
// further step down and ends when two thirds are won back or nothing has fallen further for five days. A market
// without a bar for longer than a day ends its episode without a word: nobody knows what happened meanwhile.
//
// Only markets in US dollars are watched, so that an asset has one market and one episode, and a move of another
// currency is not taken for one of the asset. A watcher that takes a dollar token for a dollar says USD.
type PriceDetector struct {
	opts    PriceOptions
	markets map[string]*market // by asset
}

type market struct {
	asset   string
	venues  []*venue // in the order first seen, so that nothing depends on map order
	episode *priceEpisode
	peg     *pegEpisode
}

type priceEpisode struct {
	top   float64 // the close it fell from, on the venue that spoke
	venue string
	since time.Time
	told  float64 // the deepest fall spoken of, as a positive ratio
	low   float64
	moved time.Time // when it last fell further
}

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
	if !ok || b.Currency != dollars || !sound(o, b) {
		return nil
	}
	m := d.market(b.Asset)
	v := m.venue(o.Source)
	end := o.Time.Add(b.Interval)
	if end.After(o.Known) {
		end = o.Known // a bar still being made is a price of now, not of its end
	}
	if !end.After(v.end) || v.coarser(b.Interval, end) {
		return nil // an older bar can neither be news nor be put in order any more
	}
	v.interval = b.Interval
	m.wake(end)
	if stablecoins[b.Asset] {
		v.peg.note(b.Close, o.Time, v.end)
		v.take(end, b.Close)
		return m.watchPeg(o, b, v)
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

// sound says whether a bar can be believed at all. One that begins after it was known would, taken at its word,
// make all bars of its venue old until then.
func sound(o intel.Observation, b intel.Bar) bool {
	if b.Close <= 0 || math.IsInf(b.Close, 0) || math.IsNaN(b.Close) {
		return false
	}
	return b.Interval > 0 && b.Interval <= present && !o.Time.After(o.Known) && o.Time.Year() >= firstMarket
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

// wake ends, without a word, what was open when the market was last heard of, if that is long ago.
func (m *market) wake(now time.Time) {
	for _, v := range m.venues {
		if now.Sub(v.end) <= present {
			return
		}
	}
	m.episode, m.peg = nil, nil
}

// leads says whether a venue speaks of an episode; it takes over from a leader that has gone.
func (m *market) leads(leader *string, name string, now time.Time) bool {
	if name != *leader && now.Sub(m.venue(*leader).end) < present {
		return false
	}
	*leader = name
	return true
}

// follow goes on with an episode: a further step, its recovery, or its end without a word. Only the venue that
// began it speaks of it, unless that has gone.
func (m *market) follow(o intel.Observation, b intel.Bar, end time.Time) []intel.Signal {
	e := m.episode
	if !m.leads(&e.venue, o.Source, end) {
		return nil
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
