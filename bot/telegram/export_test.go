package telegram

import (
	"time"

	"github.com/faultlinebot/faultline/bot/pacing"
)

// Hurry lifts the limits, for tests in real time of what is said and not of when.
func Hurry(t *Telegram) {
	t.pace.rate = pacing.NewRate(10_000)
	t.pace.limits = func(string) []pacing.Limit { return []pacing.Limit{{Most: 1000, Over: time.Second}} }
}
