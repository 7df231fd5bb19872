package detect

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/faultlinebot/faultline/intel"
)

// gazetteer finds the places that a text names: countries by name, people and cities from the list it is
// given, and the agencies, capitals-as-governments, leaders and regions of [gazetteerNames].
type gazetteer struct {
	trie   *headlineTrie
	places []gazetteerPlace // what the trie's leaves below zero mean: leaf ^i is places[i]
	known  map[string]bool
}

// gazetteerSort says what sort of name stands for a place.
type gazetteerSort uint8

// The sorts of names.
const (
	gazetteerCountry gazetteerSort = iota
	gazetteerDemonym
	gazetteerCity
	gazetteerRegion // a part of a country: a state, a province
	gazetteerAgency // a body that acts for its country: "SEC", "Kremlin"
	gazetteerLeader // a person or party; the weakest hint of a place
	gazetteerNone   // not a place, whatever it looks like: "South China Sea"
)

type gazetteerPlace struct {
	code string
	sort gazetteerSort
	how  int // how it must be written; see headlineWritten
}

// gazetteerHit is a place found at tokens [start, end).
type gazetteerHit struct {
	gazetteerPlace
	start, end int
}

// newGazetteer puts its names into the trie given, beside what else is looked for, so that a text is gone through
// once.
func newGazetteer(countries []intel.Country, trie *headlineTrie) *gazetteer {
	g := &gazetteer{trie: trie, known: map[string]bool{}}
	for i := range countries {
		c := &countries[i]
		g.known[c.Code] = true
		for _, name := range append([]string{c.Name}, c.Names...) {
			g.add(name, c.Code, gazetteerCountry)
		}
		for _, name := range c.Demonyms {
			g.add(name, c.Code, gazetteerDemonym)
		}
		for _, name := range c.Cities {
			g.add(name, c.Code, gazetteerCity)
		}
	}
	g.addNames(gazetteerNames)
	return g
}

// addNames reads a table of further names; see [gazetteerNames] for its form. Countries that are not in the
// gazetteer's own list are left out: a signal never names a place that the rest of the bot does not know.
func (g *gazetteer) addNames(table string) {
	for line := range strings.SplitSeq(table, "\n") {
		head, names, ok := strings.Cut(line, ":")
		code, word, _ := strings.Cut(strings.TrimSpace(head), " ")
		if !ok || code != "-" && !g.known[code] {
			continue
		}
		for name := range strings.SplitSeq(names, ",") {
			g.add(name, code, gazetteerSorts[word])
		}
	}
}

var gazetteerSorts = map[string]gazetteerSort{
	"name": gazetteerCountry, "people": gazetteerDemonym, "city": gazetteerCity, "region": gazetteerRegion,
	"agency": gazetteerAgency, "leader": gazetteerLeader, "none": gazetteerNone,
}

func (g *gazetteer) add(name, code string, sort gazetteerSort) {
	name = strings.TrimSpace(name)
	words := headlinePhraseWords(strings.TrimLeft(name, "^"))
	if len(words) == 0 || gazetteerCommon(words, sort) {
		return
	}
	place := gazetteerPlace{code: code, sort: sort, how: gazetteerHow(name, words, sort)}
	if len(words) == 1 {
		words[0] = gazetteerStem(words[0])
	}
	g.places = append(g.places, place)
	g.trie.addWords(words, ^int32(len(g.places)-1))
}

// gazetteerHow says how a name must be written to count: abbreviations in capitals ("US", "EU"), cities and
// short or ambiguous names with a capital, the rest anyhow, since people do not always bother.
func gazetteerHow(name string, words []string, sort gazetteerSort) int {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(name, "^"))
	switch {
	case strings.HasPrefix(name, "^^"):
		return headlineCaps
	case len(words) == 1 && len(words[0]) <= 4 && name == strings.ToUpper(name) && unicode.IsUpper(first):
		return headlineCaps
	case !unicode.IsUpper(first) && name[0] != '^':
		return headlineAnyhow // scripts without capitals, and names that are given in small letters
	case name[0] == '^', sort == gazetteerCity, sort == gazetteerRegion, len(words[0]) <= 4,
		len(words) == 1 && gazetteerAmbiguous[words[0]]:
		return headlineCapital
	}
	return headlineAnyhow
}

// gazetteerAmbiguous are names that are also words or given names.
var gazetteerAmbiguous = map[string]bool{
	"turkey": true, "jordan": true, "georgia": true, "guinea": true, "china": true, "polish": true,
	"danish": true, "swede": true, "brazil": true, "japan": true, "chad": true, "chile": true, "panama": true,
	"jersey": true, "niger": true, "chino": true, "chinos": true, "indio": true, "dominica": true, "congo": true,
}

// gazetteerCommon says whether a city's name is so common a word that headlines in title case would be full
// of it.
func gazetteerCommon(words []string, sort gazetteerSort) bool {
	if len(words) > 1 || sort != gazetteerCity && sort != gazetteerRegion {
		return false
	}
	switch words[0] {
	case "nice", "reading", "mobile", "bath", "split", "orange", "hull", "male", "victoria", "vice", "of", "man",
		"hamilton", "kingston", "wellington", "lincoln", "essen", "van", "batman", "independence", "enterprise":
		return true
	}
	return false
}

// gazetteerStem lets Cyrillic names take their endings: "Казахстан" also finds "Казахстане".
func gazetteerStem(word string) string {
	r, _ := utf8.DecodeRuneInString(word)
	stem := strings.TrimRight(word, "аяоеьиіыу")
	if r < 0x400 || r >= 0x500 || strings.HasSuffix(word, "*") || utf8.RuneCountInString(stem) < 5 {
		return word
	}
	return stem + "*"
}

// hit is what a leaf below zero stands for.
func (g *gazetteer) hit(leaf int32, start, end int) gazetteerHit {
	return gazetteerHit{gazetteerPlace: g.places[^leaf], start: start, end: end}
}

// choose returns the places of a text, in order, of all names that were found: where names overlap the longest
// counts, and a name counts only as it is written.
func (g *gazetteer) choose(t *headlineText, hits []gazetteerHit) []gazetteerHit {
	if len(hits) == 0 {
		return nil
	}
	shouting := gazetteerShouting(t)
	hits = slices.DeleteFunc(hits, func(h gazetteerHit) bool {
		return !headlineWritten(t.tokens[h.start], h.how) || shouting && h.how == headlineCaps && h.start < t.split
	})
	hits = gazetteerLongest(t, hits)
	return slices.DeleteFunc(hits, func(h gazetteerHit) bool {
		return h.sort == gazetteerNone || gazetteerOtherSense(t, h)
	})
}

// gazetteerShouting says whether the title is all in capitals, so that capitals tell nothing.
func gazetteerShouting(t *headlineText) bool {
	caps, words := 0, 0
	for _, token := range t.tokens[:t.split] {
		if token.number || len(token.word) < 2 {
			continue
		}
		words++
		if token.caps {
			caps++
		}
	}
	return words > 3 && caps*3 > words*2
}

// gazetteerLongest keeps of overlapping names the longest. Hits come in the order of their starts.
func gazetteerLongest(t *headlineText, hits []gazetteerHit) []gazetteerHit {
	kept := hits[:0]
	for _, h := range hits {
		n := len(kept)
		switch {
		case n == 0 || h.start >= kept[n-1].end:
			kept = append(kept, h)
		case h.end-h.start > kept[n-1].end-kept[n-1].start:
			kept[n-1] = h
		case h.start == kept[n-1].start && h.end == kept[n-1].end && gazetteerRather(t, h, kept[n-1]):
			kept[n-1] = h
		}
	}
	return kept
}

// gazetteerRather says whether the same words are rather a than b. A capital is a place after a preposition ("in
// Moscow") and its government elsewhere ("Moscow says").
func gazetteerRather(t *headlineText, a, b gazetteerHit) bool {
	switch {
	case a.sort == gazetteerNone || b.sort == gazetteerNone:
		return a.sort == gazetteerNone
	case a.sort == gazetteerAgency && b.sort == gazetteerCity:
		return a.start == 0 || !gazetteerPrepositions[t.tokens[a.start-1].word]
	case a.sort == gazetteerCity && b.sort == gazetteerAgency:
		return a.start > 0 && gazetteerPrepositions[t.tokens[a.start-1].word]
	}
	return false
}

// gazetteerOtherSense says whether a name means something else here: Georgia the state, Jordan the player,
// turkey the bird.
func gazetteerOtherSense(t *headlineText, h gazetteerHit) bool {
	if h.end-h.start > 1 {
		return false
	}
	word := t.tokens[h.start].word
	switch word {
	case "jordan", "chad", "georgia", "israel", "paris", "london", "sydney", "austin", "houston", "china", "florence":
		if gazetteerNextTo(t, h, gazetteerPersonal) {
			return true
		}
	case "turkey":
		return gazetteerHas(t, gazetteerBird)
	}
	switch word {
	case "georgia":
		return h.code == "GE" && gazetteerHas(t, gazetteerAmerican)
	case "chad":
		return !gazetteerAsPlace(t, h)
	}
	return false
}

var (
	gazetteerPersonal = gazetteerWordSet("michael jim rep mr ms mrs chris kevin deandre barbara vernon tommy " +
		"neil eddie peterson peele spieth neely henderson belfort pickford poole clarkson hadwin kroeger " +
		"wolf bosman daybell hilton jackson whitehouse breed powell sweeney sen dr st o'keeffe meloni pugh")
	gazetteerBird = gazetteerWordSet("thanksgiving roast sandwich dinner stuffing gravy bird turkeys hunting " +
		"leftovers butterball pardon pardons")
	gazetteerAmerican = gazetteerWordSet("atlanta kemp abrams warnock ossoff runoff republican republicans " +
		"democrat democrats gop trump county alabama florida carolina tennessee savannah macon augusta voters " +
		"voting sheriff raffensperger walker senate governor biden deputies arbery")
	gazetteerPrepositions = gazetteerWordSet("in from to of near with against across inside for via into leave " +
		"leaves enters and between off")
	gazetteerActs = gazetteerWordSet("president government army rebels junta military troops says soldiers opposition " +
		"border police ruling transitional forces bans cuts declares internet protests protest coup accuses")
)

func gazetteerWordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

func gazetteerNextTo(t *headlineText, h gazetteerHit, words map[string]bool) bool {
	return h.start > 0 && words[t.tokens[h.start-1].word] || h.end < len(t.tokens) && words[t.tokens[h.end].word]
}

// gazetteerAsPlace says whether the words around a name treat it as a country.
func gazetteerAsPlace(t *headlineText, h gazetteerHit) bool {
	return h.start > 0 && gazetteerPrepositions[t.tokens[h.start-1].word] ||
		h.end < len(t.tokens) && gazetteerActs[t.tokens[h.end].word]
}

func gazetteerHas(t *headlineText, words map[string]bool) bool {
	return slices.ContainsFunc(t.tokens, func(token headlineToken) bool { return words[token.word] })
}
