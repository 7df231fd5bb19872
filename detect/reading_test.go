package detect_test

import (
	"math"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/detect"
	"github.com/faultlinebot/faultline/intel"
)

// TestReadings mines a chain at a known rate, one block each ten minutes, and trades at known prices.
func TestReadings(t *testing.T) {
	s := detect.NewSet(detect.Options{})
	if got := s.Readings(); len(got) != 0 {
		t.Fatalf("nothing was seen, and it shows %+v", got)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const difficulty = 1e14 // 1e14 * 2^32 / 600 s = 715.83 EH/s
	for n := range 40 * 144 {
		at := start.Add(time.Duration(n) * 10 * time.Minute)
		s.Observe(intel.Observation{
			Source: "mempool", Time: at, Known: at,
			Body: intel.Block{Height: int64(800_000 + n), Difficulty: difficulty, Hash: "x"},
		})
		price := 100_000.0
		if n >= 40*144-6 { // the last hour
			price = 90_000
		}
		for venue, off := range map[string]float64{"binance": 0, "coinbase": 10, "kraken": -10} {
			s.Observe(intel.Observation{
				Source: venue, Time: at, Known: at.Add(10 * time.Minute),
				Body: intel.Bar{Asset: "BTC", Currency: "USD", Interval: 10 * time.Minute, Open: price, High: price + 50, Low: price - 50, Close: price + off},
			})
		}
	}
	got := s.Readings()
	if len(got) != 2 {
		t.Fatalf("it shows %+v", got)
	}
	hash, price := got[0], got[1]
	if hash.Of != intel.OfHashrate || math.Abs(hash.Value/715.83-1) > 0.01 {
		t.Errorf("hashrate %v EH/s, want 715.8", hash.Value)
	}
	// 144 events: the exact gamma quantiles are 0.8433 and 1.1698 of the rate.
	if math.Abs(*hash.Low/hash.Value-0.8433) > 0.001 || math.Abs(*hash.High/hash.Value-1.1698) > 0.001 {
		t.Errorf("interval %v ... %v of the value", *hash.Low/hash.Value, *hash.High/hash.Value)
	}
	if len(hash.Moves) != 2 || math.Abs(hash.Moves[0].Change) > 0.02 || *hash.Moves[0].Low > 0 || *hash.Moves[0].High < 0 {
		t.Errorf("moves %+v", hash.Moves)
	}
	if price.Asset != "BTC" || price.Value != 90_000 || price.Source != "binance" || price.Over != "median of 3 venues" {
		t.Errorf("price %+v", price)
	}
	if len(price.Moves) != 3 || math.Abs(price.Moves[1].Change+0.1) > 0.001 {
		t.Errorf("price moves %+v", price.Moves)
	}
}
