package bot

import (
	"context"
	"log/slog"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// TalkStore is what the conversation needs of a store.
type TalkStore interface {
	store.Subscriptions
	store.Chats
	store.Incidents
	store.Documents
	// Announce is [store.Announcements].
	Announce(ctx context.Context, a intel.Announcement) error
}

// FeedTest reads a feed once, for somebody who asks what is in it.
type FeedTest interface {
	// TestFeed reports on the feed. A *Refusal says what is wrong with it; any other error is a fault of ours.
	TestFeed(ctx context.Context, url string) (FeedReport, error)
}

// FeedReport is what was found in a feed.
type FeedReport struct {
	URL      string // where it was found, after redirects
	Lang     string // as it says
	Articles int
	Titles   []string  // of the newest articles, newest first
	Newest   time.Time // of its articles; zero where none has a date
}

// TalkOptions says what the conversation is about. Store and Now are needed; what else is missing is said to be
// missing when somebody asks for it.
type TalkOptions struct {
	Store TalkStore
	// Operators are the people who run the bot, by platform.
	Operators map[string][]string
	Countries []intel.Country
	FeedTest  FeedTest
	// Health says in sentences how the watchers are.
	Health func(ctx context.Context) ([]string, error)
	// Wake is told that an announcement was kept. It does not block.
	Wake func()
	Now  func() time.Time
	Log  *slog.Logger // nil says nothing
	// Requests is how many a person may make in a minute; usually 20.
	Requests int
}

// Talk answers what people ask, on every platform alike. Who may do what, what is answered and in which words is
// decided here. It writes nothing down about who asks.
type Talk struct {
	store     TalkStore
	operators map[string][]string
	countries atlas
	feedTest  FeedTest
	health    func(ctx context.Context) ([]string, error)
	wake      func()
	now       func() time.Time
	log       *slog.Logger

	commands []Command
	requests *allowance // of each person
	typing   *allowance
	fetches  *allowance
	repeats  repeats
	chats    locks
}

var _ Conversation = (*Talk)(nil)

// NewTalk returns a conversation.
func NewTalk(o TalkOptions) *Talk {
	t := &Talk{
		store: o.Store, operators: o.Operators, countries: newAtlas(o.Countries), feedTest: o.FeedTest,
		health: o.Health, wake: o.Wake, now: o.Now, log: o.Log,
		requests: newAllowance(requestsAMinute), typing: newAllowance(suggestionsAMinute),
		fetches: newAllowance(fetchesAMinute),
	}
	if o.Requests > 0 {
		t.requests.most = o.Requests
	}
	if t.wake == nil {
		t.wake = func() {}
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	t.commands = t.table()
	return t
}

// table is every command in the order of help.
func (t *Talk) table() []Command {
	return []Command{
		t.subscribeCommand(), t.subscriptionsCommand(), t.unsubscribeCommand(),
		t.latestCommand(), t.incidentCommand(), t.countryCommand(),
		t.priceCommand(), t.hashrateCommand(),
		t.muteCommand(), t.unmuteCommand(), t.whyCommand(),
		t.helpCommand(), t.startCommand(), t.privacyCommand(), t.forgetMeCommand(),
		t.feedAddCommand(), t.feedListCommand(), t.feedRemoveCommand(), t.feedPauseCommand(), t.feedResumeCommand(),
		t.feedTestCommand(), t.statusCommand(),
	}
}

// Commands implements [Conversation].
func (t *Talk) Commands() []Command { return t.commands }

// cards says how incidents are named in answers.
func (t *Talk) cards() CardOptions { return CardOptions{Place: t.countries.name} }
