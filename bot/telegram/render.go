package telegram

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/net/idna"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// The limits of a message, https://core.telegram.org/bots/api#sendmessage: 4096 characters after the markup is
// taken off, which we count in UTF-16 units, the most that any count comes to. With the shares below the raw text
// stays under 32768 bytes and the entities under 100, too.
var usual = bot.Limits{
	Cost: units, Total: 4096, Gap: 5,
	Headline: 300, Line: 1500, Name: 100, Value: 1024, Footer: 200, Lines: 3000, Facts: 40, Links: 12,
}

// aside is for what concerns one in a group that has to see it, too.
var aside = bot.Limits{
	Cost: units, Total: 2400, Gap: 5,
	Headline: 300, Line: 400, Name: 100, Value: 400, Footer: 100, Lines: 1800, Facts: 12, Links: 3,
}

// short is what fits where the usual did not.
var short = bot.Limits{
	Cost: units, Total: 900, Gap: 5,
	Headline: 150, Line: 300, Name: 50, Value: 250, Footer: 100, Lines: 500, Facts: 8, Links: 2,
}

func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// clean makes each text one line that shows what it says, and leaves only links that lead to the web.
func clean(m bot.Message) bot.Message {
	word, rest, found := strings.Cut(m.Headline, wordEnd)
	m.Headline, m.Footer = bot.Plain(word), bot.Plain(m.Footer)
	if found {
		m.Headline += wordEnd + bot.Plain(rest)
	}
	m.Lines = slices.Clone(m.Lines)
	for i := range m.Lines {
		m.Lines[i] = bot.Plain(m.Lines[i])
	}
	m.Facts = slices.Clone(m.Facts)
	for i, f := range m.Facts {
		m.Facts[i] = bot.Fact{Name: bot.Plain(f.Name), Value: bot.Plain(f.Value)}
	}
	links := make([]bot.Link, 0, len(m.Links))
	for _, k := range m.Links {
		if address, host, ok := webAddress(k.URL); ok {
			links = append(links, bot.Link{Name: linkName(bot.Plain(k.Name), host), URL: address})
		}
	}
	m.Links = links
	return m
}

// linkName is a name with the host that it leads to, so that no name passes for another's.
func linkName(name, host string) string {
	if name == "" || name == host {
		return host
	}
	return name + " (" + host + ")"
}

// webAddress is the address in the form in which it is shown: http or https, no user that could pass for the host,
// and the host in ASCII, where letters that look alike do not.
func webAddress(address string) (shown, host string, ok bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "", false
	}
	if host, err = idna.Lookup.ToASCII(u.Hostname()); err != nil {
		if host, err = idna.Punycode.ToASCII(u.Hostname()); err != nil {
			return "", "", false
		}
	}
	port := u.Port()
	u.User, u.Host = nil, host
	if strings.Contains(host, ":") { // an address of IPv6
		u.Host = "[" + host + "]"
	}
	if port != "" {
		u.Host += ":" + port
	}
	return bot.Plain(u.String()), host, true
}

// wordEnd is the two spaces that set off the first word of a card's headline: how severe it is, or that it is over.
const wordEnd = "  "

// signs stand before a headline that is severe or begins with how severe it is.
var signs = map[intel.Severity]string{intel.Info: "🔵", intel.Minor: "🟡", intel.Major: "🟠", intel.Critical: "🔴"}

// spelling is how parts are marked: in HTML, or not at all.
type spelling struct {
	bold, italic func(text string) string
	text         func(text string) string
	link         func(k bot.Link) string
}

// escape is for texts: https://core.telegram.org/bots/api#html-style. The quotation mark matters in attributes.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func inHTML() spelling {
	return spelling{
		bold:   func(text string) string { return "<b>" + escape.Replace(text) + "</b>" },
		italic: func(text string) string { return "<i>" + escape.Replace(text) + "</i>" },
		text:   escape.Replace,
		link: func(k bot.Link) string {
			return `<a href="` + escape.Replace(k.URL) + `">` + escape.Replace(k.Name) + "</a>"
		},
	}
}

func inPlain() spelling {
	same := func(text string) string { return text }
	return spelling{bold: same, italic: same, text: same, link: func(k bot.Link) string { return k.Name + " " + k.URL }}
}

// render spells the message: the headline, the lines, the facts, the links in one line, the footer.
func (s spelling) render(m bot.Message) string {
	head := []string{s.headline(m)}
	for _, line := range m.Lines {
		head = append(head, s.text(line))
	}
	var facts, links, foot []string
	for _, f := range m.Facts {
		facts = append(facts, strings.TrimSpace(s.name(f.Name)+" "+s.text(f.Value)))
	}
	for _, k := range m.Links {
		links = append(links, s.link(k))
	}
	if len(links) > 0 {
		foot = append(foot, strings.Join(links, " · "))
	}
	if m.Footer != "" {
		foot = append(foot, s.italic(m.Footer))
	}
	var parts []string
	for _, part := range [][]string{head, facts, foot} {
		part = slices.DeleteFunc(part, func(line string) bool { return line == "" })
		if len(part) > 0 {
			parts = append(parts, strings.Join(part, "\n"))
		}
	}
	return strings.Join(parts, "\n\n")
}

func (s spelling) name(name string) string {
	if name == "" {
		return ""
	}
	return s.bold(name)
}

// headline has the word that two spaces set off as its beginning.
func (s spelling) headline(m bot.Message) string {
	word, rest, found := strings.Cut(m.Headline, wordEnd)
	sign := ""
	if found || m.Severity > intel.Info {
		sign = signs[m.Severity] + " "
	}
	if found {
		rest = word + ": " + rest
	} else {
		rest = word
	}
	if rest == "" {
		return ""
	}
	return sign + s.bold(rest)
}

// perRow is how many buttons stand beside each other; more are too narrow for their labels on a telephone.
const perRow = 3

// mostLabel is how long a label may be; Telegram tells no limit, and cuts what has no room.
const mostLabel = 40

// keyboard is the buttons as Telegram has them, sealed for whom they are for; empty for none. A button that cannot
// be sealed, since it says too much, is left out.
func keyboard(buttons []bot.Button, sealer bot.Sealer, bind func(bot.Button) bot.Binding) string {
	var all []tgbotapi.InlineKeyboardButton
	for _, b := range buttons {
		label := bot.Fit(bot.Message{Headline: bot.Plain(b.Label)}, bot.Limits{
			Cost: units, Total: mostLabel, Headline: mostLabel,
		}).Headline
		if data, ok := sealer.Seal(b, bind(b)); ok && label != "" {
			all = append(all, tgbotapi.InlineKeyboardButton{Text: label, CallbackData: &data})
		}
	}
	if len(all) == 0 {
		return ""
	}
	rows := slices.Collect(slices.Chunk(all, perRow))
	text, err := json.Marshal(tgbotapi.InlineKeyboardMarkup{InlineKeyboard: rows})
	if err != nil {
		return "" // texts and texts only: there is no such error
	}
	return string(text)
}
