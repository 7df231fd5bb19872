package detect

import (
	"math"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// measureBaseline is the time before an onset that a measurement compares with.
	measureBaseline = 14 * 24 * time.Hour
	// measureFirst is the time after an onset from which there is something to say.
	measureFirst = 3 * time.Hour
	// stale is how old the newest block may be before it is the watcher that is missing, not the blocks.
	stale = 2 * time.Hour
)

// Measure says how the hashrate has changed since an onset that something else than the blocks named, with its
// 95 % interval: the rate since then against the 14 days before. That is one hypothesis instead of "anything at
// any time", so it can speak where no detector may.
func (d *HashrateDetector) Measure(since, now time.Time) (intel.Measurement, bool) {
	if d.chain.restated {
		d.refold()
	}
	c := &d.chain
	if len(c.links) == 0 {
		return intel.Measurement{}, false
	}
	until := now.Unix()
	if last := c.links[len(c.links)-1].at; until-last > int64(stale/time.Second) {
		until = last
	}
	onset, start := since.Unix(), since.Add(-measureBaseline).Unix()
	if until-onset < int64(measureFirst/time.Second) || c.links[0].at > start+int64(stale/time.Second) {
		return intel.Measurement{}, false
	}
	usual, n0 := c.rate(start, onset)
	got, n1 := c.rate(onset, until)
	if n0 < 1000 || usual == 0 {
		return intel.Measurement{}, false
	}
	return intel.Measurement{
		Figure: fall(got/usual, math.Max(n1, 1), n0), Since: since, At: now,
		Over: time.Duration(until-onset) * time.Second,
	}, true
}

// rate is the work done in a span of time, by its second, and how many blocks did it.
func (c *chain) rate(from, to int64) (perSecond, blocks float64) {
	i, j := c.find(from), c.find(to)
	if i == 0 || j <= i {
		return 0, 0
	}
	a, b := c.links[i-1], c.links[j-1]
	return (b.work - a.work) / float64(to-from), float64(b.height - a.height)
}
