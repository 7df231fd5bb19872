package rss

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// decode makes clean UTF-8 of the bytes, whatever says how they are written: a byte order mark, else the
// answer's header, else the document. Text that is valid UTF-8 beyond ASCII is UTF-8 even where a label says
// otherwise, as no other encoding gives such bytes by chance. A label that cannot be true is passed over. The
// XML declaration goes away, so that nobody decodes twice.
func decode(body []byte, contentType string) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, &NotAFeedError{What: "an empty answer"}
	}
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return nil, &NotAFeedError{What: "compressed data"}
	}
	enc := encodingOf(body, contentType)
	if enc != nil {
		if text, err := enc.NewDecoder().Bytes(body); err == nil {
			body = text
		}
	}
	body = bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))
	body = withoutControls(bytes.ToValidUTF8(body, []byte("\uFFFD")))
	return withoutDeclaration(bytes.TrimSpace(body)), nil
}

// encodingOf is how the bytes are written, nil for UTF-8.
func encodingOf(body []byte, contentType string) encoding.Encoding {
	switch {
	case bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")):
		return nil
	case bytes.HasPrefix(body, []byte{0xFF, 0xFE}):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(body, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.HasPrefix(body, []byte{'<', 0}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case bytes.HasPrefix(body, []byte{0, '<'}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	valid := utf8.Valid(body)
	if valid && !ascii(body) {
		return nil
	}
	_, params, _ := mime.ParseMediaType(contentType)
	for _, label := range []string{params["charset"], declared(body)} {
		enc, name := charset.Lookup(label)
		// The bytes were not UTF-16 above, whatever the label says.
		if enc != nil && !strings.HasPrefix(name, "utf-") {
			return enc
		}
	}
	if valid {
		return nil
	}
	return mostlyUTF8(body)
}

// mostlyUTF8 decides about bytes that nobody labels and that are not all UTF-8: a few bad ones among many good
// are damage, else it is the encoding of old Windows.
func mostlyUTF8(body []byte) encoding.Encoding {
	good, bad := 0, 0
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		body = body[size:]
	}
	if good > bad {
		return nil
	}
	enc, _ := charset.Lookup("windows-1252")
	return enc
}

func ascii(body []byte) bool {
	for _, b := range body {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// declared is the encoding that the XML declaration names.
func declared(body []byte) string {
	body = bytes.TrimSpace(body[:min(len(body), 1024)])
	declaration, _, _ := bytes.Cut(body, []byte("?>"))
	if !bytes.HasPrefix(declaration, []byte("<?xml")) {
		return ""
	}
	_, value, _ := bytes.Cut(declaration, []byte("encoding"))
	value = bytes.TrimLeft(value, " \t\r\n=")
	if len(value) == 0 {
		return ""
	}
	label, _, _ := bytes.Cut(value[1:], value[:1])
	return string(label)
}

func withoutDeclaration(body []byte) []byte {
	if !bytes.HasPrefix(body, []byte("<?xml")) || bytes.HasPrefix(body, []byte("<?xml-")) {
		return body
	}
	if end := bytes.Index(body[:min(len(body), 1024)], []byte("?>")); end >= 0 {
		return bytes.TrimSpace(body[end+len("?>"):])
	}
	return body
}

// withoutControls drops the control characters that XML does not know.
func withoutControls(body []byte) []byte {
	if bytes.IndexFunc(body, illegal) < 0 {
		return body
	}
	return bytes.Map(func(r rune) rune {
		if illegal(r) {
			return -1
		}
		return r
	}, body)
}

func illegal(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}
