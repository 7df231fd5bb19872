package bot

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const (
	// mostFeeds is how many a server's own list holds, and the common one.
	mostFeeds       = 50
	mostCommonFeeds = 1000
	// longestAddress is how many bytes a feed's address may have.
	longestAddress = 500
	longestName    = 60
	feedsOnAPage   = 20
)

// listParameter lets an operator say in a server which list is meant.
func listParameter() Parameter {
	return Parameter{
		Name: "list", Summary: "For operators: the common list, or this server's own",
		Choices: []Choice{{Name: "common", Value: "common"}, {Name: "server", Value: "server"}},
	}
}

// ownList is whose list is meant: operators change the common one, and admins that of their server. Nobody has a
// list in a chat with one person.
func (t *Talk) ownList(r *Request) (intel.Audience, error) {
	operator, list := t.operator(r), r.Args["list"]
	switch {
	case operator && (list == "common" || list == ""):
		return intel.Everyone, nil
	case list == "common":
		return "", refuse("The common list is for whoever runs this bot.", "Leave list out: this server has one of its own.")
	case r.Private():
		return "", refuse("A chat with one person has no list of feeds.", "Ask in the server or group whose list it is.")
	}
	return r.Server, nil
}

func (t *Talk) feeds() store.FeedList { return store.FeedList{Documents: t.store} }

// feedsOf are the feeds on a list, without the removed ones.
func (t *Talk) feedsOf(ctx context.Context, list intel.Audience) ([]intel.Feed, error) {
	all, err := t.feeds().Feeds(ctx)
	return slices.DeleteFunc(all, func(f intel.Feed) bool { return f.Removed || f.Audience != list }), err
}

func listName(list intel.Audience) string {
	if list == intel.Everyone {
		return "the common list"
	}
	return "this server's list"
}

func (t *Talk) feedAddCommand() Command {
	return Command{
		Name:    "feed add",
		Summary: "Add a news feed to your list",
		Example: `https://example.org/feed.xml name="Steppe Wire" lang=en`,
		Who:     Managers,
		Private: true,
		Shared:  true,
		Parameters: []Parameter{
			{
				Name: "url", Summary: "The address of the RSS, Atom or JSON feed", Required: true,
				Takes: func(words string) bool { return strings.Contains(words, "://") && !strings.Contains(words, " ") },
			},
			{Name: "name", Summary: "What cards call it; the name of its host if left out"},
			{Name: "topic", Summary: "What it writes about, in a word"},
			{Name: "lang", Summary: "Its language: a code such as en, ru or zh-Hans"},
			listParameter(),
		},
		Run: t.addFeed,
	}
}

func (t *Talk) addFeed(ctx context.Context, r Request) (Message, error) {
	list, err := t.ownList(&r)
	if err != nil {
		return Message{}, err
	}
	feed, err := t.newFeed(&r, list)
	if err != nil {
		return Message{}, err
	}
	defer t.chats.lock("feeds", string(list))()
	there, err := t.feedsOf(ctx, list)
	if err != nil {
		return Message{}, err
	}
	for _, f := range there {
		if f.URL == feed.URL {
			return Message{Headline: "On " + listName(list) + " already: " + f.Name, Links: feedLinks(&f)}, nil
		}
	}
	if err := roomFor(&feed, there); err != nil {
		return Message{}, err
	}
	err = t.feeds().ChangeFeed(ctx, list, feed.URL, func(*intel.Feed) (intel.Feed, error) { return feed, nil })
	if err != nil {
		return Message{}, err
	}
	m := Message{
		Headline: "Added to " + listName(list) + ": " + feed.Name,
		Lines:    []string{"It is read from now on; what stands in it already is not told as news."},
		Links:    feedLinks(&feed),
	}
	if list != intel.Everyone {
		m.Lines = append(m.Lines, "What follows from it alone is shown in this server only.")
	}
	m.Lines = append(m.Lines, "To see whether it can be read: /feed test "+feed.URL)
	return m, nil
}

func feedLinks(f *intel.Feed) []Link { return []Link{{Name: f.Name, URL: f.URL}} }

// newFeed makes a feed of what was asked for. Its word weighs least: nobody here knows it.
func (t *Talk) newFeed(r *Request, list intel.Audience) (intel.Feed, error) {
	address, err := feedAddress(r.Args["url"])
	if err != nil {
		return intel.Feed{}, err
	}
	f := intel.Feed{
		URL: address, Name: r.Args["name"], Topic: r.Args["topic"], Lang: r.Args["lang"],
		Tier: intel.Other, Audience: list, Added: r.At,
	}
	if f.Name == "" {
		f.Name = hostOf(address)
	}
	for _, text := range []string{f.Name, f.Topic} {
		if len([]rune(text)) > longestName {
			return f, refuse(quote(text)+" is too long.", fmt.Sprintf("Write at most %d characters.", longestName))
		}
	}
	if f.Lang != "" && !language.MatchString(f.Lang) {
		return f, refuse(quote(f.Lang)+" is no code of a language.", "Write one such as en, ru or zh-Hans.")
	}
	return f, nil
}

// language is what looks like a BCP 47 tag.
var language = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// feedAddress checks an address. Whether it leads into a private network is for whoever fetches it: a name may do so
// tomorrow that does not today.
func feedAddress(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", refuse(quote(text)+" is no address of a feed.", "Write all of it, such as https://example.org/feed.xml.")
	case u.User != nil:
		return "", refuse("The address holds a user name or a password.",
			"All who manage this list would see it. Use a feed that needs none.")
	case len(text) > longestAddress:
		return "", refuse("The address is too long.", fmt.Sprintf("It may have %d characters.", longestAddress))
	}
	u.Host = strings.ToLower(u.Host)
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

// hostOf is the host without its "www.", for a name.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// roomFor refuses a feed that the list has no room for, or whose name another one has. A name that was made up gives
// way.
func roomFor(f *intel.Feed, there []intel.Feed) error {
	most := mostFeeds
	if f.Audience == intel.Everyone {
		most = mostCommonFeeds
	}
	if len(there) >= most {
		return refuse(fmt.Sprintf("The list holds %d feeds, and more are not kept.", len(there)), "Remove one first: /feed list shows them.")
	}
	taken := func(name string) bool {
		return slices.ContainsFunc(there, func(o intel.Feed) bool { return strings.EqualFold(o.Name, name) })
	}
	if !taken(f.Name) {
		return nil
	}
	if f.Name != hostOf(f.URL) {
		return refuse("Another feed on the list is called "+quote(f.Name)+".", "Give this one another name.")
	}
	for n := 2; taken(f.Name); n++ {
		f.Name = hostOf(f.URL) + " " + strconv.Itoa(n)
	}
	return nil
}

func (t *Talk) feedListCommand() Command {
	return Command{
		Name:    "feed list",
		Summary: "List the feeds on your list",
		Who:     Managers,
		Private: true,
		Shared:  true,
		Parameters: []Parameter{
			{Name: "page", Summary: "Which page, where there are many", Takes: func(words string) bool {
				_, err := strconv.Atoi(words)
				return err == nil
			}},
			listParameter(),
		},
		Run: t.listFeeds,
	}
}

func (t *Talk) listFeeds(ctx context.Context, r Request) (Message, error) {
	list, err := t.ownList(&r)
	if err != nil {
		return Message{}, err
	}
	all, err := t.feedsOf(ctx, list)
	if err != nil {
		return Message{}, err
	}
	if len(all) == 0 {
		return Message{
			Headline: capital(listName(list)) + " is empty",
			Lines:    []string{"/feed add puts a feed on it."},
		}, nil
	}
	pages := (len(all) + feedsOnAPage - 1) / feedsOnAPage
	page, err := strconv.Atoi(r.Args["page"])
	if err != nil || page < 1 || page > pages {
		page = 1
	}
	m := Message{Headline: capital(listName(list)) + " has " + counted(len(all), "feed")}
	first := (page - 1) * feedsOnAPage
	for _, f := range all[first:min(first+feedsOnAPage, len(all))] {
		m.Lines = append(m.Lines, feedLine(&f))
	}
	if pages > 1 {
		m.Footer = fmt.Sprintf("Page %d of %d", page, pages)
	}
	if page < pages {
		m.Lines = append(m.Lines, fmt.Sprintf("More: /feed list %d", page+1))
	}
	return m, nil
}

func feedLine(f *intel.Feed) string {
	line := Plain(f.Name) + " - " + Plain(f.URL)
	for _, detail := range []string{f.Topic, f.Lang} {
		if detail != "" {
			line += ", " + Plain(detail)
		}
	}
	if f.Paused {
		line += " (paused)"
	}
	return line
}
