package outages

import (
	"os"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/datatest"
)

// TestRealAlerts reads what IODA sent about Iran on 2 March 2026, recorded by others.
func TestRealAlerts(t *testing.T) {
	body, err := os.ReadFile(datatest.File(t, "samples", "ioda", "outages_alerts_IR_2026-03-01_excerpt.json"))
	if err != nil {
		t.Fatal(err)
	}
	alerts, err := decodeAlerts(body)
	if err != nil {
		t.Fatal(err)
	}
	want := alert{
		series: series{Country: "IR", Data: "bgp"}, at: time.Unix(1772409300, 0).UTC(),
		level: "critical", value: 40704, usual: 41355,
	}
	if len(alerts) < 2 || alerts[0] != want || alerts[1].level != normal {
		t.Errorf("read %+v", alerts)
	}
}
