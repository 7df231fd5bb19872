package telegramtest

import (
	"math"
	"time"
)

// Limits is how many messages and edits are taken. Telegram's own are in its FAQ for bots:
// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
type Limits struct {
	PerSecond int // of one bot, over all chats
	Burst     int // to one chat at once; it refills by one a second
	PerMinute int // to one group or channel
}

// Usual are the limits that Telegram tells.
func Usual() Limits { return Limits{PerSecond: 30, Burst: 3, PerMinute: 20} }

// meter counts what was taken.
type meter struct {
	all   []time.Time
	chats map[int64]*chatMeter
}

type chatMeter struct {
	room   float64 // of the burst
	at     time.Time
	minute []time.Time
}

// take counts one message, or says how many seconds to wait.
func (m *meter) take(l Limits, c *Chat, now time.Time) (retryAfter int) {
	cm := m.chats[c.ID]
	if cm == nil {
		cm = &chatMeter{room: float64(l.Burst), at: now}
		m.chats[c.ID] = cm
	}
	cm.room = min(float64(l.Burst), cm.room+now.Sub(cm.at).Seconds())
	cm.at = now
	m.all = recent(m.all, now, time.Second)
	cm.minute = recent(cm.minute, now, time.Minute)
	wait := 0.0
	if l.PerSecond > 0 && len(m.all) >= l.PerSecond {
		wait = 1
	}
	if l.Burst > 0 && cm.room < 1 {
		wait = max(wait, 1-cm.room)
	}
	if l.PerMinute > 0 && c.Type != private && len(cm.minute) >= l.PerMinute {
		wait = max(wait, time.Minute.Seconds()-now.Sub(cm.minute[0]).Seconds())
	}
	if wait > 0 {
		return int(math.Ceil(wait))
	}
	cm.room--
	m.all = append(m.all, now)
	cm.minute = append(cm.minute, now)
	return 0
}

// recent drops the times that have left the window.
func recent(times []time.Time, now time.Time, window time.Duration) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) >= window {
		times = times[1:]
	}
	return times
}
