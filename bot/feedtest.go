package bot

import (
	"context"
	"strings"
)

func (t *Talk) feedTestCommand() Command {
	return Command{
		Name:    "feed test",
		Summary: "Read a feed once and say what is in it",
		Example: "https://example.org/feed.xml",
		Who:     Managers,
		Private: true,
		Shared:  true,
		Parameters: []Parameter{
			{
				Name: "url", Summary: "The address of the feed, or the name of one on your list", Required: true,
				Suggest: t.feedParameter().Suggest,
			},
			listParameter(),
		},
		Run: t.testFeed,
	}
}

// testFeed is for those only who could also add the feed: it makes the bot fetch what somebody names.
func (t *Talk) testFeed(ctx context.Context, r Request) (Message, error) {
	list, err := t.ownList(&r)
	if err != nil {
		return Message{}, err
	}
	address := r.Args["url"]
	if !strings.Contains(address, "://") {
		feed, err := t.findFeed(ctx, list, address)
		if err != nil {
			return Message{}, err
		}
		address = feed.URL
	}
	if address, err = feedAddress(address); err != nil {
		return Message{}, err
	}
	if t.feedTest == nil {
		return Message{}, refuse("Feeds cannot be tested here: this process reads none.", "Ask the process that does.")
	}
	if wait := t.fetches.take(person(&r), t.now()); wait > 0 {
		return Message{}, tooMuch(fetchesAMinute, "tests of feeds", wait)
	}
	report, err := t.feedTest.TestFeed(ctx, address)
	if err != nil {
		return Message{}, err
	}
	return t.tested(address, report), nil
}

// mostTitles is how many of a feed's titles are shown.
const mostTitles = 3

func (t *Talk) tested(address string, f FeedReport) Message {
	m := Message{Headline: "The feed can be read and has " + counted(f.Articles, "article")}
	if f.Articles == 0 {
		m.Headline = "The feed can be read and is empty"
	}
	for _, title := range f.Titles[:min(len(f.Titles), mostTitles)] {
		if title = Plain(title); title != "" {
			m.Lines = append(m.Lines, quote(title))
		}
	}
	if lang := Plain(f.Lang); lang != "" {
		m.Facts = append(m.Facts, Fact{"Language", lang})
	}
	newest := "without a date"
	if !f.Newest.IsZero() {
		newest = moment(f.Newest) + ", " + ago(f.Newest, t.now())
	}
	if f.Articles > 0 {
		m.Facts = append(m.Facts, Fact{"Newest", newest})
	}
	if f.URL != "" && f.URL != address {
		m.Facts = append(m.Facts, Fact{"Moved to", Plain(f.URL)})
	}
	return m
}
