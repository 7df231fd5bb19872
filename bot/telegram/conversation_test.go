package telegram_test

import (
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot/bottest"
	"github.com/faultlinebot/faultline/bot/telegram"
	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
	"github.com/faultlinebot/faultline/intel"
)

func TestConversation(t *testing.T) {
	bottest.Conversation(t, func(t *testing.T) bottest.Speaker {
		r := newRig(t, telegramtest.Limits{})
		telegram.Hurry(r.bot)
		// The listener ends before the test's clean-ups that were there first, and this was.
		t.Cleanup(r.close)
		p := newPeople(r)
		return bottest.Speaker{
			Listener: r.bot,
			Person:   func(who bottest.Who) string { return number(p.users[who].ID) },
			Server:   func(in bottest.Chat) intel.Audience { return intel.Audience("telegram/" + number(p.chats[in].ID)) },
			Say: func(t *testing.T, who bottest.Who, in bottest.Chat, command string, args map[string]string) bottest.Said {
				t.Helper()
				chat := p.chat(who, in)
				before := len(r.server.Messages(chat))
				r.server.Say(p.users[who], chat, bottest.Line(command, args))
				return p.wait(t, chat, before, "")
			},
			Press: func(t *testing.T, who bottest.Who, in bottest.Chat, data string) bottest.Said {
				t.Helper()
				chat := p.chat(who, in)
				all := r.server.Messages(chat)
				on := telegramtest.Message{ID: 1, Chat: chat.ID, From: telegramtest.User{ID: 4242, Bot: true}}
				if len(all) > 0 {
					on = all[len(all)-1]
				}
				return p.wait(t, chat, len(all), r.server.PressData(p.users[who], on, data))
			},
			Lacks: []bottest.Feature{bottest.Suggestions, bottest.Secrets},
		}
	})
}

// people are those of the suite, and where they speak.
type people struct {
	r     *rig
	users map[bottest.Who]telegramtest.User
	chats map[bottest.Chat]telegramtest.Chat
	own   map[bottest.Who]telegramtest.Chat
}

func newPeople(r *rig) people {
	p := people{
		r: r, users: make(map[bottest.Who]telegramtest.User), own: make(map[bottest.Who]telegramtest.Chat),
	}
	for _, who := range []bottest.Who{bottest.Operator, bottest.Admin, bottest.Member} {
		p.users[who] = r.server.NewUser(string(who))
		p.own[who] = r.server.Private(p.users[who])
	}
	p.chats = map[bottest.Chat]telegramtest.Chat{
		bottest.Group: r.server.Supergroup("Group", p.users[bottest.Admin]),
		bottest.Other: r.server.Group("Other", r.ann),
	}
	for who, u := range p.users {
		r.server.Admit(p.chats[bottest.Other], u)
		if who != bottest.Admin {
			r.server.Admit(p.chats[bottest.Group], u)
		}
	}
	return p
}

func (p people) chat(who bottest.Who, in bottest.Chat) telegramtest.Chat {
	if in == bottest.Private {
		return p.own[who]
	}
	return p.chats[in]
}

// wait is the next message of the bot in the chat, or the notice that the press came to.
func (p people) wait(t *testing.T, chat telegramtest.Chat, before int, press string) bottest.Said {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if q := p.r.server.Pressed(press); q.Notice != "" {
			return bottest.Said{Text: q.Notice, Hidden: true}
		}
		all := p.r.server.Messages(chat)
		if len(all) == before {
			continue
		}
		m := all[len(all)-1]
		said := bottest.Said{Text: m.Shown(), Buttons: make(map[string]string)}
		for _, b := range m.Buttons {
			said.Buttons[b.Text] = b.Data
		}
		return said
	}
	t.Fatalf("no answer in\n%s", strings.TrimSpace(p.r.server.Transcript(chat)))
	return bottest.Said{}
}
