package rss

import (
	"bytes"
	"fmt"
	"strings"
)

// tiny is a size that no feed with an item can have.
const tiny = 40

// NotAFeedError is a status of 200 with something else in it.
type NotAFeedError struct {
	What string // "an HTML page"
}

func (e *NotAFeedError) Error() string { return "not a feed: " + e.What }

// Reason implements [feeds.Reasoned].
func (e *NotAFeedError) Reason() string { return "sends no feed but " + e.What }

// sniff says what the text is if it is no feed.
func sniff(text []byte) error {
	switch {
	case len(text) == 0:
		return &NotAFeedError{What: "an empty answer"}
	case text[0] == '{':
		return sniffJSON(text)
	case text[0] != '<' && len(text) < tiny:
		return &NotAFeedError{What: fmt.Sprintf("an answer of %d bytes", len(text))}
	case text[0] != '<':
		return &NotAFeedError{What: "plain text"}
	}
	root := rootName(text)
	switch name := strings.ToLower(root[strings.IndexByte(root, ':')+1:]); name {
	case "rss", "rdf", "feed":
		return nil
	case "html", "head", "body", "script", "meta", "title", "div", "p":
		return &NotAFeedError{What: page(text)}
	case "":
		return &NotAFeedError{What: "a document without content"}
	}
	return &NotAFeedError{What: fmt.Sprintf("a document of another kind (%.30q)", root)}
}

func sniffJSON(text []byte) error {
	switch {
	case bytes.Contains(text, []byte(`"items"`)):
		return nil
	case len(text) < tiny:
		return &NotAFeedError{What: fmt.Sprintf("an answer of %d bytes", len(text))}
	}
	return &NotAFeedError{What: "JSON without items"}
}

// page names the pages that stand in for a feed.
func page(text []byte) string {
	head := bytes.ToLower(text[:min(len(text), 16<<10)])
	for _, mark := range []string{"just a moment", "challenge-platform", "cf-chl", "captcha"} {
		if bytes.Contains(head, []byte(mark)) {
			return "an HTML page that checks for humans"
		}
	}
	return "an HTML page"
}

// rootName is the name of the first element, or "html" for an HTML document type.
func rootName(text []byte) string {
	for {
		at := bytes.IndexByte(text, '<')
		if at < 0 || at+1 == len(text) {
			return ""
		}
		text = text[at+1:]
		switch {
		case bytes.HasPrefix(text, []byte("!--")):
			text = beyond(text, "-->")
		case bytes.HasPrefix(text, []byte("?")):
			text = beyond(text, "?>")
		case len(text) > 13 && strings.EqualFold(string(text[:13]), "!doctype html"):
			return "html"
		case text[0] == '!' || text[0] == '/':
			continue
		default:
			end := bytes.IndexAny(text[:min(len(text), 200)], " \t\r\n/>")
			return string(text[:max(end, 0)])
		}
	}
}

// beyond is what follows a mark, or nothing.
func beyond(text []byte, mark string) []byte {
	_, after, _ := bytes.Cut(text, []byte(mark))
	return after
}
