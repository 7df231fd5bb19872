package deliver

import (
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// retryShare: one in so many of a lane may be messages that have failed before. Chats that hang fail again and
	// again, and must leave room for the others.
	retryShare = 4
	// probes is how many messages at once ask a platform in trouble whether it is back.
	probes = 4
	// turnGap is how far apart those come back that there was no room for: about what a platform takes.
	turnGap = 20 * time.Millisecond
)

// lane is one platform as this process knows it. Each has its own room, so that a platform that is slow or hangs
// holds up no other, and a chat that hangs takes one place of many.
type lane struct {
	width   int // messages on their way at once
	busy    int // those on their way
	retries int // those of them that have failed before

	hold  time.Time            // nothing goes before
	chats map[string]time.Time // nothing to this chat, threads included, goes before

	unanswered int // new messages in a row to which the platform gave no answer
	troubles   int // holds in a row because of that

	turns     [intel.Critical + 1]time.Time // when the last one put back comes again, by severity
	retryTurn time.Time                     // the same for those that have failed before
}

func newLane(width int) *lane { return &lane{width: width, chats: make(map[string]time.Time)} }

// open is how wide the lane is now.
func (l *lane) open(now time.Time) int {
	switch {
	case l.hold.After(now):
		return 0
	case l.troubles > 0:
		return min(l.width, probes)
	}
	return l.width
}

// room is how many messages can set out to the platform with the most room. Claims are not made by platform, so
// that many are claimed; those for a platform with less room are put back.
func (p *pace) room(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := 0
	for _, l := range p.lanes {
		most = max(most, l.open(now)-l.busy)
	}
	return most
}

// enter lets a claimed message set out, until leave; or it says when it shall come again. A message to a platform
// that is not connected sets out at once: it will not come far.
func (p *pace) enter(r row, now time.Time) (again time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, retry := p.lanes[r.to.Platform], r.attempts > 0
	if l == nil {
		return time.Time{}, true
	}
	if hold := l.chats[r.to.Chat]; hold.After(now) {
		return hold, false
	}
	open := l.open(now)
	switch {
	case l.busy >= open, l.worseWaits(r.severity, now), retry && l.retries >= max(1, open/retryShare):
		return l.turn(r.severity, retry, now), false
	case retry:
		l.retries++
	}
	l.busy++
	return time.Time{}, true
}

func (p *pace) leave(r row) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[r.to.Platform]
	if l == nil {
		return
	}
	l.busy--
	if r.attempts > 0 {
		l.retries--
	}
}

// worseWaits says whether something more severe was put back and has not come again.
func (l *lane) worseWaits(severity intel.Severity, now time.Time) bool {
	for s := severity + 1; s <= intel.Critical; s++ {
		if l.turns[s].After(now) {
			return true
		}
	}
	return false
}

// turn is when a message that there is no room for comes again: after those of its severity that were put back
// before it. However many there are, only so many a second are claimed in vain.
func (l *lane) turn(severity intel.Severity, retry bool, now time.Time) time.Time {
	last, first := &l.turns[severity], now
	if retry {
		last, first = &l.retryTurn, now.Add(shortestWait)
	}
	for _, t := range []time.Time{l.hold, first} {
		if t.After(*last) {
			*last = t
		}
	}
	*last = last.Add(turnGap)
	return *last
}
