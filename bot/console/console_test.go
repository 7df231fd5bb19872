package console_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/bot/bottest"
	"github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/intel"
)

func TestContract(t *testing.T) {
	for name, colour := range map[string]bool{"plain": false, "coloured": true} {
		t.Run(name, func(t *testing.T) {
			bottest.Run(t, func(t *testing.T) bottest.Harness { return harness(t, colour) })
		})
	}
}

// harness prints to a buffer and takes the frame off: the bar and the console's own styles.
func harness(t *testing.T, colour bool) bottest.Harness {
	out := &output{}
	frame := regexp.MustCompile("(?m)\x1b\\[[0-9;]+m|^▌")
	return bottest.Harness{
		Platform: console.New(console.Options{Out: out, Colour: colour}),
		To:       to(),
		Shown: func() string {
			if colour {
				return frame.ReplaceAllString(strings.ReplaceAll(out.String(), "\x1b[33m▌\x1b[0m", "▌"), "")
			}
			return out.String()
		},
		Faults: map[bottest.Fault]func(){
			bottest.Unreachable: func() { out.fail = &os.PathError{Op: "write", Err: os.ErrClosed} },
			bottest.Temporary:   func() { out.fail = errors.New("no space left on device") },
		},
		Never: []bottest.Fault{bottest.RateLimited, bottest.Rejected, bottest.NotSent},
	}
}

// output keeps what is written and counts the writes.
type output struct {
	bytes.Buffer
	writes int
	fail   error
}

func (o *output) Write(p []byte) (int, error) {
	if o.fail != nil {
		return 0, o.fail
	}
	o.writes++
	return o.Buffer.Write(p)
}

func to() intel.Destination { return intel.Destination{Platform: console.Name, Chat: "stdout"} }

func card() bot.Message {
	return bot.Message{
		Severity: intel.Critical,
		Headline: "CRITICAL  Internet shutdown in Kazakhstan",
		Lines:    []string{"Networks across Kazakhstan go dark on the third day of protests"},
		Facts: []bot.Fact{
			{Name: "Since", Value: "5 January 2022, 10:30 UTC"},
			{Name: "Exposure", Value: "18.1 % of the world's hashrate (August 2021, Cambridge; the last figure published by then)"},
		},
		Links:  []bot.Link{{Name: "Radar", URL: "https://radar.example/kz"}},
		Footer: "Updated 5 January 2022, 11:00 UTC",
	}
}

func TestPlainCard(t *testing.T) {
	out := &output{}
	c := console.New(console.Options{Out: out})
	receipt := send(t, c, bot.Outgoing{Message: card()})
	send(t, c, bot.Outgoing{Message: bot.Message{Headline: "Easing: it is easing."}, ReplyTo: receipt})
	m := card()
	m.Lines, m.Facts = nil, m.Facts[:1]
	send(t, c, bot.Outgoing{Message: m, Edit: receipt})
	want := `#1  CRITICAL  Internet shutdown in Kazakhstan
  Networks across Kazakhstan go dark on the third day of protests

  Since     5 January 2022, 10:30 UTC
  Exposure  18.1 % of the world's hashrate (August 2021, Cambridge; the last
            figure published by then)
  Radar     https://radar.example/kz
  Updated 5 January 2022, 11:00 UTC

#1 -> Easing: it is easing.

#1 updated  CRITICAL  Internet shutdown in Kazakhstan
  Since  5 January 2022, 10:30 UTC
  Radar  https://radar.example/kz
  Updated 5 January 2022, 11:00 UTC

`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if out.writes != 3 {
		t.Errorf("three messages took %d writes", out.writes)
	}
}

func TestColouredCard(t *testing.T) {
	out := &output{}
	m := card()
	m.Facts = m.Facts[:1]
	send(t, console.New(console.Options{Out: out, Colour: true}), bot.Outgoing{Message: m})
	want := "\x1b[31m▌\x1b[0m \x1b[2m#1\x1b[0m  \x1b[1;31mCRITICAL\x1b[0m  \x1b[1mInternet shutdown in Kazakhstan\x1b[0m\n" +
		"\x1b[31m▌\x1b[0m Networks across Kazakhstan go dark on the third day of protests\n" +
		"\x1b[31m▌\x1b[0m\n" +
		"\x1b[31m▌\x1b[0m \x1b[2mSince\x1b[0m  5 January 2022, 10:30 UTC\n" +
		"\x1b[31m▌\x1b[0m \x1b[2mRadar\x1b[0m  https://radar.example/kz\n" +
		"\x1b[31m▌\x1b[0m \x1b[2mUpdated 5 January 2022, 11:00 UTC\x1b[0m\n\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLinesFitTheWidth(t *testing.T) {
	long := strings.Repeat("Отключение интернета 断网断网断网 👩‍👩‍👧 ", 20) + strings.Repeat("长", 300)
	for given, width := range map[int]int{10: 60, 60: 60, 77: 77, 0: 80, 500: 100} {
		out := &output{}
		m := card()
		m.Headline, m.Lines, m.Facts[1].Value = "MINOR  "+long, []string{long}, long
		send(t, console.New(console.Options{Out: out, Width: given}), bot.Outgoing{Message: m})
		widest := 0
		for line := range strings.Lines(out.String()) {
			widest = max(widest, runewidth.StringWidth(strings.TrimRight(line, "\n")))
		}
		if widest > width || widest < width-3 {
			t.Errorf("width %d: the widest line has %d columns, want %d", given, widest, width)
		}
	}
}

func TestReceiptsOfAnEarlierProcessAreTaken(t *testing.T) {
	out := &output{}
	c := console.New(console.Options{Out: out})
	if got := send(t, c, bot.Outgoing{Message: card(), Edit: "7"}); got != "7" {
		t.Errorf("edit: receipt %q", got)
	}
	if got := send(t, c, bot.Outgoing{Message: card()}); got != "8" {
		t.Errorf("the next card: receipt %q", got)
	}
	reply := send(t, c, bot.Outgoing{Message: card(), ReplyTo: "8"})
	send(t, c, bot.Outgoing{Message: card(), Edit: reply})
	if !strings.Contains(out.String(), "#7 updated") || !strings.Contains(out.String(), "#8 -> updated") {
		t.Errorf("the old cards are not named in\n%s", out.String())
	}
	var rejected *bot.RejectedError
	_, err := c.Send(t.Context(), bot.Outgoing{Message: card(), Edit: "\x1b[2J"})
	if !errors.As(err, &rejected) || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("a receipt that is none: %v", err)
	}
}

func TestClosedPipeIsUnreachable(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	defer w.Close()
	var unreachable *bot.UnreachableError
	_, err = console.New(console.Options{Out: w}).Send(t.Context(), bot.Outgoing{Message: card()})
	if !errors.As(err, &unreachable) {
		t.Errorf("got %v", err)
	}
}

func TestBlockedWriterDoesNotHoldSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		defer r.Close()
		c := console.New(console.Options{Out: w})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 2 { // the one that writes, and the one that waits for its turn
			if _, err := c.Send(ctx, bot.Outgoing{Message: card()}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}
	})
}

func send(t *testing.T, c *console.Console, o bot.Outgoing) string {
	t.Helper()
	o.To = to()
	receipt, err := c.Send(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}
