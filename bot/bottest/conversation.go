package bottest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// Conversation puts a platform on which people can ask through one conversation: the same command means the same on
// each of them, and is refused to the same people in the same words. To put a platform under test, write a function
// that sets one up afresh and returns its [Speaker].
func Conversation(t *testing.T, set func(t *testing.T) Speaker) {
	for name, talk := range map[string]func(t *testing.T, s scene){
		"each command answers":             eachCommandAnswers,
		"a chat of one's own":              aChatOfOnesOwn,
		"feeds":                            feeds,
		"who may not is refused":           whoMayNotIsRefused,
		"who may is not":                   whoMayIsNot,
		"no word of what is others'":       noWordOfWhatIsOthers,
		"what makes no sense":              whatMakesNoSense,
		"buttons":                          buttons,
		"buttons of others and of nobody":  buttonsOfOthersAndOfNobody,
		"forgetting":                       forgetting,
		"suggestions":                      suggestions,
		"refusals are for the asker alone": refusalsAreForTheAskerAlone,
	} {
		t.Run(name, func(t *testing.T) { talk(t, begin(t, set(t))) })
	}
}

// scene is a conversation under way.
type scene struct {
	Speaker
	store *sqlite.Store
	// somebody speaks in Private: the least of those that the platform has.
	somebody Who
}

// The incidents that are kept: one that everybody may know of, one that Other alone may.
const (
	known  = "shutdown-kz-0000000001"
	secret = "unrest-ir-0000000002"
)

func begin(t *testing.T, sp Speaker) scene {
	kept, err := sqlite.Open(t.Context(), sqlite.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	s := scene{Speaker: sp, store: kept, somebody: Member}
	if s.lacks(Others) {
		s.somebody = Operator
	}
	fill(t, kept, s)
	talk := bot.NewTalk(bot.TalkOptions{
		Store:     kept,
		Operators: map[string][]string{sp.Listener.Name(): {sp.Person(Operator)}},
		Countries: countries(),
		FeedTest:  oneFeed{},
		Health:    func(context.Context) ([]string, error) { return []string{"the feeds answer"}, nil },
		Now:       time.Now,
		Requests:  1000, // the suite asks faster than people do
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- sp.Listener.Run(ctx, talk) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v, want nil", err)
		}
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func countries() []intel.Country {
	return []intel.Country{
		{Code: "KZ", Name: "Kazakhstan", Names: []string{"Казахстан"}, Shares: []intel.Share{{
			Month: day(2022, 1), Published: day(2022, 5), Share: 0.132, Source: "Cambridge",
		}}},
		{Code: "IR", Name: "Iran"},
	}
}

func day(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

func fill(t *testing.T, kept *sqlite.Store, s scene) {
	now := time.Now().UTC().Truncate(time.Second)
	incidents := []intel.Incident{{
		ID: known, Kind: intel.Shutdown, Places: []string{"KZ"}, Scope: intel.ScopeNational,
		Severity: intel.Critical, Title: "Networks go dark",
	}}
	if !s.lacks(Others) {
		incidents = append(incidents, intel.Incident{
			ID: secret, Audience: s.Server(Other), Kind: intel.Unrest, Places: []string{"IR"},
			Severity: intel.Critical, Title: "Crowds in the squares",
		})
	}
	step := store.Step{Token: "fill", Time: now}
	for _, i := range incidents {
		i.Revision, i.Phase, i.Evidence = 1, intel.Ongoing, intel.Corroborated
		i.Since, i.Opened, i.Updated = now.Add(-time.Hour), now.Add(-time.Hour), now
		step.Changes = append(step.Changes, intel.Change{Incident: i, Notice: &intel.Notice{
			Incident: i.ID, Revision: 1, Change: intel.Opened, Time: i.Opened, Reason: "two outlets tell it",
		}})
	}
	if err := kept.Commit(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	low, high := 540.0, 660.0
	err := store.Readings{Documents: kept}.Keep(t.Context(), []intel.Reading{
		{Of: intel.OfPrice, Asset: "BTC", Value: 42123, At: now, Source: "some market"},
		{Of: intel.OfHashrate, Value: 600, Low: &low, High: &high, At: now, Source: "the blocks", Over: "the last 144 blocks"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// oneFeed can read one address.
type oneFeed struct{}

// TestFeed implements [bot.FeedTest].
func (oneFeed) TestFeed(_ context.Context, url string) (bot.FeedReport, error) {
	if url != "https://feed.example/good" {
		return bot.FeedReport{}, &bot.Refusal{Sentence: "The feed does not answer.", Mend: "Look at its address."}
	}
	return bot.FeedReport{URL: url, Articles: 3, Titles: []string{"Three cranes"}}, nil
}

func (s scene) lacks(f Feature) bool { return slices.Contains(s.Lacks, f) }

// ask says something and expects to be told all of the texts.
func (s scene) ask(t *testing.T, who Who, in Chat, command string, args map[string]string, want ...string) Said {
	t.Helper()
	said := s.Say(t, who, in, command, args)
	told(t, string(who)+" in "+string(in)+": "+Line(command, args), said, want...)
	return said
}

func told(t *testing.T, asked string, said Said, want ...string) {
	t.Helper()
	text := strings.Join(strings.Fields(said.Text), " ")
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s\nis not told %q but\n%s", asked, w, said.Text)
		}
	}
}

func (s scene) notTold(t *testing.T, said Said, never ...string) {
	t.Helper()
	for _, n := range never {
		if strings.Contains(said.Text, n) {
			t.Errorf("%q is told in\n%s", n, said.Text)
		}
	}
}

type args = map[string]string

func sorted(a args) []string { return slices.Sorted(maps.Keys(a)) }

func eachCommandAnswers(t *testing.T, s scene) {
	for _, in := range s.chats() {
		for _, c := range []struct {
			command string
			args    args
			want    []string
		}{
			{"start", nil, []string{"Faultline watches", "/subscribe"}},
			{"help", nil, []string{"/latest", "/feed add"}},
			{"help", args{"command": "mute"}, []string{"/mute", "unrest for 24h"}},
			{"latest", nil, []string{"The latest incidents", "Internet shutdown in Kazakhstan", known}},
			{"latest", args{"kind": "unrest"}, []string{"Nothing is kept of unrest"}},
			{"incident", args{"incident": known}, []string{"Internet shutdown in Kazakhstan", "Networks go dark", "two outlets tell it"}},
			{"country", args{"country": "Казахстан"}, []string{"Kazakhstan (KZ)", "13.2 %", known}},
			{"price", nil, []string{"BTC: 42,123 dollars", "some market"}},
			{"price", args{"asset": "btc"}, []string{"BTC: 42,123 dollars"}},
			{"hashrate", nil, []string{"600 EH/s", "540 ... 660 EH/s", "the last 144 blocks"}},
			{"why", args{"incident": known}, []string{"Why me", "Nothing is subscribed to here"}},
			{"subscriptions", nil, []string{"no subscription"}},
			{"privacy", nil, []string{"What Faultline keeps", "/forgetme"}},
			{"forgetme", nil, []string{"kept"}},
		} {
			s.ask(t, s.somebody, in, c.command, c.args, c.want...)
		}
	}
}

func (s scene) chats() []Chat {
	if s.lacks(Others) {
		return []Chat{Private}
	}
	return []Chat{Private, Group}
}

func aChatOfOnesOwn(t *testing.T, s scene) {
	filter := args{"kinds": "shutdown, power", "countries": "Kazakhstan", "least": "minor"}
	const wish = "internet shutdowns and power cuts in Kazakhstan, minor or worse"
	s.ask(t, s.somebody, Private, "subscribe", filter, "Subscribed: "+wish, "A test card is on its way here")
	s.ask(t, s.somebody, Private, "subscribe", filter, "Subscribed already: "+wish)
	s.ask(t, s.somebody, Private, "subscriptions", nil, "1 subscription", wish)
	s.ask(t, s.somebody, Private, "why", args{"incident": known}, "wants it")
	s.ask(t, s.somebody, Private, "mute", args{"what": "power", "for": "2h"}, "Muted here: power cuts", "Until ")
	s.ask(t, s.somebody, Private, "mute", nil, "1 thing", "power cuts")
	s.ask(t, s.somebody, Private, "unmute", args{"what": "power"}, "Unmuted: power cuts")
	s.ask(t, s.somebody, Private, "unsubscribe", args{"which": "all"}, "Ended 1 subscription", "none left")
	s.ask(t, s.somebody, Private, "unsubscribe", args{"which": "all"}, "no subscription any more")
}

func feeds(t *testing.T, s scene) {
	const address = "https://feed.example/good"
	s.ask(t, Operator, Private, "feed list", nil, "The common list is empty")
	s.ask(t, Operator, Private, "feed add", args{"url": address, "name": "Good Feed", "lang": "en"}, "Added to the common list: Good Feed")
	s.ask(t, Operator, Private, "feed add", args{"url": address, "name": "Good Feed"}, "already")
	s.ask(t, Operator, Private, "feed list", nil, "1 feed", "Good Feed", address)
	s.ask(t, Operator, Private, "feed pause", args{"feed": "good feed"}, "Paused on the common list: Good Feed")
	s.ask(t, Operator, Private, "feed list", nil, "(paused)")
	s.ask(t, Operator, Private, "feed resume", args{"feed": address}, "Resumed on the common list: Good Feed")
	s.ask(t, Operator, Private, "feed test", args{"url": address}, "can be read and has 3 articles", "Three cranes")
	s.ask(t, Operator, Private, "feed test", args{"url": "https://feed.example/bad"}, "does not answer")
	s.ask(t, Operator, Private, "feed remove", args{"feed": "Good Feed"}, "Removed from the common list: Good Feed")
	s.ask(t, Operator, Private, "feed list", nil, "empty")
	s.ask(t, Operator, Private, "status", nil, "The feeds answer", "Open incidents")
	s.ask(t, Operator, Private, "feed add", args{"url": "https://me:word@feed.example/"}, "user name or a password")
	if s.lacks(Others) {
		return
	}
	s.ask(t, Admin, Group, "feed add", args{"url": address, "name": "Our Feed"}, "Added to this server's list: Our Feed", "this server only")
	s.ask(t, Admin, Group, "feed list", nil, "Our Feed")
	s.ask(t, Operator, Group, "feed list", nil, "The common list is empty")
	s.ask(t, Operator, Group, "feed list", args{"list": "server"}, "Our Feed")
	s.ask(t, Operator, Other, "feed list", args{"list": "server"}, "empty")
	s.ask(t, Admin, Group, "feed add", args{"url": address, "list": "common"}, "for whoever runs this bot")
	s.ask(t, Operator, Private, "feed list", args{"list": "server"}, "no list of feeds")
	s.ask(t, Admin, Private, "feed list", nil, "/feed list is about a server or group")
	s.ask(t, Member, Private, "feed add", args{"url": address}, "/feed add is about a server or group")
	s.ask(t, Member, Private, "status", nil, "/status is about a server or group")
}

// managed are the commands that change what many hear, or show how things are.
func managed() map[string]args {
	return map[string]args{
		"feed add":    {"url": "https://feed.example/good"},
		"feed list":   nil,
		"feed remove": {"feed": "x"},
		"feed pause":  {"feed": "x"},
		"feed resume": {"feed": "x"},
		"feed test":   {"url": "https://feed.example/good"},
		"status":      nil,
	}
}

func whoMayNotIsRefused(t *testing.T, s scene) {
	if s.lacks(Others) {
		return
	}
	for command, a := range managed() {
		s.ask(t, Member, Group, command, a, "/"+command+" is for whoever manages this server or group.")
	}
	// Who manages one server is nobody in the next.
	s.ask(t, Admin, Other, "status", nil, "is for whoever manages this server or group.")
	s.ask(t, Admin, Other, "feed list", nil, "is for whoever manages this server or group.")
}

func whoMayIsNot(t *testing.T, s scene) {
	if s.lacks(Others) {
		return
	}
	for _, who := range []Who{Admin, Operator} {
		for command, a := range managed() {
			said := s.ask(t, who, Group, command, a)
			s.notTold(t, said, "is for whoever manages", "went wrong")
		}
	}
}

func noWordOfWhatIsOthers(t *testing.T, s scene) {
	if s.lacks(Others) {
		return
	}
	none := strings.ReplaceAll("There is no incident “ID”.", "ID", secret)
	for _, in := range []Chat{Private, Group} {
		s.notTold(t, s.ask(t, Operator, in, "latest", nil, known), secret, "Crowds")
		s.notTold(t, s.ask(t, Operator, in, "country", args{"country": "IR"}, "Iran (IR)"), secret, "nrest")
		s.ask(t, Operator, in, "incident", args{"incident": secret}, none)
		s.ask(t, Operator, in, "why", args{"incident": secret}, none)
		s.ask(t, Operator, in, "subscribe", nil, "Subscribed")
		s.ask(t, Operator, in, "mute", args{"what": secret}, "is no incident, kind or country")
	}
	s.ask(t, Member, Other, "latest", nil, secret)
	s.ask(t, Member, Other, "incident", args{"incident": secret}, "Crowds in the squares")
}

func whatMakesNoSense(t *testing.T, s scene) {
	for _, c := range []struct {
		command string
		args    args
		want    []string
	}{
		{"subscribe", args{"countries": "Kazakstan"}, []string{"No country is known as", "Is Kazakhstan meant?"}},
		{"subscribe", args{"kinds": "shutdwon"}, []string{"is no kind of incident", "Is shutdown meant?"}},
		{"subscribe", args{"kinds": "price", "countries": "KZ"}, []string{"belong to no country"}},
		{"unsubscribe", args{"which": "7"}, []string{"no subscription"}},
		{"incident", args{"incident": "nothing-like-it"}, []string{"There is no incident", "/latest"}},
		{"price", args{"asset": "DOGE"}, []string{"is not watched", "BTC"}},
		{"country", args{"country": "Atlantis"}, []string{"No country is known"}},
		{"help", args{"command": "prise"}, []string{"There is no command", "Is /price meant?"}},
	} {
		s.ask(t, s.somebody, Private, c.command, c.args, c.want...)
	}
	if s.lacks(Typing) {
		return
	}
	s.ask(t, s.somebody, Private, "lates", nil, "There is no command", "Is /latest meant?")
	s.ask(t, s.somebody, Private, "feed", nil, "/feed needs one more word", "/feed add")
	s.ask(t, s.somebody, Private, "incident", nil, "/incident needs incident")
}

func buttons(t *testing.T, s scene) {
	if s.lacks(Buttons) {
		return
	}
	begun := s.ask(t, Member, Private, "start", nil)
	told(t, "Latest", s.Press(t, Member, Private, data(t, begun, "Latest")), "The latest incidents")
	told(t, "Subscribe", s.Press(t, Member, Private, data(t, begun, "Subscribe")), "Subscribed: everything, major or worse")
	shown := s.ask(t, Member, Private, "incident", args{"incident": known})
	told(t, "Mute this", s.Press(t, Member, Private, data(t, shown, "Mute this")), "Muted here: Internet shutdown in Kazakhstan")
	told(t, "Why me", s.Press(t, Member, Private, data(t, shown, "Why me")), "wants it", "It is muted")
}

func data(t *testing.T, said Said, label string) string {
	t.Helper()
	d, ok := said.Buttons[label]
	if !ok {
		t.Fatalf("no button %q under\n%s\nbut %q", label, said.Text, sorted(said.Buttons))
	}
	return d
}

// A button gives no right that its presser has not, and holds for its chat; data that nobody here made holds for
// nothing.
func buttonsOfOthersAndOfNobody(t *testing.T, s scene) {
	if s.lacks(Buttons) || s.lacks(Others) {
		return
	}
	begun := s.ask(t, Admin, Group, "start", nil)
	subscribe := data(t, begun, "Subscribe")
	said := s.Press(t, Member, Group, subscribe)
	told(t, "a member presses the admin's button", said)
	s.notTold(t, said, "Subscribed:")
	s.notTold(t, s.Press(t, Admin, Other, subscribe), "Subscribed:")
	s.notTold(t, s.Press(t, Admin, Private, subscribe), "Subscribed:")
	for n := range subscribe {
		forged := subscribe[:n] + string(subscribe[n]^1) + subscribe[n+1:]
		if said := s.Press(t, Admin, Group, forged); strings.Contains(said.Text, "Subscribed:") {
			t.Fatalf("the forged %q was taken for %q:\n%s", forged, subscribe, said.Text)
		}
	}
	s.ask(t, Admin, Group, "subscriptions", nil, "no subscription")
	told(t, "the admin's own button", s.Press(t, Admin, Group, subscribe), "Subscribed:")
}

func forgetting(t *testing.T, s scene) {
	s.ask(t, s.somebody, Private, "subscribe", nil, "Subscribed")
	asked := s.ask(t, s.somebody, Private, "forgetme", nil, "Erase all that is kept of this chat?")
	s.ask(t, s.somebody, Private, "subscriptions", nil, "1 subscription")
	if s.lacks(Buttons) {
		s.ask(t, s.somebody, Private, "forgetme", args{"sure": "yes"}, "Erased")
	} else {
		erase := data(t, asked, "Erase everything")
		if !s.lacks(Others) {
			s.notTold(t, s.Press(t, Operator, Private, erase), "Erased")
		}
		told(t, "Erase everything", s.Press(t, s.somebody, Private, erase), "Erased")
	}
	s.ask(t, s.somebody, Private, "subscriptions", nil, "no subscription")
	all, err := s.store.SubscriptionsAfter(t.Context(), "", 10)
	if err != nil || len(all) != 0 {
		t.Errorf("still there: %v, %v", all, err)
	}
	if s.lacks(Others) {
		return
	}
	s.ask(t, Admin, Group, "subscribe", nil, "Subscribed")
	s.ask(t, Admin, Group, "forgetme", args{"sure": "yes"}, "Nothing is kept of you here", "/unsubscribe all")
	s.ask(t, Admin, Group, "subscriptions", nil, "1 subscription")
}

func suggestions(t *testing.T, s scene) {
	if s.lacks(Suggestions) {
		return
	}
	suggested := func(who Who, in Chat, command, parameter, typed string, want ...string) {
		t.Helper()
		got := s.Suggest(t, who, in, command, parameter, typed)
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%s in %s typing %q for %s of /%s is offered %q, and not %q", who, in, typed, parameter, command, got, w)
			}
		}
		if len(want) == 0 && len(got) > 0 {
			t.Errorf("%s in %s typing %q for %s of /%s is offered %q", who, in, typed, parameter, command, got)
		}
	}
	suggested(Member, Group, "incident", "incident", "shut", known)
	suggested(Member, Group, "incident", "incident", "unrest")
	suggested(Member, Other, "incident", "incident", "unrest", secret)
	suggested(Member, Group, "country", "country", "kaz", "KZ")
	s.ask(t, Admin, Group, "subscribe", nil, "Subscribed")
	suggested(Member, Group, "unsubscribe", "which", "", "all")
	s.ask(t, Admin, Group, "feed add", args{"url": "https://feed.example/good", "name": "Our Feed"}, "Added")
	suggested(Admin, Group, "feed pause", "feed", "our", "Our Feed")
	suggested(Member, Group, "feed pause", "feed", "our")
	suggested(Member, Private, "unsubscribe", "which", "")
}

func refusalsAreForTheAskerAlone(t *testing.T, s scene) {
	if s.lacks(Secrets) || s.lacks(Others) {
		return
	}
	for who, command := range map[Who]string{Member: "status", Admin: "feed list", Operator: "status"} {
		if said := s.ask(t, who, Group, command, nil); !said.Hidden {
			t.Errorf("all of the group are shown what %s is told on /%s", who, command)
		}
	}
	if said := s.ask(t, Member, Group, "latest", nil); said.Hidden {
		t.Error("/latest is hidden from the group")
	}
}
