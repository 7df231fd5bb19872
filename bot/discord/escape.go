package discord

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"

	"golang.org/x/net/idna"

	"github.com/faultlinebot/faultline/bot"
)

// special are the characters that mean something in Discord's markdown wherever they stand, in mentions (<@1>),
// custom emoji (<:a:1>) and bare links (https://); see
// https://support.discord.com/hc/en-us/articles/210298617.
const special = "\\*_~`|>#[]()<:"

// apart keeps @everyone and @here from being words: an escape does not in every client.
const apart = "@\u200b"

// escape spells a text from anywhere as one line that reads as it stands.
func escape(text string) string {
	text = bot.Plain(text)
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == '@':
			b.WriteString(apart)
			continue
		case strings.ContainsRune(special, r), listMark(text, i):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// listMark says whether the character there would make a list of a line: "- a", "+ a", "1. a".
func listMark(text string, i int) bool {
	if i+1 >= len(text) || text[i+1] != ' ' {
		return false
	}
	switch text[i] {
	case '-', '+':
		return i == 0
	case '.':
		return i > 0 && strings.Trim(text[:i], "0123456789") == ""
	}
	return false
}

// cost is at least how long a text is once escaped, in UTF-16 units: Discord counts no more than that, whichever way. It
// is the sum of the costs of the text's pieces.
func cost(text string) int {
	sum := 0
	for _, r := range text {
		sum += max(utf16.RuneLen(r), 1)
		if strings.ContainsRune(special+"@-+.", r) {
			sum++
		}
	}
	return sum
}

func length(text string) int { return len(utf16.Encode([]rune(text))) }

// masked spells a link as its name and, so that nobody is led astray, the host it leads to. It is empty for what may
// not be linked to.
func masked(k bot.Link) string {
	address, host := target(k.URL)
	if address == "" {
		return ""
	}
	name := escape(k.Name)
	if name == "" || strings.EqualFold(bot.Plain(k.Name), host) {
		return "[" + escape(host) + "](" + address + ")"
	}
	return "[" + name + "](" + address + ") " + escape(host)
}

// target is the address as it may stand in a link, and its host in letters that look like no others. Both are empty
// for what is no web address.
func target(address string) (link, host string) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return "", ""
	}
	host, err = idna.Lookup.ToASCII(u.Hostname())
	if err != nil || host == "" {
		return "", ""
	}
	u.User, u.Host = nil, strings.Replace(u.Host, u.Hostname(), host, 1)
	link = bot.Plain(u.String())
	var b strings.Builder
	for _, r := range link {
		if strings.ContainsRune("()<>[]`\\ ", r) { // they could end the link
			fmt.Fprintf(&b, "%%%02X", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String(), host
}
