package rss

import (
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

const (
	maxTitle   = 1000 // runes
	maxSummary = 1000
	// maxBorrowed is how much of its text an item without a title gives for one, as posts of Mastodon have.
	maxBorrowed = 200
)

// article is what an item says, as plain text.
func (w *Watcher) article(doc *document, it item) intel.Article {
	body := it.raw.Description
	if strings.TrimSpace(body) == "" {
		body = it.raw.Content
	}
	a := intel.Article{
		Title:   plain(it.raw.Title, maxTitle),
		URL:     it.url,
		GUID:    it.guid,
		Summary: plain(body, maxSummary),
		Lang:    w.o.Feed.Lang,
		Tier:    w.o.Feed.Tier,
	}
	if a.Title == "" {
		a.Title = cut(a.Summary, maxBorrowed)
	}
	if a.Lang == "" {
		a.Lang = doc.lang
	}
	return a
}

// language is what a feed says its language is, if it can be one.
func language(raw string) string {
	raw = strings.TrimSpace(raw)
	if len(raw) < 2 || len(raw) > 35 {
		return ""
	}
	for _, r := range raw {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return ""
		}
	}
	return raw
}
