package telegram_test

import (
	"strings"
	"testing"

	"github.com/faultlinebot/faultline/bot/bottest"
	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
)

func TestContract(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Harness {
		r := newRig(t, telegramtest.Usual())
		t.Cleanup(r.close)
		fail := func(f telegramtest.Fault) func() { return func() { r.server.Fail("sendMessage", 1, f) } }
		return bottest.Harness{
			Platform: r.bot,
			To:       to(r.chat),
			Shown: func() string {
				var all []string
				for _, m := range r.server.Messages(r.chat) {
					all = append(all, m.Shown())
				}
				return strings.Join(all, "\n")
			},
			Faults: map[bottest.Fault]func(){
				bottest.Unreachable: fail(telegramtest.Blocked),
				bottest.RateLimited: fail(telegramtest.TooMany(7)),
				bottest.Rejected:    fail(telegramtest.Fault{Code: 400, Description: "Bad Request: BUTTON_DATA_INVALID"}),
				bottest.NotSent:     r.server.Close,
				bottest.Temporary:   fail(telegramtest.BadGateway),
			},
		}
	})
}
