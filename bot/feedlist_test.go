package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func (w *world) feeds() []intel.Feed {
	w.t.Helper()
	all, err := store.FeedList{Documents: w.store}.Feeds(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestFeedAddresses(t *testing.T) {
	w := newWorld(t)
	for address, want := range map[string]string{
		"https://me@a.example/":                         "holds a user name or a password",
		"https://me:word@a.example/":                    "holds a user name or a password",
		"https://:@a.example/":                          "holds a user name or a password",
		"ftp://a.example/":                              "is no address of a feed",
		"javascript://a.example/%0aalert(1)":            "is no address of a feed",
		"file:///etc/passwd":                            "is no address of a feed",
		"https://":                                      "is no address of a feed",
		"https://:80/":                                  "is no address of a feed",
		"https://a.example:x/":                          "is no address of a feed",
		"https://a.example/%zz":                         "is no address of a feed",
		"https://a.example/" + strings.Repeat("x", 500): "The address is too long",
	} {
		for _, command := range []string{"/feed add ", "/feed test "} {
			said := w.ask(admin(), command+address)
			if !strings.Contains(said, want) {
				t.Errorf("%s%s is told %s", command, address, said)
			}
			if strings.Contains(said, "word") && !strings.Contains(said, "password") {
				t.Errorf("the password is given back in %s", said)
			}
		}
	}
	if all := w.feeds(); len(all) > 0 {
		t.Errorf("kept all the same: %+v", all)
	}
	w.says(admin(), "/feed add HTTPS://WWW.A.example/Feed?q=1#part lang=en topic=Power", "Added to this server's list: a.example")
	want := intel.Feed{
		URL: "https://www.a.example/Feed?q=1", Name: "a.example", Topic: "Power", Lang: "en", Tier: intel.Other,
		Audience: "discord/a", Added: w.now,
	}
	if all := w.feeds(); len(all) != 1 || all[0] != want {
		t.Errorf("kept as %+v, want %+v", all, want)
	}
}

func TestFeedLists(t *testing.T) {
	w := newWorld(t)
	other := somebody{name: "admin2", server: "b", chat: "b1", admin: true}
	w.says(admin(), "/feed add https://a.example/1 Steppe Wire", "Added to this server's list", "shown in this server only")
	w.says(operator(), "/feed add https://a.example/1 The Common", "Added to the common list: The Common")
	w.says(operator(), "/feed add https://a.example/2 list=server Second", "Added to this server's list: Second")
	w.says(other, "/feed list", "This server's list is empty")
	w.says(admin(), "/feed list", "This server's list has 2 feeds", "Steppe Wire", "Second")
	w.says(operator(), "/feed list", "The common list has 1 feed", "The Common")
	w.says(operator(), "/feed list list=common", "The common list has 1 feed")
	w.says(operator(), "/feed list list=server", "This server's list has 2 feeds")
	w.says(admin(), "/feed list list=common", "The common list is for whoever runs this bot.")
	w.says(admin(), "/feed remove The Common", "No feed “The Common” is on this server's list.")
	w.says(other, "/feed remove Steppe Wire", "No feed “Steppe Wire”")
	w.says(other, "/feed pause https://a.example/1", "No feed")
	w.says(admin(), "/feed add https://a.example/1", "On this server's list already: Steppe Wire")
	w.says(admin(), "/feed add https://a.example/3 steppe wire", "Another feed on the list is called “steppe wire”.")
	w.says(admin(), "/feed add https://a.example/3", "Added to this server's list: a.example")
	w.says(admin(), "/feed add https://a.example/4", "Added to this server's list: a.example 2")
	w.says(admin(), "/feed add https://a.example/5 lang=klingon", "“klingon” is no code of a language.")
	w.says(admin(), "/feed add https://a.example/5 name="+strings.Repeat("x", 61), "is too long")
	w.says(admin(), "/feed pause steppe wire", "Paused on this server's list: Steppe Wire")
	w.says(admin(), "/feed list", "Steppe Wire - https://a.example/1 (paused)")
	w.says(admin(), "/feed remove steppe wire", "Removed from this server's list: Steppe Wire")
	w.says(admin(), "/feed remove steppe wire", "Removed from this server's list: Steppe Wire") // once more comes to the same
	w.says(admin(), "/feed resume steppe wire", "No feed “steppe wire” is on this server's list.")
	w.says(admin(), "/feed list", "3 feeds")
	w.says(admin(), "/feed add https://a.example/1 Back Again", "Added to this server's list: Back Again")
	w.says(admin(), "/status", "Common feeds: 1", "Own feeds: 4")
	if said := w.ask(admin(), "/status"); strings.Contains(said, "Feeds of servers") {
		t.Errorf("an admin is told of other servers:\n%s", said)
	}
	w.says(operator(), "/status", "Feeds of servers: 4")
	w.says(alone(), "/feed list", "/feed list is about a server or group")
	in := operator()
	in.server = ""
	w.says(in, "/feed list", "The common list has 1 feed")
	w.says(in, "/feed list list=server", "A chat with one person has no list of feeds.")
}

func TestFeedsAreLimited(t *testing.T) {
	w := newWorld(t)
	for n := range 50 {
		w.says(admin(), fmt.Sprintf("/feed add https://a.example/%d", n), "Added")
	}
	w.says(admin(), "/feed add https://a.example/50", "The list holds 50 feeds, and more are not kept.")
	w.says(admin(), "/feed list", "50 feeds", "Page 1 of 3", "More: /feed list 2")
	w.says(admin(), "/feed list 3", "Page 3 of 3")
	if said := w.ask(admin(), "/feed list 3"); strings.Contains(said, "More:") {
		t.Errorf("more than the last page: %s", said)
	}
	w.says(admin(), "/feed remove https://a.example/7", "Removed")
	w.says(admin(), "/feed add https://a.example/50", "Added")
	w.says(admin(), "/feed add https://a.example/7", "more are not kept")
}

func TestFeedTest(t *testing.T) {
	var fetched []string
	w := newWorld(t, func(o *bot.TalkOptions) {
		o.FeedTest = feedTest(func(_ context.Context, url string) (bot.FeedReport, error) {
			fetched = append(fetched, url)
			if strings.HasSuffix(url, "/empty") {
				return bot.FeedReport{URL: url}, nil
			}
			return bot.FeedReport{
				URL: "https://b.example/moved", Lang: "en", Articles: 12, Newest: at("2022-01-08T09:00:00Z"),
				Titles: []string{"One\x1b[2J", "Two", "Three", "Four"},
			}, nil
		})
	})
	w.says(admin(), "/feed test https://a.example/", "can be read and has 12 articles", "“One”", "“Three”", "Language: en",
		"Newest: 8 January 2022, 09:00 UTC, 30 min ago", "Moved to: https://b.example/moved")
	w.says(admin(), "/feed test https://a.example/empty", "can be read and is empty")
	w.says(admin(), "/feed add https://a.example/feed Ours", "Added")
	w.says(admin(), "/feed test ours", "12 articles")
	w.says(admin(), "/feed test theirs", "No feed “theirs”")
	w.says(member(), "/feed test https://a.example/", "is for whoever manages")
	w.says(alone(), "/feed test https://a.example/", "is about a server or group")
	w.says(admin(), "/feed test ours", "12 articles")
	w.says(admin(), "/feed test ours", "12 articles")
	w.says(admin(), "/feed test ours", "That was more than 5 tests of feeds in a minute.", "Ask again in 12 seconds.")
	w.now = w.now.Add(12 * time.Second)
	w.says(admin(), "/feed test ours", "12 articles")
	if len(fetched) != 6 || fetched[2] != "https://a.example/feed" {
		t.Errorf("fetched %q", fetched)
	}
}
