package detect

import (
	"cmp"
	"slices"

	"github.com/faultlinebot/faultline/intel"
)

// headlineEnough is what a kind must score to be named: as much as a rule of weight three in the title.
const headlineEnough = 6

// headlineOrder breaks ties: the rarer kinds, which say more, come first.
var headlineOrder = []intel.Kind{
	intel.Hashrate, intel.Shutdown, intel.Mining, intel.Exchange, intel.Sanctions, intel.Power, intel.Unrest,
	intel.Price, intel.Regulation, intel.Disaster, intel.Conflict,
}

type headlineScore struct {
	headlineFinding
	best, more, against int
}

// judge weighs all rules and returns the kinds that are spoken of, most important first. A kind scores its heaviest
// rule, twice its weight if the title meets it, one more for each further rule but two at most, less what speaks
// against it.
func (d *Headline) judge(h *headlineHits) []headlineFinding {
	scores := make([]headlineScore, 0, 8)
	for i := range d.rules {
		rule := &d.rules[i]
		for part := uint8(0); part < 2; part++ {
			if part == 1 && rule.title {
				continue
			}
			if span, ok := rule.match(h, part); ok {
				scores = headlineWeigh(scores, rule, part, span)
			}
		}
	}
	return headlineSpokenOf(scores)
}

func headlineWeigh(scores []headlineScore, rule *headlineRule, part uint8, span headlineHit) []headlineScore {
	i := slices.IndexFunc(scores, func(s headlineScore) bool { return s.kind == rule.kind })
	if i < 0 {
		scores = append(scores, headlineScore{headlineFinding: headlineFinding{kind: rule.kind}})
		i = len(scores) - 1
	}
	s := &scores[i]
	weight := rule.weight
	if part == 0 {
		weight *= 2
	}
	if weight < 0 {
		s.against -= weight
		return scores
	}
	if weight > s.best {
		if s.best > 0 {
			s.more++
		}
		s.best, s.phase, s.span, s.inTitle = weight, rule.phase, span, part == 0
	} else {
		s.more++
	}
	if part == 0 {
		s.push = max(s.push, rule.push)
	}
	return scores
}

func headlineSpokenOf(scores []headlineScore) []headlineFinding {
	for i := range scores {
		s := &scores[i]
		s.score = s.best + min(s.more, 2) - s.against
	}
	slices.SortStableFunc(scores, func(a, b headlineScore) int {
		return cmp.Or(cmp.Compare(b.score, a.score),
			cmp.Compare(slices.Index(headlineOrder, a.kind), slices.Index(headlineOrder, b.kind)))
	})
	var found []headlineFinding
	for _, s := range scores {
		if s.best > 0 && s.score >= headlineEnough {
			found = append(found, s.headlineFinding)
		}
	}
	return found
}
