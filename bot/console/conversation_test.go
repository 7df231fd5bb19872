package console_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/bottest"
	"github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/intel"
)

func TestConversation(t *testing.T) {
	bottest.Conversation(t, func(t *testing.T) bottest.Speaker {
		typed, keyboard := io.Pipe()
		t.Cleanup(func() { keyboard.Close() })
		screen := &screen{shown: make(chan string, 1)}
		return bottest.Speaker{
			Listener: console.New(console.Options{Out: screen, In: typed}),
			Person:   func(bottest.Who) string { return console.Person },
			Say: func(t *testing.T, _ bottest.Who, _ bottest.Chat, command string, args map[string]string) bottest.Said {
				if _, err := io.WriteString(keyboard, bottest.Line(command, args)+"\n"); err != nil {
					t.Fatal(err)
				}
				return bottest.Said{Text: <-screen.shown}
			},
			Lacks: []bottest.Feature{bottest.Others, bottest.Buttons, bottest.Suggestions, bottest.Secrets},
		}
	})
}

// screen hands on each message that is printed.
type screen struct{ shown chan string }

func (s *screen) Write(p []byte) (int, error) {
	s.shown <- string(p)
	return len(p), nil
}

// parrot answers with what it was asked.
type parrot struct {
	bot.Conversation
	mu    sync.Mutex
	asked []bot.Request
}

func (p *parrot) Commands() []bot.Command {
	return []bot.Command{{Name: "feed add", Parameters: []bot.Parameter{{Name: "url"}}}}
}

func (p *parrot) Answer(_ context.Context, r bot.Request) bot.Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r)
	return bot.Answer{Message: bot.Message{Headline: r.Command + " " + r.Args["url"]}}
}

func TestLinesAreRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, talk := &output{}, &parrot{}
		in := "feed add https://a.example\n\n  \n/latest\n???\n" + strings.Repeat("x", 1<<17) + "\nhelp"
		c := console.New(console.Options{Out: out, In: strings.NewReader(in), Chat: "here"})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- c.Run(ctx, talk) }()
		synctest.Wait() // at the end of what is typed it still runs
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
		want := "> feed add https://a.example\n\n> latest\n\n> ???\n\n> help\n\n"
		if out.String() != want {
			t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
		}
		ids := make(map[string]bool)
		for _, r := range talk.asked {
			ids[r.ID] = true
			if r.Where != (intel.Destination{Platform: console.Name, Chat: "here"}) || !r.Private() || r.From.ID != console.Person {
				t.Errorf("asked at %v by %q", r.Where, r.From.ID)
			}
		}
		if len(ids) != len(talk.asked) {
			t.Errorf("%d requests have %d ids", len(talk.asked), len(ids))
		}
	})
}

func TestNobodyTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		if err := console.New(console.Options{Out: io.Discard}).Run(ctx, &parrot{}); err != nil {
			t.Error(err)
		}
		if ctx.Err() == nil {
			t.Error("it ended before its time")
		}
	})
}
