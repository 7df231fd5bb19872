package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot/discord/discordtest"
	"github.com/faultlinebot/faultline/bot/telegram/telegramtest"
	"github.com/faultlinebot/faultline/deliver/delivertest"
	"github.com/faultlinebot/faultline/failpoint"
)

// town is a world with a Discord and a Telegram in it, each with a person who listens, and one who runs the bot.
type town struct {
	*world
	k        keep
	discord  *discordtest.Server
	channel  discordtest.Channel
	member   discordtest.Person
	telegram *telegramtest.Server
	ann, op  telegramtest.User
	private  telegramtest.Chat
	config   string
}

const telegramToken = "4242:secret-of-the-telegram-bot"

func newTown(t *testing.T, k keep) *town {
	n := &town{world: newWorld(t), k: k, discord: discordtest.Start(t, discordtest.Options{})}
	n.telegram = telegramtest.New(telegramtest.Options{Token: telegramToken, Limits: telegramtest.Usual()})
	t.Cleanup(func() {
		n.telegram.Close()
		for _, p := range n.telegram.Problems() {
			t.Errorf("telegram: %s", p)
		}
	})
	n.channel = n.discord.AddChannel(n.discord.AddGuild())
	n.member = discordtest.Person{ID: "700000000000000001", Permissions: discordtest.ManageGuild}
	n.ann, n.op = n.telegram.NewUser("Ann"), n.telegram.NewUser("Olga")
	n.private = n.telegram.Private(n.ann)
	n.config = n.world.config(t, k, true, "local:3")
	f, err := os.OpenFile(n.config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(f, "discord: {token: %q, api_url: %q}\ntelegram: {token: %q, api_url: %q, operators: [%d]}\n",
		n.discord.Token(), n.discord.APIURL(), telegramToken, n.telegram.Listen(), n.op.ID)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}

// onTelegram counts the messages of the bot to Ann that begin with some words.
func (n *town) onTelegram(begin string) (found []telegramtest.Message) {
	for _, m := range n.telegram.Messages(n.private) {
		if m.From.Bot && strings.Contains(firstLine(m.Text), begin) {
			found = append(found, m)
		}
	}
	return found
}

// onDiscord is onTelegram for the channel; answers to members are not counted.
func (n *town) onDiscord(begin string) (found []discordtest.Message) {
	for _, m := range n.discord.Messages(n.channel) {
		_, shown, _ := strings.Cut(m.Text(), "\n") // its first line is its number
		if m.Asked == "" && strings.Contains(firstLine(shown), begin) {
			found = append(found, m)
		}
	}
	return found
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// settle has both subscribe, and waits for the test cards.
func (n *town) settle(t *testing.T) {
	t.Helper()
	n.telegram.Say(n.ann, n.private, "/subscribe minor")
	eventually(t, 20*time.Second, "test card on Telegram", func() bool { return len(n.onTelegram("Test card")) == 1 })
	eventually(t, 20*time.Second, "gateway", n.discord.Listening)
	eventually(t, 20*time.Second, "menu", func() bool { return n.discord.Registrations() > 0 })
	answer := n.discord.RunCommand(n.member, n.channel, "subscribe", map[string]string{"least": "minor"}).Answer(t)
	if !answer.Message.Ephemeral() {
		t.Errorf("the confirmation is for everybody: %s", answer.Message.Text())
	}
	eventually(t, 20*time.Second, "test card on Discord", func() bool { return len(n.onDiscord("Test card")) == 1 })
}

const (
	localCut = "Guinea shuts down internet nationwide amid protests"
	wireCut  = "Guinea cuts off internet access across the country"
	cutCard  = "OR" // of MINOR and MAJOR, with which cards begin
)

// The whole assignment, in one afternoon: two people subscribe, an operator adds a feed, news and blocks come in.
func TestPeopleTalkToTheBotAndHearOfTheWorld(t *testing.T) {
	binary := build(t)
	onBoth(t, func(t *testing.T, k keep) {
		t.Parallel()
		n := newTown(t, k)
		n.publish("local", "old", "Stars shine over the harbour tonight")
		out := newTranscript(t)
		c := launch(t, binary, n.config, "", out)
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("%s\n%s\n%s", n.telegram.Transcript(n.private), n.discord.Transcript(n.channel), c.said)
			}
		})
		n.settle(t)
		room := n.telegram.Private(n.op)
		n.telegram.Say(n.op, room, "/feed add "+n.URL+"/feed/wire name=wire tier=1")
		n.lookedAt(t, "local", "wire")

		n.mu.Lock()
		n.blocks += 20
		n.mu.Unlock()
		n.publish("local", "cut", localCut)
		n.polls(t, "local", 1)
		n.polls(t, "local", 1)
		begun := time.Now()
		eventually(t, 10*time.Second, "card on both", func() bool {
			return len(n.onTelegram(cutCard)) == 1 && len(n.onDiscord(cutCard)) == 1
		})
		if took := time.Since(begun); took > 4*time.Second { // two, and as much grace
			t.Errorf("the cards took %v after the poll", took)
		}
		n.publish("wire", "cut-2", wireCut)
		eventually(t, 20*time.Second, "edit on both", func() bool {
			return len(n.onTelegram(cutCard)[0].Earlier) > 0 && len(n.onDiscord(cutCard)[0].Before) > 0
		})
		if len(n.onTelegram(cutCard)) != 1 || len(n.onDiscord(cutCard)) != 1 {
			t.Errorf("a second outlet made a second card:\n%s\n%s", n.telegram.Transcript(n.private), n.discord.Transcript(n.channel))
		}
		n.telegram.Say(n.ann, n.private, "/hashrate")
		eventually(t, 20*time.Second, "hashrate", func() bool {
			return strings.Contains(n.telegram.Transcript(n.private), "EH/s") || strings.Contains(n.telegram.Transcript(n.private), "No block")
		})
		n.forgotten(t, c)
		t.Logf("\n%s\n%s", n.telegram.Transcript(n.private), n.discord.Transcript(n.channel))
		for _, secret := range []string{telegramToken, "secret-of-the-telegram-bot", n.discord.Token()} {
			if strings.Contains(out.String()+c.said.String(), secret) {
				t.Error("a token stands in what was printed")
			}
		}
	})
}

// forgotten has Ann forgotten, ends the bot and looks for her in the store.
func (n *town) forgotten(t *testing.T, c *child) {
	t.Helper()
	n.telegram.Say(n.ann, n.private, "/forgetme yes")
	chat := fmt.Sprint(n.private.ID)
	answers := len(n.telegram.Messages(n.private))
	eventually(t, 20*time.Second, "answer", func() bool { return len(n.telegram.Messages(n.private)) > answers })
	c.end(t)
	kept := n.k.open(t)
	defer kept.Close()
	subs, err := kept.ChatSubscriptions(context.Background(), "telegram", chat)
	if err != nil || len(subs) != 0 {
		t.Errorf("subscriptions are left: %v, %v", subs, err)
	}
	all, err := kept.LatestIncidents(context.Background(), 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d incidents, %v", len(all), err)
	}
	cards, err := kept.CardsOf(context.Background(), all[0].ID, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, card := range cards {
		if card.Destination.Chat == chat {
			t.Errorf("a card is left: %+v", card)
		}
	}
}

// Wherever the process dies, the card arrives on both; never twice on Discord, and on Telegram at most once more where
// a send was cut after it was applied.
func TestSIGKILLWithPeopleListening(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary three times for each step")
	}
	binary := build(t)
	onBoth(t, func(t *testing.T, k keep) {
		fresh := inSQLite
		if k.name == "redis" {
			fresh = onRedis
		}
		for _, step := range failpoint.Names() {
			inCommit := step == failpoint.CommitMarked || step == failpoint.CommitWritten
			if k.name == "redis" && inCommit || failing(step) || step == failpoint.AnnouncementSent {
				continue // inside a script nobody dies; the others are not on this path
			}
			t.Run(step, func(t *testing.T) {
				t.Parallel()
				n := newTown(t, fresh(t))
				n.dies(t, binary, step)
			})
		}
	})
}

func (n *town) dies(t *testing.T, binary, step string) {
	n.publish("local", "old", "Stars shine over the harbour tonight")
	out := newTranscript(t)
	c := launch(t, binary, n.config, "", out)
	n.settle(t)
	n.lookedAt(t, "local")
	c.end(t)

	n.publish("local", "cut", localCut)
	c = launch(t, binary, n.config, step, out)
	if step == failpoint.ReplySent {
		// The card's next change is spoken of once an operator has added the wire.
		eventually(t, 20*time.Second, "card", func() bool { return len(n.onTelegram(cutCard)) > 0 && len(n.onDiscord(cutCard)) > 0 })
		n.addWire(t)
		n.publish("wire", "cut-2", wireCut)
	}
	c.killed(t)
	c = launch(t, binary, n.config, "", out)
	comesTrue(n.k.afterClaim(), func() bool { return len(n.onTelegram(cutCard)) > 0 && len(n.onDiscord(cutCard)) > 0 })
	if step != failpoint.ReplySent {
		n.addWire(t)
		n.publish("wire", "cut-2", wireCut)
	}
	escalated := func() (telegram, discord int) { return n.escalatedOnTelegram(), n.escalatedOnDiscord() }
	comesTrue(n.k.afterClaim(), func() bool { telegram, discord := escalated(); return telegram > 0 && discord > 0 })
	c.end(t)
	telegram, discord := escalated()

	m := []delivertest.Message{{ID: "card", Revision: 1}, {ID: "escalation", Revision: 1}}
	arrived := func(cards, replies int) (all []delivertest.Message) {
		for range cards {
			all = append(all, m[0])
		}
		for range replies {
			all = append(all, m[1])
		}
		return all
	}
	delivertest.Check(t, delivertest.History{Accepted: m, Arrived: map[string][]delivertest.Message{
		"Discord": arrived(len(n.onDiscord(cutCard)), discord),
	}}, 0)
	delivertest.Check(t, delivertest.History{Accepted: m, Arrived: map[string][]delivertest.Message{
		"Telegram": arrived(len(n.onTelegram(cutCard)), telegram),
	}}, 1) // the three platforms are written to at once: whichever step it died at, Telegram's send may have been cut
	if t.Failed() {
		t.Logf("\n%s\n%s\n%s", n.telegram.Transcript(n.private), n.discord.Transcript(n.channel), c.said)
	}
}

// escalatedOnTelegram is how often Ann heard of the escalation: by a reply, or by a card that was sent anew, which
// speaks for itself.
func (n *town) escalatedOnTelegram() int {
	if replies := len(n.onTelegram("Escalated")); replies > 0 {
		return replies
	}
	cards := n.onTelegram("MAJOR")
	if len(cards) > 0 && len(cards[len(cards)-1].Earlier) == 0 {
		return 1
	}
	return 0
}

// escalatedOnDiscord is the same for the channel. There a card that was sent anew is the old one, made to show what is
// known now.
func (n *town) escalatedOnDiscord() int {
	if replies := len(n.onDiscord("Escalated")); replies > 0 {
		return replies
	}
	for _, r := range n.discord.Requests() {
		if r.Method == http.MethodPost && r.Status == http.StatusOK && strings.Contains(r.Body, "MAJOR") &&
			strings.HasSuffix(r.Path, "/channels/"+n.channel.ID+"/messages") {
			return 1
		}
	}
	return 0
}

// addWire puts the wire on the common list, as an operator's command does, and waits until it was looked at.
func (n *town) addWire(t *testing.T) {
	t.Helper()
	n.telegram.Say(n.op, n.telegram.Private(n.op), "/feed add "+n.URL+"/feed/wire name=wire tier=1")
	n.lookedAt(t, "local", "wire")
}
