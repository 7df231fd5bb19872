package discord_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/faultlinebot/faultline/bot/bottest"
	"github.com/faultlinebot/faultline/bot/discord"
	"github.com/faultlinebot/faultline/bot/discord/discordtest"
	"github.com/faultlinebot/faultline/intel"
)

func TestConversation(t *testing.T) {
	bottest.Conversation(t, func(t *testing.T) bottest.Speaker {
		p := newParty(t)
		return bottest.Speaker{
			Listener: p.bot,
			Person:   func(who bottest.Who) string { return ids[who] },
			Server: func(in bottest.Chat) intel.Audience {
				return intel.Audience(discord.Name + "/" + p.chats[in].Guild)
			},
			Say: func(t *testing.T, who bottest.Who, in bottest.Chat, command string, args map[string]string) bottest.Said {
				t.Helper()
				p.listening(t)
				run := p.RunCommand
				if !slices.Contains(p.Commands(), command) { // a hidden one
					run = p.RunUnlisted
				}
				return said(run(p.person(who, in), p.chat(who, in), command, args).Answer(t))
			},
			Press: func(t *testing.T, who bottest.Who, in bottest.Chat, data string) bottest.Said {
				t.Helper()
				p.listening(t)
				shown := discordtest.Message{Channel: p.chat(who, in).ID}
				return said(p.Press(p.person(who, in), shown, data).Answer(t))
			},
			Suggest: func(t *testing.T, who bottest.Who, in bottest.Chat, command, parameter, typed string) []string {
				t.Helper()
				p.listening(t)
				var out []string
				for _, c := range p.Autocomplete(p.person(who, in), p.chat(who, in), command, parameter, typed).Answer(t).Choices {
					out = append(out, c.Value)
				}
				return out
			},
			Lacks: []bottest.Feature{bottest.Typing},
		}
	})
}

var ids = map[bottest.Who]string{
	bottest.Operator: "300000000000000001", bottest.Admin: "300000000000000002", bottest.Member: "300000000000000003",
}

// party is a Discord with two servers and some people, each with a channel of their own to the bot.
type party struct {
	*world
	chats map[bottest.Chat]discordtest.Channel
	own   map[bottest.Who]discordtest.Channel
}

func newParty(t *testing.T) *party {
	p := &party{world: start(t, discordtest.Options{}), own: make(map[bottest.Who]discordtest.Channel)}
	p.chats = map[bottest.Chat]discordtest.Channel{
		bottest.Group: p.channel, bottest.Other: p.AddChannel(p.AddGuild()),
	}
	for _, who := range slices.Sorted(maps.Keys(ids)) {
		p.own[who] = p.AddChannel("")
	}
	return p
}

func (p *party) listening(t *testing.T) {
	p.Await(t, "the bot to listen", func() bool { return p.Listening() && p.Registrations() > 0 })
}

func (p *party) person(who bottest.Who, in bottest.Chat) discordtest.Person {
	out := discordtest.Person{ID: ids[who]}
	if who == bottest.Admin && in == bottest.Group {
		out.Permissions = discordtest.ManageGuild
	}
	return out
}

func (p *party) chat(who bottest.Who, in bottest.Chat) discordtest.Channel {
	if in == bottest.Private {
		return p.own[who]
	}
	return p.chats[in]
}

func said(r discordtest.Result) bottest.Said {
	out := bottest.Said{Text: r.Message.Text(), Buttons: make(map[string]string), Hidden: r.Message.Ephemeral()}
	for _, b := range r.Message.Buttons {
		out.Buttons[b.Label] = b.CustomID
	}
	return out
}
