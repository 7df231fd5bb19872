package discord

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/faultlinebot/faultline/bot"
)

const (
	// mostShut is how many chats are remembered that perhaps cannot be written to.
	mostShut = 16384
	// mostNews is how much news of chats may wait to be kept. What is lost is learned by the next message there.
	mostNews = 8192
)

// news is that a chat cannot be written to any more, or can again.
type news struct {
	chat   string
	opened bool
	reason string
}

// chats finds news of chats in what the gateway says of servers and channels.
type chats struct {
	log  *slog.Logger
	shut *recent
	out  chan news

	mu     sync.Mutex
	guilds map[string]struct{} // the bot is on
}

func newChats(d *Discord) *chats {
	return &chats{log: d.log, shut: d.shut, out: make(chan news, mostNews), guilds: make(map[string]struct{})}
}

// hear takes an event in and never blocks.
func (c *chats) hear(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *discordgo.Ready:
		clear(c.guilds)
		for _, g := range e.Guilds {
			c.guilds[g.ID] = struct{}{}
		}
	case *discordgo.GuildCreate:
		c.entered(e.Guild)
	case *discordgo.GuildDelete:
		if e.Guild != nil && !e.Unavailable { // else it is out of order and comes back
			delete(c.guilds, e.ID)
		}
	case *discordgo.ChannelDelete:
		c.gone(e.Channel, "the channel was deleted")
	case *discordgo.ThreadDelete:
		c.gone(e.Channel, "the thread was deleted")
	case *discordgo.ChannelUpdate:
		c.changed(e.Channel)
	case *discordgo.ThreadUpdate:
		c.changed(e.Channel)
	}
}

// entered opens the channels of a server that the bot was not on before; the others are told of at each connection.
func (c *chats) entered(g *discordgo.Guild) {
	if g == nil {
		return
	}
	if _, known := c.guilds[g.ID]; known {
		return
	}
	c.guilds[g.ID] = struct{}{}
	for _, all := range [][]*discordgo.Channel{g.Channels, g.Threads} {
		for _, channel := range all {
			c.shut.remove(channel.ID)
			c.tell(news{chat: channel.ID, opened: true})
		}
	}
}

func (c *chats) gone(channel *discordgo.Channel, reason string) {
	if channel != nil {
		c.tell(news{chat: channel.ID, reason: reason})
	}
}

// changed has a chat tried again that could not be written to: its permissions may be what changed.
func (c *chats) changed(channel *discordgo.Channel) {
	if channel != nil && c.shut.remove(channel.ID) {
		c.tell(news{chat: channel.ID, opened: true})
	}
}

func (c *chats) tell(n news) {
	select {
	case c.out <- n:
	default:
		c.log.Warn("too much news of chats at once; the next message there will tell", "chat", n.chat)
	}
}

// keepChats hands the news on until ctx is over, each until it is kept.
func (l *listener) keepChats(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-l.chats.out:
			l.keepChat(ctx, n)
		}
	}
}

func (l *listener) keepChat(ctx context.Context, n news) {
	const longest = time.Minute
	wait := 100 * time.Millisecond
	for {
		err := hand(ctx, l.conversation, n)
		if err == nil || ctx.Err() != nil {
			return
		}
		l.log.Warn("news of a chat was not kept; it is handed on again", "chat", n.chat, "error", err, "again in", wait)
		if !sleep(ctx, wait) {
			return
		}
		wait = min(2*wait, longest)
	}
}

func hand(ctx context.Context, c bot.Conversation, n news) error {
	if n.opened {
		return c.Opened(ctx, Name, n.chat)
	}
	return c.Closed(ctx, Name, n.chat, n.reason)
}
