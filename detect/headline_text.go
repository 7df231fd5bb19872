package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// headlineMostTokens bounds the work for one article; what stands after it is not read.
const headlineMostTokens = 1500

// headlineToken is a word, a number, a sign such as "%" or "$", or one Han character.
type headlineToken struct {
	word    string // lower case, accents and quotes folded, possessive dropped
	start   int    // in bytes of the part it stands in
	end     int
	part    uint8 // 0 title, 1 summary
	before  byte  // the punctuation before it: 0, ',', ':', '"', '(' or '-' for a dash with spaces
	caps    bool  // written in capitals only, two letters or more
	capital bool  // begins with a capital
	number  bool
	sent    uint16
}

// headlineText is an article as words.
type headlineText struct {
	title   string
	summary string
	tokens  []headlineToken
	split   int // tokens[:split] are the title's
}

// readHeadline splits title and summary into words.
func readHeadline(title, summary string) *headlineText {
	t := &headlineText{title: title, summary: summary}
	t.tokens = make([]headlineToken, 0, min((len(title)+len(summary))/4+8, headlineMostTokens))
	s := headlineScanner{out: t.tokens}
	s.scan(title, 0)
	s.dropOutlet()
	t.split = len(s.out)
	s.sent++
	s.scan(summary, 1)
	t.tokens = s.out
	return t
}

// quote is the text from token a to b (exclusive), as it was written.
func (t *headlineText) quote(a, b int) string {
	source := t.title
	if t.tokens[a].part == 1 {
		source = t.summary
	}
	return source[t.tokens[a].start:t.tokens[b-1].end]
}

type headlineScanner struct {
	out  []headlineToken
	text string
	part uint8
	sent uint16
	buf  strings.Builder
}

func (s *headlineScanner) scan(text string, part uint8) {
	s.text, s.part = text, part
	var before byte
	for at := 0; at < len(text) && len(s.out) < headlineMostTokens; {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case unicode.IsDigit(r):
			at = s.number(at, before)
			before = 0
		case headlineAlone(r):
			s.emit(string(headlineFold(r)), at, at+size, before)
			at += size
			before = 0
		case unicode.IsLetter(r):
			at = s.word(at, before)
			before = 0
		default:
			if p := s.punctuation(at, r, size); p != 0 {
				before = p
			}
			at += size
		}
	}
}

// headlineAlone says whether a rune is a token of its own: signs that carry meaning, and Han characters,
// which are written without spaces.
func headlineAlone(r rune) bool {
	switch r {
	case '%', '٪', '％', '$', '€', '£', '¥', '₽', '₴':
		return true
	}
	return unicode.Is(unicode.Han, r)
}

// punctuation remembers what stands between two words and where sentences end.
func (s *headlineScanner) punctuation(at int, r rune, size int) byte {
	switch r {
	case '.', '!', '?', '…':
		if s.endsSentence(at + size) {
			s.sent++
		}
		return '.'
	case '。', '！', '？', '؟', '|', ';', '\n':
		s.sent++
		return '.'
	case '-', '–', '—':
		if at > 0 && s.text[at-1] == ' ' {
			return '-'
		}
		return 0
	case ':', '：':
		return ':'
	case ',', '،', '，', '、':
		return ','
	case '"', '“', '”', '‘', '«', '»':
		return '"'
	case '\'':
		if at == 0 || s.text[at-1] == ' ' {
			return '"'
		}
		return 0
	case '(', '[':
		return '('
	}
	return 0
}

// endsSentence says whether a full stop before offset at ends a sentence: a space and a capital follow.
func (s *headlineScanner) endsSentence(at int) bool {
	rest := strings.TrimLeft(s.text[at:], `"”’')`)
	if rest == "" || rest[0] != ' ' {
		return false
	}
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, ` "“‘'(`))
	return unicode.IsUpper(r) || unicode.IsDigit(r) || !unicode.IsLower(r) && unicode.IsLetter(r)
}

// number reads digits with their separators: "13.4", "13,4", "205,000".
func (s *headlineScanner) number(at int, before byte) int {
	end := at
	for end < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[end:])
		if !unicode.IsDigit(r) && !s.separates(end, r, size) {
			break
		}
		end += size
	}
	word := s.text[at:end]
	if !headlinePlain(word) {
		word = strings.Map(headlineDigit, word)
	}
	s.out = append(s.out, headlineToken{
		word: word, start: at, end: end, part: s.part, before: before, number: true, sent: s.sent,
	})
	return end
}

func (s *headlineScanner) separates(at int, r rune, size int) bool {
	if r != '.' && r != ',' && r != '٫' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(s.text[at+size:])
	return unicode.IsDigit(next)
}

func headlineDigit(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	case r >= '０' && r <= '９':
		return r - '０' + '0'
	case r == '٫':
		return '.'
	}
	return r
}

// word reads letters, digits and inner apostrophes; "U.S." is one word, "us".
func (s *headlineScanner) word(at int, before byte) int {
	if end := s.abbreviation(at); end > 0 {
		word := strings.ToLower(strings.ReplaceAll(s.text[at:end], ".", ""))
		s.out = append(s.out, headlineToken{
			word: word, start: at, end: end, part: s.part, before: before,
			caps: s.text[at] <= 'Z', capital: s.text[at] <= 'Z', sent: s.sent,
		})
		return end
	}
	end := at
	for end < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[end:])
		if headlineAlone(r) || !s.continues(end, r, size) {
			break
		}
		end += size
	}
	s.emit(s.fold(s.text[at:end]), at, end, before)
	return end
}

func (s *headlineScanner) continues(at int, r rune, size int) bool {
	if r == '\'' || r == '’' {
		next, _ := utf8.DecodeRuneInString(s.text[at+size:])
		return unicode.IsLetter(next)
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == '\u200c'
}

// abbreviation returns the end of "U.S." or "p.m." at offset at, or 0.
func (s *headlineScanner) abbreviation(at int) int {
	letters, i := 0, at
	for i < len(s.text) && headlineASCIILetter(s.text[i]) && i+1 < len(s.text) && s.text[i+1] == '.' {
		letters++
		i += 2
	}
	if i < len(s.text) && headlineASCIILetter(s.text[i]) {
		if letters == 0 || i+1 < len(s.text) && headlineASCIILetter(s.text[i+1]) {
			return 0 // "S.Korea": the full stop only joins
		}
		letters++ // "U.S" without its last full stop
		i++
	}
	if letters < 2 {
		return 0
	}
	return i
}

func headlineASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func (s *headlineScanner) emit(word string, start, end int, before byte) {
	if word == "" {
		return
	}
	first, size := utf8.DecodeRuneInString(s.text[start:])
	token := headlineToken{
		word: word, start: start, end: end, part: s.part, before: before, sent: s.sent,
		capital: unicode.IsUpper(first),
	}
	if token.capital && start+size < end {
		body := s.text[start:end]
		if n := len(body); n > 2 && body[n-1] == 's' && (body[n-2] == '\'' || strings.HasSuffix(body[:n-1], "’")) {
			body = strings.TrimRight(body[:n-1], "'’")
		}
		token.caps = strings.IndexFunc(body, unicode.IsLower) < 0
	}
	s.out = append(s.out, token)
}

// fold lowers a word, takes its accents off and drops a possessive. Plain English words are not copied.
func (s *headlineScanner) fold(word string) string {
	if headlinePlain(word) {
		return strings.TrimSuffix(strings.ToLower(word), "'s")
	}
	s.buf.Reset()
	for _, r := range word {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			s.buf.WriteByte(byte(r))
		} else if f := headlineFold(r); f != 0 {
			s.buf.WriteRune(f)
		}
	}
	return strings.TrimSuffix(s.buf.String(), "'s")
}

func headlinePlain(word string) bool {
	for i := 0; i < len(word); i++ {
		if word[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// dropOutlet takes the outlet's name off the end of a title ("... | ZDNet", "... - The Moscow Times"), lest
// it be read as a place.
func (s *headlineScanner) dropOutlet() {
	for i := len(s.out) - 1; i > 2 && i >= len(s.out)-5; i-- {
		if !s.out[i].capital {
			return
		}
		between := s.text[s.out[i-1].end:s.out[i].start]
		if strings.Contains(between, " - ") || strings.Contains(between, " – ") || strings.Contains(between, "|") {
			s.out = s.out[:i]
			return
		}
	}
}

// headlineFold gives the letter that a rune is compared as; 0 drops it.
func headlineFold(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r < 0x80:
		return r
	case r < 0x250 || r >= 0x1e00 && r < 0x1f00:
		return headlineFoldLatin(unicode.ToLower(r))
	case r >= 0x300 && r < 0x370:
		return 0 // combining accents
	case r >= 0x400 && r < 0x500:
		return headlineFoldCyrillic(unicode.ToLower(r))
	case r >= 0x600 && r < 0x700:
		return headlineFoldArabic(r)
	case r == '’':
		return '\''
	case r == '\u200c':
		return 0
	case r == '٪' || r == '％':
		return '%'
	default:
		return unicode.ToLower(r)
	}
}

func headlineFoldLatin(r rune) rune {
	switch r {
	case 'ø':
		return 'o'
	case 'đ':
		return 'd'
	case 'ł':
		return 'l'
	case 'ı':
		return 'i'
	case 'ß':
		return 's'
	case 'æ':
		return 'a'
	case 'œ':
		return 'o'
	}
	var in [utf8.UTFMax]byte
	n := utf8.EncodeRune(in[:], r)
	base, _ := utf8.DecodeRune(norm.NFD.Append(nil, in[:n]...))
	return base
}

func headlineFoldCyrillic(r rune) rune {
	switch r {
	case 'ё':
		return 'е'
	case 'й':
		return 'и'
	case 'ї':
		return 'і'
	}
	return r
}

func headlineFoldArabic(r rune) rune {
	switch {
	case r >= 0x64b && r <= 0x652 || r == 'ـ':
		return 0 // vowel marks and the stretching sign
	case r == 'أ' || r == 'إ' || r == 'آ':
		return 'ا'
	case r == 'ى' || r == 'ی':
		return 'ي'
	case r == 'ک':
		return 'ك'
	case r == 'ة':
		return 'ه'
	case r == '٪':
		return '%'
	}
	return r
}
