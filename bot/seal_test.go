package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/bot"
	"github.com/faultlinebot/faultline/correlate"
	"github.com/faultlinebot/faultline/intel"
)

const secretToken = "12345:a-token"

func chatOf(person string) bot.Binding {
	return bot.Binding{Platform: "telegram", Chat: "-100200300", Person: person}
}

func TestSealedButtonsOpen(t *testing.T) {
	now := at("2022-01-05T11:00:00Z")
	for _, b := range []bot.Button{
		{Command: "help"},
		{Command: "incident", Argument: "shutdown-kz-0123456789"},
		{Command: "feed remove", Argument: "a:b::c"},
		{Command: "mute", Argument: "Côte d'Ivoire"},
	} {
		for _, to := range []bot.Binding{chatOf(""), chatOf("7"), {Platform: "telegram", Chat: "-100200300", Person: "7", Until: now}} {
			data, ok := bot.NewSealer(secretToken).Seal(b, to)
			if !ok {
				t.Fatalf("%v has no room", b)
			}
			from := chatOf("7")
			got, err := bot.NewSealer(secretToken).Open(data, from, now) // as another replica has it
			if err != nil || got != b {
				t.Errorf("%q opens as %v, %v; want %v", data, got, err, b)
			}
		}
	}
}

func TestForgedButtons(t *testing.T) {
	now := at("2022-01-05T11:00:00Z")
	s := bot.NewSealer(secretToken)
	data, _ := s.Seal(bot.Button{Command: "forgetme", Argument: "yes"}, chatOf("7"))
	for name, from := range map[string]bot.Binding{
		"another person's": chatOf("8"),
		"nobody's":         chatOf(""),
		"another chat's":   {Platform: "telegram", Chat: "-100200301", Person: "7"},
		"another platform": {Platform: "discord", Chat: "-100200300", Person: "7"},
		"shifted parts":    {Platform: "telegram", Chat: "-1002003007", Person: ""},
	} {
		if got, err := s.Open(data, from, now); !errors.Is(err, bot.ErrForged) {
			t.Errorf("%s press opens %v, %v", name, got, err)
		}
	}
	if _, err := bot.NewSealer("another token").Open(data, chatOf("7"), now); !errors.Is(err, bot.ErrForged) {
		t.Errorf("another bot opens it: %v", err)
	}
	for n := range data {
		for _, b := range []byte{data[n] ^ 1, 'a', 'p', ':', 0} {
			forged := data[:n] + string(rune(b)) + data[n+1:]
			if forged == data {
				continue
			}
			if got, err := s.Open(forged, chatOf("7"), now); !errors.Is(err, bot.ErrForged) {
				t.Errorf("%q for %q opens %v, %v", forged, data, got, err)
			}
		}
	}
	for _, junk := range []string{"", "a", strings.Repeat("x", 11), strings.Repeat("x", 12), strings.Repeat("x", 64), strings.Repeat("x", 65), data + "x", data[1:], data[:len(data)-1]} {
		if got, err := s.Open(junk, chatOf("7"), now); !errors.Is(err, bot.ErrForged) {
			t.Errorf("%q opens %v, %v", junk, got, err)
		}
	}
}

func TestButtonsAgeAndTheirTimeCannotBeMovedOn(t *testing.T) {
	until := at("2022-01-05T11:00:00Z")
	to := chatOf("")
	to.Until = until
	s := bot.NewSealer(secretToken)
	data, _ := s.Seal(bot.Button{Command: "help"}, to)
	if _, err := s.Open(data, chatOf("7"), until); err != nil {
		t.Errorf("at its last second: %v", err)
	}
	if _, err := s.Open(data, chatOf("7"), until.Add(time.Second)); !errors.Is(err, bot.ErrStale) {
		t.Errorf("a second later: %v", err)
	}
}

// The buttons of every card have room, whatever it is of.
func TestCardButtonsHaveRoom(t *testing.T) {
	to := bot.Binding{Platform: "telegram", Chat: "-1001234567890123", Person: "9223372036854775807", Until: at("2099-01-01T00:00:00Z")}
	for _, kind := range intel.Kinds() {
		for _, first := range []string{"", "KZ", "BTC", "USDT"} {
			i := shutdown()
			i.ID = correlate.ID("discord/1234567890123456789", kind, first, "article/feed/https://a.example/item")
			card := bot.Card(i, options())
			if len(card.Buttons) != 3 {
				t.Fatalf("the card has the buttons %v", card.Buttons)
			}
			for _, b := range card.Buttons {
				if data, ok := bot.NewSealer(secretToken).Seal(b, to); !ok {
					t.Errorf("%v is %d bytes long", b, len(data))
				}
			}
		}
	}
}

func TestLongButtonsAreRefused(t *testing.T) {
	s := bot.NewSealer(secretToken)
	for n := range 100 {
		data, ok := s.Seal(bot.Button{Command: "mute", Argument: strings.Repeat("x", n)}, chatOf(""))
		if ok != (len(data) <= bot.SealedMost) {
			t.Fatalf("%d bytes: %v", len(data), ok)
		}
		if _, err := s.Open(data, chatOf(""), time.Time{}); (err == nil) != ok {
			t.Fatalf("%d bytes open: %v", len(data), err)
		}
	}
}

func TestClosedCardsHaveNothingToMute(t *testing.T) {
	i := shutdown()
	i.Closed = intel.ClosedEnded
	for _, b := range bot.Card(i, options()).Buttons {
		if b.Command == "mute" {
			t.Errorf("it has %v", b)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s := bot.NewSealer(secretToken)
	sealed := make(map[string]bool)
	for _, b := range []bot.Button{{Command: "help"}, {Command: "incident", Argument: "x"}} {
		for _, to := range []bot.Binding{chatOf(""), chatOf("7")} {
			data, _ := s.Seal(b, to)
			sealed[data] = true
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data string) {
		b, err := s.Open(data, chatOf("7"), time.Unix(0, 0))
		if err == nil && !sealed[data] {
			t.Errorf("%q opens as %v", data, b)
		}
	})
}

func TestBound(t *testing.T) {
	now, day := at("2022-01-05T11:00:00Z"), at("2022-01-06T11:00:00Z")
	to := chatOf("")
	to.Until = day
	for _, c := range []struct {
		button bot.Button
		person string
		until  time.Time
	}{
		{bot.Button{}, "", day},
		{bot.Button{Own: true}, "7", day},
		{bot.Button{Good: time.Minute}, "", now.Add(time.Minute)},
		{bot.Button{Good: 100 * time.Hour}, "", day},
	} {
		if got := c.button.Bound(to, "7", now); got.Person != c.person || !got.Until.Equal(c.until) || got.Chat != to.Chat {
			t.Errorf("%+v is bound to %+v", c.button, got)
		}
	}
}
