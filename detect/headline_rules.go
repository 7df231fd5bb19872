package detect

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// headlineRule says: where these words stand near each other, this kind of happening is spoken of.
type headlineRule struct {
	kind    intel.Kind
	weight  int // 3 in the title is enough alone; below zero it speaks against the kind
	push    int // 1 it is worth a push when it is news, 2 even as a threat
	phase   intel.Phase
	title   bool // it looks at the title only
	terms   []headlineTerm
	within  int
	without headlineSet // none of these may stand in the same part
}

// headlineTerm is met by any of its concepts.
type headlineTerm struct {
	any    []headlineConcept
	set    headlineSet
	follow bool // it must stand after the term before it
}

// headlineFarthest is the window of a rule that names none: the sentence.
const headlineFarthest = 40

// headlineFarthestBelow is the widest window in a summary, whose sentences are long and speak of many things.
const headlineFarthestBelow = 12

// parseHeadlineRules reads rules, one a line:
//
//	kind weight[!][!] [phase=word] [title] : term [>]term|term ... [/window] [-without ...]
//
// "!" marks what is worth a push, "!!" what is so even as a threat. Lines that begin with "#" are comments.
func parseHeadlineRules(text string, names map[string]headlineConcept) ([]headlineRule, error) {
	var rules []headlineRule
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		rule, err := parseHeadlineRule(line, names)
		if err != nil {
			return nil, fmt.Errorf("rule in line %d, %q: %w", n+1, line, err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func parseHeadlineRule(line string, names map[string]headlineConcept) (headlineRule, error) {
	r := headlineRule{within: headlineFarthest}
	head, body, ok := strings.Cut(line, ":")
	fields := strings.Fields(head)
	if !ok || len(fields) < 2 {
		return r, fmt.Errorf("want kind, weight and a colon")
	}
	if r.kind = intel.Kind(fields[0]); !slices.Contains(intel.Kinds(), r.kind) {
		return r, fmt.Errorf("no such kind: %q", fields[0])
	}
	r.push = strings.Count(fields[1], "!")
	var err error
	if r.weight, err = strconv.Atoi(strings.TrimRight(fields[1], "!")); err != nil {
		return r, fmt.Errorf("weight: %w", err)
	}
	for _, f := range fields[2:] {
		if phase, isPhase := strings.CutPrefix(f, "phase="); isPhase {
			r.phase = intel.Phase(phase)
		} else if f == "title" {
			r.title = true
		} else {
			return r, fmt.Errorf("unknown word %q", f)
		}
	}
	return r, r.parseBody(body, names)
}

func (r *headlineRule) parseBody(body string, names map[string]headlineConcept) error {
	for _, f := range strings.Fields(body) {
		if window, isWindow := strings.CutPrefix(f, "/"); isWindow {
			n, err := strconv.Atoi(window)
			if err != nil {
				return fmt.Errorf("window: %w", err)
			}
			r.within = n
			continue
		}
		word, without := strings.CutPrefix(f, "-")
		word, follow := strings.CutPrefix(word, ">")
		term := headlineTerm{follow: follow}
		for _, name := range strings.Split(word, "|") {
			c, known := names[name]
			if !known {
				return fmt.Errorf("no such group: %q", name)
			}
			term.any = append(term.any, c)
			term.set.add(c)
		}
		if without {
			for _, c := range term.any {
				r.without.add(c)
			}
			continue
		}
		r.terms = append(r.terms, term)
	}
	if len(r.terms) == 0 {
		return fmt.Errorf("no terms")
	}
	return nil
}

// match looks for the rule in one part of a text and returns the tokens that meet it.
func (r *headlineRule) match(h *headlineHits, part uint8) (headlineHit, bool) {
	present, within := h.title, r.within
	if part == 1 {
		present, within = h.summary, min(within, headlineFarthestBelow)
	}
	if present.meets(r.without) {
		return headlineHit{}, false
	}
	for i := range r.terms {
		if !present.meets(r.terms[i].set) {
			return headlineHit{}, false
		}
	}
	for _, c := range r.terms[0].any {
		for _, first := range h.in(c, part) {
			if span, ok := r.complete(h, first, within); ok {
				return span, true
			}
		}
	}
	return headlineHit{}, false
}

// in returns the hits of a concept in one part of the text.
func (h *headlineHits) in(c headlineConcept, part uint8) []headlineHit {
	hits := h.of(c)
	n := sort.Search(len(hits), func(i int) bool { return hits[i].start >= h.text.split })
	if part == 0 {
		return hits[:n]
	}
	return hits[n:]
}

// complete looks for the rule's other terms around the first.
func (r *headlineRule) complete(h *headlineHits, first headlineHit, within int) (headlineHit, bool) {
	span, last := first, first
	for _, term := range r.terms[1:] {
		hit, ok := h.nearest(term, first, last, within)
		if !ok {
			return span, false
		}
		span.start, span.end = min(span.start, hit.start), max(span.end, hit.end)
		last = hit
	}
	return span, true
}

// nearest finds a hit of the term in the same sentence, at most within tokens from first and apart from it.
func (h *headlineHits) nearest(term headlineTerm, first, last headlineHit, within int) (headlineHit, bool) {
	sent := h.text.tokens[first.start].sent
	best, found := headlineHit{}, false
	for _, c := range term.any {
		hits := h.of(c)
		i := sort.Search(len(hits), func(i int) bool { return hits[i].start >= first.start-within-4 })
		for ; i < len(hits) && hits[i].start <= first.end+within; i++ {
			hit := hits[i]
			if h.text.tokens[hit.start].sent != sent || hit.start < first.end && first.start < hit.end ||
				first.start-hit.end > within || term.follow && hit.start < last.end {
				continue
			}
			if !found || headlineGap(hit, first) < headlineGap(best, first) {
				best, found = hit, true
			}
		}
	}
	return best, found
}

func headlineGap(a, b headlineHit) int {
	if a.start >= b.end {
		return a.start - b.end
	}
	return b.start - a.end
}
