package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

func TestCardOfAShutdown(t *testing.T) {
	want := `
[critical] CRITICAL  Internet shutdown in Kazakhstan
Networks across Kazakhstan go dark on the third day of protests
Since: 5 January 2022, 10:30 UTC
Phase: ongoing, nationwide
Evidence: measured - Radar, Netwatch, Probes and 3 outlets
Magnitude: connectivity -95 %
Claimed: hashrate -20 % (Steppe Wire, reported 8 Jan)
Measured: hashrate -4 % after 48 h (95 %: -16 ... +8) - a fall of 20 % is excluded
Also claimed: -13 % (Steppe Wire)
Exposure: 18.1 % of the world's hashrate (August 2021, Cambridge; the last figure published by then)
Price: BTC -6.2 % since onset (48 h)
Possible cause: Unrest in Kazakhstan
Possible effect: Fall of the BTC price
-> Radar https://radar.example/kz
-> Netwatch https://netwatch.example/kz
-> Steppe Wire https://steppe.example/net
Updated 8 January 2022, 09:00 UTC
`
	equal(t, want, bot.Card(shutdown(), options()))
}

func TestCardOfARumour(t *testing.T) {
	i := &intel.Incident{
		Kind: intel.Shutdown, Phase: intel.Onset, Places: []string{"US"}, Severity: intel.Minor,
		Evidence: intel.Rumour, Title: "Users say the net is slow", Since: at("2022-03-01T08:00:00Z"),
		Sources: []intel.Source{{Name: "A blog", Tier: intel.Other}},
	}
	want := `
[minor] MINOR  Rumour of an internet shutdown in the United States
Users say the net is slow
Since: 1 March 2022, 08:00 UTC
Phase: onset
Evidence: rumour, not confirmed - A blog
Magnitude: unknown
Exposure: unknown, no share of the world's hashrate was published
`
	equal(t, want, bot.Card(i, options()))
}

func TestCardOfAClaimNobodyMeasured(t *testing.T) {
	i := &intel.Incident{
		Kind: intel.Mining, Phase: intel.Threat, Places: []string{"XX", "KZ"}, Severity: intel.Major,
		Evidence: intel.Corroborated, Title: "Ministers speak of a ban",
		Since: at("2021-12-30T08:00:00Z"),
		Claims: []intel.Claim{{
			Figure: figure(intel.OfHashrate, -0.134, -0.2, -0.1), At: at("2022-01-02T00:00:00Z"),
			Source: intel.Source{Name: "Steppe Wire"},
		}},
		Sources: []intel.Source{
			{Name: "Steppe Wire", Tier: 2},
			{Name: "Agency", Tier: 1},
			{Name: "Steppe Wire", Tier: 2},
			{Name: "B", Tier: 3},
			{Name: "C", Tier: 3},
			{Name: "D", Tier: 3},
		},
	}
	want := `
[major] MAJOR  Threat of a mining disruption in XX and Kazakhstan
Ministers speak of a ban
Since: 30 December 2021, 08:00 UTC
Phase: threat, it has not happened
Evidence: corroborated - Agency, Steppe Wire, B and 2 more
Claimed: hashrate -13 %, between -20 % and -10 % (Steppe Wire, reported 2 Jan 2022)
Measured: hashrate unknown, nothing measured yet
Exposure: unknown, no share of the world's hashrate was published
Updated 2 January 2022, 00:00 UTC
`
	equal(t, want, bot.Card(i, options()))
}

func TestCardOfAPriceFall(t *testing.T) {
	i := price()
	i.Closed, i.ClosedAt = intel.ClosedNoWord, at("2022-01-09T00:00:00Z")
	want := `
[major] CLOSED  Fall of the BTC price
BTC falls below 42,000 dollars
Since: 5 January 2022, 20:00 UTC
Phase: closed 9 January 2022, 00:00 UTC - no further word
Evidence: measured - Exchange A and Exchange B
Magnitude: price -9.9 %
Updated 9 January 2022, 00:00 UTC
`
	equal(t, want, bot.Card(i, options()))
}

func TestVerdictsPromiseNoMoreThanTheInterval(t *testing.T) {
	for verdict, want := range map[intel.Verdict]string{
		intel.Excluded:   "a fall of 20 % is excluded",
		intel.Compatible: "a fall of 20 % is compatible with this, and so is no change",
		intel.Confirmed:  "a fall is confirmed, and 20 % is not excluded",
	} {
		i := shutdown()
		i.Measurements[0].Verdict = verdict
		if got := fact(bot.Card(i, options()), "Measured"); !strings.HasSuffix(got, " - "+want) {
			t.Errorf("%s: %q", verdict, got)
		}
	}
}

func TestNumbersAsPeopleReadThem(t *testing.T) {
	for _, c := range []struct {
		figure intel.Figure
		want   string
	}{
		{intel.Figure{Value: -0.2}, "-20 %"},
		{intel.Figure{Value: -0.0999}, "-10 %"},
		{intel.Figure{Value: -0.062}, "-6.2 %"},
		{intel.Figure{Value: 0.04}, "+4 %"},
		{intel.Figure{Value: -0.0001}, "0 %"},
		{intel.Figure{Value: 0}, "0 %"},
		{figure("", -0.004, -0.16, 0.08), "0 % (95 %: -16 ... +8)"},
		{figure("", -0.041, -0.05, -0.032), "-4.1 % (95 %: -5 ... -3.2)"},
		{intel.Figure{Value: 6.1, Unit: "Mw"}, "6.1 Mw"},
	} {
		i := shutdown()
		i.Magnitude = &c.figure
		if got := fact(bot.Card(i, options()), "Magnitude"); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.figure, got, c.want)
		}
	}
}

func TestCardNeverNamesAnIncidentOfAnotherAudience(t *testing.T) {
	o := options()
	o.Incident = func(id string) (intel.Incident, bool) {
		return intel.Incident{Kind: intel.Unrest, Places: []string{"KZ"}, Audience: "discord/1"}, true
	}
	i := shutdown()
	if got := fact(bot.Card(i, o), "Possible cause"); got != "" {
		t.Errorf("everyone hears of %q", got)
	}
	i.Audience = "discord/1"
	if got := fact(bot.Card(i, o), "Possible cause"); got == "" {
		t.Error("its own server does not hear of it")
	}
}

func TestCardTrustsNoTextFromOutside(t *testing.T) {
	i := shutdown()
	i.Title = "Dark\x1b[2J\nMINOR all is well\u202e"
	i.Sources[0].Name = "Ra\u200bdar\r\n"
	i.Sources[0].URL = "https://user@radar.example/\x1b[31m"
	i.Sources[1].URL = "javascript:alert(1)"
	i.Exposure.Source = "Cam\x07bridge"
	m := bot.Card(i, options())
	text := dump(m)
	if strings.ContainsAny(text, "\x1b\u202e\u200b\r\x07") || strings.Contains(text, "user@") ||
		strings.Contains(text, "javascript") {
		t.Errorf("%q", text)
	}
	if m.Lines[0] != "Dark MINOR all is well" {
		t.Errorf("title %q", m.Lines[0])
	}
}

func TestReply(t *testing.T) {
	sanctions := intel.Incident{Kind: intel.Sanctions, Places: []string{"RU"}, Severity: intel.Major}
	for _, c := range []struct {
		change   intel.ChangeKind
		reason   string
		incident intel.Incident
		want     string
	}{
		{
			intel.Escalated, "nationwide since 10:30 UTC", *shutdown(),
			"[critical] Escalated: the internet shutdown in Kazakhstan is now critical.\nNationwide since 10:30 UTC.\n",
		},
		{
			intel.Escalated, "", sanctions,
			"[major] Escalated: the sanctions on Russia are now major.\n",
		},
		{
			intel.Corrected, "The claim of -20 % is excluded.", *shutdown(),
			"[critical] Corrected: not all that was claimed about the internet shutdown in Kazakhstan holds.\n" +
				"The claim of -20 % is excluded.\n",
		},
		{
			intel.EasedOff, "", *price(),
			"[major] Easing: the fall of the BTC price is easing.\n",
		},
		{
			intel.Closed, "", closed(sanctions, intel.ClosedEnded),
			"[major] Closed: the sanctions on Russia have ended.\n",
		},
		{
			intel.Closed, "", closed(*shutdown(), intel.ClosedContradicted),
			"[critical] False alarm: the internet shutdown in Kazakhstan did not happen as reported.\n",
		},
		{
			intel.Closed, "", closed(sanctions, intel.ClosedMerged),
			"[major] Merged: the sanctions on Russia now belong to another card.\n",
		},
		{
			intel.Closed, "", closed(intel.Incident{Kind: intel.Unrest}, intel.ClosedNoWord),
			"[info] Closed: there is no further word of the unrest.\n",
		},
	} {
		got := dump(bot.Reply(intel.Notice{Change: c.change, Reason: c.reason}, &c.incident, options()))
		if got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.change, got, c.want)
		}
	}
}

func TestAnnouncement(t *testing.T) {
	got := dump(bot.Announcement(intel.Announcement{Title: "Welcome\n", Lines: []string{"A\x00 line", ""}}))
	if want := "[info] Welcome\nA line\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func closed(i intel.Incident, reason string) intel.Incident {
	i.Closed = reason
	return i
}

func shutdown() *intel.Incident {
	depth := intel.Figure{Of: intel.OfConnectivity, Value: -0.95, Unit: intel.UnitRatio}
	return &intel.Incident{
		ID: "shutdown/KZ", Revision: 4, Kind: intel.Shutdown, Phase: intel.Ongoing, Places: []string{"KZ"},
		Scope: intel.ScopeNational, Severity: intel.Critical, Evidence: intel.Measured,
		Title: "Networks across Kazakhstan go dark on the third day of protests",
		Since: at("2022-01-05T10:30:00Z"), Updated: at("2022-01-07T11:00:00Z"), Magnitude: &depth,
		Claims: []intel.Claim{
			{Figure: ratio(intel.OfHashrate, -0.13), Source: intel.Source{Name: "Steppe Wire"}},
			{
				Figure: ratio(intel.OfHashrate, -0.2), Source: intel.Source{Name: "Steppe Wire"},
				At: at("2022-01-08T09:00:00Z"),
			},
		},
		Measurements: []intel.Measurement{
			{
				Figure:  figure(intel.OfHashrate, -0.037, -0.157, 0.082),
				Verdict: intel.Excluded, Over: 48 * time.Hour,
			},
			{Figure: ratio(intel.OfPrice, -0.062), Asset: "BTC", Over: 48 * time.Hour},
		},
		Exposure: &intel.Exposure{Share: 0.181, AsOf: at("2021-08-01T00:00:00Z"), Source: "Cambridge"},
		Links: []intel.Link{
			{ID: "price/BTC", How: intel.PossibleEffect},
			{ID: "unrest/KZ", How: intel.PossibleCause},
			{ID: "lost", How: intel.Related},
		},
		Sources: []intel.Source{
			{Name: "Steppe Wire", URL: "https://steppe.example/net", Tier: 2},
			{Name: "Radar", URL: "https://radar.example/kz", Tier: 1, Instrument: true},
			{Name: "City Paper", Tier: 3},
			{Name: "Netwatch", URL: "https://netwatch.example/kz", Tier: 1, Instrument: true},
			{Name: "Probes", Tier: 1, Instrument: true},
			{Name: "Agency", Tier: 1},
		},
	}
}

func price() *intel.Incident {
	depth := ratio(intel.OfPrice, -0.099)
	return &intel.Incident{
		ID: "price/BTC", Kind: intel.Price, Phase: intel.Onset, Assets: []string{"BTC"},
		Severity: intel.Major, Evidence: intel.Measured, Title: "BTC falls below 42,000 dollars",
		Since: at("2022-01-05T20:00:00Z"), Magnitude: &depth,
		Sources: []intel.Source{{Name: "Exchange A", Instrument: true}, {Name: "Exchange B", Instrument: true}},
	}
}

func options() bot.CardOptions {
	return bot.CardOptions{
		Place: func(code string) string {
			return map[string]string{"KZ": "Kazakhstan", "RU": "Russia", "US": "United States"}[code]
		},
		Incident: func(id string) (intel.Incident, bool) {
			switch id {
			case "price/BTC":
				return *price(), true
			case "unrest/KZ":
				return intel.Incident{Kind: intel.Unrest, Places: []string{"KZ"}}, true
			}
			return intel.Incident{}, false
		},
	}
}

func ratio(of intel.Quantity, value float64) intel.Figure {
	return intel.Figure{Of: of, Value: value, Unit: intel.UnitRatio}
}

func figure(of intel.Quantity, value, low, high float64) intel.Figure {
	return intel.Figure{Of: of, Value: value, Low: &low, High: &high, Unit: intel.UnitRatio}
}

func at(stamp string) time.Time {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		panic(err)
	}
	return t
}

func fact(m bot.Message, name string) string {
	for _, f := range m.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func equal(t *testing.T, want string, m bot.Message) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), dump(m)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// dump writes a message so that a test can show it.
func dump(m bot.Message) string {
	var b strings.Builder
	b.WriteString("[" + m.Severity.String() + "] " + m.Headline + "\n")
	for _, line := range m.Lines {
		b.WriteString(line + "\n")
	}
	for _, f := range m.Facts {
		b.WriteString(f.Name + ": " + f.Value + "\n")
	}
	for _, l := range m.Links {
		b.WriteString("-> " + l.Name + " " + l.URL + "\n")
	}
	if m.Footer != "" {
		b.WriteString(m.Footer + "\n")
	}
	return b.String()
}
