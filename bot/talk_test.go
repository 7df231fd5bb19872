package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/sqlite"
)

// readCountries takes a while under the race detector.
var readCountries = sync.OnceValues(configs.Countries)

func countries(t testing.TB) []intel.Country {
	t.Helper()
	all, err := readCountries()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// world is a conversation on a real store, with a clock of its own.
type world struct {
	*bot.Talk
	t       testing.TB
	store   *sqlite.Store
	options bot.TalkOptions
	now     time.Time
	log     bytes.Buffer
	asked   int
}

func newWorld(t testing.TB, change ...func(*bot.TalkOptions)) *world {
	t.Helper()
	kept, err := sqlite.Open(context.Background(), sqlite.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	w := &world{t: t, store: kept, now: at("2022-01-08T09:30:00Z")}
	w.options = bot.TalkOptions{
		Store: kept, Countries: countries(t), Operators: map[string][]string{"discord": {"operator"}},
		Now: func() time.Time { return w.now }, Log: slog.New(slog.NewTextHandler(&w.log, nil)), Requests: 1 << 20,
	}
	for _, c := range change {
		c(&w.options)
	}
	w.restart()
	return w
}

// restart begins anew on the same store, as after a crash.
func (w *world) restart() { w.Talk = bot.NewTalk(w.options) }

// somebody is where and by whom something is asked.
type somebody struct {
	name, server, chat, thread string
	admin                      bool
	trouble                    error // of asking the platform who manages the server
}

func member() somebody { return somebody{name: "member", server: "a", chat: "a1"} }
func admin() somebody  { return somebody{name: "admin", server: "a", chat: "a1", admin: true} }
func alone() somebody  { return somebody{name: "alone", chat: "dm"} }
func operator() somebody {
	return somebody{name: "operator", server: "a", chat: "a1"}
}

func (s somebody) request(id, command string, a args, now time.Time) bot.Request {
	r := bot.Request{
		ID: id, At: now, Command: command, Args: a,
		Where: intel.Destination{Platform: "discord", Chat: s.chat, Thread: s.thread},
		From:  bot.Person{ID: s.name, Admin: func(context.Context) (bool, error) { return s.admin, s.trouble }},
	}
	if s.server != "" {
		r.Server = intel.Audience("discord/" + s.server)
	}
	return r
}

// ask types a line as somebody and returns all that is said.
func (w *world) ask(s somebody, line string) string {
	w.t.Helper()
	return dump(w.answer(s, line).Message)
}

func (w *world) answer(s somebody, line string) bot.Answer {
	w.t.Helper()
	typed, ok := bot.Parse(w.Commands(), "", line)
	if !ok {
		w.t.Fatalf("%q is no command", line)
	}
	w.asked++
	return w.Answer(context.Background(), s.request(fmt.Sprint("line ", w.asked), typed.Command, typed.Args, w.now))
}

// says expects parts of the answer.
func (w *world) says(s somebody, line string, want ...string) {
	w.t.Helper()
	said := w.ask(s, line)
	for _, part := range want {
		if !strings.Contains(said, part) {
			w.t.Errorf("%s: %s\nis not told %q but\n%s", s.name, line, part, said)
		}
	}
}

func (w *world) subscriptions() []intel.Subscription {
	w.t.Helper()
	all, err := w.store.SubscriptionsAfter(context.Background(), "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// due sends what is to be sent, one after the other.
func (w *world) due() []intel.Announcement {
	w.t.Helper()
	var all []intel.Announcement
	for {
		some, err := w.store.ClaimAnnouncements(context.Background(), w.now, w.now.Add(time.Second), 1)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(some) == 0 {
			return all
		}
		if err := w.store.AnnouncementTold(context.Background(), some[0]); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, some...)
	}
}

func (w *world) keep(incidents ...intel.Incident) {
	w.t.Helper()
	w.asked++
	step := store.Step{Token: fmt.Sprint("keep ", w.asked), Time: w.now}
	for _, i := range incidents {
		i.Revision = 1
		step.Changes = append(step.Changes, intel.Change{Incident: i, Notice: &intel.Notice{
			Incident: i.ID, Revision: 1, Change: intel.Opened, Time: i.Opened, Reason: "two outlets tell it: " + i.Title,
		}})
	}
	if err := w.store.Commit(context.Background(), step); err != nil {
		w.t.Fatal(err)
	}
}

func TestTableFitsEveryMenu(t *testing.T) {
	all := 0
	for _, c := range table(t) {
		all += len(c.Name) + len(c.Summary)
		if len(c.Summary) > 100 || c.Run == nil || strings.Count(c.Name, " ") > 1 || c.Name != strings.ToLower(c.Name) {
			t.Errorf("%+v", c)
		}
		required := true
		for _, p := range c.Parameters {
			all += len(p.Name) + len(p.Summary)
			if len(p.Summary) > 100 || len(p.Choices) > 25 || strings.ContainsAny(p.Name, " -_") {
				t.Errorf("/%s: %+v", c.Name, p)
			}
			if p.Required && !required {
				t.Errorf("/%s: %s is required and comes after one that is not", c.Name, p.Name)
			}
			required = p.Required
		}
	}
	if all > 4000 { // Discord takes 8000 characters a command
		t.Errorf("the table has %d characters", all)
	}
}

// Who may is asked on every path. A menu that shows a command to somebody proves nothing.
func TestWhoMayIsAskedOnEveryPath(t *testing.T) {
	w := newWorld(t)
	managed := 0
	for _, c := range w.Commands() {
		if c.Who == bot.Anyone {
			continue
		}
		managed++
		for name, s := range map[string]struct {
			somebody
			want string
		}{
			"a member":       {member(), "is for whoever manages this server or group."},
			"nobody":         {somebody{server: "a", chat: "a1"}, "is for whoever manages"},
			"in the dark":    {somebody{name: "x", server: "a", chat: "a1", trouble: errors.New("503")}, "cannot be told just now"},
			"another's name": {somebody{name: "operator ", server: "a", chat: "a1"}, "is for whoever manages"},
		} {
			r := s.request("", c.Name, nil, w.now)
			if a := w.Answer(t.Context(), r); !strings.Contains(a.Message.Headline, s.want) || !a.Private {
				t.Errorf("/%s by %s: %+v", c.Name, name, a)
			}
			for _, p := range c.Parameters {
				if got := w.Suggest(t.Context(), r, p.Name, ""); got != nil {
					t.Errorf("/%s suggests to %s %v", c.Name, name, got)
				}
			}
		}
		// Operators of one platform are nobody on another, where somebody else may have the same number.
		r := operator().request("", c.Name, nil, w.now)
		r.Where.Platform = "telegram"
		if a := w.Answer(t.Context(), r); !strings.Contains(a.Message.Headline, "is for whoever manages") {
			t.Errorf("/%s by a namesake: %+v", c.Name, a)
		}
	}
	if managed < 7 {
		t.Errorf("only %d commands are managed", managed)
	}
}

func TestRequestsAreLimited(t *testing.T) {
	w := newWorld(t, func(o *bot.TalkOptions) { o.Requests = 0 })
	for range 20 {
		w.says(member(), "/help", "What you can ask")
	}
	w.says(member(), "/help", "That was more than 20 requests in a minute.", "Ask again in 3 seconds.")
	w.says(admin(), "/help", "What you can ask")
	w.now = w.now.Add(2 * time.Second)
	w.says(member(), "/help", "Ask again in 1 second.")
	w.now = w.now.Add(time.Second)
	w.says(member(), "/help", "What you can ask")
	w.says(member(), "/help", "That was more")
	if got := w.Suggest(t.Context(), member().request("", "help", nil, w.now), "command", "l"); len(got) == 0 {
		t.Error("who asked too much is suggested nothing either")
	}
	w.now = w.now.Add(-time.Hour) // a clock that is set back keeps nobody waiting for an hour
	for range 20 {
		w.says(member(), "/help", "What you can ask")
	}
	w.says(member(), "/help", "That was more")
}

// feedTest does what it is told.
type feedTest func(ctx context.Context, url string) (bot.FeedReport, error)

func (f feedTest) TestFeed(ctx context.Context, url string) (bot.FeedReport, error) {
	return f(ctx, url)
}

func TestDeliveredTwiceIsDoneOnce(t *testing.T) {
	var fetched atomic.Int32
	begun, goOn := make(chan struct{}, 2), make(chan struct{})
	w := newWorld(t, func(o *bot.TalkOptions) {
		o.FeedTest = feedTest(func(context.Context, string) (bot.FeedReport, error) {
			begun <- struct{}{}
			<-goOn
			return bot.FeedReport{Articles: int(fetched.Add(1))}, nil
		})
	})
	r := admin().request("7", "feed test", args{"url": "https://a.example/"}, w.now)
	var said [3]string
	var both sync.WaitGroup
	for n := range 2 {
		both.Go(func() { said[n] = dump(w.Answer(t.Context(), r).Message) })
	}
	<-begun
	close(goOn)
	both.Wait()
	said[2] = dump(w.Answer(t.Context(), r).Message)
	if fetched.Load() != 1 || said[0] != said[1] || said[1] != said[2] || !strings.Contains(said[0], "has 1 article") {
		t.Errorf("it was done %d times: %q", fetched.Load(), said)
	}
	r.From.ID = "operator" // the same number, of somebody else
	if got := dump(w.Answer(t.Context(), r).Message); !strings.Contains(got, "has 2 articles") {
		t.Errorf("another person is told %q", got)
	}
}

// A fault of ours is not what a repeat is told: it may be over.
func TestFaultsAreNotRemembered(t *testing.T) {
	faults := []error{errors.New("no route to 10.0.0.1"), &bot.Refusal{Sentence: "Gone.", Mend: "Look."}}
	w := newWorld(t, func(o *bot.TalkOptions) {
		o.FeedTest = feedTest(func(context.Context, string) (bot.FeedReport, error) {
			err := faults[0]
			faults = faults[1:]
			return bot.FeedReport{}, err
		})
	})
	r := admin().request("7", "feed test", args{"url": "https://a.example/"}, w.now)
	first, second, third := w.Answer(t.Context(), r), w.Answer(t.Context(), r), w.Answer(t.Context(), r)
	if got := dump(first.Message); !strings.Contains(got, "Something went wrong here") || strings.Contains(got, "10.0.0.1") {
		t.Errorf("a fault is told as %q", got)
	}
	if second.Message.Headline != "Gone." || third.Message.Headline != "Gone." {
		t.Errorf("then %v, %v", second, third)
	}
	if !strings.Contains(w.log.String(), "no route to 10.0.0.1") {
		t.Errorf("the log says %q", w.log.String())
	}
}

func TestPanicsAreAnswered(t *testing.T) {
	w := newWorld(t, func(o *bot.TalkOptions) {
		o.Health = func(context.Context) ([]string, error) { panic("a bad day") }
	})
	w.says(operator(), "/status", "Something went wrong here")
	if log := w.log.String(); !strings.Contains(log, "a bad day") || !strings.Contains(log, "command=status") {
		t.Errorf("the log says %q", log)
	}
	w.says(operator(), "/help", "What you can ask")
}

func TestCommandsHaveADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *bot.TalkOptions) {
			o.Health = func(ctx context.Context) ([]string, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		})
		begun := time.Now()
		w.says(operator(), "/status", "That took too long.", "Ask again in a minute.")
		if took := time.Since(begun); took != 20*time.Second {
			t.Errorf("it took %s", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		a := w.Answer(ctx, operator().request("", "status", nil, w.now))
		if a.Message.Headline != "That took too long." {
			t.Errorf("after the end it says %v", a)
		}
	})
}

func TestHugeAndOddArguments(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		command string
		args    args
		want    string
	}{
		{"price", args{"asset": strings.Repeat("x", 3000)}, "too long"},
		{"price", args{"asset": "\x1b[31m\u202ebtc"}, "No price is known"},
		{"price", args{"nosuch": "x"}, "/price does not understand “nosuch x”."},
		{"help", args{"command": strings.Repeat("ж", 900)}, "There is no command"},
		{"country", args{"country": "  "}, "/country needs country"},
		{"latest", args{"least": "huge"}, "“huge” is no value of least."},
		{"no\x00such\x1b[2J", nil, "There is no command “/nosuch”."},
	} {
		a := w.Answer(t.Context(), alone().request("", c.command, c.args, w.now))
		if got := a.Message.Headline; !strings.Contains(got, c.want) || len([]rune(got)) > 250 {
			t.Errorf("/%s %.40v is told %q", c.command, c.args, got)
		}
	}
}

// What is not there is said to be missing; nothing breaks for it.
func TestBareTalk(t *testing.T) {
	w := newWorld(t, func(o *bot.TalkOptions) { *o = bot.TalkOptions{Store: o.Store, Operators: o.Operators, Now: o.Now} })
	w.says(operator(), "/feed test https://a.example/", "Feeds cannot be tested here")
	w.says(operator(), "/status", "not known to this process")
	w.says(operator(), "/country KZ", "No country is known as “KZ”.")
	w.says(operator(), "/subscribe", "Subscribed")
}

// Who waited for somebody else's fault does it anew.
func TestWhoWaitedForAFaultDoesItAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetched, goOn := 0, make(chan struct{})
		w := newWorld(t, func(o *bot.TalkOptions) {
			o.FeedTest = feedTest(func(context.Context, string) (bot.FeedReport, error) {
				if fetched++; fetched == 1 {
					<-goOn
					return bot.FeedReport{}, errors.New("reset by peer")
				}
				return bot.FeedReport{Articles: 4}, nil
			})
		})
		r := admin().request("7", "feed test", args{"url": "https://a.example/"}, w.now)
		said := make(chan string, 2)
		for range 2 {
			go func() { said <- dump(w.Answer(t.Context(), r).Message) }()
			synctest.Wait()
		}
		close(goOn)
		both := <-said + <-said
		if !strings.Contains(both, "Something went wrong") || !strings.Contains(both, "has 4 articles") || fetched != 2 {
			t.Errorf("fetched %d times:\n%s", fetched, both)
		}
	})
}

// What is remembered is bounded: an old request that comes again is done again.
func TestMemoryOfRequestsIsBounded(t *testing.T) {
	asked := 0
	w := newWorld(t, func(o *bot.TalkOptions) {
		o.Health = func(context.Context) ([]string, error) { asked++; return []string{fmt.Sprint(asked)}, nil }
	})
	old := operator().request("old", "status", nil, w.now)
	w.Answer(t.Context(), old)
	for n := range 511 {
		w.Answer(t.Context(), member().request(fmt.Sprint(n), "privacy", nil, w.now))
	}
	if w.Answer(t.Context(), old); asked != 1 {
		t.Errorf("done %d times while it is remembered", asked)
	}
	w.Answer(t.Context(), member().request("one more", "privacy", nil, w.now))
	if w.Answer(t.Context(), old); asked != 2 {
		t.Errorf("done %d times when it is forgotten", asked)
	}
}
