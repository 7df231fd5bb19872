package bot_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/bot"
)

// table is the real one: what people type is read by what its parameters take.
func table(t testing.TB) []bot.Command {
	return bot.NewTalk(bot.TalkOptions{Countries: countries(t)}).Commands()
}

type args = map[string]string

func TestParse(t *testing.T) {
	commands := table(t)
	for _, c := range []struct {
		line, command string
		args          args
	}{
		{"/help", "help", args{}},
		{"  /HELP  ", "help", args{}},
		{"/help feed add", "help", args{"command": "feed add"}},
		{"/feed add https://a.example/?a=1&b=2 Steppe Wire", "feed add", args{"url": "https://a.example/?a=1&b=2", "name": "Steppe Wire"}},
		{"/feed_add https://a.example", "feed add", args{"url": "https://a.example"}},
		{"/Feed ADD name=\"A B\" url:https://a.example", "feed add", args{"name": "A B", "url": "https://a.example"}},
		{"/feed add https://a.example name=“Smart Quotes” lang=ru", "feed add", args{"url": "https://a.example", "name": "Smart Quotes", "lang": "ru"}},
		{"/feed add https://a.example In Depth", "feed add", args{"url": "https://a.example", "name": "In Depth"}},
		{"/feed list 2", "feed list", args{"page": "2"}},
		{"/feed", "feed", nil},
		{"/feed burn x", "feed", nil},
		{"/subscribe", "subscribe", args{}},
		{"/subscribe shutdown power KZ major", "subscribe", args{"kinds": "shutdown,power", "countries": "KZ", "least": "major"}},
		{"/subscribe shutdown, power in kazakhstan, iran", "subscribe", args{"kinds": "shutdown, power", "countries": "kazakhstan, iran"}},
		{"/subscribe price,hashrate", "subscribe", args{"kinds": "price,hashrate"}},
		{"/subscribe in the United States CRITICAL", "subscribe", args{"countries": "the United States", "least": "CRITICAL"}},
		{"/subscribe mining in the us", "subscribe", args{"kinds": "mining", "countries": "the us"}},
		{"/subscribe in", "subscribe", args{"words": "in"}}, // India is IN
		{"/subscribe IN", "subscribe", args{"countries": "IN"}},
		{"/subscribe countries=in", "subscribe", args{"countries": "in"}},
		{"/subscribe kinds=shutdown, power", "subscribe", args{"kinds": "shutdown,power"}},
		{"/subscribe kinds: unrest words: \"state of emergency, curfew\"", "subscribe", args{"kinds": "unrest", "words": "state of emergency, curfew"}},
		{"/subscribe Казахстан отключение", "subscribe", args{"countries": "Казахстан", "words": "отключение"}},
		{"/subscribe power and shutdown in Iran and the US or KZ", "subscribe", args{"kinds": "power,shutdown", "countries": "Iran,the US,KZ"}},
		{"/subscribe rock and roll", "subscribe", args{"words": "rock and roll"}},
		{"/latest unrest IR", "latest", args{"kind": "unrest", "country": "IR"}},
		{"/latest what", "latest", args{"": "what"}},
		{"/mute KZ for 24h", "mute", args{"what": "KZ", "for": "24h"}},
		{"/mute unrest for ever", "mute", args{"what": "unrest", "for": "for ever"}},
		{"/mute unrest for 2 days", "mute", args{"what": "unrest", "for": "2 days"}},
		{"/mute shutdown-kz-0123456789", "mute", args{"what": "shutdown-kz-0123456789"}},
		{"/country Democratic Republic of the Congo", "country", args{"country": "Democratic Republic of the Congo"}},
		{"/country Côte d'Ivoire", "country", args{"country": "Côte d'Ivoire"}},
		{"/price@FaultlineBot btc", "price", args{"asset": "btc"}},
		{"/watch—btc", "watch", nil},
		{"/price—btc", "price", args{"asset": "btc"}},
		{"/price \"unclosed", "price", args{"asset": "\"unclosed"}},
		{"/price asset=", "price", args{}},
		{"/forgetme yes", "forgetme", args{"sure": "yes"}},
		{"/unsubscribe #4711", "unsubscribe", args{"which": "#4711"}},
		{"/subscribe_", "subscribe ", nil},
	} {
		got, ok := bot.Parse(commands, "faultlinebot", c.line)
		if !ok || got.Command != c.command {
			t.Errorf("%s is %q, %v", c.line, got.Command, ok)
			continue
		}
		if diff := cmp.Diff(c.args, got.Args); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.line, diff)
		}
	}
}

func TestLinesForOthers(t *testing.T) {
	commands := table(t)
	for _, line := range []string{"", " ", "hello", "/", "/ help", "//", "/—", "/help@otherbot", "/nosuch@other x", "\xff"} {
		if got, ok := bot.Parse(commands, "faultlinebot", line); ok {
			t.Errorf("%q is taken for %q", line, got.Command)
		}
	}
	for line, named := range map[string]bool{"/help": false, "/help@FAULTLINEBOT": true} {
		if got, ok := bot.Parse(commands, "faultlinebot", line); !ok || got.Named != named {
			t.Errorf("%q: %v, names us: %v", line, ok, got.Named)
		}
	}
	if _, ok := bot.Parse(commands, "", "/help@anybot"); !ok {
		t.Error("without a name of ours not every line is for us")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"/feed add https://a.example name=\"A B\" lang:en", "/subscribe shutdown, power in KZ,IR major \"a b\" «c»",
		"/mute unrest for 24h", "/watch—btc", "/price@bot \xff", "/subscribe kinds=,,, countries= , words", "/a=b:c", "/help \"\"",
	} {
		f.Add(seed)
	}
	commands := table(f)
	f.Fuzz(func(t *testing.T, line string) {
		got, ok := bot.Parse(commands, "bot", line)
		if !ok {
			return
		}
		if got.Command == "" || !utf8.ValidString(got.Command) {
			t.Errorf("command %q", got.Command)
		}
		for name, value := range got.Args {
			if !utf8.ValidString(value) || strings.TrimSpace(value) == "" {
				t.Errorf("%s is %q", name, value)
			}
		}
	})
}

// What the suite of platforms writes is read back as it was meant.
func TestParseReadsWhatIsNamed(t *testing.T) {
	commands := table(t)
	for _, value := range []string{"shutdown, power", "a=b:c", "https://a.example/?x=\\", "for 24h in KZ", "«x» 'y'"} {
		got, _ := bot.Parse(commands, "", `/subscribe words="`+value+`" least=major`)
		if diff := cmp.Diff(args{"words": value, "least": "major"}, got.Args); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
