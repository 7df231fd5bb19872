package detect

import (
	"slices"

	"github.com/faultlinebot/faultline/intel"
)

// headlineRole says how a text speaks of a place; of several places those with the strongest role count.
type headlineRole int

// The roles, weakest first.
const (
	headlineAside  headlineRole = 1 + iota // a speaker, a leader, the owner of the missile
	headlineSender                         // it acts on others: imposes, sends, invades
	headlineNamed
	headlineScene // "in Kazakhstan", "Danish waters", sanctions "on Iran"
)

// headlinePlaces chooses the places that a kind of happening is about. The title's count; where it names none,
// the summary's do.
func headlinePlaces(r *headlineReading, kind intel.Kind) []string {
	hits := r.titlePlaces()
	if len(hits) == 0 && kind != intel.Price {
		hits = r.places
	}
	if kind == intel.Regulation {
		return headlineMaker(r.hits.text, hits)
	}
	return headlineStrongest(r.hits.text, hits, kind)
}

func (r *headlineReading) titlePlaces() []gazetteerHit {
	n := 0
	for n < len(r.places) && r.places[n].start < r.hits.text.split {
		n++
	}
	return r.places[:n]
}

// headlineStrongest returns the places with the strongest role, in order. A place in a list of places ("in
// Austria, Italy, Croatia") has the role of the one before it.
func headlineStrongest(t *headlineText, hits []gazetteerHit, kind intel.Kind) []string {
	var codes []string
	best := headlineRole(0)
	last := headlineRole(0)
	for i, h := range hits {
		role := headlineRoleOf(t, hits, i, kind)
		if i > 0 && headlineListed(t, hits[i-1], h) {
			role = max(role, last)
		}
		last = role
		if role > best {
			best, codes = role, codes[:0]
		}
		if role == best && !slices.Contains(codes, h.code) {
			codes = append(codes, h.code)
		}
	}
	return codes
}

// headlineListed says whether b follows a in a list.
func headlineListed(t *headlineText, a, b gazetteerHit) bool {
	switch b.start - a.end {
	case 0:
		return t.tokens[b.start].before == ','
	case 1:
		return t.tokens[a.end].word == "and"
	}
	return false
}

func headlineRoleOf(t *headlineText, hits []gazetteerHit, i int, kind intel.Kind) headlineRole {
	h := hits[i]
	switch {
	case h.sort == gazetteerLeader:
		return headlineAside
	case headlineSpeaks(t, h):
		return headlineAside
	case kind == intel.Sanctions:
		return headlineTargetRole(t, hits, i)
	case headlineAtScene(t, h):
		return headlineScene
	case kind == intel.Conflict:
		return headlineWarRole(t, hits, i)
	case h.sort == gazetteerAgency:
		return headlineSender
	}
	return headlineNamed
}

var (
	headlineSceneWords = gazetteerWordSet("in into inside near across at on off around throughout within toward " +
		"towards en no na em в во на у")
	headlineLandWords = gazetteerWordSet("waters airspace border capital territory territorial city town village region " +
		"island islands islanders sea coast grid province shores soil streets")
	headlineForceWords = gazetteerWordSet("forces force troops troop warship warships missile missiles drone drones " +
		"strike strikes jets jet soldiers soldier army navy military invasion invasions shelling airstrike airstrikes " +
		"attack attacks aircraft air helicopter saboteurs officers officer commander commanders general tanks tank " +
		"rocket rockets bombs bombing coalition aggression assault fleet submarine submarines incursion artillery " +
		"offensive advance fighters mercenaries convoy ammo weapons")
	headlineSayWords = gazetteerWordSet("says said official officials minister spokesman spokeswoman envoy intelligence " +
		"lawmaker lawmakers president pm chief warns tells calls urges claims thinks believes media analysts senators " +
		"mayor general agency secretary reports")
)

// headlineSpeaks says whether the place only says something: "-Ukraine", ", says UK defence chief".
func headlineSpeaks(t *headlineText, h gazetteerHit) bool {
	if h.start == 0 {
		return false
	}
	before := t.tokens[h.start].before
	if (before == '-' || before == ':') && h.start > t.split/2 && h.end+3 >= t.split {
		return true
	}
	switch t.tokens[h.start-1].word {
	case "says", "say", "warns", "warn", "tells", "claims", "by":
		return h.end < len(t.tokens) && t.tokens[h.end].part == t.tokens[h.start].part &&
			headlineSayWords[t.tokens[h.end].word] || h.end == t.split
	}
	return before == ',' && h.end+3 >= t.split && h.end < t.split &&
		headlineSayWords[t.tokens[min(h.end, t.split-1)].word]
}

// headlineAtScene says whether the text puts the happening there.
func headlineAtScene(t *headlineText, h gazetteerHit) bool {
	if h.sort == gazetteerDemonym {
		for i := h.end; i < min(h.end+2, len(t.tokens)); i++ {
			if headlineLandWords[t.tokens[i].word] {
				return true
			}
		}
		return false
	}
	if h.sort == gazetteerAgency || h.start == 0 {
		return false
	}
	word := t.tokens[h.start-1].word
	if (word == "the" || word == "eastern" || word == "western" || word == "central" || word == "northern" ||
		word == "southern" || word == "south" || word == "north" || word == "east" || word == "occupied") && h.start > 1 {
		word = t.tokens[h.start-2].word
	}
	return headlineSceneWords[word]
}

// headlineWarRole weighs a place in a war: those who are attacked or threatened before those who attack or help.
func headlineWarRole(t *headlineText, hits []gazetteerHit, i int) headlineRole {
	h := hits[i]
	if h.sort == gazetteerDemonym {
		for j := h.end; j < min(h.end+3, len(t.tokens)); j++ {
			if headlineForceWords[t.tokens[j].word] {
				return headlineAside
			}
		}
	}
	if h.sort == gazetteerAgency || headlinePower(h.code) {
		return headlineSender
	}
	if h.code != "UA" && slices.ContainsFunc(hits, func(o gazetteerHit) bool { return o.code == "UA" }) {
		return headlineSender
	}
	return headlineNamed
}

// headlinePower says whether a place is more often the one that acts abroad than the one acted upon.
func headlinePower(code string) bool {
	switch code {
	case "US", "RU", "CN", "EU", "GB":
		return true
	}
	return false
}

// headlineTargetRole weighs a place in an article on sanctions: whom they hit before who imposes them.
func headlineTargetRole(t *headlineText, hits []gazetteerHit, i int) headlineRole {
	h := hits[i]
	if h.start > 0 {
		switch t.tokens[h.start-1].word {
		case "on", "against", "from", "to", "contra", "против":
			if h.sort != gazetteerAgency {
				return headlineScene
			}
		}
	}
	switch h.code {
	case "US", "EU", "GB", "CA", "JP", "AU", "CH", "NZ", "UA", "FR", "DE":
		return headlineSender
	}
	if h.sort == gazetteerAgency || i == 0 && h.start == 0 && h.sort == gazetteerCountry && len(hits) > 1 &&
		!headlineGroupNext(t, h) {
		return headlineSender
	}
	return headlineNamed
}

// headlineGroupNext says whether the word "sanctions" follows as a noun: "Russia sanctions".
func headlineGroupNext(t *headlineText, h gazetteerHit) bool {
	if h.end+1 >= t.split {
		return false
	}
	word := t.tokens[h.end].word
	return word == "sanctions" && !t.tokens[h.end+1].capital
}

// headlineMaker returns who makes a rule: the first agency or country named, and those in a list with it.
func headlineMaker(t *headlineText, hits []gazetteerHit) []string {
	first := slices.IndexFunc(hits, func(h gazetteerHit) bool { return h.sort == gazetteerAgency })
	named := slices.IndexFunc(hits, func(h gazetteerHit) bool {
		return h.sort != gazetteerLeader && h.sort != gazetteerAgency
	})
	if first < 0 || named >= 0 && named < first {
		first = named
	}
	if first < 0 {
		if len(hits) == 0 {
			return nil
		}
		first = 0
	}
	codes := []string{hits[first].code}
	for i := first + 1; i < len(hits) && headlineListed(t, hits[i-1], hits[i]); i++ {
		if !slices.Contains(codes, hits[i].code) {
			codes = append(codes, hits[i].code)
		}
	}
	return codes
}

var headlineNationwide = gazetteerWordSet("nationwide nation country national countrywide entire")

// headlineScope says how much of the place is concerned. A title that names only a region or a city, or that
// speaks of mobile networks alone, is regional, and so is an easing that is partial or brief: it is no end for the
// whole country.
func headlineScope(r *headlineReading, f *headlineFinding, partly headlineConcept) intel.Scope {
	if len(f.places) == 0 {
		return ""
	}
	if f.phase == intel.Easing && (r.hits.title.has(partly) || !f.inTitle && r.hits.summary.has(partly)) {
		return intel.ScopeRegional
	}
	t := r.hits.text
	whole := slices.ContainsFunc(t.tokens[:t.split], func(token headlineToken) bool {
		return headlineNationwide[token.word]
	})
	if whole {
		return intel.ScopeNational
	}
	if f.kind == intel.Shutdown && headlineMobileOnly(t) {
		return intel.ScopeRegional
	}
	hits := r.titlePlaces()
	if len(hits) == 0 {
		hits = r.places
	}
	for _, h := range hits {
		part := h.sort == gazetteerCity || h.sort == gazetteerRegion
		if !part && slices.Contains(f.places, h.code) {
			return intel.ScopeNational
		}
	}
	return intel.ScopeRegional
}

func headlineMobileOnly(t *headlineText) bool {
	return slices.ContainsFunc(t.tokens[:t.split], func(token headlineToken) bool {
		return token.word == "mobile" || token.word == "cellular"
	})
}
