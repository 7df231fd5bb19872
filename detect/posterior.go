package detect

import (
	"math"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// posterior is what is known of the part of a rate that is left after a fall.
type posterior struct{ mean, low, high float64 } // low and high are the 2.5 and 97.5 % quantiles

func (p posterior) times(f float64) posterior { return posterior{p.mean * f, p.low * f, p.high * f} }

func (p posterior) figure() intel.Figure {
	return intel.Figure{
		Of: intel.OfHashrate, Value: round(p.mean - 1), Low: ptr(round(p.low - 1)), High: ptr(round(p.high - 1)),
		Unit: intel.UnitRatio,
	}
}

const (
	leastLeft = 0.25
	mostLeft  = 0.97
	leftSteps = 37
)

// estimate finds where a fall most likely began and which part of the rate is left. The likeliest beginning is the
// one that makes the fall look deepest, so that a figure taken from it alone would be too deep and too sure: every
// possible beginning and every size count with their likelihood.
func (s *hashrateState) estimate(c *chain, i int, b baseline) (began int, left posterior) {
	now := c.links[i]
	earliest := max(s.from, now.at-int64(searchSpan/time.Second))
	likelihood := func(k int, r float64) float64 {
		got := float64(now.height - c.links[k].height)
		usual := b.rate * float64(now.at-c.links[k].at) * got / (now.work - c.links[k].work)
		return got*math.Log(r) + (1-r)*usual
	}
	top := math.Inf(-1)
	began = i - 1
	for k := i - 1; k >= 0 && c.links[k].at >= earliest; k-- {
		for n := range leftSteps {
			if l := likelihood(k, leftAt(n)); l > top {
				top, began = l, k
			}
		}
	}
	var weights [leftSteps]float64
	for k := i - 1; k >= 0 && c.links[k].at >= earliest; k-- {
		for n := range leftSteps {
			weights[n] += math.Exp(likelihood(k, leftAt(n)) - top)
		}
	}
	return began, summarise(weights[:])
}

func leftAt(n int) float64 {
	return leastLeft + (mostLeft-leastLeft)*float64(n)/float64(leftSteps-1)
}

// summarise reads mean and quantiles off weights on a grid, interpolating between its points.
func summarise(weights []float64) posterior {
	var sum, mean float64
	for n, w := range weights {
		sum += w
		mean += w * leftAt(n)
	}
	quantile := func(q float64) float64 {
		seen := 0.0
		for n, w := range weights {
			if seen+w >= q*sum {
				half := (leftAt(1) - leftAt(0)) / 2
				return leftAt(n) - half + 2*half*(q*sum-seen)/w
			}
			seen += w
		}
		return mostLeft
	}
	return posterior{mean / sum, quantile(0.025), quantile(0.975)}
}
