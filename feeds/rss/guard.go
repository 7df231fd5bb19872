package rss

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// What a document may have. Real feeds stay far below all of it; beyond it the parser can be made to run for
// minutes, or to overflow the stack, which nothing catches.
const (
	maxDepth      = 64
	maxAttributes = 64
	maxNamespaces = 64 // in scope
	maxElements   = 100_000
	maxTag        = 32 << 10 // bytes
	// maxJoining bounds the bytes moved when an element's text, which may come in many pieces, is joined piece
	// by piece.
	maxJoining = 1 << 30
)

// BombError is a document that is built to hurt whoever reads it.
type BombError struct {
	What string // "elements more than 64 deep"
}

func (e *BombError) Error() string { return "document refused: " + e.What }

// Reason implements [feeds.Reasoned].
func (e *BombError) Reason() string { return "sends a document that we do not read: it has " + e.What }

// guard goes once over the text, in linear time and little memory, before the parser does. It returns how many
// items the text has by its tags; 0 when that cannot be told.
func guard(text []byte) (tags int, err error) {
	if text[0] == '{' {
		return 0, guardJSON(text)
	}
	if longTag(text) {
		return 0, &BombError{What: "a tag of more than 32 KiB"}
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false // as the parser reads it
	// The text is decoded already. A second declaration would let the parser read other bytes than the guard.
	turns := false
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) {
		turns = true
		return nil, io.ErrUnexpectedEOF
	}
	var g xmlGuard
	for {
		token, err := d.RawToken()
		if turns {
			return 0, &UnreadableError{Cause: errors.New("it names another encoding midway")}
		}
		if err != nil {
			return g.items, nil // its end, or a fault that the parser will find again and name
		}
		if err := g.take(token); err != nil {
			return 0, err
		}
	}
}

// longTag finds a tag that would make one token of any size. A "<" cannot stand inside a tag, so each tag is
// looked at once.
func longTag(text []byte) bool {
	for {
		at := bytes.IndexByte(text, '<')
		if at < 0 {
			return false
		}
		text = text[at+1:]
		if len(text) == 0 || text[0] == '!' || text[0] == '?' || text[0] == '/' {
			continue
		}
		if tagLength(text) > maxTag {
			return true
		}
	}
}

// tagLength counts up to the tag's end outside of quotes, or to the next "<".
func tagLength(text []byte) int {
	quote := byte(0)
	for i, b := range text {
		switch {
		case b == '<', b == '>' && quote == 0, i > maxTag:
			return i
		case b == quote:
			quote = 0
		case quote == 0 && (b == '"' || b == '\''):
			quote = b
		}
	}
	return len(text)
}

// element is one that is open.
type element struct {
	name       string
	namespaces int // declared on it
	text       int // bytes of its own text so far
}

type xmlGuard struct {
	open       []element
	namespaces int
	elements   int
	joining    int
	items      int
}

func (g *xmlGuard) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return g.start(t)
	case xml.EndElement:
		g.end(t.Name.Local)
	case xml.CharData:
		if len(g.open) == 0 {
			return nil
		}
		e := &g.open[len(g.open)-1]
		e.text += len(t)
		if g.joining += e.text; g.joining > maxJoining {
			return &BombError{What: "text in too many pieces"}
		}
	}
	return nil
}

func (g *xmlGuard) start(t xml.StartElement) error {
	e := element{name: t.Name.Local}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			e.namespaces++
		}
	}
	g.open = append(g.open, e)
	g.namespaces += e.namespaces
	g.elements++
	if name := strings.ToLower(e.name); name == "item" || name == "entry" {
		g.items++
	}
	switch {
	case len(t.Attr) > maxAttributes:
		return &BombError{What: "more than 64 attributes on one element"}
	case g.namespaces > maxNamespaces:
		return &BombError{What: "more than 64 namespaces in scope"}
	case len(g.open) > maxDepth:
		return &BombError{What: "elements more than 64 deep"}
	case g.elements > maxElements:
		return &BombError{What: "more than 100000 elements"}
	}
	return nil
}

// end closes the element, and those inside it that were never closed, as the parser does.
func (g *xmlGuard) end(name string) {
	for len(g.open) > 0 {
		last := g.open[len(g.open)-1]
		g.open = g.open[:len(g.open)-1]
		g.namespaces -= last.namespaces
		if last.name == name {
			return
		}
	}
}

// guardJSON bounds depth and size of a JSON feed.
func guardJSON(text []byte) error {
	depth, values, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			depth++
			values++
		case b == '}' || b == ']':
			depth--
		}
		if depth > maxDepth {
			return &BombError{What: "values more than 64 deep"}
		}
		if values > maxElements {
			return &BombError{What: "more than 100000 values"}
		}
	}
	return nil
}
