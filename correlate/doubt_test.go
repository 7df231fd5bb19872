package correlate

import (
	"slices"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

func priceFall(phase intel.Phase, value float64) intel.Signal {
	return intel.Signal{
		Kind: intel.Price, Phase: phase, Assets: []string{"BTC"}, Title: "BTC fell", Alert: intel.AlertPush,
		Magnitude: &intel.Figure{Of: intel.OfPrice, Value: value, Unit: intel.UnitRatio},
		Sources:   []intel.Source{{Name: "binance", Tier: intel.Official, Instrument: true}},
	}
}

func onPrice(sig intel.Signal, claim float64) intel.Signal {
	sig.Places, sig.Assets = nil, []string{"BTC"}
	if claim != 0 {
		sig.Claim = &intel.Figure{Of: intel.OfPrice, Value: claim, Unit: intel.UnitRatio}
	}
	return sig
}

func TestARiseIsNoFall(t *testing.T) {
	s := newStage(t)
	rise := onPrice(article(intel.Price, intel.Onset, "wire", intel.Official, "Bitcoin rises 10 %"), 0.1)
	s.expect(s.hear(rise))
	s.meter.price = &intel.Figure{Of: intel.OfPrice, Value: -0.1, Unit: intel.UnitRatio}
	s.expect(s.hear(priceFall(intel.Onset, -0.1)), "opened price onset major measured")
	s.expect(s.hear(priceFall(intel.Easing, -0.02)), "eased price easing minor measured")
	s.expect(s.hear(rise))
	fall := onPrice(article(intel.Price, intel.Onset, "wire", intel.Official, "Bitcoin tumbles again"), -0.05)
	s.expect(s.hear(fall)) // the market is watched: it says itself when it falls again
	s.expect(s.wait(73*time.Hour), "closed price easing minor measured")
	s.expect(s.hear(fall))
	if len(s.live) != 1 {
		t.Errorf("%d incidents", len(s.live))
	}
}

func TestAnArticleOpensAFallOnlyWhereNobodyWatchesTheMarket(t *testing.T) {
	s := newStage(t)
	fall := onPrice(article(intel.Price, intel.Onset, "wire", intel.Official, "Bitcoin tumbles"), -0.05)
	s.expect(s.hear(fall), "opened price onset minor reported")
}

func TestARoundUpDoesNotJoinTwoPlaces(t *testing.T) {
	s := newStage(t)
	s.hear(article(intel.Unrest, intel.Onset, "a", intel.Official, "Protesters storm the town hall of Almaty", "KZ"))
	s.hear(article(intel.Unrest, intel.Onset, "b", intel.Official, "General strike after fuel prices double", "GN"))
	s.hear(article(intel.Unrest, intel.Ongoing, "c", intel.Official, "The week in protests: Kazakhstan and Guinea", "KZ", "GN"))
	if len(s.live) != 2 || !s.live[0].IsOpen() || !s.live[1].IsOpen() || len(s.live[0].Places) != 1 {
		t.Errorf("first in %v, second in %v", s.live[0].Places, s.live[1].Places)
	}
}

func TestAWordOfTwoPlacesGoesToTheOneThatLasts(t *testing.T) {
	s := newStage(t)
	s.hear(article(intel.Unrest, intel.Onset, "a", intel.Official, "Riots in the north", "KZ"))
	s.hear(article(intel.Unrest, intel.Easing, "a", intel.Official, "Calm returns to the north", "KZ"))
	s.hear(article(intel.Unrest, intel.Onset, "b", intel.Official, "Strike in the capital", "GN"))
	s.hear(article(intel.Unrest, intel.Ongoing, "c", intel.Official, "More marches today", "KZ", "GN"))
	if !slices.ContainsFunc(s.live[1].Sources, func(x intel.Source) bool { return x.Name == "c" }) {
		t.Errorf("%s did not hear of it", s.live[1].Title)
	}
}

func TestAHypotheticalCorroboratesNothing(t *testing.T) {
	s := newStage(t)
	s.hear(article(intel.Shutdown, intel.Onset, "wire", intel.Official, "Guinea cuts the net", "GN"))
	for phase, claim := range map[intel.Phase]float64{intel.Threat: -0.5, intel.Denial: -0.4, intel.Comment: -0.2} {
		s.hear(claiming(article(intel.Hashrate, phase, "blog "+string(phase), intel.Official, "It could fall", "GN"), claim))
	}
	i := s.live[0]
	if i.Evidence != intel.Reported || len(i.Sources) != 1 || len(i.Claims) != 1 {
		t.Errorf("evidence %s, %d sources, claims %+v", i.Evidence, len(i.Sources), i.Claims)
	}
	s.hear(claiming(article(intel.Hashrate, intel.Onset, "paper", intel.Established, "It fell", "GN"), -0.1))
	if got := i.Claim(intel.OfHashrate); got.Value != -0.1 {
		t.Errorf("shows the claim of a comment: %+v", got)
	}
}

// An article comes when half of it is over: what is measured since then is no verdict on what it says.
func TestTheInstrumentSaysWhenItBeganAndHowDeepItWas(t *testing.T) {
	s := newStage(t)
	s.meter.hashrate = between(-0.1, -0.22, 0.02)
	s.hear(claiming(article(intel.Hashrate, intel.Onset, "wire", intel.Official, "Hashrate plunges 33 %"), -0.33))
	s.wait(2 * time.Hour)
	onset := intel.Signal{
		Kind: intel.Hashrate, Phase: intel.Onset, Assets: []string{"BTC"}, Title: "Bitcoin's hashrate fell",
		Alert: intel.AlertPush, Since: start.Add(-13 * time.Hour), Magnitude: between(-0.36, -0.5, -0.2),
		Sources: []intel.Source{{Name: "blocks", Tier: intel.Official, Instrument: true}},
	}
	s.hear(onset)
	for range 4 {
		s.wait(24 * time.Hour)
	}
	i := s.live[0]
	if !i.Since.Equal(start.Add(-13*time.Hour)) || i.Claims[0].Verdict != intel.Confirmed || !i.IsOpen() {
		t.Errorf("since %v, verdict %s, closed %q", i.Since, i.Claims[0].Verdict, i.Closed)
	}
	if slices.Contains(notices(s.changes), "corrected hashrate onset major measured") {
		t.Error("a true report was corrected")
	}
}

func TestALateEndIsStillTheEnd(t *testing.T) {
	s := newStage(t)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	s.wait(8 * 24 * time.Hour)
	s.expect(s.hear(outage(intel.Easing, intel.ScopeNational, "radar")))
	if got := s.live[0].Closed; got != intel.ClosedEnded {
		t.Errorf("closed: %s", got)
	}
}

func TestABeginningInAnotherAgeIsNotBelieved(t *testing.T) {
	s := newStage(t)
	old := outage(intel.Onset, intel.ScopeNational, "radar")
	old.Since = time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC)
	s.meter.hashrate = between(0, -0.1, 0.1)
	s.hear(old)
	s.wait(time.Hour)
	if since := s.live[0].Since; start.Sub(since) > longAgo {
		t.Errorf("since %v", since)
	}
}

// Whether a late article is a retelling must not depend on what else happens in the world.
func TestForgettingNeedsNoOtherNews(t *testing.T) {
	s := newStage(t)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	s.hear(outage(intel.Easing, intel.ScopeNational, "radar"))
	s.wait(73 * time.Hour)
	s.wait(Remembers + 2*time.Hour)
	if len(s.live) != 0 {
		t.Errorf("%d incidents are remembered", len(s.live))
	}
}

func TestSilenceSurvivesARestart(t *testing.T) {
	s := newStage(t)
	s.hear(outage(intel.Onset, intel.ScopeNational, "radar"))
	kept := s.live[0].Clone()
	s.Resume([]intel.Incident{kept})
	s.Heard(intel.Observation{Source: "radar", Known: s.now, Body: intel.Silence{Since: s.now}})
	s.wait(9 * 24 * time.Hour)
	if !s.live[0].IsOpen() {
		t.Error("closed though its instrument is silent")
	}
}
