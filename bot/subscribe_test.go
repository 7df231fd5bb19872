package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
)

func TestSubscribe(t *testing.T) {
	for line, want := range map[string]intel.Filter{
		"/subscribe":      {Least: intel.Major},
		"/subscribe info": {Least: intel.Info},
		"/subscribe kz":   {Least: intel.Minor, Countries: []string{"KZ"}},
		"/subscribe power shutdown in RU,Iran,kz Iran":            {Least: intel.Minor, Kinds: []intel.Kind{intel.Shutdown, intel.Power}, Countries: []string{"IR", "KZ", "RU"}},
		"/subscribe words=\"Curfew, mining ban,curfew\" critical": {Least: intel.Critical, Words: []string{"curfew", "mining ban"}},
		"/subscribe 断网": {Least: intel.Minor, Words: []string{"断网"}},
		"/subscribe kinds=\"shutdowns power unrest conflict sanctions mining hashrate price regulation exchange disaster\" minor": {Least: intel.Minor},
	} {
		w := newWorld(t)
		w.says(alone(), line, "Subscribed: ")
		all := w.subscriptions()
		if len(all) != 1 || fmt.Sprintf("%+v", all[0].Filter) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s is kept as %+v, want %+v", line, all, want)
		}
	}
}

func TestSubscribeRefuses(t *testing.T) {
	w := newWorld(t)
	for line, want := range map[string]string{
		"/subscribe hashrate in Iran":                                      "so they belong to no country.",
		"/subscribe ab":                                                    "“ab” is too short",
		"/subscribe words=" + strings.Repeat("x", 61):                      "too long to stand in a title",
		"/subscribe words=\"aaa,bbb,ccc,ddd,eee,fff,ggg,hhh,iii,jjj,kkk\"": "These are 11 words; a subscription takes 10.",
		"/subscribe countries=\"KZ, Atlantis\"":                            "No country is known as “Atlantis”.",
		"/subscribe kinds=earthquake":                                      "“earthquake” is no kind of incident.",
	} {
		w.says(alone(), line, want)
	}
	if all := w.subscriptions(); len(all) > 0 {
		t.Errorf("kept all the same: %+v", all)
	}
}

// The same wish in the same chat is one subscription, in whatever words and however often it is delivered, also to
// a process that knows nothing of the first time. Each subscription is proved by one test card a minute.
func TestSubscribeTwice(t *testing.T) {
	w, woken := newWorld(t), 0
	w.options.Wake = func() { woken++ }
	w.restart()
	w.says(admin(), "/subscribe power, shutdown in kz", "Subscribed: internet shutdowns and power cuts in Kazakhstan", "A test card is on its way")
	first := w.subscriptions()
	w.restart()
	w.asked = 0 // the same request ID
	w.says(admin(), "/subscribe power, shutdown in kz", "Subscribed already")
	w.says(admin(), "/subscribe Kazakhstan shutdowns power minor", "Subscribed already")
	if again := w.subscriptions(); fmt.Sprint(again) != fmt.Sprint(first) || len(first) != 1 {
		t.Errorf("%+v became %+v", first, again)
	}
	if first[0].Server != "discord/a" || first[0].Destination != (intel.Destination{Platform: "discord", Chat: "a1"}) {
		t.Errorf("kept as %+v", first[0])
	}
	cards := w.due()
	if len(cards) != 1 || cards[0].Destination != first[0].Destination || woken == 0 {
		t.Fatalf("to be sent: %+v, woken %d times", cards, woken)
	}
	if m := dump(bot.Announcement(cards[0])); !strings.Contains(m, "Test card") || !strings.Contains(m, "internet shutdowns and power cuts in Kazakhstan") {
		t.Errorf("the test card says %s", m)
	}
	w.now = w.now.Add(time.Minute)
	w.says(admin(), "/subscribe power, shutdown in kz", "already")
	if cards := w.due(); len(cards) != 1 {
		t.Errorf("a minute later %d are to be sent", len(cards))
	}
	other := admin()
	other.thread = "t"
	w.says(other, "/subscribe power, shutdown in kz", "Subscribed: ")
	if n := len(w.subscriptions()); n != 2 {
		t.Errorf("a thread of its own makes %d", n)
	}
	w.says(admin(), "/subscriptions", "2 subscriptions", "in another thread of this chat")
}

func TestSubscriptionsAreLimited(t *testing.T) {
	w := newWorld(t)
	for n := range 25 {
		s := admin()
		s.thread = fmt.Sprint(n % 3) // threads share their chat's limit
		w.says(s, fmt.Sprintf("/subscribe words=word%d", n), "Subscribed: ")
	}
	w.says(admin(), "/subscribe words=word25", "This chat has 25 subscriptions, and more are not kept.")
	w.says(alone(), "/subscribe words=word25", "Subscribed")
	again := admin()
	again.thread = "0"
	w.says(again, "/subscribe words=word0", "Subscribed already")
	w.says(admin(), "/unsubscribe all", "Ended 25 subscriptions")
	w.says(admin(), "/subscribe words=word25", "Subscribed: ")
	w.says(alone(), "/subscriptions", "1 subscription")
}

// A number names the same subscription for good: a request that is delivered once more, or late, ends no other one.
func TestUnsubscribe(t *testing.T) {
	w := newWorld(t)
	for _, wish := range []string{"kz", "ir", "ru"} {
		w.says(admin(), "/subscribe "+wish, "Subscribed")
	}
	number := numberOf(t, w.ask(admin(), "/subscriptions"), "Iran")
	r := admin().request("77", "unsubscribe", args{"which": "#" + number}, w.now)
	if got := dump(w.Answer(t.Context(), r).Message); !strings.Contains(got, "Ended: everything in Iran") || !strings.Contains(got, "2 subscriptions of this chat go on.") {
		t.Errorf("told %q", got)
	}
	w.restart()
	if got := dump(w.Answer(t.Context(), r).Message); !strings.Contains(got, "or none any more") {
		t.Errorf("once more: %q", got)
	}
	if n := len(w.subscriptions()); n != 2 {
		t.Errorf("%d are left", n)
	}
	// Another chat's numbers and ids mean nothing here.
	w.says(alone(), "/subscribe ir", "Subscribed")
	mine := w.subscriptions()
	stranger := somebody{name: "x", chat: "dm2"}
	for _, s := range mine {
		w.says(stranger, "/unsubscribe "+s.ID, "This chat has no subscription any more.")
	}
	w.says(stranger, "/unsubscribe all", "no subscription any more")
	if n := len(w.subscriptions()); n != 3 {
		t.Errorf("%d are left", n)
	}
	id := mine[slices.IndexFunc(mine, func(s intel.Subscription) bool { return s.Destination.Chat == "dm" })].ID
	w.says(alone(), "/unsubscribe "+id, "Ended: everything in Iran", "This chat has none left.")
}

// numberOf is the number on the line that holds the word.
func numberOf(t *testing.T, list, word string) string {
	t.Helper()
	for line := range strings.Lines(list) {
		if number, rest, ok := strings.Cut(line, ": "); ok && strings.Contains(rest, word) {
			return number
		}
	}
	t.Fatalf("no %q in\n%s", word, list)
	return ""
}

func TestHowOften(t *testing.T) {
	w := newWorld(t)
	old := incident("shutdown-kz-1", intel.Everyone)
	old.Opened = w.now.Add(-31 * 24 * time.Hour)
	theirs := incident("shutdown-kz-2", "discord/b")
	ours := incident("shutdown-kz-3", "discord/a")
	w.keep(old, theirs, ours, incident("shutdown-kz-4", intel.Everyone))
	w.says(admin(), "/subscribe kz", "Last 30 days: 2 incidents would have matched")
	w.says(alone(), "/subscribe kz", "Last 30 days: 1 incident would have matched")
	w.says(alone(), "/subscribe ir", "Last 30 days: no incident that is kept would have matched")
}

// incident is one of that audience in Kazakhstan.
func incident(id string, of intel.Audience) intel.Incident {
	opened := at("2022-01-08T08:00:00Z")
	return intel.Incident{
		ID: id, Audience: of, Kind: intel.Shutdown, Phase: intel.Ongoing, Places: []string{"KZ"}, Scope: intel.ScopeNational,
		Severity: intel.Critical, Evidence: intel.Corroborated, Title: "Title of " + id,
		Since: opened, Opened: opened, Updated: opened,
	}
}

func TestMute(t *testing.T) {
	w := newWorld(t)
	w.keep(incident("shutdown-kz-1", intel.Everyone))
	w.says(admin(), "/mute KZ", "Nothing is subscribed to here")
	w.says(admin(), "/subscribe kz", "Subscribed")
	w.says(admin(), "/subscribe ru", "Subscribed")
	w.says(admin(), "/mute", "Nothing is muted here")
	w.says(admin(), "/mute Kazakhstan for 2 days", "Muted here: Kazakhstan", "Until 10 January 2022, 09:30 UTC")
	w.says(admin(), "/mute shutdown-kz-1", "Muted here: Internet shutdown in Kazakhstan", "Until it is unmuted")
	w.says(admin(), "/mute prices", "Muted here: price moves", "Until 9 January 2022, 09:30 UTC")
	w.says(admin(), "/mute price 1w", "Until 15 January 2022, 09:30 UTC") // the same one, for longer
	for _, s := range w.subscriptions() {
		if len(s.Mutes) != 3 {
			t.Errorf("%s has muted %+v", s.ID, s.Mutes)
		}
		i := incident("shutdown-kz-1", intel.Everyone)
		if !s.MutesAt(&i, w.now) {
			t.Error("it is not muted")
		}
	}
	w.says(admin(), "/why shutdown-kz-1", "wants it", "It is muted for this")
	w.says(admin(), "/subscribe ir", "Subscribed", "Muted: 3 things") // a mute holds for the place
	thread := admin()
	thread.thread = "t"
	w.says(thread, "/subscribe ir", "Subscribed")
	w.says(thread, "/mute", "Nothing is muted here")
	w.says(admin(), "/unmute kz", "Unmuted: Kazakhstan")
	w.says(admin(), "/unmute kz", "“kz” is not muted here.")
	w.says(admin(), "/mute", "2 things", "price moves, until 15 January 2022", "incident shutdown-kz-1, until it is unmuted")
	w.now = at("2022-01-15T09:30:00Z") // what has ended is gone
	w.says(admin(), "/mute", "1 thing", "shutdown-kz-1")
	w.says(admin(), "/mute off", "Unmuted: incident shutdown-kz-1")
	w.says(admin(), "/mute off", "Nothing is muted here")
	for line, want := range map[string]string{
		"/mute nothing-like-it":         "“nothing-like-it” is no incident, kind or country",
		"/mute unrest for 3 fortnights": "“3 fortnights” is no length of time",
		"/mute unrest for=0h":           "“0h” is no length of time",
		"/mute unrest for=9000d":        "“9000d” is no length of time",
	} {
		w.says(admin(), line, want)
	}
}

func TestMutesAreLimited(t *testing.T) {
	w := newWorld(t)
	w.says(admin(), "/subscribe", "Subscribed")
	for n, c := range countries(t)[:26] {
		want := "Muted here"
		if n == 25 {
			want = "This chat has muted 25 things, and more are not kept."
		}
		w.says(admin(), "/mute "+c.Code, want)
	}
}

func TestClosedOpenedMoved(t *testing.T) {
	w := newWorld(t)
	group := somebody{name: "admin", server: "g1", chat: "g1", admin: true}
	w.says(group, "/subscribe kz", "Subscribed")
	w.says(group, "/subscribe ir", "Subscribed")
	w.says(group, "/mute unrest for ever", "Muted")
	w.says(group, "/feed add https://a.example/ Ours", "Added to this server's list")
	for range 2 {
		if err := w.Closed(t.Context(), "discord", "g1", "the bot was removed from the group"); err != nil {
			t.Fatal(err)
		}
	}
	w.says(group, "/subscriptions", "paused: the bot was removed from the group")
	if err := w.Closed(t.Context(), "telegram", "g1", "x"); err != nil || w.subscriptions()[0].Paused == "x" {
		t.Errorf("%v, %+v", err, w.subscriptions())
	}
	w.says(group, "/subscribe ir", "Subscribed already", "It was paused (the bot was removed from the group) and goes on now.")
	before := len(w.due())
	w.now = w.now.Add(time.Hour)
	for range 2 { // what is delivered twice is announced once
		if err := w.Opened(t.Context(), "discord", "g1"); err != nil {
			t.Fatal(err)
		}
	}
	var back []string
	for _, a := range w.due() {
		if strings.HasPrefix(a.Key, "back/") {
			back = append(back, dump(bot.Announcement(a)))
		}
	}
	if len(back) != 1 || before == 0 || !strings.Contains(back[0], "Faultline can write here again") {
		t.Errorf("announced %q", back)
	}
	for range 2 {
		if err := w.Moved(t.Context(), "discord", "g1", "g2"); err != nil {
			t.Fatal(err)
		}
	}
	moved := somebody{name: "admin", server: "g2", chat: "g2", admin: true}
	w.says(moved, "/subscribe kz", "Subscribed already")
	w.says(moved, "/mute", "unrest")
	w.says(moved, "/feed list", "Ours")
	for _, s := range w.subscriptions() {
		if s.Server != "discord/g2" || s.Destination.Chat != "g2" || s.Paused != "" {
			t.Errorf("kept as %+v", s)
		}
	}
	w.says(group, "/feed list", "is empty")
	w.says(group, "/subscriptions", "no subscription")
	if err := w.Moved(t.Context(), "discord", "g2", "g2"); err != nil {
		t.Fatal(err)
	}
	w.says(moved, "/subscriptions", "2 subscriptions")
}

// A request that is answered late, or once more by a process that was started meanwhile, is reckoned from when it was
// made: its mute ends no later and its test card is the same.
func TestAnsweredLate(t *testing.T) {
	w := newWorld(t)
	subscribe := admin().request("1", "subscribe", nil, w.now)
	mute := admin().request("2", "mute", args{"what": "unrest", "for": "24h"}, w.now)
	for range 2 {
		w.Answer(t.Context(), subscribe)
		w.Answer(t.Context(), mute)
		w.now = w.now.Add(10 * time.Hour)
		w.restart()
	}
	if cards := w.due(); len(cards) != 1 {
		t.Errorf("%d test cards are to be sent", len(cards))
	}
	if until := w.subscriptions()[0].Mutes[0].Until; !until.Equal(mute.At.Add(24 * time.Hour)) {
		t.Errorf("it is muted until %s", until)
	}
}
