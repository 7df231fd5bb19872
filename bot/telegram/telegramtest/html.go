package telegramtest

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Entity is a marked part of a text, in UTF-16 units as on the wire.
type Entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	URL    string `json:"url,omitempty"`
}

// entityTypes are the tags that Telegram knows and what they make of their text.
var entityTypes = map[string]string{
	"a": "text_link", "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "s": "strikethrough",
	"strike": "strikethrough", "del": "strikethrough", "u": "underline", "ins": "underline", "tg-spoiler": "spoiler",
	"span": "spoiler", "tg-emoji": "custom_emoji", "tg-time": "date_time", "pre": "pre", "code": "code",
	"blockquote": "blockquote",
}

// parseHTML reads a text as Telegram does with parse_mode HTML and answers in its words where that fails. What
// a reader sees is the text and the entities.
func parseHTML(raw string) (text string, entities []Entity, err error) {
	p := &htmlParser{raw: raw}
	for p.at < len(raw) {
		switch {
		case raw[p.at] == '&':
			p.reference()
		case raw[p.at] != '<':
			p.emit(raw[p.at : p.at+1])
			p.at++
		case strings.HasPrefix(raw[p.at:], "</"):
			err = p.close()
		default:
			err = p.open()
		}
		if err != nil {
			return "", nil, err
		}
	}
	if n := len(p.stack); n > 0 {
		return "", nil, words(fmt.Sprintf("Can't find end tag corresponding to start tag %q", p.stack[n-1].name))
	}
	if p.surrogate || !utf8.ValidString(p.text.String()) {
		return "", nil, words("Text contains invalid Unicode characters after decoding HTML entities, " +
			"check for unmatched surrogate code units")
	}
	slices.SortStableFunc(p.entities, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
	return p.text.String(), p.entities, nil
}

type htmlParser struct {
	raw       string
	at        int
	text      strings.Builder
	stack     []openTag
	entities  []Entity
	surrogate bool
}

type openTag struct {
	name  string
	attrs map[string]string
	from  int // in bytes of the text
}

func (p *htmlParser) emit(text string) { p.text.WriteString(text) }

// fail is an error in Telegram's words at a byte offset.
func (p *htmlParser) fail(at int, format string, args ...any) error {
	return words(fmt.Sprintf(format+" at byte offset %d", append(args, at)...))
}

// words are an error as Telegram says it.
type words string

func (w words) Error() string { return string(w) }

// reference decodes what begins with an ampersand, or leaves it as it stands.
func (p *htmlParser) reference() {
	r, size := reference(p.raw[p.at:])
	if size == 0 {
		p.emit("&")
		p.at++
		return
	}
	p.surrogate = p.surrogate || utf16.IsSurrogate(r)
	p.text.WriteRune(r)
	p.at += size
}

// reference is the character that the text begins with a reference to, and how long that is; 0 for none.
// Telegram knows four names, and numbers.
func reference(text string) (r rune, size int) {
	if number, ok := strings.CutPrefix(text, "&#"); ok {
		return numeric(number)
	}
	for name, r := range map[string]rune{"&lt": '<', "&gt": '>', "&amp": '&', "&quot": '"'} {
		rest, ok := strings.CutPrefix(text, name)
		if !ok || rest != "" && isNamePart(rest[0]) {
			continue
		}
		size = len(name)
		if strings.HasPrefix(rest, ";") {
			size++
		}
		return r, size
	}
	return 0, 0
}

func isNamePart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func numeric(number string) (r rune, size int) {
	base, digits, head := 10, "0123456789", len("&#")
	if rest, ok := strings.CutPrefix(number, "x"); ok {
		base, digits, head, number = 16, "0123456789abcdefABCDEF", len("&#x"), rest
	}
	n := 0
	for n < len(number) && strings.IndexByte(digits, number[n]) >= 0 {
		n++
	}
	code, err := strconv.ParseInt(number[:n], base, 32)
	if err != nil || code <= 0 || code > utf8.MaxRune {
		return 0, 0
	}
	size = head + n
	if strings.HasPrefix(number[n:], ";") {
		size++
	}
	return rune(code), size
}

// open reads a start tag.
func (p *htmlParser) open() error {
	begin := p.at
	p.at++
	name := strings.ToLower(p.until(" \t\r\n\v\f>"))
	if p.at == len(p.raw) {
		return p.fail(begin, "Unclosed start tag")
	}
	if _, known := entityTypes[name]; !known {
		return p.fail(begin, "Unsupported start tag %q", name)
	}
	tag := openTag{name: name, attrs: make(map[string]string), from: p.text.Len()}
	for {
		p.spaces()
		if p.at == len(p.raw) {
			return p.fail(begin, "Unclosed start tag %q", name)
		}
		if p.raw[p.at] == '>' {
			p.at++
			break
		}
		if err := p.attribute(begin, tag); err != nil {
			return err
		}
	}
	if name == "span" && tag.attrs["class"] != "tg-spoiler" {
		return p.fail(begin, `Tag "span" must have class "tg-spoiler"`)
	}
	p.stack = append(p.stack, tag)
	return nil
}

func (p *htmlParser) attribute(begin int, tag openTag) error {
	name := p.until(" \t\r\n\v\f=>/\"'")
	if name == "" {
		return p.fail(begin, "Empty attribute name in the tag %q", tag.name)
	}
	p.spaces()
	if p.at == len(p.raw) || p.raw[p.at] != '=' {
		return p.fail(begin, "Expected equal sign in declaration of an attribute of the tag %q", tag.name)
	}
	p.at++
	p.spaces()
	if p.at == len(p.raw) {
		return p.fail(begin, "Unclosed start tag %q", tag.name)
	}
	value, err := p.value(begin)
	tag.attrs[strings.ToLower(name)] = value
	return err
}

// value reads an attribute's value: a token, or anything in quotes with references.
func (p *htmlParser) value(begin int) (string, error) {
	quote := p.raw[p.at]
	if quote != '"' && quote != '\'' {
		from := p.at
		for p.at < len(p.raw) && (isNamePart(p.raw[p.at]) || strings.IndexByte("0123456789.-", p.raw[p.at]) >= 0) {
			p.at++
		}
		if p.at == len(p.raw) || !strings.ContainsRune(" \t\r\n\v\f>", rune(p.raw[p.at])) {
			return "", p.fail(from, "Unexpected end of name token")
		}
		return p.raw[from:p.at], nil
	}
	p.at++
	raw := p.until(string(quote))
	if p.at == len(p.raw) {
		return "", p.fail(begin, "Unclosed start tag")
	}
	p.at++
	inner := &htmlParser{raw: raw}
	for inner.at < len(raw) {
		if raw[inner.at] == '&' {
			inner.reference()
			continue
		}
		inner.emit(raw[inner.at : inner.at+1])
		inner.at++
	}
	return inner.text.String(), nil
}

// close reads an end tag; an empty one closes the innermost.
func (p *htmlParser) close() error {
	begin := p.at
	if len(p.stack) == 0 {
		return p.fail(begin, "Unexpected end tag")
	}
	p.at += len("</")
	name := strings.ToLower(p.until(" \t\r\n\v\f>"))
	p.spaces()
	if p.at == len(p.raw) || p.raw[p.at] != '>' {
		return p.fail(begin, "Unclosed end tag")
	}
	p.at++
	tag := p.stack[len(p.stack)-1]
	p.stack = p.stack[:len(p.stack)-1]
	if name != "" && name != tag.name {
		return words(fmt.Sprintf(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`,
			begin, tag.name, name))
	}
	p.mark(tag)
	return nil
}

// mark makes an entity of a tag that was closed; an empty one vanishes, and so does a link that leads nowhere.
func (p *htmlParser) mark(tag openTag) {
	text := p.text.String()
	e := Entity{Type: entityTypes[tag.name], Offset: units(text[:tag.from]), Length: units(text[tag.from:])}
	if tag.name == "a" {
		e.URL = tag.attrs["href"]
		if u, err := url.Parse(e.URL); err != nil || u.Host == "" || !slices.Contains([]string{"http", "https"}, u.Scheme) {
			return
		}
	}
	if e.Length > 0 {
		p.entities = append(p.entities, e)
	}
}

func (p *htmlParser) spaces() {
	for p.at < len(p.raw) && strings.IndexByte(" \t\r\n\v\f", p.raw[p.at]) >= 0 {
		p.at++
	}
}

// until is what stands before any of the bytes.
func (p *htmlParser) until(any string) string {
	n := strings.IndexAny(p.raw[p.at:], any)
	if n < 0 {
		n = len(p.raw) - p.at
	}
	out := p.raw[p.at : p.at+n]
	p.at += n
	return out
}

// units is how long a text is on the wire: in UTF-16.
func units(text string) int { return len(utf16.Encode([]rune(text))) }
