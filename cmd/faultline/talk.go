package main

import (
	"context"
	"fmt"
	"time"

	"github.com/faultlinebot/faultline/bot"
	botconsole "github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/feeds"
	"github.com/faultlinebot/faultline/feeds/rss"
	"github.com/faultlinebot/faultline/store"
)

// newTalk makes the conversation that all platforms share.
func newTalk(b bench, announced func()) *bot.Talk {
	return bot.NewTalk(bot.TalkOptions{
		Store: b.kept,
		Operators: map[string][]string{
			"discord": b.cfg.Discord.Operators, "telegram": b.cfg.Telegram.Operators,
			botconsole.Name: {botconsole.Person},
		},
		Countries: b.countries,
		FeedTest:  feedTest{b.world.reader},
		Health:    func(ctx context.Context) ([]string, error) { return health(ctx, b.kept) },
		Wake:      announced, Now: time.Now, Log: b.c.log,
	})
}

// health is what the brain said last of its watchers, wherever it runs.
func health(ctx context.Context, kept store.Documents) ([]string, error) {
	words, at, err := store.Sentences{Documents: kept}.Current(ctx)
	if err != nil || at.IsZero() {
		return nil, err
	}
	if old := time.Since(at); old > 12*showEvery {
		words = append([]string{fmt.Sprintf("no replica has watched for %s; this was so before:", feeds.Words(old))}, words...)
	}
	return words, nil
}

// feedTest reads feeds for people who ask what is in them.
type feedTest struct{ fetcher feeds.Fetcher }

// TestFeed implements [bot.FeedTest].
func (t feedTest) TestFeed(ctx context.Context, url string) (bot.FeedReport, error) {
	r, err := rss.Probe(ctx, t.fetcher, url)
	if err != nil {
		if ctx.Err() != nil {
			return bot.FeedReport{}, ctx.Err()
		}
		return bot.FeedReport{}, &bot.Refusal{Sentence: feeds.Explain(feeds.Place(url), err) + "."}
	}
	return bot.FeedReport{URL: r.URL, Lang: r.Lang, Articles: r.Items, Titles: r.Titles, Newest: r.Newest}, nil
}
