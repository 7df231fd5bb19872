package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
)

const latency = 100 * time.Millisecond

// answers takes its time, as a platform over the network does.
func answers(context.Context, bot.Outgoing) error { time.Sleep(latency); return nil }

// hangs applies nothing and answers when it is too late.
func hangs(ctx context.Context, _ bot.Outgoing) error { <-ctx.Done(); return ctx.Err() }

// crowd subscribes so many chats, c000 and on.
func (s *scene) crowd(platform string, chats int) {
	for n := range chats {
		s.subscribe(platform, fmt.Sprintf("c%03d", n))
	}
}

// wantAll checks that so many messages were sent, the last of them within some time of begun.
func wantAll(t *testing.T, p *scripted, messages int, begun time.Time, within time.Duration) {
	t.Helper()
	log := p.log()
	if len(log) != messages {
		t.Fatalf("%s was sent %d messages, want %d", p.name, len(log), messages)
	}
	took := log[len(log)-1].at.Sub(begun)
	t.Logf("%s: %d messages in %s", p.name, messages, took)
	if took > within {
		t.Errorf("%s: the last message took %s, want at most %s", p.name, took, within)
	}
}

// More and more chats hang, and what they did not take is tried again and again beside new messages to the others.
func TestChatsThatHangHoldUpOnlyThemselves(t *testing.T) {
	for _, dead := range [][]int{{1, 1}, {20, 20}, {25, 50, 75, 75}} {
		t.Run(fmt.Sprint(dead[len(dead)-1]), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const chats = 200
				s := newScene(t)
				s.crowd("x", chats)
				defer running(t, s)()
				sent := 0
				for n, hanging := range dead {
					first := fmt.Sprintf("c%03d", hanging) // the others come before it
					s.x.say(func(ctx context.Context, o bot.Outgoing) error {
						if o.To.Chat < first {
							return hangs(ctx, o)
						}
						return answers(ctx, o)
					})
					change := intel.Updated
					if n == 0 {
						change = intel.Opened
					}
					begun := time.Now()
					s.store.commit(shutdown(n+1, intel.Major), change, "")
					s.Wake()
					time.Sleep(5 * time.Minute)
					sent += chats - hanging
					wantAll(t, s.x, sent, begun, 5*time.Second)
				}
				s.x.works()
				time.Sleep(time.Hour)
				for n := range chats {
					if c := s.store.card("shutdown/KZ", chat("x", fmt.Sprintf("c%03d", n))); c.Told != len(dead) {
						t.Errorf("the card is %+v", c)
					}
				}
			})
		})
	}
}

func TestAPlatformThatHangsHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const chats = 200
		s := newScene(t)
		s.crowd("x", chats) // its subscriptions come first in each fan-out
		s.crowd("y", chats)
		s.x.say(hangs)
		s.y.say(answers)
		defer running(t, s)()
		for n, severity := range []intel.Severity{intel.Critical, intel.Minor, intel.Major} {
			begun := time.Now()
			i := shutdown(1, severity)
			i.ID += severity.String()
			s.store.commit(i, intel.Opened, "")
			s.Wake()
			time.Sleep(40 * time.Second)
			wantAll(t, s.y, (n+1)*chats, begun, 6*time.Second)
		}
		tried := s.x.attempts()
		time.Sleep(20 * time.Minute)
		if n := s.x.attempts() - tried; n > 4*20 {
			t.Errorf("a platform that answers nobody was asked %d times in twenty minutes", n)
		}
		s.x.works()
		time.Sleep(5 * time.Minute)
		if got := len(s.x.log()); got != 3*chats {
			t.Errorf("%d of %d cards came in the end", got, 3*chats)
		}
	})
}

// An outage of a platform costs hardly any card an attempt: only those few that ask whether it is back.
func TestOutageCostsNoCardItsAttempts(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
	}{
		{"bad gateway", errors.New("bad gateway")},
		{"refused", &bot.NotSentError{Reason: "connection refused"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const chats, hours = 80, 8
				s := newScene(t)
				s.crowd("x", chats)
				s.x.fails("", c.err)
				defer running(t, s)()
				s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
				s.Wake()
				time.Sleep(hours * time.Hour)
				t.Logf("%d sends in %d hours", s.x.attempts(), hours)
				if n := s.x.attempts(); n < hours*50 || n > hours*60*5 {
					t.Errorf("a platform in trouble was asked %d times in %d hours", n, hours)
				}
				s.x.works()
				begun := time.Now()
				time.Sleep(time.Hour)
				wantAll(t, s.x, chats, begun, 11*time.Minute)
			})
		})
	}
}

// A platform that was in trouble is not flooded with what waited while nobody knows that it is back.
func TestFewAskWhetherAPlatformIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.crowd("x", 200)
		most, now := 0, 0
		var mu sync.Mutex
		s.x.say(func(context.Context, bot.Outgoing) error {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(latency)
			mu.Lock()
			defer mu.Unlock()
			now--
			return &bot.NotSentError{Reason: "no such host"}
		})
		asked := func() int {
			mu.Lock()
			defer mu.Unlock()
			n := most
			most = 0
			return n
		}
		defer running(t, s)()
		s.store.commit(shutdown(1, intel.Major), intel.Opened, "")
		s.Wake()
		time.Sleep(time.Second)
		if n := asked(); n != 64 {
			t.Errorf("%d messages were on their way at once", n)
		}
		time.Sleep(time.Hour)
		if n := asked(); n != 4 {
			t.Errorf("%d messages at once asked whether it is back", n)
		}
		s.x.works()
		time.Sleep(5 * time.Minute)
		if got := len(s.x.log()); got != 200 {
			t.Errorf("%d of 200 cards came", got)
		}
	})
}

// What there was no room for goes by severity too.
func TestMostSevereFirstOnAFullLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.senders = 4
		s.crowd("x", 60) // y has room, so that x's cards are claimed and put back
		s.x.say(answers)
		defer running(t, s)()
		for _, severity := range []intel.Severity{intel.Minor, intel.Critical, intel.Major} {
			i := shutdown(1, severity)
			i.ID += severity.String()
			s.store.commit(i, intel.Opened, "")
			s.Wake()
			time.Sleep(time.Second / 2)
		}
		time.Sleep(time.Minute)
		last := make(map[string]int)
		for n, line := range s.x.lines() {
			last[strings.Fields(line)[2]] = n
		}
		// Half a second of four at once is twenty minor ones before the critical ones came up.
		if last["CRITICAL"] > 85 || last["MAJOR"] > 145 || last["MINOR"] != 179 {
			t.Errorf("the last of each were sent as number %v", last)
		}
	})
}

func TestFanOutRunsOnlySoFarAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.senders = 4
		s.crowd("x", 200)
		s.x.say(func(context.Context, bot.Outgoing) error { time.Sleep(time.Second); return nil })
		o := s.options()
		o.Now, o.Platforms, o.PageSize = time.Now, []bot.Platform{s.x}, 20
		s.Deliverer = deliver.New(o)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		s.store.commit(shutdown(1, intel.Minor), intel.Opened, "")
		s.Wake()
		time.Sleep(20*time.Second + time.Millisecond)
		s.store.mu.Lock()
		ahead := len(s.store.cards) - s.x.attempts()
		s.store.mu.Unlock()
		if ahead > 40 { // of 116
			t.Errorf("%d cards were raised ahead of the senders, more than two pages", ahead)
		}
		before := len(s.x.log())
		worse := shutdown(1, intel.Critical)
		worse.ID += "2"
		s.store.commit(worse, intel.Opened, "")
		s.Wake()
		time.Sleep(54 * time.Second)
		minor := 0
		for _, line := range s.x.lines()[before:] {
			if strings.Contains(line, "MINOR") {
				minor++
			}
		}
		if minor > 4+2*10 { // those on their way, and one or two while the next page is raised
			t.Errorf("%d cards went before something worse", minor)
		}
		time.Sleep(2 * time.Minute)
		if got := len(s.x.log()); got != 400 {
			t.Errorf("%d of 400 cards came", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
