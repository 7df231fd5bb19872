package detect

import (
	"math"
	"testing"

	"github.com/faultlinebot/faultline/intel"
)

func TestClaim(t *testing.T) {
	d := NewHeadline(headlineCountries(t))
	const none = 0
	for text, want := range map[string]struct{ hashrate, price float64 }{
		"The hashrate fell by 13,4 %":                                             {-0.134, none},
		"The overall BTC hashrate fell 13.4% overnight":                           {-0.134, none},
		"A fifth of Bitcoin's hash rate dropped out":                              {-0.2, none},
		"About one fifth of the hash rate is gone":                                {-0.2, none},
		"Nearly half of the network's hash rate vanished":                         {-0.5, none},
		"The hash rate fell by a third":                                           {-0.3333, none},
		"Two thirds of the hashrate went offline":                                 {-0.6667, none},
		"The hash rate has halved":                                                {-0.5, none},
		"Pools lost an average of 10% of their hashrate":                          {-0.1, none},
		"The hash rate of Bitcoin was down 12 percent":                            {-0.12, none},
		"A 12% drop in the hash rate followed":                                    {-0.12, none},
		"Hashrate fell from 205 000 PH/s to 164 000 PH/s":                         {-0.2, none},
		"Hash rate fell to 150 EH/s from 200 EH/s":                                {-0.25, none},
		"Hash rate slid from 205,000 petahashes to 164,000 petahashes per second": {-0.2, none},
		"The hash rate rose 9% in a week":                                         {0.09, none},
		"The hash rate dropped to 13%":                                            {none, none},
		"Kazakhstan, with 18% of the global hash rate, lost its internet":         {none, none},
		"Kazakhstan accounts for 18% of the hash rate and saw it drop":            {none, none},
		"The country's share of the hash rate fell 4% to 14%":                     {none, none},
		"Miners' shares fell 7% although the hash rate held":                      {none, none},
		"Its hash rate fell for a third straight week":                            {none, none},
		"The hash rate fell 20% since its record in May":                          {none, none},
		"Bitcoin lost almost 7% in a day":                                         {none, -0.07},
		"Bitcoin slumped as much as 5% on Friday":                                 {none, -0.05},
		"The first cryptocurrency has fallen in price by almost 7%":               {none, -0.07},
		"Bitcoin fell more than 7% on Friday":                                     {none, -0.07},
		"Bitcoin declined in value from $47,000 to less than $42,300":             {none, -0.1},
		"Ether jumped 8% to $2,587 but is 40% below its record":                   {none, 0.08},
		"Bitcoin is down 60% this year":                                           {none, none},
		"Bitcoin steady as stocks fell 3%":                                        {none, none},
		"Bitcoin fell 7% while its hash rate dropped 12%":                         {-0.12, -0.07},
		"Inflation rose to 7% and bitcoin slipped":                                {none, none},
		"انخفض معدل الهاش بنسبة 13.4% بعد انقطاع الانترنت":                        {-0.134, none},
		"انخفض معدل الهاش بنسبة ١٣٫٤٪":                                            {-0.134, none},
		"Хешрейт сети упал на четверть":                                           {-0.25, none},
		"比特币全网算力下降五分之一":                                                           {-0.2, none},
		"比特币暴跌 9%":                                                                {none, -0.09},
		"La tasa de hash de bitcoin cayó un 12 %":                                 {-0.12, none},
		"Nothing here is about it, but 12% of guests fell ill":                    {none, none},
	} {
		hits, _ := d.words.find(readHeadline("", text), d.places)
		hashrate, price := d.claims.read(hits)
		claimIs(t, text, intel.OfHashrate, hashrate, want.hashrate)
		claimIs(t, text, intel.OfPrice, price, want.price)
	}
}

func claimIs(t *testing.T, text string, of intel.Quantity, got *claim, want float64) {
	t.Helper()
	switch {
	case got == nil && want != 0:
		t.Errorf("%q: no claim of %s, want %v", text, of, want)
	case got != nil && math.Abs(got.Value-want) > 1e-9:
		t.Errorf("%q: claims %s %v, want %v", text, of, got.Value, want)
	case got != nil && (got.Of != of || got.Unit != intel.UnitRatio || got.Low != nil || got.High != nil):
		t.Errorf("%q: claim is %+v", text, got.Figure)
	}
}

// TestClaimReachesHashrate holds that an article about something else still hands its figure on.
func TestClaimReachesHashrate(t *testing.T) {
	d := NewHeadline(headlineCountries(t))
	signals := d.Observe(intel.Observation{Body: intel.Article{
		Title:   "Kazakhstan cuts off internet as protests grow",
		Summary: "Mining stopped too. One pool says a quarter of the global hash rate is missing.",
	}})
	for _, s := range signals {
		if s.Kind == intel.Hashrate {
			if s.Claim == nil || s.Claim.Value != -0.25 || len(s.Places) != 1 || s.Places[0] != "KZ" || s.Phase != intel.Onset {
				t.Errorf("got %+v", s)
			}
			return
		}
	}
	t.Errorf("no signal about the hashrate: %+v", signals)
}

func TestHeadlineValue(t *testing.T) {
	for word, want := range map[string]float64{
		"13.4": 13.4, "13,4": 13.4, "205,000": 205000, "1.234.567": 1234567, "1,234.5": 1234.5, "7": 7, "0.134": 0.134,
		"0,5": 0.5, "40.000": 40000,
	} {
		if got, ok := headlineValue(word); !ok || math.Abs(got-want) > 1e-9 {
			t.Errorf("%q: got %v, %v, want %v", word, got, ok, want)
		}
	}
}
