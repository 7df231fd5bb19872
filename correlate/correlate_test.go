package correlate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/intel"
)

var start = time.Date(2022, 1, 5, 10, 0, 0, 0, time.UTC)

// meter is an instrument that shows what a test says.
type meter struct {
	hashrate *intel.Figure
	price    *intel.Figure
	asked    []time.Time
}

func (m *meter) Measure(of intel.Quantity, asset string, since, now time.Time) (intel.Measurement, bool) {
	f := m.hashrate
	if of == intel.OfPrice {
		f = m.price
	} else {
		m.asked = append(m.asked, now)
	}
	if f == nil {
		return intel.Measurement{}, false
	}
	return intel.Measurement{Figure: *f, Asset: asset, Since: since, At: now, Over: now.Sub(since)}, true
}

func between(value, low, high float64) *intel.Figure {
	return &intel.Figure{Of: intel.OfHashrate, Value: value, Low: &low, High: &high, Unit: intel.UnitRatio}
}

// stage plays signals to a correlator and keeps what it tells.
type stage struct {
	*Correlator
	t       *testing.T
	meter   *meter
	now     time.Time
	changes []intel.Change
	said    int
}

func newStage(t *testing.T) *stage {
	kz := intel.Country{Code: "KZ", Name: "Kazakhstan", Shares: []intel.Share{
		{Month: month("2021-08"), Published: month("2021-10"), Share: 0.181, Source: "Cambridge"},
		{Month: month("2022-01"), Published: month("2022-05"), Share: 0.132, Source: "Cambridge"},
	}}
	m := &meter{}
	return &stage{
		t: t, meter: m, now: start,
		Correlator: New(Options{
			Countries: []intel.Country{kz, {Code: "GN", Name: "Guinea"}}, Instruments: m,
		}),
	}
}

func month(s string) time.Time {
	m, err := time.Parse("2006-01", s)
	if err != nil {
		panic(err)
	}
	return m
}

// take notes the notices of a step.
func (s *stage) take(changes []intel.Change) []intel.Change {
	for _, ch := range changes {
		if ch.Notice != nil && ch.Notice.Revision != ch.Incident.Revision {
			s.t.Errorf("notice of revision %d for incident at %d", ch.Notice.Revision, ch.Incident.Revision)
		}
	}
	s.changes = append(s.changes, changes...)
	return changes
}

// hear plays an observation that made detectors say these signals.
func (s *stage) hear(signals ...intel.Signal) []intel.Change {
	s.said++
	o := intel.Observation{Source: "x", Known: s.now, Time: s.now, Body: intel.Article{URL: fmt.Sprint(s.said)}}
	for i := range signals {
		sig := &signals[i]
		sig.Time, sig.Key = s.now, o.Key()
		if sig.Since.IsZero() {
			sig.Since = s.now
		}
		for n := range sig.Sources {
			sig.Sources[n].Heard = s.now
		}
	}
	if len(signals) > 0 && fromInstrument(&signals[0]) {
		o.Source = signals[0].Sources[0].Name
	}
	return s.take(s.Observe(o, signals))
}

// wait lets minutes pass.
func (s *stage) wait(d time.Duration) []intel.Change {
	var all []intel.Change
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(time.Minute)
		all = append(all, s.take(s.Tick(s.now, nil))...)
	}
	return all
}

// notices is what was told, in short.
func notices(changes []intel.Change) []string {
	var all []string
	for _, ch := range changes {
		if ch.Notice == nil {
			continue
		}
		i := &ch.Incident
		all = append(all, strings.Join([]string{
			string(ch.Notice.Change), string(i.Kind), string(i.Phase), i.Severity.String(), string(i.Evidence),
		}, " "))
	}
	return all
}

func (s *stage) expect(changes []intel.Change, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, notices(changes)); diff != "" {
		s.t.Error(diff)
	}
}

func article(kind intel.Kind, phase intel.Phase, source string, tier intel.Tier, title string, places ...string) intel.Signal {
	return intel.Signal{
		Kind: kind, Phase: phase, Places: places, Scope: intel.ScopeNational, Title: title, Alert: intel.AlertPush,
		URL: "https://a.example/" + source, Sources: []intel.Source{{Name: source, Tier: tier}},
	}
}

func outage(phase intel.Phase, scope intel.Scope, source string) intel.Signal {
	return intel.Signal{
		Kind: intel.Shutdown, Phase: phase, Places: []string{"KZ"}, Scope: scope, Title: "Internet outage",
		Alert: intel.AlertPush, Sources: []intel.Source{{Name: source, Tier: intel.Official, Instrument: true}},
	}
}

func claiming(sig intel.Signal, ratio float64) intel.Signal {
	sig.Claim = &intel.Figure{Of: intel.OfHashrate, Value: ratio, Unit: intel.UnitRatio}
	return sig
}

func TestEvidenceGrowsWithWhoSaysSo(t *testing.T) {
	s := newStage(t)
	s.expect(s.hear(article(intel.Shutdown, intel.Onset, "blog", intel.Other, "Net cut in Guinea", "GN")),
		"opened shutdown onset minor rumour")
	s.expect(s.hear(article(intel.Shutdown, intel.Onset, "wire", intel.Official, "Guinea cuts the net", "GN")),
		"escalated shutdown onset major corroborated")
	s.expect(s.hear(article(intel.Shutdown, intel.Ongoing, "wire", intel.Official, "Guinea still offline", "GN")))
	probe := outage(intel.Onset, intel.ScopeNational, "ioda")
	probe.Places = []string{"GN"}
	s.expect(s.hear(probe), "updated shutdown ongoing major measured")
	if n := len(s.live); n != 1 {
		t.Errorf("%d incidents, want one card", n)
	}
}

func TestAFaintInstrumentIsARumourUntilNewsAgrees(t *testing.T) {
	s := newStage(t)
	faint := outage(intel.Onset, intel.ScopeNational, "ioda")
	faint.Alert = intel.AlertDigest
	faint.Places = []string{"GN"}
	s.expect(s.hear(faint), "opened shutdown onset minor rumour")
	s.expect(s.hear(article(intel.Shutdown, intel.Onset, "wire", intel.Official, "Guinea cuts the net", "GN")),
		"escalated shutdown onset major corroborated")
}

func TestOnlyAConcreteFirstKindOpens(t *testing.T) {
	s := newStage(t)
	background := article(intel.Shutdown, intel.Onset, "wire", intel.Official, "t", "GN")
	background.Alert = intel.AlertDigest
	s.expect(s.hear(background))
	s.expect(s.hear(article(intel.Shutdown, intel.Comment, "wire", intel.Official, "Why nets are cut", "GN")))
	s.expect(s.hear(article(intel.Shutdown, intel.Easing, "wire", intel.Official, "Net is back", "GN")))
	s.expect(s.hear(article(intel.Shutdown, intel.Onset, "wire", intel.Official, "Somewhere the net is cut")))
	s.expect(s.hear(
		article(intel.Unrest, intel.Onset, "wire", intel.Official, "Riots and a blackout", "GN"),
		article(intel.Shutdown, intel.Onset, "wire", intel.Official, "Riots and a blackout", "GN"),
	), "opened unrest onset minor reported")
	backfill := article(intel.Conflict, intel.Onset, "wire", intel.Official, "War", "KZ")
	backfill.Backfill = true
	s.expect(s.hear(backfill))
}

func TestClaimAndMeasurementOfKazakhstan(t *testing.T) {
	s := newStage(t)
	s.expect(s.hear(outage(intel.Onset, intel.ScopeRegional, "radar")), "opened shutdown onset major measured")
	s.wait(30 * time.Minute)
	s.expect(s.hear(outage(intel.Ongoing, intel.ScopeNational, "radar")), "escalated shutdown ongoing critical measured")
	s.meter.hashrate = between(-0.068, -0.229, 0.093)
	s.wait(24 * time.Hour)
	s.expect(s.hear(claiming(article(intel.Hashrate, intel.Onset, "seed", intel.Other, "A fifth is gone", "KZ"), -0.2)),
		"updated shutdown ongoing critical measured")
	inc := s.live[0]
	if got := inc.Measurement(intel.OfHashrate); got.Verdict != intel.Compatible {
		t.Errorf("after a day -20 %% is %s", got.Verdict)
	}
	s.meter.hashrate = between(-0.037, -0.157, 0.082)
	s.expect(s.wait(25*time.Hour), "corrected shutdown ongoing critical measured")
	s.meter.hashrate = between(-0.041, -0.131, 0.048)
	s.expect(s.wait(4 * 24 * time.Hour))
	if got := inc.Measurement(intel.OfHashrate); got.Verdict != intel.Excluded || got.Value != -0.041 {
		t.Errorf("got %+v, want the newest figure with the same verdict", got)
	}
	if e := inc.Exposure; e == nil || e.Share != 0.181 || e.AsOf != month("2021-08") {
		t.Errorf("exposure %+v, want what was published by then", e)
	}
	if since := inc.Measurement(intel.OfHashrate).Since; !since.Equal(start.Add(30 * time.Minute)) {
		t.Errorf("asked since %v, want the first word of national scope", since)
	}
	if len(s.live) != 1 {
		t.Errorf("%d incidents: a claim must not open its own", len(s.live))
	}
}

func TestQuestionsAreAskedAfter3To72HoursThenDaily(t *testing.T) {
	s := newStage(t)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	s.meter.hashrate = between(0, -0.1, 0.1)
	for range 5 { // a word each day keeps it open
		s.wait(24 * time.Hour)
		s.hear(outage(intel.Ongoing, intel.ScopeNational, "radar"))
	}
	var hours []int
	for _, at := range s.meter.asked {
		hours = append(hours, int(at.Sub(start).Hours()))
	}
	if diff := cmp.Diff([]int{3, 6, 12, 24, 48, 72, 96, 120}, hours); diff != "" {
		t.Error(diff)
	}
	ease := outage(intel.Easing, intel.ScopeNational, "radar")
	s.hear(ease)
	asked := len(s.meter.asked)
	s.wait(48 * time.Hour)
	if len(s.meter.asked) != asked {
		t.Error("asked on after easing")
	}
}

func TestTheShownClaimIsTheLargestOfTheBestTier(t *testing.T) {
	s := newStage(t)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	for _, c := range []struct {
		source string
		tier   intel.Tier
		ratio  float64
	}{{"blog", intel.Other, -0.2}, {"paper", intel.Established, -0.1}, {"other paper", intel.Established, -0.12}} {
		s.hear(claiming(article(intel.Hashrate, intel.Onset, c.source, c.tier, c.source, "KZ"), c.ratio))
	}
	if got := s.live[0].Claim(intel.OfHashrate); got.Value != -0.12 {
		t.Errorf("shows %v", got.Value)
	}
	if len(s.live[0].Claims) != 3 {
		t.Error("the timeline has lost a claim")
	}
}

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		measured *intel.Figure
		claim    float64
		want     intel.Verdict
	}{
		"interval above the claim":     {between(-0.04, -0.16, 0.08), -0.2, intel.Excluded},
		"holds the claim and nothing":  {between(-0.07, -0.23, 0.09), -0.2, intel.Compatible},
		"holds the claim, not nothing": {between(-0.25, -0.4, -0.1), -0.2, intel.Confirmed},
		"a larger fall than claimed":   {between(-0.5, -0.6, -0.4), -0.2, intel.Confirmed},
		"a fall, but a smaller one":    {between(-0.1, -0.15, -0.05), -0.2, intel.Excluded},
	} {
		if got := intel.Judge(*c.measured, intel.Figure{Value: c.claim}); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestEasingClosingAndReopening(t *testing.T) {
	s := newStage(t)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	s.wait(time.Hour)
	s.expect(s.hear(article(intel.Shutdown, intel.Easing, "blog", intel.Other, "Net back for a while", "KZ")),
		"updated shutdown onset critical measured")
	s.expect(s.hear(outage(intel.Easing, intel.ScopeNational, "accessnow")), "eased shutdown easing major measured")
	s.expect(s.hear(article(intel.Shutdown, intel.Ongoing, "blog", intel.Other, "Remember the cut", "KZ")))
	s.expect(s.wait(72*time.Hour), "closed shutdown easing major measured")
	id := s.live[0].ID
	if s.live[0].Closed != intel.ClosedEnded {
		t.Errorf("closed: %s", s.live[0].Closed)
	}
	s.expect(s.hear(article(intel.Shutdown, intel.Onset, "blog", intel.Other, "An old story told again", "KZ")))
	s.expect(s.hear(outage(intel.Onset, intel.ScopeNational, "radar")), "escalated shutdown ongoing critical measured")
	if s.live[0].ID != id || !s.live[0].IsOpen() {
		t.Error("within three days it is the same incident again")
	}
	s.hear(outage(intel.Easing, intel.ScopeNational, "radar"))
	s.wait(72*time.Hour + 73*time.Hour)
	s.expect(s.hear(outage(intel.Onset, intel.ScopeNational, "radar")), "opened shutdown onset critical measured")
	if s.live[len(s.live)-1].ID == id {
		t.Error("after three days it is a new incident")
	}
}

func TestNoFurtherWordClosesButNotWhileInstrumentsAreSilent(t *testing.T) {
	s := newStage(t)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	s.take(s.Observe(intel.Observation{
		Source: "radar", Known: s.now, Body: intel.Silence{Since: s.now},
	}, nil))
	if s.live[0].Silent.IsZero() {
		t.Error("the card does not say that its instruments are silent")
	}
	s.expect(s.wait(9 * 24 * time.Hour))
	s.take(s.Observe(intel.Observation{
		Source: "radar", Known: s.now, Body: intel.Outage{Country: "FR", State: "update"},
	}, nil))
	if !s.live[0].Silent.IsZero() {
		t.Error("the card says so although one speaks again")
	}
	s.expect(s.wait(time.Hour), "closed shutdown onset critical measured")
	if got := s.live[0].Closed; got != intel.ClosedNoWord {
		t.Errorf("closed: %s", got)
	}
}

func TestAClaimOfTheHashrateAloneIsContradicted(t *testing.T) {
	s := newStage(t)
	s.expect(s.hear(claiming(article(intel.Hashrate, intel.Onset, "blog", intel.Other, "Hashrate down by half"), -0.5)),
		"opened hashrate onset info rumour")
	s.meter.hashrate = between(-0.02, -0.2, 0.16)
	s.expect(s.wait(23*time.Hour), "updated hashrate onset info rumour")
	s.expect(s.wait(time.Hour), "corrected hashrate onset info contradicted")
	s.expect(s.wait(24*time.Hour), "closed hashrate onset info contradicted")
	if got := s.live[0].Closed; got != intel.ClosedContradicted {
		t.Errorf("closed: %s", got)
	}
}

func TestCausesAndEffectsAreLinkedBothWays(t *testing.T) {
	s := newStage(t)
	s.hear(article(intel.Unrest, intel.Onset, "wire", intel.Official, "Protests", "KZ"))
	s.wait(time.Hour)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	s.wait(time.Hour)
	fall := intel.Signal{
		Kind: intel.Price, Phase: intel.Onset, Assets: []string{"BTC"}, Title: "BTC fell", Alert: intel.AlertPush,
		Magnitude: &intel.Figure{Of: intel.OfPrice, Value: -0.09, Unit: intel.UnitRatio},
		Sources:   []intel.Source{{Name: "binance", Tier: intel.Official, Instrument: true}},
	}
	s.hear(fall)
	unrest, shutdown, price := s.live[0], s.live[1], s.live[2]
	want := map[string][]intel.Link{
		"unrest":   {{ID: shutdown.ID, How: intel.PossibleEffect}, {ID: price.ID, How: intel.PossibleEffect}},
		"shutdown": {{ID: unrest.ID, How: intel.PossibleCause}, {ID: price.ID, How: intel.PossibleEffect}},
		"price":    {{ID: unrest.ID, How: intel.PossibleCause}, {ID: shutdown.ID, How: intel.PossibleCause}},
	}
	got := map[string][]intel.Link{"unrest": unrest.Links, "shutdown": shutdown.Links, "price": price.Links}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAudiencesNeverMix(t *testing.T) {
	s := newStage(t)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	private := article(intel.Shutdown, intel.Onset, "our feed", intel.Established, "Net cut", "KZ")
	private.Audience = "discord/1"
	s.expect(s.hear(private), "opened shutdown onset critical reported")
	private = claiming(article(intel.Hashrate, intel.Onset, "our feed", intel.Established, "Hashrate down", "KZ"), -0.2)
	private.Audience = "discord/1"
	s.hear(private)
	if everyone := s.live[0]; len(everyone.Sources) != 1 || len(everyone.Claims) != 0 || len(everyone.Links) != 0 {
		t.Errorf("everyone's incident has heard of a server's feed: %+v", everyone)
	}
	if s.live[0].ID == s.live[1].ID {
		t.Error("two audiences, one id")
	}
}

func TestTwoIncidentsThatProveToBeOneMerge(t *testing.T) {
	s := newStage(t)
	s.hear(article(intel.Conflict, intel.Onset, "a", intel.Established, "Border clash leaves dozens dead", "KZ"))
	s.wait(time.Hour)
	s.hear(article(intel.Conflict, intel.Onset, "b", intel.Established, "Dozens dead in border clash", "GN"))
	if len(s.live) != 2 {
		t.Fatalf("%d incidents", len(s.live))
	}
	s.wait(time.Hour)
	s.expect(s.hear(article(intel.Conflict, intel.Ongoing, "c", intel.Established, "Border clash: dead on both sides", "KZ", "GN")),
		"updated conflict ongoing major corroborated", "closed conflict onset minor reported")
	older, younger := s.live[0], s.live[1]
	if !slices.Equal(older.Places, []string{"KZ", "GN"}) || younger.Closed != intel.ClosedMerged {
		t.Errorf("older in %v, younger closed %q", older.Places, younger.Closed)
	}
	s.wait(time.Minute)
	s.hear(article(intel.Conflict, intel.Ongoing, "d", intel.Established, "Clash goes on", "GN"))
	if len(s.live) != 2 || !slices.ContainsFunc(older.Sources, func(x intel.Source) bool { return x.Name == "d" }) {
		t.Error("what comes later belongs to the older")
	}
}

func TestTwoRegulationsInOnePlaceStayApart(t *testing.T) {
	s := newStage(t)
	s.hear(article(intel.Regulation, intel.Onset, "a", intel.Official, "Regulator fines exchange for lending", "GN"))
	s.hear(article(intel.Regulation, intel.Onset, "b", intel.Official, "Parliament taxes stablecoins from spring", "GN"))
	s.hear(article(intel.Regulation, intel.Onset, "c", intel.Official, "Exchange fined by regulator over lending", "GN"))
	if len(s.live) != 2 || len(s.live[0].Sources) != 2 {
		t.Errorf("%d incidents, the first with %d sources", len(s.live), len(s.live[0].Sources))
	}
}

func TestResumeGoesOnWithTheSameIncidents(t *testing.T) {
	play := func(restart bool) []string {
		s := newStage(t)
		s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
		s.meter.hashrate = between(-0.03, -0.15, 0.09)
		s.wait(13 * time.Hour)
		if restart {
			var kept []intel.Incident
			for _, i := range s.live {
				kept = append(kept, i.Clone())
			}
			fresh := newStage(t)
			fresh.Resume(kept)
			fresh.now, fresh.meter, fresh.said = s.now, s.meter, s.said
			fresh.instruments = s.meter
			fresh.changes = s.changes
			s = fresh
		}
		s.hear(claiming(article(intel.Hashrate, intel.Onset, "seed", intel.Other, "Down a fifth", "KZ"), -0.2))
		s.hear(outage(intel.Easing, intel.ScopeNational, "radar"))
		s.wait(73 * time.Hour)
		var all []string
		for _, ch := range s.changes {
			all = append(all, fmt.Sprintf("%s %d", ch.Incident.ID, ch.Incident.Revision))
		}
		return append(all, notices(s.changes)...)
	}
	if diff := cmp.Diff(play(false), play(true)); diff != "" {
		t.Error(diff)
	}
}

func TestSeverityOf(t *testing.T) {
	big := &intel.Exposure{Share: 0.18}
	fall := func(of intel.Quantity, v float64) *intel.Figure { return &intel.Figure{Of: of, Value: v} }
	for name, c := range map[string]struct {
		i    intel.Incident
		want intel.Severity
	}{
		"national shutdown, big place":  {intel.Incident{Kind: intel.Shutdown, Scope: intel.ScopeNational, Exposure: big}, intel.Critical},
		"national shutdown elsewhere":   {intel.Incident{Kind: intel.Shutdown, Scope: intel.ScopeNational}, intel.Major},
		"regional shutdown, big place":  {intel.Incident{Kind: intel.Shutdown, Scope: intel.ScopeRegional, Exposure: big}, intel.Major},
		"rumour of a national shutdown": {intel.Incident{Kind: intel.Shutdown, Scope: intel.ScopeNational, Evidence: intel.Rumour}, intel.Minor},
		"threat of one":                 {intel.Incident{Kind: intel.Shutdown, Scope: intel.ScopeNational, Phase: intel.Threat}, intel.Minor},
		"hashrate -20 %":                {intel.Incident{Kind: intel.Hashrate, Magnitude: fall(intel.OfHashrate, -0.2)}, intel.Major},
		"hashrate -40 %":                {intel.Incident{Kind: intel.Hashrate, Magnitude: fall(intel.OfHashrate, -0.4)}, intel.Critical},
		"BTC -9 %":                      {intel.Incident{Kind: intel.Price, Assets: []string{"BTC"}, Magnitude: fall(intel.OfPrice, -0.09)}, intel.Major},
		"USDC -9 %":                     {intel.Incident{Kind: intel.Price, Assets: []string{"USDC"}, Magnitude: fall(intel.OfPrice, -0.09)}, intel.Critical},
		"contradicted":                  {intel.Incident{Kind: intel.Hashrate, Evidence: intel.Contradicted, Magnitude: fall(intel.OfHashrate, -0.5)}, intel.Info},
	} {
		if got := SeverityOf(&c.i); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
