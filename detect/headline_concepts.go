package detect

import (
	"fmt"
	"slices"
	"strconv"
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
		{"place", &w.place}, {"money", &w.money}, {"ratio", &w.ratio}, {"bigmove", &w.big}, {"round", &w.round},
		{"asks", &w.asks}, {"strong", new(headlineConcept)},
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
	at      [][]headlineHit // by concept
	title   headlineSet
	summary headlineSet
}

// find looks a text up. Places are the gazetteer's finds.
func (w *headlineWords) find(t *headlineText, places []headlineHit) *headlineHits {
	type found struct {
		hit     headlineHit
		concept headlineConcept
	}
	all := make([]found, 0, 2*len(t.tokens))
	masked := make([]headlineHit, 0, 4)
	w.trie.match(t.tokens, func(leaf int32, start, end int) {
		hit, concept := headlineHit{start, end}, headlineConcept(leaf>>2)
		switch {
		case !headlineWritten(t.tokens[start], int(leaf&3)):
		case concept == w.mask:
			masked = append(masked, hit)
		default:
			all = append(all, found{hit, concept})
		}
	})
	counts := make([]int, len(w.names))
	for i := range all {
		counts[all[i].concept]++
	}
	h := &headlineHits{text: t, at: make([][]headlineHit, len(w.names))}
	store := make([]headlineHit, len(all))
	for c, n := range counts {
		h.at[c], store = store[:0:n], store[n:]
	}
	for i := range all {
		if !headlineMasked(masked, all[i].hit) {
			h.put(all[i].concept, all[i].hit)
		}
	}
	for _, hit := range places {
		h.put(w.place, hit)
	}
	w.findFigures(h)
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

// headlineMasked says whether a hit lies inside a longer phrase that means something else.
func headlineMasked(masked []headlineHit, hit headlineHit) bool {
	return slices.ContainsFunc(masked, func(m headlineHit) bool {
		return m.start <= hit.start && hit.end <= m.end && m.end-m.start > hit.end-hit.start
	})
}

func (h *headlineHits) put(c headlineConcept, hit headlineHit) {
	h.at[c] = append(h.at[c], hit)
	if h.text.tokens[hit.start].part == 0 {
		h.title.add(c)
	} else {
		h.summary.add(c)
	}
}

// findFigures marks percentages and amounts of money.
func (w *headlineWords) findFigures(h *headlineHits) {
	tokens := h.text.tokens
	for i, t := range tokens {
		if !t.number {
			continue
		}
		if i+1 < len(tokens) && headlinePercent(tokens, i+1) > 0 {
			h.put(w.ratio, headlineHit{i, i + 1})
			if v, ok := headlineValue(t.word); ok && v >= 7 {
				h.put(w.big, headlineHit{i, i + 1})
			}
		}
		if i > 0 && headlineCurrency(tokens[i-1].word) {
			h.put(w.money, headlineHit{i - 1, i + 1})
			if strings.HasSuffix(t.word, "0,000") || strings.HasSuffix(t.word, "5,000") {
				h.put(w.round, headlineHit{i - 1, i + 1})
			}
		}
	}
	if h.text.split > 0 && headlineAsks(h.text) {
		h.put(w.asks, headlineHit{0, 1})
	}
}

// headlineAsks says whether the title is a question or announces an answer to one: "Why ...".
func headlineAsks(t *headlineText) bool {
	switch t.tokens[0].word {
	case "why", "how", "what", "who", "where", "warum", "por", "почему", "как", "为什么", "لماذا", "چرا":
		return true
	}
	return strings.HasSuffix(strings.TrimRight(t.title, " \"'”’"), "?")
}

// headlineValue reads a number with a point or a comma before its decimals, and with either between thousands.
func headlineValue(word string) (float64, bool) {
	point := strings.LastIndexAny(word, ".,")
	if point >= 0 && (len(word)-point == 4 && word[:point] != "0" || strings.Count(word, word[point:point+1]) > 1) {
		point = -1 // "205,000"
	}
	whole, decimals := word, ""
	if point >= 0 {
		whole, decimals = word[:point], "."+word[point+1:]
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	v, err := strconv.ParseFloat(whole+decimals, 64)
	return v, err == nil
}

// headlinePercent is how many tokens at i say "percent", or 0.
func headlinePercent(tokens []headlineToken, i int) int {
	switch tokens[i].word {
	case "%", "percent", "pct", "процентов", "процента", "відсотків":
		return 1
	case "per", "por", "в", "في", "pour":
		if i+1 < len(tokens) {
			switch tokens[i+1].word {
			case "cent", "ciento", "cento", "المئه", "المائه":
				return 2
			}
		}
	case "بالمئه", "بالمائه", "درصد":
		return 1
	}
	return 0
}

func headlineCurrency(word string) bool {
	switch word {
	case "$", "€", "£", "¥", "usd":
		return true
	}
	return false
}
