package discord

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

const (
	// atOnce is how many people are answered at the same time; others wait.
	atOnce = 64
	// mostWaiting is how many wait. Whoever comes after them would not be answered in time.
	mostWaiting = 1024
	// mostRemembered is how many requests are known again when they come twice.
	mostRemembered = 16384
)

// listener hands on what the gateway brings.
type listener struct {
	*Discord
	conversation bot.Conversation
	waiting      chan *discordgo.Interaction
	seen         *recent
	chats        *chats
}

func newListener(d *Discord, c bot.Conversation) *listener {
	return &listener{
		Discord: d, conversation: c, waiting: make(chan *discordgo.Interaction, mostWaiting),
		seen: newRecent(mostRemembered), chats: newChats(d),
	}
}

// hear takes an event in and never blocks: the gateway would take us for dead.
func (l *listener) hear(event any) {
	i, ok := event.(*discordgo.InteractionCreate)
	if !ok {
		l.chats.hear(event)
		return
	}
	if i.Interaction == nil || !isID(i.ID) || !l.seen.add(i.ID) {
		return
	}
	select {
	case l.waiting <- i.Interaction:
	default:
		l.log.Warn("more people ask at once than can be answered; one is not")
	}
}

// answerAll answers people until ctx is over, and then finishes what it has begun.
func (l *listener) answerAll(ctx context.Context) {
	slots := make(chan struct{}, atOnce)
	for range atOnce {
		slots <- struct{}{}
	}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case i := <-l.waiting:
			<-slots
			go func() {
				defer func() { slots <- struct{}{} }()
				l.handle(ctx, i)
			}()
		}
	}
	for range atOnce {
		<-slots
	}
}

// handle answers one interaction. A fault in it is the fault of one answer.
func (l *listener) handle(ctx context.Context, i *discordgo.Interaction) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("an answer panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	switch data := i.Data.(type) {
	case discordgo.ApplicationCommandInteractionData:
		l.command(ctx, i, data)
	case discordgo.MessageComponentInteractionData:
		l.press(ctx, i, data)
	}
}

// command answers a slash command, or completes what is being typed for it.
func (l *listener) command(ctx context.Context, i *discordgo.Interaction, data discordgo.ApplicationCommandInteractionData) {
	r, ok := l.request(i)
	if !ok {
		return
	}
	name, options := data.Name, data.Options
	for len(options) == 1 && options[0].Type == discordgo.ApplicationCommandOptionSubCommand {
		name, options = name+" "+options[0].Name, options[0].Options
	}
	typing := ""
	for _, o := range options {
		r.Args[o.Name] = word(o.Value)
		if o.Focused {
			typing = o.Name
		}
	}
	known, ok := l.find(func(c bot.Command) bool { return c.Name == name || doubled(c.Name) == name })
	r.Command = name
	if ok {
		r.Command = known.Name
	}
	if i.Type == discordgo.InteractionApplicationCommandAutocomplete {
		l.complete(ctx, i, r, typing)
		return
	}
	l.answer(ctx, i, r, known.Private)
}

// press answers a pressed button. What it comes with has been in the hands of a client.
func (l *listener) press(ctx context.Context, i *discordgo.Interaction, data discordgo.MessageComponentInteractionData) {
	r, ok := l.request(i)
	if !ok {
		return
	}
	b, err := l.buttons.Open(data.CustomID, bot.Binding{Platform: Name, Chat: i.ChannelID, Person: r.From.ID}, l.now())
	if err != nil {
		l.say(ctx, i, r, bot.Answer{Message: bot.Message{Headline: noButton(err)}, Private: true})
		return
	}
	known, ok := l.find(func(c bot.Command) bool { return c.Name == b.Command })
	r.Command = b.Command
	if ok && len(known.Parameters) > 0 && b.Argument != "" {
		r.Args[known.Parameters[0].Name] = b.Argument
	}
	l.answer(ctx, i, r, known.Private)
}

// noButton says why a press came to nothing.
func noButton(err error) string {
	if errors.Is(err, bot.ErrStale) {
		return "This button is no longer good. Ask again for what it belongs to."
	}
	return "This button was not made here, or not for you."
}

// find is the first command of the table that is meant.
func (l *listener) find(meant func(bot.Command) bool) (bot.Command, bool) {
	table := l.conversation.Commands()
	if at := slices.IndexFunc(table, meant); at >= 0 {
		return table[at], true
	}
	return bot.Command{}, false
}

// request is what all interactions have in common. One from nobody, or from nowhere, is none.
func (l *listener) request(i *discordgo.Interaction) (bot.Request, bool) {
	r := bot.Request{
		ID: i.ID, At: snowflakeTime(i.ID), Args: make(map[string]string),
		Where: intel.Destination{Platform: Name, Chat: i.ChannelID},
	}
	manages := false
	switch {
	case i.GuildID != "" && i.Member != nil && i.Member.User != nil:
		r.From.ID = i.Member.User.ID
		r.Server = intel.Audience(Name + "/" + i.GuildID)
		// The menu's default can be overruled by a server's admins, so this is asked of each interaction.
		manages = i.Member.Permissions&(discordgo.PermissionAdministrator|discordgo.PermissionManageGuild) != 0
	case i.GuildID == "" && i.User != nil:
		r.From.ID = i.User.ID
	}
	r.From.Admin = func(context.Context) (bool, error) { return manages, nil }
	return r, isID(r.From.ID) && isID(i.ChannelID)
}

// word is an option's value as it was typed.
func word(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// snowflakeEpoch is the first moment of 2015, from which Discord's ids count milliseconds; see
// https://docs.discord.com/developers/reference#snowflakes.
const snowflakeEpoch = 1420070400000

// snowflakeTime is when Discord made the id.
func snowflakeTime(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + snowflakeEpoch).UTC()
}
