package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/telegram"
	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
	"github.com/faultlinebot/faultline/intel"
)

func TestT01TooManyRequests(t *testing.T) {
	for _, seconds := range []int{1, 35, 3600} {
		wait := time.Duration(seconds) * time.Second
		t.Run(fmt.Sprintf("one chat waits %d s", seconds), func(t *testing.T) {
			bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
				other := r.server.Private(r.server.NewUser("Bob"))
				r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("One")})
				r.server.Fail("sendMessage", 1, telegramtest.TooMany(seconds))
				_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Two")})
				limited(t, err, wait, false)
				r.mustSend(bot.Outgoing{To: to(other), Message: text("Elsewhere")})
				calls := len(r.server.Calls("sendMessage"))
				time.Sleep(wait / 2)
				_, err = r.send(bot.Outgoing{To: to(r.chat), Message: text("Two")})
				limited(t, err, wait-wait/2, false)
				if n := len(r.server.Calls("sendMessage")); n != calls {
					t.Error("Telegram was asked while it had said to wait")
				}
				time.Sleep(wait)
				r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("Two")})
			})
		})
		t.Run(fmt.Sprintf("all wait %d s", seconds), func(t *testing.T) {
			bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
				bob, eve := r.server.Private(r.server.NewUser("Bob")), r.server.Private(r.server.NewUser("Eve"))
				r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("One")})
				r.server.Fail("sendMessage", 2, telegramtest.TooMany(seconds))
				_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Two")})
				limited(t, err, wait, false)
				// Bob was not written to for a minute: this cannot be about him alone.
				_, err = r.send(bot.Outgoing{To: to(bob), Message: text("One")})
				limited(t, err, wait, true)
				_, err = r.send(bot.Outgoing{To: to(eve), Message: text("One")})
				limited(t, err, wait, true)
				if n := len(r.server.Calls("sendMessage")); n != 3 {
					t.Errorf("Telegram was asked %d times", n)
				}
				time.Sleep(wait)
				r.mustSend(bot.Outgoing{To: to(eve), Message: text("One")})
			})
		})
	}
	t.Run("without proof all wait a minute at most", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.server.Fail("sendMessage", 1, telegramtest.TooMany(3600))
			_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("One")})
			limited(t, err, time.Minute, true)
			time.Sleep(time.Minute)
			r.mustSend(bot.Outgoing{To: to(r.server.Private(r.server.NewUser("Bob"))), Message: text("One")})
			_, err = r.send(bot.Outgoing{To: to(r.chat), Message: text("One")})
			limited(t, err, 3540*time.Second, false)
		})
	})
	t.Run("who waits for a turn is told at once", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.server.Fail("sendMessage", 1, telegramtest.TooMany(35))
			var all sync.WaitGroup
			start := time.Now()
			for range 60 {
				chat := r.server.Private(r.server.NewUser("Somebody"))
				all.Go(func() {
					if _, err := r.send(bot.Outgoing{To: to(chat), Message: text("Card")}); err == nil {
						return
					} else if !errors.As(err, new(*bot.RateLimitedError)) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if took := time.Since(start); took > time.Second {
				t.Errorf("they waited %v", took)
			}
		})
	})
	t.Run("a proxy's page says so too", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.server.Fail("sendMessage", 1, telegramtest.Fault{Status: 429, Body: "<html>"})
			_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("One")})
			limited(t, err, 5*time.Second, true)
		})
	})
}

func limited(t *testing.T, err error, after time.Duration, all bool) {
	t.Helper()
	var l *bot.RateLimitedError
	if !errors.As(err, &l) || l.All != all || (l.After-after).Abs() > 100*time.Millisecond {
		t.Errorf("got %v (%+v), want to wait %v, all: %t", err, l, after, all)
	}
}

func TestT02Trouble(t *testing.T) {
	for name, f := range map[string]telegramtest.Fault{
		"a page":                telegramtest.BadGateway,
		"a page after applying": {Status: 504, Body: "<html>", Applied: true},
		"an empty answer":       telegramtest.Empty,
		"half an answer":        {Status: 200, Body: `{"ok":tr`},
		"an answer of nothing":  {Status: 200, Body: `{}`},
		"no message named":      {Status: 200, Body: `{"ok":true,"result":{}}`},
		"Telegram's own 500":    {Code: 500, Description: "Internal Server Error"},
		"cut before":            {Cut: true},
		"cut after":             {Cut: true, Applied: true},
		"silence before":        {Hold: time.Hour, Status: 502},
		"silence after":         {Hold: time.Hour, Applied: true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
				r.server.Fail("sendMessage", 1, f)
				start := time.Now()
				_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Card")})
				temporary(t, err)
				if took := time.Since(start); took > 21*time.Second {
					t.Errorf("it took %v", took)
				}
				applied := len(r.server.Messages(r.chat))
				r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("Card")})
				// C10: what was cut after it was applied is there once more, and not oftener.
				if n := len(r.server.Messages(r.chat)); n != applied+1 || f.Applied != (applied == 1) {
					t.Errorf("there were %d messages, then %d", applied, n)
				}
			})
		})
	}
}

func temporary(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Error("it succeeded")
	}
	for _, typed := range []any{
		new(*bot.UnreachableError), new(*bot.RateLimitedError), new(*bot.RejectedError), new(*bot.NotSentError), new(*bot.MovedError),
	} {
		if errors.As(err, typed) {
			t.Errorf("got %T: %v", typed, err)
		}
	}
}

func TestT03Unreachable(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(r *rig) telegramtest.Chat
		reason  string
	}{
		"blocked": {func(r *rig) telegramtest.Chat {
			r.server.Block(r.ann)
			return r.chat
		}, "bot was blocked by the user"},
		"deactivated": {func(r *rig) telegramtest.Chat {
			r.server.Deactivate(r.ann)
			return r.chat
		}, "user is deactivated"},
		"kicked from a group": {func(r *rig) telegramtest.Chat {
			g := r.server.Group("Group", r.ann)
			r.server.Kick(g, r.ann)
			return g
		}, "bot was kicked from the group chat"},
		"kicked from a supergroup": {func(r *rig) telegramtest.Chat {
			g := r.server.Supergroup("Group", r.ann)
			r.server.Kick(g, r.ann)
			return g
		}, "bot was kicked from the supergroup chat"},
		"taken out of a channel": {func(r *rig) telegramtest.Chat {
			c := r.server.Channel("Channel", r.ann)
			r.server.Leave(c, r.ann)
			return c
		}, "bot is not a member of the channel chat"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
				_, err := r.send(bot.Outgoing{To: to(c.happens(r)), Message: text("Card")})
				unreachable(t, err, c.reason)
			})
		})
	}
}

func unreachable(t *testing.T, err error, reason string) {
	t.Helper()
	var u *bot.UnreachableError
	if !errors.As(err, &u) || u.Reason != reason {
		t.Errorf("got %v, want %q", err, reason)
	}
}

func TestT04Moved(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		group := r.server.Group("Group", r.ann)
		receipt := r.mustSend(bot.Outgoing{To: to(group), Message: text("Card")})
		now := r.server.Migrate(group)
		for _, edit := range []string{"", receipt} {
			_, err := r.send(bot.Outgoing{To: to(group), Message: text("Card"), Edit: edit})
			var moved *bot.MovedError
			if !errors.As(err, &moved) || moved.To != number(now.ID) {
				t.Fatalf("got %v, want a move to %d", err, now.ID)
			}
		}
		// Under its new name the old receipts lead nowhere: a new card takes the place of the old one.
		fresh := r.mustSend(bot.Outgoing{To: to(now), Message: text("Card"), Edit: receipt})
		if fresh == receipt || len(r.server.Messages(now)) != 1 {
			t.Errorf("receipt %q after %q, messages %v", fresh, receipt, r.said(now))
		}
		r.mustSend(bot.Outgoing{To: to(now), Message: text("Reply"), ReplyTo: receipt})
	})
}

func TestT05NoSuchPlace(t *testing.T) {
	for description, reason := range map[string]string{
		"Bad Request: chat not found":                                      "chat not found",
		"Bad Request: message thread not found":                            "message thread not found",
		"Bad Request: TOPIC_CLOSED":                                        "TOPIC_CLOSED",
		"Bad Request: not enough rights to send text messages to the chat": "not enough rights to send text messages to the chat",
		"Bad Request: need administrator rights in the channel chat":       "need administrator rights in the channel chat",
		"Bad Request: CHAT_WRITE_FORBIDDEN":                                "CHAT_WRITE_FORBIDDEN",
		"Forbidden: bot can't initiate conversation with a user":           "bot can't initiate conversation with a user",
		"Forbidden: the group chat was deleted":                            "the group chat was deleted",
	} {
		t.Run(reason, func(t *testing.T) {
			bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
				code := http.StatusBadRequest
				if strings.HasPrefix(description, "Forbidden") {
					code = http.StatusForbidden
				}
				r.server.Fail("sendMessage", 1, telegramtest.Fault{Code: code, Description: description})
				_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Card")})
				unreachable(t, err, reason)
			})
		})
	}
	t.Run("a topic that was deleted", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			forum := r.server.Forum("Forum", r.ann)
			at := to(forum)
			topic := r.server.Topic(forum)
			at.Thread = number(topic)
			r.mustSend(bot.Outgoing{To: at, Message: text("Card")})
			r.server.CloseTopic(forum, topic)
			_, err := r.send(bot.Outgoing{To: at, Message: text("Card")})
			unreachable(t, err, "TOPIC_CLOSED")
			r.server.DeleteTopic(forum, topic)
			_, err = r.send(bot.Outgoing{To: at, Message: text("Card")})
			unreachable(t, err, "message thread not found")
		})
	})
	t.Run("a name that is none", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			_, err := r.send(bot.Outgoing{To: intel.Destination{Platform: "telegram", Chat: "me"}, Message: text("Card")})
			if !errors.As(err, new(*bot.RejectedError)) {
				t.Errorf("got %v", err)
			}
		})
	})
}

func TestT06MarkupThatCannotBeRead(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		f := telegramtest.Fault{Code: 400, Description: "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 1"}
		r.server.Fail("sendMessage", 1, f)
		m := bot.Message{Headline: "Net <cut> & dark", Links: []bot.Link{{Name: "Radar", URL: "https://radar.example/?a&b"}}}
		receipt := r.mustSend(bot.Outgoing{To: to(r.chat), Message: m})
		got := r.server.Messages(r.chat)[0]
		if want := "Net <cut> & dark\n\nRadar (radar.example) https://radar.example/?a&b"; got.Text != want || len(got.Entities) > 0 {
			t.Errorf("got %q %v, want %q", got.Text, got.Entities, want)
		}
		if !strings.Contains(r.log.String(), "cannot read our markup") {
			t.Error("nothing is in the log")
		}
		// Twice is too often: it is not repeated for ever.
		r.server.Fail("editMessageText", 2, f)
		_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Changed"), Edit: receipt})
		if !errors.As(err, new(*bot.RejectedError)) {
			t.Errorf("got %v", err)
		}
		if n := len(r.server.Calls("editMessageText")); n != 2 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestT07TooLong(t *testing.T) {
	t.Run("nothing is", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			for _, letter := range []string{"x", "ж", "🟠", "&", `"`, "<", "漢"} {
				long := strings.Repeat(letter, 4500)
				m := bot.Message{
					Severity: intel.Critical, Headline: "CRITICAL  " + long, Lines: []string{long, long, long},
					Footer: long, Buttons: []bot.Button{{Label: long, Command: "incident", Argument: "7"}},
				}
				for range 25 {
					m.Facts = append(m.Facts, bot.Fact{Name: "Fact", Value: "small"}, bot.Fact{Name: letter, Value: long})
					m.Links = append(m.Links, bot.Link{Name: long, URL: "https://radar.example/" + strings.Repeat("x", 900)})
				}
				r.mustSend(bot.Outgoing{To: to(r.chat), Message: m})
				m.Lines = nil
				r.mustSend(bot.Outgoing{To: to(r.chat), Message: m})
				time.Sleep(10 * time.Second)
			}
			if strings.Contains(r.log.String(), "too long") {
				t.Error(r.log.String())
			}
		})
	})
	t.Run("but if it were it would be shorter", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.server.Fail("sendMessage", 1, telegramtest.Fault{Code: 400, Description: "Bad Request: message is too long"})
			r.mustSend(bot.Outgoing{To: to(r.chat), Message: bot.Message{
				Headline: "Card", Lines: []string{strings.Repeat("word ", 250), strings.Repeat("word ", 250)},
			}})
			if n := len(r.server.Messages(r.chat)[0].Text); n > 900 || n < 200 {
				t.Errorf("it is %d long", n)
			}
		})
	})
}

func TestT08TokenRefused(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		r.server.Fail("sendMessage", -1, telegramtest.Revoked)
		_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Card")})
		limited(t, err, 10*time.Minute, true)
		_, err = r.send(bot.Outgoing{To: to(r.chat), Message: text("Card")})
		limited(t, err, 10*time.Minute, true)
		if n := len(r.server.Calls("sendMessage")); n != 1 {
			t.Errorf("Telegram was asked %d times with a token that it refuses", n)
		}
		if n := strings.Count(r.log.String(), "telegram refuses the token"); n != 1 {
			t.Errorf("the log says so %d times", n)
		}
	})
	for name, fault := range map[string]telegramtest.Fault{
		"at the start": telegramtest.Revoked, "not a token": {Code: 404, Description: "Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
				r.server.Fail("getMe", 1, fault)
				err := r.bot.Run(t.Context(), &talk{})
				if err == nil || !strings.Contains(err.Error(), "@BotFather") {
					t.Errorf("Run returned %v", err)
				}
			})
		})
	}
	t.Run("while it runs", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			stop := r.run(&talk{})
			after(time.Minute)
			r.server.Fail("getUpdates", 1, telegramtest.Revoked)
			after(time.Minute)
			if err := stop(); err == nil || !strings.Contains(err.Error(), "refuses the token") {
				t.Errorf("Run returned %v", err)
			}
		})
	})
}

func TestT11Topics(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		forum := r.server.Forum("Forum", r.ann)
		topic := r.server.Topic(forum)
		at := to(forum)
		at.Thread = number(topic)
		card := r.mustSend(bot.Outgoing{To: at, Message: text("Card"), Silent: true})
		r.mustSend(bot.Outgoing{To: at, Message: text("Reply"), ReplyTo: card})
		at.Thread = "1" // General
		r.mustSend(bot.Outgoing{To: at, Message: text("General")})
		got := r.server.Messages(forum)
		switch {
		case got[0].Thread != topic || got[1].Thread != topic || got[2].Thread != 0:
			t.Errorf("threads %d, %d, %d", got[0].Thread, got[1].Thread, got[2].Thread)
		case got[1].ReplyTo != got[0].ID:
			t.Errorf("the reply is to %d", got[1].ReplyTo)
		case !got[0].Silent || got[1].Silent:
			t.Error("the wrong one rings")
		case got[0].Preview:
			t.Error("links are previewed")
		}
		// A thread in a chat without topics is left out of account by Telegram, and harms nothing.
		r.mustSend(bot.Outgoing{To: intel.Destination{Platform: "telegram", Chat: number(r.chat.ID), Thread: "77"}, Message: text("Card")})
	})
}

func TestT15EverythingHasATimeLimit(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		client := r.server.Client()
		if client.Timeout != 0 {
			t.Fatal("the client has a limit of its own")
		}
		for _, method := range []string{"sendMessage", "editMessageText"} {
			r.server.Fail(method, 1, telegramtest.Fault{Hold: 24 * time.Hour})
		}
		start := time.Now()
		_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Card")})
		temporary(t, err)
		_, err = r.send(bot.Outgoing{To: to(r.chat), Message: text("Card"), Edit: number(r.chat.ID) + "/5"})
		temporary(t, err)
		if took := time.Since(start); took != 40*time.Second {
			t.Errorf("two sends into silence took %v", took)
		}
		r.server.Fail("getMe", 1, telegramtest.Fault{Hold: 24 * time.Hour})
		r.server.Fail("getUpdates", 1, telegramtest.Fault{Hold: 24 * time.Hour})
		k := &talk{}
		stop := r.run(k)
		after(2 * time.Minute)
		r.server.Say(r.ann, r.chat, "/help")
		after(2 * time.Minute)
		if len(k.asked()) != 1 {
			t.Errorf("%d requests came through", len(k.asked()))
		}
		_ = stop()
	})
}

func TestEdits(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		m := text("Card")
		m.Buttons = []bot.Button{{Label: "Details", Command: "incident", Argument: "7"}}
		receipt := r.mustSend(bot.Outgoing{To: to(r.chat), Message: m})
		if again := r.mustSend(bot.Outgoing{To: to(r.chat), Message: m, Edit: receipt}); again != receipt {
			t.Errorf("an edit that changes nothing has the receipt %q", again)
		}
		after(10 * time.Second)
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("No buttons"), Edit: receipt})
		got := r.server.Messages(r.chat)[0]
		if got.Text != "No buttons" || len(got.Buttons) > 0 || len(got.Earlier) != 1 {
			t.Errorf("got %+v", got)
		}
		r.server.Delete(got)
		next := r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("Again"), Edit: receipt})
		if got := r.said(r.chat); next == receipt || len(got) != 1 || got[0] != "Again" {
			t.Errorf("after the message was deleted: receipt %q, %v", next, got)
		}
		after(10 * time.Second)
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("Reply"), ReplyTo: receipt})
		r.mustSend(bot.Outgoing{To: to(r.chat), Message: text("Nonsense"), Edit: "nonsense"})
		if got := r.said(r.chat); len(got) != 3 {
			t.Errorf("got %v", got)
		}
	})
}

// TestX15NoSecretInErrors goes over every way in which a request fails, and over what prints the bot.
func TestX15NoSecretInErrors(t *testing.T) {
	for name, f := range map[string]telegramtest.Fault{
		"echoed refusal": {Code: 400, Description: "Bad Request: " + token + " is wrong"},
		"echoed block":   {Code: 403, Description: "Forbidden: " + token},
		"echoed 500":     {Code: 500, Description: "Internal Server Error: /bot" + token + "/sendMessage"},
		"page":           {Status: 502, Body: token},
		"cut":            {Cut: true},
		"silence":        {Hold: time.Hour},
		"redirect":       {Status: 302, Body: token},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
				r.server.Fail("sendMessage", 1, f)
				if _, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Card")}); err == nil {
					t.Error("it succeeded")
				} else {
					noSecret(t, fmt.Sprintf("%v %+v %#v", err, err, err))
				}
				r.server.Fail("getUpdates", 3, f)
				r.server.Fail("answerCallbackQuery", 1, f)
				r.server.Fail("getMyCommands", 1, f)
				stop := r.run(&talk{})
				r.server.Say(r.ann, r.chat, "/help")
				after(5 * time.Minute)
				_ = stop() // close greps the log
			})
		})
	}
	t.Run("an echo keeps its meaning", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.server.Fail("sendMessage", 1, telegramtest.Fault{Code: 403, Description: "Forbidden: " + token + " was kicked"})
			_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Card")})
			unreachable(t, err, "<token> was kicked")
		})
	})
	t.Run("a redirect is not followed", func(t *testing.T) {
		away := &redirect{}
		b, err := telegram.New(telegram.Options{Token: token, HTTP: &http.Client{Transport: away}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Send(t.Context(), bot.Outgoing{To: intel.Destination{Platform: "telegram", Chat: "5"}, Message: text("Card")})
		temporary(t, err)
		if len(away.hosts) != 1 || away.hosts[0] != "api.telegram.org" {
			t.Errorf("the token went to %v", away.hosts)
		}
	})
	t.Run("refused connection", func(t *testing.T) {
		bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
			r.server.Close()
			_, err := r.send(bot.Outgoing{To: to(r.chat), Message: text("Card")})
			if !errors.As(err, new(*bot.NotSentError)) {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("no such host", func(t *testing.T) {
		b, err := telegram.New(telegram.Options{Token: token, APIURL: "http://nowhere.invalid"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Send(t.Context(), bot.Outgoing{To: intel.Destination{Platform: "telegram", Chat: "5"}, Message: text("Card")})
		if !errors.As(err, new(*bot.NotSentError)) {
			t.Errorf("got %v", err)
		}
		noSecret(t, err.Error())
	})
	t.Run("a client that repeats the address", func(t *testing.T) {
		b, err := telegram.New(telegram.Options{Token: token, HTTP: &http.Client{Transport: talkative{}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Send(t.Context(), bot.Outgoing{To: intel.Destination{Platform: "telegram", Chat: "5"}, Message: text("Card")})
		temporary(t, err)
		noSecret(t, err.Error())
	})
	t.Run("bad options", func(t *testing.T) {
		for _, o := range []telegram.Options{{Token: token + " x"}, {Token: token, APIURL: "ftp://" + token}, {Token: "\n" + token}} {
			if _, err := telegram.New(o); err == nil {
				t.Errorf("%+v was taken", o)
			} else {
				noSecret(t, err.Error())
			}
		}
	})
	t.Run("printed", func(t *testing.T) {
		b, _ := telegram.New(telegram.Options{Token: token})
		noSecret(t, fmt.Sprintf("%v %+v %#v %s", b, b, b, b))
	})
}

// talkative is a transport whose errors hold the whole address.
type talkative struct{}

func (talkative) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("cannot reach %s", r.URL)
}

// redirect is a transport that leads elsewhere, with the whole address.
type redirect struct{ hosts []string }

func (d *redirect) RoundTrip(r *http.Request) (*http.Response, error) {
	d.hosts = append(d.hosts, r.URL.Host)
	return &http.Response{
		StatusCode: http.StatusTemporaryRedirect, Body: http.NoBody, Request: r,
		Header: http.Header{"Location": {"https://elsewhere.example" + r.URL.Path}},
	}, nil
}

func TestSendEndsWithItsContext(t *testing.T) {
	bubble(t, telegramtest.Limits{}, func(t *testing.T, r *rig) {
		r.server.Fail("sendMessage", 1, telegramtest.Fault{Hold: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := r.bot.Send(ctx, bot.Outgoing{To: to(r.chat), Message: text("Card")})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 300*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		temporary(t, err)
	})
}
