package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// What Discord shows of a message, in characters; see
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits and, for buttons,
// https://docs.discord.com/developers/components/reference.
const (
	mostContent  = 2000
	mostEmbed    = 6000
	mostTitle    = 256
	mostFields   = 25
	mostName     = 256
	mostValue    = 1024
	mostButtons  = 25
	buttonsInRow = 5
	mostLabel    = 80
)

// Of what Discord would show in a description (4096) and a footer (2048) this is as much as leaves room for the facts.
const (
	mostLines  = 3000
	mostFooter = 300
)

// mostRead is as much of a text as is looked at, in bytes; no letters are so long that more of it could be shown.
const mostRead = 4 * 4096

// sources is the name of the fields that lead to them.
const sources = "Sources"

// mostLinks is how many links a message has room for, one to a field at worst.
const mostLinks = 6

// body is a message as Discord is asked to show it.
type body struct {
	Content         *string                      `json:"content,omitempty"`
	Embeds          []*discordgo.MessageEmbed    `json:"embeds"`
	Components      []discordgo.MessageComponent `json:"components"`
	AllowedMentions mentions                     `json:"allowed_mentions"`
	Reference       *reference                   `json:"message_reference,omitempty"`
	Flags           discordgo.MessageFlags       `json:"flags,omitempty"`
	Nonce           string                       `json:"nonce,omitempty"`
	EnforceNonce    bool                         `json:"enforce_nonce,omitempty"`
}

// mentions are the ones that ring: none, ever.
type mentions struct {
	Parse [0]string `json:"parse"`
}

// reference is the message that this one answers.
type reference struct {
	MessageID       string `json:"message_id"`
	FailIfNotExists bool   `json:"fail_if_not_exists"`
}

// body spells the message for the channel in that form.
func (d *Discord) body(channel string, o bot.Outgoing, f form) (*body, error) {
	b, err := d.show(o.Message, bot.Binding{Platform: Name, Chat: channel}, "", f.plain)
	if err != nil {
		return nil, err
	}
	if o.Edit != "" && !f.anew {
		return b, nil
	}
	if o.Silent {
		b.Flags |= discordgo.MessageFlagsSuppressNotifications
	}
	if o.ReplyTo != "" && !f.apart {
		b.Reference = &reference{MessageID: o.ReplyTo}
	}
	b.Nonce = nonce(o.Key)
	b.EnforceNonce = b.Nonce != ""
	return b, nil
}

// show spells the message, with what is not needed said to be empty: an edit leaves alone what is not named. The asker
// is whom it answers, or empty.
func (d *Discord) show(m bot.Message, to bot.Binding, asker string, plain bool) (*body, error) {
	b := &body{Content: new(string), Embeds: []*discordgo.MessageEmbed{}, Components: []discordgo.MessageComponent{}}
	if plain {
		text := content(m)
		b.Content, b.Flags = &text, discordgo.MessageFlagsSuppressEmbeds
	} else if e := embed(m); e != nil {
		b.Embeds, b.Components = append(b.Embeds, e), d.rows(m.Buttons, to, asker)
	}
	if *b.Content == "" && len(b.Embeds) == 0 {
		return nil, &bot.RejectedError{Reason: "the message is empty"}
	}
	return b, nil
}

// embed is the message as a card, or nil where nothing is to be seen.
func embed(m bot.Message) *discordgo.MessageEmbed {
	// A link says its host too, and fields have names: what is still too long is fitted into less.
	m = clean(m)
	for total := mostEmbed; total > 0; total -= 250 {
		e := compose(bot.Fit(m, bot.Limits{
			Cost: cost, Total: total, Gap: 8,
			Headline: mostTitle, Line: mostLines, Lines: mostLines,
			Name: mostName, Value: mostValue, Footer: mostFooter,
			Facts: mostFields - mostLinks, Links: mostLinks,
		}))
		if e == nil || size(e) <= mostEmbed {
			return e
		}
	}
	return nil
}

// clean makes one clean line of each text and takes out what would be shown as nothing, which Discord refuses.
func clean(m bot.Message) bot.Message {
	m.Headline, m.Footer = line(m.Headline), line(m.Footer)
	lines := make([]string, 0, len(m.Lines))
	for _, l := range m.Lines {
		if l = line(l); l != "" {
			lines = append(lines, l)
		}
	}
	facts := make([]bot.Fact, 0, len(m.Facts))
	for _, f := range m.Facts {
		if f = (bot.Fact{Name: line(f.Name), Value: line(f.Value)}); f.Value != "" {
			facts = append(facts, f)
		}
	}
	links := make([]bot.Link, 0, len(m.Links))
	for _, k := range m.Links {
		if address, _ := target(k.URL); address != "" {
			links = append(links, bot.Link{Name: line(k.Name), URL: k.URL})
		}
	}
	m.Lines, m.Facts, m.Links = lines, facts, links
	return m
}

// line is a clean line of the text's beginning: of one that is longer than any limit the rest is not even looked at.
func line(text string) string {
	if len(text) > mostRead {
		text = strings.ToValidUTF8(text[:mostRead], "")
	}
	return bot.Plain(text)
}

// compose lays a message that fits out.
func compose(m bot.Message) *discordgo.MessageEmbed {
	lines := make([]string, 0, len(m.Lines))
	for _, l := range m.Lines {
		lines = append(lines, escape(l))
	}
	e := &discordgo.MessageEmbed{
		Title:       escape(m.Headline),
		Description: strings.Join(lines, "\n"),
		Color:       colour(m.Severity),
	}
	for _, f := range m.Facts {
		name := escape(f.Name)
		if name == "" {
			name = "–"
		}
		e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: name, Value: escape(f.Value)})
	}
	e.Fields = append(e.Fields, linked(m.Links)...)
	if footer := bot.Plain(m.Footer); footer != "" { // no markdown there
		e.Footer = &discordgo.MessageEmbedFooter{Text: footer}
	}
	if e.Title == "" && e.Description == "" && len(e.Fields) == 0 && e.Footer == nil {
		return nil
	}
	return e
}

// linked lists the links in as few fields as hold them.
func linked(links []bot.Link) []*discordgo.MessageEmbedField {
	var out []*discordgo.MessageEmbedField
	for _, k := range links {
		text := masked(k)
		if text == "" || length(text) > mostValue {
			continue
		}
		if last := len(out) - 1; last >= 0 && length(out[last].Value)+1+length(text) <= mostValue {
			out[last].Value += "\n" + text
			continue
		}
		out = append(out, &discordgo.MessageEmbedField{Name: sources, Value: text})
	}
	return out
}

// size is what Discord counts of an embed.
func size(e *discordgo.MessageEmbed) int {
	sum := length(e.Title) + length(e.Description)
	for _, f := range e.Fields {
		sum += length(f.Name) + length(f.Value)
	}
	if e.Footer != nil {
		sum += length(e.Footer.Text)
	}
	return sum
}

// content is the message as plain text.
func content(m bot.Message) string {
	m = clean(m)
	for total := mostContent; total > 0; total -= 100 {
		spelled := text(bot.Fit(m, bot.Limits{
			Cost: cost, Total: total, Gap: 8,
			Headline: mostTitle, Line: mostContent, Lines: mostContent,
			Name: mostName, Value: mostValue, Footer: mostName,
			Facts: mostFields, Links: mostLinks,
		}))
		if length(spelled) <= mostContent {
			return spelled
		}
	}
	return ""
}

func text(m bot.Message) string {
	var out []string
	if headline := escape(m.Headline); headline != "" {
		out = append(out, "**"+headline+"**")
	}
	for _, l := range m.Lines {
		out = append(out, escape(l))
	}
	for _, f := range m.Facts {
		out = append(out, escape(f.Name+": "+f.Value))
	}
	for _, k := range m.Links {
		if link := masked(k); link != "" {
			out = append(out, link)
		}
	}
	if footer := escape(m.Footer); footer != "" {
		out = append(out, footer)
	}
	return strings.Join(out, "\n")
}

// rows are the buttons, each sealed for the chat, or for less where it says so. One that cannot be, or is there already, is left out.
func (d *Discord) rows(buttons []bot.Button, to bot.Binding, asker string) []discordgo.MessageComponent {
	rows := []discordgo.MessageComponent{}
	var row discordgo.ActionsRow
	shown := make(map[string]bool)
	for _, b := range buttons[:min(len(buttons), mostButtons)] {
		id, ok := d.buttons.Seal(b, b.Bound(to, asker, d.now()))
		label := short(b.Label, mostLabel)
		if !ok || label == "" || shown[id] {
			continue
		}
		shown[id] = true
		row.Components = append(row.Components, discordgo.Button{
			Label: label, Style: discordgo.SecondaryButton, CustomID: id,
		})
		if len(row.Components) == buttonsInRow {
			rows, row = append(rows, row), discordgo.ActionsRow{}
		}
	}
	if len(row.Components) > 0 {
		rows = append(rows, row)
	}
	return rows
}

// short cuts a text where no markdown is read.
func short(text string, most int) string {
	return bot.Fit(bot.Message{Headline: bot.Plain(text)}, bot.Limits{Cost: length, Total: most, Headline: most}).Headline
}

// colour is the card's edge.
func colour(s intel.Severity) int {
	switch s {
	case intel.Critical:
		return 0xd32f2f
	case intel.Major:
		return 0xf57c00
	case intel.Minor:
		return 0xfbc02d
	}
	return 0x1976d2
}
