package detect

import (
	"fmt"
	"strings"
)

// headlineConcept numbers a group of the lexicon.
type headlineConcept = uint8

// headlineSet is a set of concepts.
type headlineSet [4]uint64

func (s *headlineSet) add(c headlineConcept)     { s[c>>6] |= 1 << (c & 63) }
func (s headlineSet) has(c headlineConcept) bool { return s[c>>6]&(1<<(c&63)) != 0 }
func (s headlineSet) meets(o headlineSet) bool {
	return s[0]&o[0]|s[1]&o[1]|s[2]&o[2]|s[3]&o[3] != 0
}

// headlineWords finds the lexicon's groups in a text.
type headlineWords struct {
	names map[string]headlineConcept
	trie  *headlineTrie
	mask  headlineConcept
	place headlineConcept // stands where the gazetteer found a place
	money headlineConcept // an amount of money
	ratio headlineConcept // a percentage
	big   headlineConcept // a percentage of seven or more
	round headlineConcept // a round amount of money: $40,000
	asks  headlineConcept // the title is a question
}

// How a phrase must be written: anyhow, with a capital, or in capitals ("^fed", "^^sec").
const (
	headlineAnyhow = iota
	headlineCapital
	headlineCaps
)

// newHeadlineWords reads a lexicon; see [headlineLexicon] for its form.
func newHeadlineWords(lexicon string) (*headlineWords, error) {
	w := &headlineWords{names: map[string]headlineConcept{}, trie: newHeadlineTrie()}
	for _, group := range strings.Split(strings.TrimSpace(lexicon), "\n\n") {
		name, phrases, ok := strings.Cut(group, ":")
		if !ok {
			return nil, fmt.Errorf("lexicon: a group without a name: %.40q", group)
		}
		concept, err := w.concept(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		for phrase := range strings.SplitSeq(phrases, ",") {
			w.add(strings.TrimSpace(phrase), concept)
		}
	}
	for _, sign := range []struct {
		name string
		at   *headlineConcept
	}{
		{"place", &w.place},
		{"money", &w.money},
		{"ratio", &w.ratio},
		{"bigmove", &w.big},
		{"round", &w.round},
		{"asks", &w.asks},
		{"strong", new(headlineConcept)},
	} {
		concept, err := w.concept(sign.name)
		if err != nil {
			return nil, err
		}
		*sign.at = concept
	}
	w.mask = w.names["mask"]
	return w, nil
}

func (w *headlineWords) concept(name string) (headlineConcept, error) {
	if _, twice := w.names[name]; twice {
		return 0, fmt.Errorf("lexicon: group %q stands twice", name)
	}
	if len(w.names) == 256 {
		return 0, fmt.Errorf("lexicon: too many groups at %q", name)
	}
	w.names[name] = headlineConcept(len(w.names))
	return w.names[name], nil
}

func (w *headlineWords) add(phrase string, concept headlineConcept) {
	bare := strings.TrimLeft(phrase, "^")
	w.trie.add(bare, int32(concept)<<2|int32(len(phrase)-len(bare)))
}

// headlineHit is a group of the lexicon found at the tokens [start, end).
type headlineHit struct {
	start, end int
}

// headlineHits is what was found in a text, by concept and in the order of the text.
type headlineHits struct {
	text    *headlineText
	hits    []headlineHit // those of concept c are hits[first[c]:first[c+1]]
	first   []int32
	title   headlineSet
	summary headlineSet
}

// of returns the hits of a concept.
func (h *headlineHits) of(c headlineConcept) []headlineHit { return h.hits[h.first[c]:h.first[c+1]] }

// headlineFound is a hit before the hits are put in order.
type headlineFound struct {
	headlineHit
	concept headlineConcept
}

// find looks a text up, and for the gazetteer's names with it.
func (w *headlineWords) find(t *headlineText, g *gazetteer) (*headlineHits, []gazetteerHit) {
	all := make([]headlineFound, 0, 3*len(t.tokens)+8)
	masked := make([]headlineHit, 0, 8)
	places := make([]gazetteerHit, 0, 8)
	w.trie.match(t.tokens, func(leaf int32, start, end int) {
		hit, concept := headlineHit{start, end}, headlineConcept(leaf>>2)
		switch {
		case leaf < 0:
			places = append(places, g.hit(leaf, start, end))
		case !headlineWritten(t.tokens[start], int(leaf&3)):
		case concept == w.mask:
			masked = append(masked, hit)
		default:
			all = append(all, headlineFound{hit, concept})
		}
	})
	all = headlineUnmasked(all, masked)
	places = g.choose(t, places)
	for _, p := range places {
		all = append(all, headlineFound{headlineHit{p.start, p.end}, w.place})
	}
	return w.sort(t, w.appendFigures(all, t)), places
}

// sort puts what was found in order by concept. Within a concept it is in the order of the text already.
func (w *headlineWords) sort(t *headlineText, all []headlineFound) *headlineHits {
	h := &headlineHits{text: t, hits: make([]headlineHit, len(all)), first: make([]int32, len(w.names)+2)}
	for i := range all {
		h.first[all[i].concept+2]++
	}
	for c := 2; c < len(h.first); c++ {
		h.first[c] += h.first[c-1]
	}
	for _, f := range all {
		h.hits[h.first[f.concept+1]] = f.headlineHit
		h.first[f.concept+1]++
		if t.tokens[f.start].part == 0 {
			h.title.add(f.concept)
		} else {
			h.summary.add(f.concept)
		}
	}
	return h
}

func headlineWritten(t headlineToken, how int) bool {
	switch how {
	case headlineCapital:
		return t.capital
	case headlineCaps:
		return t.caps
	}
	return true
}

// headlineUnmasked drops the hits that lie inside a longer phrase which means something else. Both lists are in
// the order of the text.
func headlineUnmasked(all []headlineFound, masked []headlineHit) []headlineFound {
	if len(masked) == 0 {
		return all
	}
	kept := all[:0]
	next := 0
	for _, f := range all {
		for next < len(masked) && masked[next].end <= f.start {
			next++
		}
		inside := false
		for i := next; i < len(masked) && masked[i].start <= f.start; i++ {
			m := masked[i]
			inside = inside || f.end <= m.end && m.end-m.start > f.end-f.start
		}
		if !inside {
			kept = append(kept, f)
		}
	}
	return kept
}
