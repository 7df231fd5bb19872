package telegram

import (
	"encoding/json"
	"errors"
	"net/url"
	"testing"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
)

// The library loses the code of a refused upload. What is meant is told by the rest.
func TestT10RefusedUploads(t *testing.T) {
	for name, c := range map[string]struct {
		fault telegramtest.Fault
		is    meaning
		code  int
	}{
		"blocked":         {telegramtest.Blocked, unreachable, 403},
		"chat not found":  {telegramtest.Fault{Code: 400, Description: "Bad Request: chat not found"}, unreachable, 400},
		"bad photo":       {telegramtest.Fault{Code: 400, Description: "Bad Request: PHOTO_INVALID_DIMENSIONS"}, wrong, 400},
		"too many":        {telegramtest.TooMany(35), tooMany, 429},
		"moved":           {telegramtest.Fault{Code: 400, Description: "Bad Request: group chat was upgraded to a supergroup chat", MigrateTo: -1009}, moved, 400},
		"revoked":         {telegramtest.Revoked, tokenRefused, 401},
		"too large":       {telegramtest.Fault{Code: 413, Description: "Request Entity Too Large"}, wrong, 413},
		"trouble":         {telegramtest.Fault{Code: 500, Description: "Internal Server Error: restart"}, broken, 500},
		"words not known": {telegramtest.Fault{Code: 418, Description: "Teapot"}, broken, 0},
	} {
		t.Run(name, func(t *testing.T) {
			server := telegramtest.New(telegramtest.Options{})
			defer server.Close()
			chat := server.Private(server.NewUser("Ann"))
			base, _ := url.Parse(telegramtest.MemoryURL)
			a := newAPI("4242:TEST", base, server.Client())
			upload := func() error {
				_, err := a.over(t.Context()).UploadFiles("sendPhoto", tgbotapi.Params{"chat_id": number(chat.ID), "caption": "Chart"},
					[]tgbotapi.RequestFile{{Name: "photo", Data: tgbotapi.FileBytes{Name: "chart.png", Bytes: make([]byte, 100_000)}}})
				return err
			}
			server.Fail("sendPhoto", 1, c.fault)
			err := upload()
			var said *tgbotapi.Error
			if !errors.As(err, &said) || said.Code != 0 {
				t.Fatalf("the library is not as it was: %v, %+v", err, said)
			}
			no, ok := meaningOf(a.meant(err))
			if !ok || no.is != c.is || no.code != c.code || no.after != time.Duration(c.fault.RetryAfter)*time.Second || no.to != c.fault.MigrateTo {
				t.Errorf("it is taken for %+v", no)
			}
			if err := upload(); err != nil || len(server.Messages(chat)) != 1 {
				t.Errorf("without a fault: %v", err)
			}
		})
	}
}

func TestInboxConfirmsWhatIsDone(t *testing.T) {
	release := make(map[int64]chan struct{})
	for id := range int64(200) {
		release[id] = make(chan struct{})
	}
	b := newInbox(func(u update) { <-release[u.ID] })
	add := func(id, chatID int64) bool {
		return b.add(update{ID: id, Message: &message{Chat: chat{ID: chatID}}})
	}
	done := func(id int64) {
		change, _ := b.changed()
		close(release[id])
		<-change
	}
	expect := func(want int64, busy bool) {
		t.Helper()
		if got, is := b.offset(); got != want || is != busy {
			t.Errorf("offset %d, busy %t; want %d, %t", got, is, want, busy)
		}
	}
	expect(0, false)
	add(10, 1)
	add(11, 2)
	add(12, 3)
	b.skip(13)
	expect(10, true)
	done(11)
	expect(10, true)
	add(11, 2) // it comes again while the one before it is at work
	done(10)
	expect(12, true)
	done(12)
	add(13, 1)
	expect(14, false)
	// One that takes long is confirmed when too many wait behind it.
	add(14, 1)
	for id := int64(15); id < 14+mostBehind; id++ {
		add(id, id)
		done(id)
	}
	expect(14, true)
	add(14+mostBehind, 2)
	expect(14+mostBehind, true)
	done(14 + mostBehind)
	expect(15+mostBehind, false)
	// A number that is lower than the last is new all the same: Telegram says so of bots that rested for a week.
	add(5, 9)
	expect(5, true)
	done(5)
	expect(6, false)
	done(14)
}

func TestInboxKeepsTheOrderOfAChat(t *testing.T) {
	var order []int64
	gate := make(chan struct{})
	b := newInbox(func(u update) {
		<-gate
		order = append(order, u.ID)
	})
	for id := range int64(50) {
		if !b.add(update{ID: id + 1, Message: &message{Chat: chat{ID: 7}}}) {
			t.Fatal("no room for 50")
		}
	}
	close(gate)
	for {
		change, busy := b.changed()
		if !busy {
			break
		}
		<-change
	}
	<-b.close()
	for i, id := range order {
		if id != int64(i)+1 {
			t.Fatalf("they were handled in the order %v", order)
		}
	}
	if len(order) != 50 {
		t.Errorf("%d were handled", len(order))
	}
}

func TestUpdatesAreReadOneByOne(t *testing.T) {
	for raw, want := range map[string]string{
		`{"update_id":7,"message":{"message_id":"x"}}`: "an update that cannot be read, of the kind message",
		`{"update_id":7,"poll":1,"message":7}`:         "an update that cannot be read, of the kind message,poll",
		`7`:                                            "an update that cannot be read, of the kind unknown",
	} {
		u, err := decode(json.RawMessage(raw))
		if err == nil || err.Error() != want || raw != "7" && u.ID != 7 {
			t.Errorf("%s: %v, %+v", raw, err, u)
		}
	}
}
