package detect

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Headline reads articles: what kind of happening they speak of, where, in which phase, what figure they
// claim, and what they are worth alone. It holds word lists and nothing else: every article is read by itself.
//
// Its rules are written by hand and say why they fired. Words are taught in headline_lexicon.go, what they mean
// together in headline_ruleset.go, names of places in gazetteer_names.go.
type Headline struct {
	words  *headlineWords
	rules  []headlineRule
	places *gazetteer
	cues   headlineCues
	claims claimReader
	names  map[string]string // of countries, by code
}

// NewHeadline makes a detector that knows the countries given. Places that are not among them are never named.
func NewHeadline(countries []intel.Country) *Headline {
	words, err := newHeadlineWords(headlineLexicon)
	if err != nil {
		panic(err) // the tables are constants, and tests read them
	}
	rules, err := parseHeadlineRules(headlineRules, words.names)
	if err != nil {
		panic(err)
	}
	cues, err := newHeadlineCues(words.names)
	if err != nil {
		panic(err)
	}
	d := &Headline{
		words: words, rules: rules, places: newGazetteer(countries, words.trie), cues: cues,
		claims: newClaimReader(words.names), names: map[string]string{},
	}
	for _, c := range countries {
		d.names[c.Code] = c.Name
	}
	return d
}

// Tick implements [Detector]. Articles are judged when they are seen, not later.
func (d *Headline) Tick(time.Time) []intel.Signal { return nil }

// Observe implements [Detector]: one signal for each kind that an article concerns, most important first.
func (d *Headline) Observe(o intel.Observation) []intel.Signal {
	article, ok := o.Body.(intel.Article)
	if !ok {
		return nil
	}
	reading := d.read(article)
	signals := make([]intel.Signal, 0, len(reading.findings))
	for _, f := range reading.findings {
		signals = append(signals, reading.signal(o, article, f))
	}
	if len(signals) == 0 {
		return nil
	}
	return signals
}

// headlineReading is what was made of one article.
type headlineReading struct {
	hits     *headlineHits
	places   []gazetteerHit
	findings []headlineFinding
}

// headlineFinding is one kind that an article concerns.
type headlineFinding struct {
	kind    intel.Kind
	score   int
	push    int
	phase   intel.Phase
	places  []string
	assets  []string
	scope   intel.Scope
	claim   *intel.Figure
	alert   intel.Alert
	reasons []string
	inTitle bool
	span    headlineHit
}

func (d *Headline) read(a intel.Article) *headlineReading {
	text := readHeadline(a.Title, a.Summary)
	r := &headlineReading{}
	r.hits, r.places = d.words.find(text, d.places)
	r.findings = d.judge(r.hits)
	hashrate, price := d.claims.read(r.hits)
	r.findings = headlineKeepClaim(r.findings, hashrate)
	for i := range r.findings {
		d.complete(r, &r.findings[i])
		d.claim(r, &r.findings[i], hashrate, price)
	}
	return r
}

// headlineKeepClaim adds a finding of the kind hashrate where an article claims a figure for it and was not taken
// to be about it: the claim must reach the incident that can measure it.
func headlineKeepClaim(findings []headlineFinding, hashrate *claim) []headlineFinding {
	about := slices.ContainsFunc(findings, func(f headlineFinding) bool { return f.kind == intel.Hashrate })
	if hashrate == nil || about {
		return findings
	}
	phase := intel.Onset
	if hashrate.Value > 0 {
		phase = intel.Ongoing
	}
	return append(findings, headlineFinding{
		kind: intel.Hashrate, phase: phase, span: headlineHit{hashrate.start, hashrate.end},
	})
}

// complete fills in what a finding says beyond its kind.
func (d *Headline) complete(r *headlineReading, f *headlineFinding) {
	t := r.hits.text
	words := d.cues.words(r.hits, f)
	f.phase = d.cues.phase(words, f)
	f.alert = d.cues.alert(words, f)
	f.places = headlinePlaces(r, f.kind)
	if f.kind == intel.Price {
		f.places = r.causePlaces(f.places)
	}
	f.assets = headlineCoins(r.hits, d.words.names["coin"], f.kind)
	f.scope = headlineScope(r, f, d.words.names["partly"])
	f.reasons = append(f.reasons, string(f.kind)+": '"+t.quote(f.span.start, f.span.end)+"'")
	for _, code := range f.places {
		f.reasons = append(f.reasons, "place: "+d.names[code]+" ("+code+")")
	}
}

// causePlaces keeps the places of a price's move only where the article is about more than the price: a market
// has no place, and "after U.S. payrolls" is none, but what a central bank forbids happens somewhere.
func (r *headlineReading) causePlaces(places []string) []string {
	for _, f := range r.findings {
		switch f.kind {
		case intel.Price, intel.Exchange, intel.Hashrate:
		default:
			return places
		}
	}
	return nil
}

// claim gives a finding the claim that is its own.
func (d *Headline) claim(r *headlineReading, f *headlineFinding, hashrate, price *claim) {
	var c *claim
	switch f.kind {
	case intel.Hashrate:
		c = hashrate
	case intel.Price:
		c = price
	}
	if c == nil {
		return
	}
	figure := c.Figure
	f.claim = &figure
	f.reasons = append(f.reasons, claimReason(c, r.hits.text))
}

func (r *headlineReading) signal(o intel.Observation, a intel.Article, f headlineFinding) intel.Signal {
	return intel.Signal{
		Time: o.Known, Observation: o.Label(), Key: o.Key(),
		Kind: f.kind, Phase: f.phase, Places: f.places, Assets: f.assets, Scope: f.scope, Since: o.Time,
		Claim:   f.claim,
		Sources: []intel.Source{{Name: o.Source, URL: a.URL, Tier: a.Tier, Heard: o.Known}},
		Title:   a.Title, URL: a.URL, Alert: f.alert, Reasons: f.reasons,
		Backfill: o.Backfill, Audience: o.Audience,
	}
}
