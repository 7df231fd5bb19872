package bot_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const transcript = "testdata/conversation.txt"

var write = flag.Bool("write", false, "write the transcript anew")

// The transcript is what people read, word by word. Each block begins with who says what and goes on with the answer.
func TestTranscript(t *testing.T) {
	want, err := os.ReadFile(transcript)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *bot.TalkOptions) {
		o.FeedTest = feedTest(func(context.Context, string) (bot.FeedReport, error) {
			return bot.FeedReport{}, &bot.Refusal{Sentence: "The address answers with 404, not found.", Mend: "Look for the feed's address on its site."}
		})
		o.Health = func(context.Context) ([]string, error) {
			return []string{"24 of 26 feeds have answered in the last hour", "the markets answer"}, nil
		}
	})
	w.fill()
	people := map[string]somebody{"alone": alone(), "member": member(), "admin": admin(), "operator": operator()}
	var got strings.Builder
	for block := range strings.SplitSeq(string(want), "\n\n") {
		said, _, _ := strings.Cut(strings.TrimSpace(block), "\n")
		name, line, ok := strings.Cut(said, ": ")
		who, known := people[name]
		if !ok || !known {
			t.Fatalf("%q begins with nobody who says something", said)
		}
		a := w.answer(who, line)
		got.WriteString(said + "\n" + dump(a.Message))
		for _, b := range a.Message.Buttons {
			got.WriteString("[" + b.Label + ": /" + strings.TrimSpace(b.Command+" "+b.Argument) + "]\n")
		}
		got.WriteString("\n")
		plainSpoken(t, said, a.Message)
	}
	if *write {
		if err := os.WriteFile(transcript, []byte(strings.TrimSpace(got.String())+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), strings.TrimSpace(got.String())); diff != "" && !*write {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, c := range w.Commands() {
		if !strings.Contains(got.String(), ": /"+c.Name) {
			t.Errorf("nobody asks for /%s", c.Name)
		}
	}
}

// plainSpoken holds the sentences to the rules of the house.
func plainSpoken(t *testing.T, said string, m bot.Message) {
	t.Helper()
	if m.Headline == "" || len([]rune(m.Headline)) > 250 {
		t.Errorf("%s: the headline %q", said, m.Headline)
	}
	for _, text := range append([]string{m.Headline, m.Footer}, m.Lines...) {
		if strings.Contains(text, "!") || strings.Contains(text, "  ") && text != m.Headline && !strings.Contains(said, "/incident") {
			t.Errorf("%s: %q", said, text)
		}
	}
}

// fill keeps the days of January 2022.
func (w *world) fill() {
	w.t.Helper()
	i := *shutdown()
	i.ID, i.Opened = "shutdown-kz-0a1b2c3d4e", at("2022-01-05T10:40:00Z")
	unrest := incident("unrest-kz-5f6a7b8c9d", intel.Everyone)
	unrest.Kind, unrest.Severity, unrest.Title = intel.Unrest, intel.Major, "Protests spread to Almaty"
	unrest.Since, unrest.Opened = at("2022-01-02T12:00:00Z"), at("2022-01-02T13:00:00Z")
	unrest.Phase, unrest.Eased = intel.Easing, at("2022-01-07T18:00:00Z")
	w.keep(i, unrest)
	price := func(asset string, value float64, age time.Duration, moves ...intel.Move) intel.Reading {
		return intel.Reading{Of: intel.OfPrice, Asset: asset, Value: value, At: w.now.Add(-age), Source: "Coinbase", Moves: moves}
	}
	low, high, fall, rise := 160.0, 200.0, -0.16, 0.08
	err := store.Readings{Documents: w.store}.Keep(context.Background(), []intel.Reading{
		price("USDT", 0.99876, time.Minute),
		price("ETH", 3200.1, time.Hour, intel.Move{Over: time.Hour, Change: 0.002}),
		price("BTC", 41834.2, time.Minute, intel.Move{Over: time.Hour, Change: 0.002},
			intel.Move{Over: 24 * time.Hour, Change: -0.031}, intel.Move{Over: 7 * 24 * time.Hour, Change: -0.12}),
		{
			Of: intel.OfHashrate, Value: 179, Low: &low, High: &high, At: w.now.Add(-9 * time.Minute), Source: "mempool.space",
			Over: "the last 144 blocks, 24 h 10 min", Moves: []intel.Move{{Over: 7 * 24 * time.Hour, Change: -0.04, Low: &fall, High: &rise}},
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
