package bot_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// Audiences never mix. Whoever asks, whatever they ask and however they spell it, hears no word of what belongs to
// another server: not its incidents, nor its feeds, nor its subscriptions, nor that there are any. What they are told
// of an id of another server is what they are told of one that nothing has.
func TestX22NoWordOfAnotherServer(t *testing.T) {
	w := newWorld(t, func(o *bot.TalkOptions) { o.FeedTest = feedTest(nil) })
	theirs := []string{"unrest-kz-0aaaaaaaaa", "shutdown-kz-0bbbbbbbbb", "price-btc-0ccccccccc"}
	w.keep(incident("shutdown-kz-0000000001", intel.Everyone), incident("power-kz-0000000002", "discord/a"))
	for n, id := range theirs {
		i := incident(id, "discord/b")
		i.Title, i.Kind = "Marker title", []intel.Kind{intel.Unrest, intel.Shutdown, intel.Price}[n]
		i.Sources = []intel.Source{{Name: "Marker source", URL: "https://marker.example/"}}
		if n == 0 {
			i.Closed, i.ClosedAt = intel.ClosedEnded, w.now
		}
		w.keep(i)
	}
	linked := incident("shutdown-kz-0000000003", intel.Everyone)
	linked.Links = []intel.Link{{ID: theirs[0], How: intel.Related}, {ID: theirs[1], How: intel.PossibleCause}}
	w.keep(linked)
	owner := somebody{name: "owner", server: "b", chat: "b1", admin: true}
	w.says(owner, "/subscribe words=marker", "Subscribed")
	w.says(owner, "/mute "+theirs[1], "Muted")
	w.says(owner, "/feed add https://marker.example/feed Marker Feed", "Added")
	w.says(owner, "/latest", theirs[0], theirs[1], theirs[2])
	subscription := w.subscriptions()[0].ID
	number := numberOf(t, w.ask(owner, "/subscriptions"), "marker")
	w.says(admin(), "/subscribe minor", "Subscribed")
	w.says(alone(), "/subscribe minor", "Subscribed")

	words := append([]string{
		"marker", "Marker Feed", "https://marker.example/feed", subscription, "KZ", "shutdown", "unrest", "all", "off", "yes", "BTC",
		"server", "24h", "2", "shutdown-kz-0000000003", "discord/b", "minor", "price",
	}, theirs...)
	commands := w.Commands()
	people := []somebody{member(), admin(), alone(), operator()}
	value := rapid.OneOf(rapid.SampledFrom(theirs), rapid.SampledFrom(words))
	harmless := rapid.SampledFrom([]string{"KZ", "minor", "curfew", "price", "https://a.example/"})
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(people).Draw(t, "who")
		for _, c := range commands {
			if c.Name == "feed test" {
				continue // it reads what the asker names
			}
			typed, values := args{}, value
			if c.Name == "subscribe" || c.Name == "feed add" {
				values = harmless // what is typed there is kept, and given back by other commands
			}
			for _, p := range c.Parameters {
				if p.Required || rapid.Bool().Draw(t, "with "+p.Name) {
					typed[p.Name] = values.Draw(t, p.Name)
				}
			}
			ask := func(a args) string {
				return blank(dump(w.Answer(t.Context(), s.request("", c.Name, a, w.now)).Message), a)
			}
			said := ask(typed)
			for _, p := range c.Parameters {
				r := s.request("", c.Name, nil, w.now)
				for _, choice := range w.Suggest(t.Context(), r, p.Name, value.Draw(t, "typed")) {
					said += "\n" + choice.Name + " " + choice.Value
				}
			}
			for _, never := range append([]string{"arker", subscription, number}, theirs...) {
				if strings.Contains(said, never) {
					t.Fatalf("%s asks /%s %v and is told %q in\n%s", s.name, c.Name, typed, never, said)
				}
			}
			if none := nothings(typed, theirs); none != nil {
				if x, y := ask(typed), ask(none); x != y {
					t.Fatalf("%s asks /%s %v and is told\n%s\nand of %v\n%s", s.name, c.Name, typed, x, none, y)
				}
			}
		}
	})
	w.says(owner, "/latest", theirs[0], theirs[1], theirs[2]) // and nobody took anything away from them
	w.says(owner, "/subscriptions", "1 subscription")
	w.says(owner, "/feed list", "Marker Feed")
}

// blank takes what was typed out of what was said: it is given back, and proves nothing.
func blank(said string, typed args) string {
	values := slices.SortedFunc(maps.Values(typed), func(a, b string) int { return len(b) - len(a) })
	for _, value := range values {
		said = strings.ReplaceAll(strings.ReplaceAll(said, value, ""), strings.ToLower(value), "")
	}
	return said
}

// nothings are the arguments with ids that nothing has in the place of the given ones; nil where there are none.
func nothings(typed args, ids []string) args {
	other, changed := args{}, false
	for name, value := range typed {
		other[name] = value
		if slices.Contains(ids, value) {
			other[name], changed = value[:len(value)-1]+"z", true
		}
	}
	if !changed {
		return nil
	}
	return other
}

// Nothing is written down of who asks: not in the store, not in the log, whatever fails.
func TestNothingIsKeptOfAPerson(t *testing.T) {
	const mark = "person-4815162342"
	w := newWorld(t, func(o *bot.TalkOptions) {
		o.FeedTest = feedTest(nil) // panics
		o.Operators["discord"] = append(o.Operators["discord"], mark)
	})
	w.keep(incident("shutdown-kz-0000000001", intel.Everyone))
	for _, s := range []somebody{
		{name: mark, server: "a", chat: "a1", admin: true},
		{name: mark, chat: "dm"},
		{name: mark, server: "a", chat: "a1", trouble: fmt.Errorf("getChatMember")},
	} {
		for _, line := range []string{
			"/subscribe kz", "/mute unrest", "/why shutdown-kz-0000000001", "/subscriptions", "/unmute", "/feed add https://a.example/ Ours",
			"/feed test https://a.example/", "/feed pause ours", "/feed resume ours", "/feed remove ours", "/status", "/forgetme", "/help", "/nosuch",
		} {
			w.ask(s, line)
		}
	}
	var kept bytes.Buffer
	out, err := store.NewRecordWriter(&kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Export(t.Context(), out.Write); err != nil {
		t.Fatal(err)
	}
	if text := kept.String(); strings.Contains(text, mark) || !strings.Contains(text, "sub-") || !strings.Contains(text, "a.example") {
		t.Errorf("kept is\n%s", text)
	}
	if text := w.log.String(); strings.Contains(text, mark) || !strings.Contains(text, "panicked") {
		t.Errorf("the log says\n%s", text)
	}
}

func TestForgetMe(t *testing.T) {
	w := newWorld(t)
	w.says(alone(), "/subscribe kz", "Subscribed")
	w.says(admin(), "/subscribe kz", "Subscribed")
	a := w.answer(alone(), "/forgetme")
	if len(a.Message.Buttons) != 1 || !a.Message.Buttons[0].Own || a.Message.Buttons[0].Good <= 0 || !a.Private {
		t.Fatalf("asked with %+v", a)
	}
	w.says(alone(), "/subscriptions", "1 subscription")
	r := alone().request("press", a.Message.Buttons[0].Command, args{"sure": a.Message.Buttons[0].Argument}, w.now)
	if got := w.Answer(t.Context(), r); !strings.Contains(got.Message.Headline, "Erased") {
		t.Fatalf("told %+v", got)
	}
	var kept bytes.Buffer
	out, err := store.NewRecordWriter(&kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Export(t.Context(), out.Write); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(kept.String(), `"dm"`) || strings.Contains(kept.String(), "/dm") {
		t.Errorf("the chat is still named in\n%s", kept.String())
	}
	w.says(alone(), "/forgetme yes", "Erased") // once more comes to the same
	w.says(admin(), "/forgetme yes", "Nothing is kept of you here", "/unsubscribe all")
	w.says(admin(), "/subscriptions", "1 subscription")
}
