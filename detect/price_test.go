package detect

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/datatest"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/recording"
)

// tape writes minute bars of one market at several venues.
type tape struct {
	asset  string
	venues []string
	now    time.Time
	price  float64
	random *rand.Rand
}

func newTape(asset string, price float64, venues ...string) *tape {
	return &tape{
		asset: asset, venues: venues, price: price, now: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		random: rand.New(rand.NewPCG(1, 2)),
	}
}

func (p *tape) bar(venue string, price float64) intel.Observation {
	return intel.Observation{
		Source: venue, Time: p.now, Known: p.now.Add(time.Minute),
		Body: intel.Bar{
			Asset: p.asset, Currency: "USD", Interval: time.Minute, Open: price, High: price, Low: price,
			Close: price,
		},
	}
}

// run plays minutes in which the price moves evenly by change in all, at the venues named (all when none is).
func (p *tape) run(d *PriceDetector, minutes int, change float64, venues ...string) []intel.Signal {
	if len(venues) == 0 {
		venues = p.venues
	}
	var all []intel.Signal
	step := math.Pow(1+change, 1/float64(minutes))
	for range minutes {
		p.price *= step
		for _, v := range venues {
			all = append(all, d.Observe(p.bar(v, p.price*(1+0.0002*p.random.NormFloat64())))...)
		}
		p.now = p.now.Add(time.Minute)
	}
	return all
}

func TestPriceFallIsOneEpisode(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance")
	if got := p.run(d, 60*48, 0.01); len(got) != 0 {
		t.Fatalf("spoke of a calm market: %v", phases(got))
	}
	got := p.run(d, 60, -0.08)
	if len(got) != 1 || got[0].Phase != intel.Onset || got[0].Magnitude.Value > -0.05 {
		t.Fatalf("got %v, want one onset", phases(got))
	}
	if got := p.run(d, 120, -0.12); len(got) == 0 || got[0].Phase != intel.Ongoing {
		t.Errorf("got %v, want further steps", phases(got))
	}
	if got := p.run(d, 300, 0.2); len(got) != 1 || got[0].Phase != intel.Easing {
		t.Errorf("got %v, want one easing", phases(got))
	}
}

func TestPriceSpeaksFromItsFloorsSixHoursAfterItsFirstBar(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance")
	p.run(d, 5*60, 0)
	if got := p.run(d, 30, -0.08); len(got) != 0 {
		t.Errorf("spoke after five and a half hours: %v", phases(got))
	}
	d, p = NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance")
	p.run(d, 6*60+5, 0)
	if got := p.run(d, 30, -0.08); len(got) != 1 {
		t.Errorf("got %v after six hours and a half, want one onset", phases(got))
	}
}

func TestOneVenueOfThreeIsNoNews(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance", "coinbase", "kraken")
	p.run(d, 60*24, 0)
	quiet := p.price
	if got := p.run(d, 30, -0.08, "kraken"); len(got) != 0 {
		t.Fatalf("spoke for one venue: %v", phases(got))
	}
	p.price = quiet
	if got := p.run(d, 30, -0.08, "binance"); len(got) != 1 {
		t.Errorf("got %v for two of three, want one onset", phases(got))
	}
}

func TestTwoDeadVenuesDoNotMakeTheThirdAMajority(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance", "coinbase", "kraken")
	p.run(d, 60*24, 0)
	p.run(d, 60*5, 0, "kraken")
	if got := p.run(d, 30, -0.08, "kraken"); len(got) != 0 {
		t.Errorf("spoke for the last venue alive after five hours: %v", phases(got))
	}
	p.run(d, 60*25, 0.08, "kraken")
	if got := p.run(d, 30, -0.1, "kraken"); len(got) != 1 {
		t.Errorf("got %v; a day later it is alone and decides", phases(got))
	}
}

func TestGapsAndBadTicksAreNoFall(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance")
	p.run(d, 60*24, 0)
	p.now = p.now.Add(30 * time.Hour)
	p.price *= 0.85
	if got := p.run(d, 60, 0); len(got) != 0 {
		t.Errorf("took a gap for a fall: %v", phases(got))
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if got := d.Observe(p.bar("binance", bad)); len(got) != 0 {
			t.Errorf("took %v for a price", bad)
		}
	}
}

// A venue whose clock is wrong must neither speak nor stand in the way of the others.
func TestABarFromTheFutureIsIgnored(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance")
	p.run(d, 60*24, 0)
	for _, ahead := range []time.Duration{time.Hour, 200 * 365 * 24 * time.Hour} {
		bad := p.bar("okx", 20_000)
		bad.Time = bad.Time.Add(ahead)
		if got := d.Observe(bad); len(got) != 0 {
			t.Fatalf("believed it: %v", phases(got))
		}
		bad.Source = "binance"
		d.Observe(bad)
	}
	ancient := p.bar("okx", 20_000)
	ancient.Time = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	d.Observe(ancient)
	if got := p.run(d, 30, -0.08); len(got) != 1 {
		t.Errorf("got %v, want one onset: okx has no vote, and binance goes on", phases(got))
	}
}

func TestOnlyDollarsAreWatched(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance")
	euro := func(b intel.Observation, rate float64) intel.Observation {
		body := b.Body.(intel.Bar)
		body.Currency, body.Close = "EUR", body.Close*rate
		b.Body = body
		return b
	}
	var got []intel.Signal
	for range 60 * 24 {
		got = append(got, p.run(d, 1, 0)...)
		got = append(got, d.Observe(euro(p.bar("binance", p.price), 0.8))...)
		got = append(got, d.Observe(euro(p.bar("kraken", p.price), 0.8))...)
	}
	peg := newTape("USDC", 1, "binance")
	for range 60 {
		got = append(got, d.Observe(euro(peg.bar("binance", 1), 0.9))...)
		peg.now = peg.now.Add(time.Minute)
	}
	if len(got) != 0 {
		t.Errorf("took another currency for a fall: %v", phases(got))
	}
	if got := p.run(d, 30, -0.08); len(got) != 1 {
		t.Errorf("got %v, want one onset: kraken sells no dollars and has no vote", phases(got))
	}
}

// Bars of two intervals at one venue are one venue; the finer ones speak.
func TestTheFinestBarsOfAVenueCount(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance")
	hour := func(price float64) []intel.Signal {
		o := p.bar("binance", price)
		b := o.Body.(intel.Bar)
		b.Interval, o.Time = time.Hour, p.now.Add(-time.Hour)
		o.Known, o.Body = p.now.Add(30*time.Second), b
		return d.Observe(o)
	}
	for range 24 {
		p.run(d, 60, 0)
		p.now = p.now.Add(30 * time.Second) // so that the hour is not older than the last minute
		if got := hour(p.price * 0.9); len(got) != 0 {
			t.Fatalf("the coarse bar spoke: %v", phases(got))
		}
	}
	if got := p.run(d, 30, -0.08); len(got) != 1 {
		t.Errorf("got %v, want one onset", phases(got))
	}
	p.now = p.now.Add(25 * time.Hour)
	for range 7 {
		hour(p.price)
		p.now = p.now.Add(time.Hour)
	}
	if got := hour(p.price * 0.9); len(got) != 1 || got[0].Phase != intel.Onset {
		t.Errorf("got %v; after a day without minutes the hours are all there is", phases(got))
	}
}

func TestAnEpisodeOfASilentMarketIsDropped(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance")
	p.run(d, 60*24, 0)
	p.run(d, 30, -0.08)
	p.now = p.now.Add(25 * time.Hour)
	if got := p.run(d, 10, 0.2); len(got) != 0 {
		t.Errorf("spoke of an episode that nobody followed: %v", phases(got))
	}
	p.run(d, 60*24, 0)
	if got := p.run(d, 30, -0.08); len(got) != 1 || got[0].Phase != intel.Onset {
		t.Errorf("got %v, want a new onset", phases(got))
	}
}

func TestAPegNeedsAMajority(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("USDC", 1, "binance", "coinbase", "kraken")
	p.run(d, 60, 0)
	p.price = 0.95
	if got := p.run(d, 20, 0, "kraken"); len(got) != 0 {
		t.Fatalf("spoke for one venue of three: %v", phases(got))
	}
	if got := p.run(d, 5, 0, "binance"); len(got) != 1 || got[0].Phase != intel.Onset {
		t.Errorf("got %v for two of three, want one onset", phases(got))
	}
	p.price = 0.999
	if got := p.run(d, 65, 0, "kraken"); len(got) != 0 {
		t.Errorf("a venue that does not lead ended it: %v", phases(got))
	}
	if got := p.run(d, 65, 0, "binance"); len(got) != 1 || got[0].Phase != intel.Easing {
		t.Errorf("got %v, want one easing", phases(got))
	}
}

func TestStablecoinIsWatchedByLevel(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("USDC", 1, "kraken")
	p.run(d, 60, 0)
	if got := p.run(d, 5, -0.012); len(got) != 0 {
		t.Fatalf("spoke at once: %v", phases(got))
	}
	got := p.run(d, 20, 0)
	if len(got) != 1 || got[0].Phase != intel.Onset {
		t.Fatalf("got %v, want an onset after ten minutes below 0.99", phases(got))
	}
	if got := p.run(d, 10, -0.08); len(got) == 0 || got[0].Phase != intel.Ongoing {
		t.Errorf("got %v, want further steps", phases(got))
	}
	p.price = 0.999
	if got := p.run(d, 61, 0); len(got) != 1 || got[0].Phase != intel.Easing {
		t.Errorf("got %v, want easing after an hour at 0.999", phases(got))
	}
}

func TestMeasurePriceSinceAnOnset(t *testing.T) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance", "kraken")
	p.run(d, 60*24, 0)
	since := p.now
	p.run(d, 60*12, -0.06)
	got, ok := d.Measure("BTC", since, p.now)
	if !ok || math.Abs(got.Value+0.06) > 0.003 || got.Low != nil {
		t.Errorf("got %+v, %v; want -6 %% without an interval", got.Figure, ok)
	}
	if _, ok := d.Measure("ETH", since, p.now); ok {
		t.Error("measured a market that was never seen")
	}
	if _, ok := d.Measure("BTC", since, p.now.Add(5*time.Hour)); ok {
		t.Error("measured from a price that is five hours old")
	}
}

// Known falls of four years of hourly bars, and how often anything is said.
func TestFourYearsOfPrices(t *testing.T) {
	all, err := recording.ReadFiles([]string{
		datatest.File(t, "data", "recordings", "bars-btc-1h-2019-2023.jsonl.gz"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][2]string{
		"March 2020": {"2020-03-12T08", "2020-03-13T12"}, "May 2021": {"2021-05-19T00", "2021-05-20T12"},
		"Luna": {"2022-05-09T00", "2022-05-12T12"}, "3AC": {"2022-06-12T00", "2022-06-19T00"},
		"FTX": {"2022-11-08T00", "2022-11-10T00"}, "SVB": {"2023-03-09T12", "2023-03-11T00"},
	}
	d := NewPrice(PriceOptions{})
	onsets := map[int]int{}
	for _, o := range all {
		for _, s := range d.Observe(o) {
			if s.Phase == intel.Easing {
				continue
			}
			if s.Phase == intel.Onset {
				onsets[s.Time.Year()]++
			}
			at := s.Time.Format("2006-01-02T15")
			if s.Phase == intel.Onset && at >= "2022-12-23" && at < "2022-12-27" {
				t.Error("the Texas storm raised a price onset")
			}
			for name, w := range known {
				if at >= w[0] && at < w[1] {
					delete(known, name)
				}
			}
		}
	}
	if diff := cmp.Diff(map[int]int{2020: 8, 2021: 11, 2022: 8, 2023: 3}, onsets); diff != "" {
		t.Errorf("onsets a year are not those published: %s", diff)
	}
	for name := range known {
		t.Errorf("%s was not found", name)
	}
}

func TestDepegOfMarch2023(t *testing.T) {
	all, err := recording.ReadFiles([]string{
		datatest.File(t, "data", "recordings", "bars-usdc-depeg-1m-2023-03.jsonl.gz"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := NewPrice(PriceOptions{})
	var onsets []string
	for _, o := range all {
		for _, s := range d.Observe(o) {
			if s.Assets[0] == "USDC" && s.Phase == intel.Onset {
				onsets = append(onsets, s.Time.Format("01-02T15:04"))
			}
		}
	}
	if len(onsets) != 1 || onsets[0] < "03-11T04:13" || onsets[0] > "03-11T04:30" {
		t.Errorf("onsets %v, want one on 11 March between 04:13 and 04:30", onsets)
	}
}

func BenchmarkPrice(b *testing.B) {
	d, p := NewPrice(PriceOptions{}), newTape("BTC", 50_000, "binance", "coinbase", "kraken")
	p.run(d, 60*48, 0)
	b.ReportAllocs()
	for b.Loop() {
		p.run(d, 1, 0, "binance")
	}
}
