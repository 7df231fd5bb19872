package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// longestNonce is how long a nonce may be.
const longestNonce = 25

// form is how a message is tried. It only ever gets less.
type form struct {
	plain  bool // as text, without the embed and the buttons
	apart  bool // not as an answer
	anew   bool // not as an edit
	opened bool // the thread was taken out of the archive
}

// Send implements [bot.Platform]. What Discord refuses in one form is tried in a lesser one: an embed that is
// malformed as plain text, an edit of a message that somebody deleted as a new message, an answer where the history
// may not be read as a message of its own. An archived thread is opened.
func (d *Discord) Send(ctx context.Context, o bot.Outgoing) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	channel, err := channelOf(o.To)
	if err != nil {
		return "", err
	}
	for _, receipt := range []string{o.Edit, o.ReplyTo} {
		if receipt != "" && !isID(receipt) {
			return "", &bot.RejectedError{Reason: "no message has such a receipt"}
		}
	}
	var f form
	for {
		receipt, err := d.try(ctx, channel, o, f)
		var no *refusal
		if err == nil || !errors.As(err, &no) {
			return receipt, err
		}
		next, ok := d.lesser(ctx, channel, o, f, no)
		if !ok {
			return "", d.outcome(channel, no)
		}
		f = next
	}
}

// lesser is the form to try after that refusal, if there is one.
func (d *Discord) lesser(ctx context.Context, channel string, o bot.Outgoing, f form, no *refusal) (form, bool) {
	switch {
	case no.code == codeUnknownMessage && o.Edit != "" && !f.anew:
		f.anew = true
	case no.code == codeNoHistory && o.ReplyTo != "" && !f.apart:
		f.apart = true
	case no.code == codeArchived && !f.opened:
		f.opened = true
		return f, d.unarchive(ctx, channel) == nil
	case d.malformed(no) && !f.plain:
		d.log.Warn("Discord does not take a message as it was; it goes out as plain text", "refusal", no)
		f.plain = true
	default:
		return f, false
	}
	return f, true
}

// malformed says whether it is what the message looks like that Discord does not take.
func (d *Discord) malformed(no *refusal) bool {
	var wrong *bot.RejectedError
	return no.status == http.StatusBadRequest && rejected[no.code] == "" && errors.As(no.outcome(), &wrong)
}

// outcome is what the refusal means to whoever sends, and what else follows from it.
func (d *Discord) outcome(channel string, no *refusal) error {
	err := no.outcome()
	if no.status == http.StatusUnauthorized {
		d.refused.Do(func() {
			d.log.Error("Discord refuses the bot's token; all messages wait until the bot is started with one that is good")
		})
	}
	var gone *bot.UnreachableError
	if errors.As(err, &gone) && gone.Perhaps {
		d.shut.add(channel)
	}
	return err
}

// try sends the message in that form.
func (d *Discord) try(ctx context.Context, channel string, o bot.Outgoing, f form) (string, error) {
	body, err := d.body(channel, o, f)
	if err != nil {
		return "", err
	}
	path := "/channels/" + channel + "/messages"
	c := call{name: "send message", method: http.MethodPost, path: path, body: body}
	lane := channel
	if o.Edit != "" && !f.anew {
		c = call{name: "edit message", method: http.MethodPatch, path: path + "/" + o.Edit, body: body}
		lane = "edit " + channel
	}
	r, err := d.paced(ctx, lane, o.Message.Severity, c)
	if err != nil {
		return "", err
	}
	var sent shown
	if err := r.decode(&sent); err != nil || !isID(sent.ID) {
		return "", errors.New(c.name + ": the answer cannot be read")
	}
	if c.method == http.MethodPost && sent.differs(body) {
		// An earlier attempt was applied, with what was known then: Discord hands out that message, as it was.
		o.Edit, f.anew = sent.ID, false
		return d.try(ctx, channel, o, f)
	}
	return sent.ID, nil
}

// shown is a message as Discord says that it stands.
type shown struct {
	ID      string                    `json:"id"`
	Content string                    `json:"content"`
	Embeds  []*discordgo.MessageEmbed `json:"embeds"`
}

// differs says whether readers see other words than the body has. White space is Discord's to trim. What came without
// words, as from a server that says little, is taken for what was sent.
func (s *shown) differs(b *body) bool {
	there, here := words(s.Content, s.Embeds), words(*b.Content, b.Embeds)
	return len(there) > 0 && !slices.Equal(there, here)
}

func words(content string, embeds []*discordgo.MessageEmbed) []string {
	all := strings.Fields(content)
	for _, e := range embeds {
		all = append(all, strings.Fields(e.Title+" "+e.Description)...)
		for _, f := range e.Fields {
			all = append(all, strings.Fields(f.Name+" "+f.Value)...)
		}
		if e.Footer != nil {
			all = append(all, strings.Fields(e.Footer.Text)...)
		}
	}
	return all
}

// unarchive makes a thread that fell asleep take messages again.
func (d *Discord) unarchive(ctx context.Context, thread string) error {
	_, err := d.paced(ctx, "channel "+thread, intel.Info, call{
		name: "open archived thread", method: http.MethodPatch, path: "/channels/" + thread,
		body: map[string]bool{"archived": false},
	})
	return err
}

// paced makes a call when its turn has come.
func (d *Discord) paced(ctx context.Context, lane string, urgency intel.Severity, c call) (reply, error) {
	if err := d.pace.turn(ctx, lane, int(urgency)); err != nil {
		return reply{}, err
	}
	r, err := d.api.do(ctx, c)
	var no *refusal
	_ = errors.As(err, &no)
	d.pace.heed(lane, r, no)
	return r, err
}

// channelOf is the channel of the destination: a thread is one too. Whatever else stands there would change the
// address of the request.
func channelOf(to intel.Destination) (string, error) {
	channel := to.Chat
	if to.Thread != "" {
		channel = to.Thread
	}
	if !isID(channel) {
		return "", &bot.UnreachableError{Reason: "no channel has such an id"}
	}
	return channel, nil
}

// isID says whether the text is a snowflake; see https://docs.discord.com/developers/reference#snowflakes.
func isID(text string) bool {
	const longest = 20
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return text != "" && len(text) <= longest
}

// nonce is what Discord recognises a repeat by.
func nonce(key string) string {
	if len(key) <= longestNonce {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}
