package detect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// headlinePhases tells the phase of a finding: the first line whose kind and words fit decides. A line is
// "kinds phase : group group|group -group", "*" is every kind. Groups are looked for in the title, or in the
// summary where only the summary speaks of the kind. "asks" is a title that asks a question, "strong" a finding
// that a rule with "!" made, "bigmove" a move of seven per cent or more, "round" a round price such as $40,000.
const headlinePhases = `
* comment : commentlead
* comment : asks

mining,regulation,sanctions onset : passedlaw -denyword -modal

shutdown denial : denyword
shutdown threat : modal|infinitive -netcut
shutdown threat : modal -place
shutdown ongoing : still
shutdown comment : commentword|say
shutdown onset : strong

price comment : flows -heavy
price comment : longago
price comment : elsalvador
price ongoing : moved
price onset : bigmove fall|rise
price easing : rebound
price onset : round|money fall|rise -still
price ongoing : fall|rise still
price onset : fall|rise|record
price ongoing : heavy
price comment : crystal|commentword|say

hashrate onset : fall -rebound -commentword -still
hashrate easing : rebound|easing
hashrate comment : commentword
hashrate onset : fall
hashrate ongoing : rise
hashrate comment : say|crystal

exchange easing : returned -fail
exchange onset : hack -say -denyword -commentword -still
exchange threat : menace -fail
exchange ongoing : still|say|layoffs
exchange onset : fail
exchange comment : commentword|crystal

regulation ongoing : courtroutine enforce|etf
regulation denial : denyword
regulation onset : decree strong
regulation onset : enact legaltender strong -infinitive
regulation onset : enforce strong -menace -say
regulation threat : menace|infinitive -commentword
regulation comment : commentword|say|crystal
regulation onset : strong
regulation comment : legaltender|crypto|coin|platform

conflict easing : easing -war
conflict denial : denyword -menace
conflict threat : ponder
conflict threat : buildup -supply -still
conflict threat : menace -supply
conflict threat : infinitive -supply
conflict ongoing : supply
conflict easing : easing -say -still
conflict comment : say
conflict onset : attack strong -still
conflict ongoing : attack|still
conflict comment : commentword
conflict ongoing : war
conflict comment : kremlinist

sanctions denial : denyword
sanctions easing : easing -menace -say
sanctions threat : menace|infinitive
sanctions comment : say|commentword
sanctions ongoing : still|talk
sanctions onset : strong

unrest easing : easing
unrest threat : menace -strong -protest
unrest ongoing : say|coup -strong
unrest onset : strong erupts -still
unrest onset : strong coup -still
unrest ongoing : protest|coup

mining comment : commentword
mining onset : rule|enforce -say -still -menace
mining threat : menace|infinitive
mining ongoing : still rule|enforce
mining comment : mine|cryptomine

power threat : menace
power easing : easing
power ongoing : still
power comment : commentword

* threat : menace|infinitive
* easing : easing
* denial : denyword
* ongoing : still
* comment : commentword|say
`

// headlineCue is one line of a table such as [headlinePhases].
type headlineCue struct {
	kinds   []intel.Kind // none means every kind
	verdict string
	all     []headlineSet
	without headlineSet
}

// parseHeadlineCues reads such a table.
func parseHeadlineCues(table string, names map[string]headlineConcept) ([]headlineCue, error) {
	var cues []headlineCue
	for line := range strings.SplitSeq(table, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		head, body, _ := strings.Cut(line, ":")
		kinds, verdict, ok := strings.Cut(strings.TrimSpace(head), " ")
		if !ok {
			return nil, fmt.Errorf("cue %q: want kinds, verdict and a colon", line)
		}
		cue := headlineCue{verdict: verdict}
		for kind := range strings.SplitSeq(kinds, ",") {
			if kind == "*" {
				continue
			}
			if !slices.Contains(intel.Kinds(), intel.Kind(kind)) {
				return nil, fmt.Errorf("cue %q: no such kind: %q", line, kind)
			}
			cue.kinds = append(cue.kinds, intel.Kind(kind))
		}
		if err := cue.parseBody(body, names); err != nil {
			return nil, fmt.Errorf("cue %q: %w", line, err)
		}
		cues = append(cues, cue)
	}
	return cues, nil
}

func (c *headlineCue) parseBody(body string, names map[string]headlineConcept) error {
	for field := range strings.FieldsSeq(body) {
		word, without := strings.CutPrefix(field, "-")
		var set headlineSet
		for name := range strings.SplitSeq(word, "|") {
			concept, ok := names[name]
			if !ok {
				return fmt.Errorf("no such group: %q", name)
			}
			set.add(concept)
			if without {
				c.without.add(concept)
			}
		}
		if !without {
			c.all = append(c.all, set)
		}
	}
	return nil
}

func (c *headlineCue) fits(kind intel.Kind, words headlineSet) bool {
	if len(c.kinds) > 0 && !slices.Contains(c.kinds, kind) || words.meets(c.without) {
		return false
	}
	return !slices.ContainsFunc(c.all, func(s headlineSet) bool { return !words.meets(s) })
}

// headlineCues tell the phase of a finding and what it is worth.
type headlineCues struct {
	phases []headlineCue
	alerts []headlineCue
	strong headlineConcept
	lead   headlineConcept
	asks   headlineConcept
}

func newHeadlineCues(names map[string]headlineConcept) (headlineCues, error) {
	c := headlineCues{strong: names["strong"], lead: names["commentlead"], asks: names["asks"]}
	var err error
	if c.phases, err = parseHeadlineCues(headlinePhases, names); err != nil {
		return c, err
	}
	c.alerts, err = parseHeadlineCues(headlineAlerts, names)
	return c, err
}

// words are the groups that the cues look at for a finding.
func (c headlineCues) words(h *headlineHits, f *headlineFinding) headlineSet {
	words := h.title
	if !f.inTitle {
		words = h.summary
	}
	if f.push > 0 {
		words.add(c.strong)
	}
	return words
}

// phase says where in its life the happening is.
func (c headlineCues) phase(words headlineSet, f *headlineFinding) intel.Phase {
	if f.phase != "" && !words.has(c.lead) && !words.has(c.asks) {
		return f.phase
	}
	for i := range c.phases {
		if c.phases[i].fits(f.kind, words) {
			return intel.Phase(c.phases[i].verdict)
		}
	}
	return intel.Onset
}
