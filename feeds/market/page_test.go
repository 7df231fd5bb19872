package market

import (
	"os"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/datatest"
)

// TestRealPage reads what the exchange sent on 15 August 2026, recorded by others.
func TestRealPage(t *testing.T) {
	body, err := os.ReadFile(datatest.File(t, "samples", "binance", "rest_fapi_klines_1h_2026-08-15.json"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := decodePage(body, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	want := candle{
		opened: time.Date(2026, 8, 15, 18, 0, 0, 0, time.UTC),
		open:   63043.40, high: 63083.00, low: 63011.60, close: 63026.30, volume: 1116.068,
	}
	if len(page) != 2 || page[0] != want {
		t.Errorf("read %+v", page)
	}
}
