package detect

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// chain holds the newest blocks in the order of height, with a time that can be reckoned with.
//
// A header's time is set by its miner: it is not monotone and may lie two hours ahead, so that one header can
// look like two hours without a block. The median of a block's own time and its two predecessors' shrugs off a
// single wrong header at the price of one block's delay; a running maximum makes the rest monotone.
type chain struct {
	links []link
	keep  time.Duration
	// restated says that a block came in below the tip: whatever was folded over the chain has to be folded
	// anew.
	restated bool
}

type link struct {
	height int64
	header int64   // Unix seconds, as the miner says
	at     int64   // Unix seconds, monotone
	work   float64 // difficulty, summed from the first block held
	diff   float64
}

const (
	// ahead is how far in front of the world's clock a miner may date a header.
	ahead = 2 * time.Hour
	// leap is how many blocks at once can have been missed; what is further away is no block of this chain.
	leap = 20_000
)

// add puts a block where its height belongs, and says whether it is the new tip. What cannot be a block of this
// chain is left out: one wrong height or date would blind the detector for good.
func (c *chain) add(b intel.Block, header, known time.Time) (grown bool) {
	n := len(c.links)
	if header.After(known.Add(ahead)) || b.Difficulty <= 0 ||
		n > 0 && (b.Height > c.links[n-1].height+leap || b.Height < c.links[n-1].height-leap) {
		return false
	}
	l := link{height: b.Height, header: header.Unix(), diff: b.Difficulty}
	if n == 0 || b.Height > c.links[n-1].height {
		c.links = append(c.links, l)
		c.reckon(n)
		c.trim()
		return true
	}
	i, found := slices.BinarySearchFunc(c.links, b.Height, func(l link, h int64) int { return int(l.height - h) })
	if found {
		if c.links[i].header == l.header && c.links[i].diff == l.diff {
			return false // another source told of it before
		}
		c.links[i] = l
	} else {
		c.links = slices.Insert(c.links, i, l)
	}
	c.restated = true
	return false
}

// reckon sets what follows from the links before i.
func (c *chain) reckon(i int) {
	l := &c.links[i]
	l.at, l.work = l.header, l.diff
	if i == 0 {
		return
	}
	if i >= 2 {
		l.at = median(c.links[i-2].header, c.links[i-1].header, l.header)
	}
	before := c.links[i-1]
	l.at = max(l.at, before.at)
	// Blocks that are missing between the two were mined all the same.
	l.work = before.work + l.diff*float64(l.height-before.height)
}

// restate reckons everything again after blocks came in below the tip.
func (c *chain) restate() {
	for i := range c.links {
		c.reckon(i)
	}
	c.restated = false
	c.trim()
}

// trim forgets blocks that nothing asks for any more, a quarter of the span at a time.
func (c *chain) trim() {
	n := len(c.links)
	if c.restated || n == 0 || c.links[n-1].at-c.links[0].at < int64((c.keep+c.keep/4)/time.Second) {
		return
	}
	from := c.find(c.links[n-1].at - int64(c.keep/time.Second))
	c.links = append(c.links[:0], c.links[from:]...)
}

// find is the first link at or after a time.
func (c *chain) find(at int64) int {
	i, _ := slices.BinarySearchFunc(c.links, at, func(l link, at int64) int {
		if l.at < at {
			return -1
		}
		return 1
	})
	return i
}

func median(a, b, c int64) int64 {
	return max(min(a, b), min(max(a, b), c))
}
