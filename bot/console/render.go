package console

import (
	"bytes"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

// look is how cards are printed.
type look struct {
	colour bool
	width  int
}

// Terminal styles; see ECMA-48, 8.3.117.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	yellow = "33"
	cyan   = "36"
	blue   = "34"
)

// widestLabel keeps a long label from pushing the values off the screen.
const widestLabel = 16

// page is a card while it is written.
type page struct {
	look
	bytes.Buffer
	edge string // begins each line
}

// render writes the message as lines under its tag, with an empty line after them.
func (l look) render(tag string, m bot.Message) []byte {
	p := &page{look: l, edge: "  "}
	if l.colour {
		p.edge = l.style(tone(m.Severity), "▌") + " "
	}
	p.headline(tag, m)
	for _, text := range m.Lines {
		p.hanging("", 0, text, "")
	}
	labels := labelWidth(m)
	if len(m.Lines) > 0 && len(m.Facts)+len(m.Links) > 0 {
		p.line("")
	}
	for _, f := range m.Facts {
		p.labelled(f.Name, labels, f.Value)
	}
	for _, k := range m.Links {
		// An address is never broken: a terminal could not open it.
		p.line(p.label(k.Name, labels) + bot.Plain(k.URL))
	}
	if m.Footer != "" {
		p.hanging("", 0, m.Footer, dim)
	}
	p.WriteByte('\n')
	return p.Bytes()
}

// headline prints the tag, the word that two spaces set off, and the rest.
func (p *page) headline(tag string, m bot.Message) {
	word, rest, found := strings.Cut(m.Headline, "  ")
	if !found {
		word, rest = "", m.Headline
	}
	first, width := p.style(dim, tag)+" ", len(tag)+1
	if !strings.HasSuffix(tag, ">") {
		first, width = first+" ", width+1
	}
	if word = bot.Plain(word); word != "" {
		first += p.style(bold+";"+tone(m.Severity), word) + "  "
		width += columns(word) + 2
	}
	if !p.colour { // the tag stands out by standing out
		whole := p.edge
		p.edge = ""
		p.hanging(first, width, rest, bold)
		p.edge = whole
		return
	}
	p.hanging(first, width, rest, bold)
}

func (p *page) labelled(name string, width int, value string) {
	p.hanging(p.label(name, width), max(width, columns(bot.Plain(name)))+2, value, "")
}

func (p *page) label(name string, width int) string {
	name = bot.Plain(name)
	return p.style(dim, name) + strings.Repeat(" ", max(width-columns(name), 0)+2)
}

// hanging prints first, which is width columns wide, and the text after it, wrapped and indented as far.
func (p *page) hanging(first string, width int, text, style string) {
	room := max(p.width-columns("  ")-width, narrowest/3)
	for i, line := range wrap(bot.Plain(text), room) {
		if i > 0 {
			first = strings.Repeat(" ", width)
		}
		p.line(first + p.style(style, line))
	}
}

func (p *page) line(text string) {
	p.WriteString(strings.TrimRight(p.edge+text, " "))
	p.WriteByte('\n')
}

func (l look) style(code, text string) string {
	if !l.colour || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func tone(s intel.Severity) string {
	switch s {
	case intel.Critical:
		return red
	case intel.Major:
		return yellow
	case intel.Minor:
		return cyan
	}
	return blue
}

func labelWidth(m bot.Message) int {
	width := 0
	for _, f := range m.Facts {
		width = max(width, columns(bot.Plain(f.Name)))
	}
	for _, k := range m.Links {
		width = max(width, columns(bot.Plain(k.Name)))
	}
	return min(width, widestLabel)
}

// wrap breaks a text into lines of at most width columns, between words where it can. It returns at least one.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	// A number keeps its unit: the mark holds their place until the lines are cut.
	const held = "\x00"
	for word := range strings.FieldsSeq(strings.ReplaceAll(text, " %", held+"%")) {
		word = strings.ReplaceAll(word, held, " ")
		for _, piece := range pieces(word, width) {
			need := columns(piece)
			switch {
			case used == 0:
				line, used = piece, need
			case used+1+need <= width:
				line, used = line+" "+piece, used+1+need
			default:
				lines = append(lines, line)
				line, used = piece, need
			}
		}
	}
	return append(lines, line)
}

// pieces cuts a word that is wider than a line. It measures a stretch at a time: the whole rest each time would
// take the square of a word's length.
func pieces(word string, width int) []string {
	var out []string
	for {
		stretch := word
		if most := 16 * width; len(stretch) > most {
			stretch = strings.ToValidUTF8(stretch[:most], "")
		}
		head := measure().Truncate(stretch, width, "")
		if head == "" || len(head) == len(word) {
			return append(out, word)
		}
		out = append(out, head)
		word = word[len(head):]
	}
}

// columns is how wide a terminal shows the text. It does not ask the locale, so that the same card has the same
// bytes everywhere.
func columns(text string) int { return measure().StringWidth(text) }

func measure() *runewidth.Condition {
	return &runewidth.Condition{StrictEmojiNeutral: true}
}
