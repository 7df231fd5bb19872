package configs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/configs"
)

func TestEnvironmentWins(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "file.yaml", "store: {path: file.db, redis_url: redis://file}\ndiscord: {token: file, operators: [1]}\n"+
		"sources: {mempool: {url: https://file.example.org}}", 0o600)
	write(t, "secret", "  from-a-file\n", 0o600)

	token := func(c configs.Config) string { return c.Discord.Token.Reveal() }
	redis := func(c configs.Config) string { return c.Store.RedisURL.Reveal() }
	tests := map[string]struct {
		env  []string
		get  func(configs.Config) string
		want string
	}{
		"the file where nothing is set":   {nil, token, "file"},
		"set to nothing is not set":       {[]string{"FAULTLINE_DISCORD_TOKEN=", "DISCORD_TOKEN="}, token, "file"},
		"the short name over the file":    {[]string{"DISCORD_TOKEN=short"}, token, "short"},
		"the full name over the short":    {[]string{"DISCORD_TOKEN=short", "FAULTLINE_DISCORD_TOKEN=full"}, token, "full"},
		"a secret's file":                 {[]string{"FAULTLINE_DISCORD_TOKEN_FILE=secret"}, token, "from-a-file"},
		"a secret's file, short name":     {[]string{"DISCORD_TOKEN_FILE=secret"}, token, "from-a-file"},
		"the full name's file over short": {[]string{"FAULTLINE_DISCORD_TOKEN_FILE=secret", "DISCORD_TOKEN=short"}, token, "from-a-file"},
		"the full name over short's file": {[]string{"FAULTLINE_DISCORD_TOKEN=full", "DISCORD_TOKEN_FILE=absent"}, token, "full"},
		"redis by its short name":         {[]string{"REDIS_URL=redis://short"}, redis, "redis://short"},
		"redis by its full name":          {[]string{"FAULTLINE_STORE_REDIS_URL=unix:///run/redis.sock"}, redis, "unix:///run/redis.sock"},
		"the first of two":                {[]string{"DISCORD_TOKEN=one", "DISCORD_TOKEN=two"}, token, "one"},
		"a source": {
			[]string{"FAULTLINE_SOURCES_MEMPOOL_URL=http://127.0.0.1:9/api"},
			func(c configs.Config) string { return c.Sources["mempool"].URL }, "http://127.0.0.1:9/api",
		},
		"a list": {
			[]string{"FAULTLINE_DISCORD_OPERATORS=1234567890123456789, 2 ,"},
			func(c configs.Config) string { return strings.Join(c.Discord.Operators, " ") }, "1234567890123456789 2",
		},
		"networks": {
			[]string{"FAULTLINE_FEEDS_ALLOW_NETWORKS=127.0.0.1,10.0.0.0/8"},
			func(c configs.Config) string { return c.Feeds.AllowNetworks[0].String() }, "127.0.0.1/32",
		},
		"other programs' variables": {[]string{"PATH=/bin", "HOME=/", "DISCORD_SOMETHING=x", "odd"}, token, "file"},
		"the commands' variables":   {[]string{"FAULTLINE_DATA=x", "FAULTLINE_CRASH_AT=y"}, token, "file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := load(t, configs.Options{File: "file.yaml", Env: test.env})
			if got := test.get(c); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestEveryVariable sets each scalar key by its full name.
func TestEveryVariable(t *testing.T) {
	c := load(t, configs.Options{Env: []string{
		"FAULTLINE_STORE_PATH=a.db", "FAULTLINE_DISCORD_API_URL=http://d", "FAULTLINE_TELEGRAM_TOKEN=t",
		"FAULTLINE_TELEGRAM_API_URL=http://t", "FAULTLINE_TELEGRAM_OPERATORS=7", "FAULTLINE_FEEDS_INTERVAL=1s",
		"FAULTLINE_WEB_LISTEN=127.0.0.1:0", "FAULTLINE_SOURCES_BLOCKCHAININFO_ENABLED=true",
		"FAULTLINE_SOURCES_MEMPOOL_ENABLED=false", "FAULTLINE_SOURCES_MEMPOOL_INTERVAL=1s",
	}})
	if c.Store.Path != "a.db" || c.Discord.APIURL != "http://d" || c.Web.Listen != "127.0.0.1:0" ||
		c.Telegram.Token.Reveal() != "t" || c.Telegram.APIURL != "http://t" || !slices.Equal(c.Telegram.Operators, []string{"7"}) ||
		c.Feeds.Interval != time.Second || !c.Sources["blockchaininfo"].Enabled ||
		c.Sources["mempool"].Enabled || c.Sources["mempool"].Interval != time.Second {
		t.Errorf("%+v", c)
	}
}

func TestFaultyVariables(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "open", "hunter2", 0o644)
	write(t, "empty", "\n", 0o600)
	write(t, "spaced", "Bot hunter2", 0o600)
	write(t, "large", strings.Repeat("hunter2", 10_000), 0o600)
	write(t, "closed", "fine", 0o600)

	tests := map[string]struct {
		env  []string
		want []string
	}{
		"a misspelt name": {
			[]string{"FAULTLINE_FEED_INTERVAL=1m"},
			[]string{"FAULTLINE_FEED_INTERVAL: there is no such variable. Did you mean FAULTLINE_FEEDS_INTERVAL? Otherwise unset it."},
		},
		"only in the file": {
			[]string{"FAULTLINE_FEEDS_LIST=https://example.org"},
			[]string{"FAULTLINE_FEEDS_LIST: feeds.list: this key can only be set in the file. Move it there."},
		},
		"a file for what is no secret": {
			[]string{"FAULTLINE_STORE_PATH_FILE=x"},
			[]string{"FAULTLINE_STORE_PATH_FILE: there is no such variable. Did you mean FAULTLINE_STORE_PATH? Otherwise unset it."},
		},
		"several, by name": {
			[]string{"FAULTLINE_WEB_LISTEN=8080", "FAULTLINE_STORE_PATCH=x", "FAULTLINE_DISCORD_OPERATORS=1,me"},
			[]string{
				`FAULTLINE_DISCORD_OPERATORS: discord.operators[1]: "me" is not a user id. Write the number of the account, not its name.`,
				"FAULTLINE_STORE_PATCH: there is no such variable. Did you mean FAULTLINE_STORE_PATH? Otherwise unset it.",
				`FAULTLINE_WEB_LISTEN: web.listen: "8080" is not host:port. Write host:port, such as 127.0.0.1:8080 or :8080.`,
			},
		},
		"a secret and its file": {
			[]string{"DISCORD_TOKEN=hunter2", "DISCORD_TOKEN_FILE=closed"},
			[]string{"DISCORD_TOKEN: discord.token: it is set, and so is DISCORD_TOKEN_FILE. Keep one of the two."},
		},
		"a secret that all can read": {
			[]string{"TELEGRAM_TOKEN_FILE=open"},
			[]string{"TELEGRAM_TOKEN_FILE: telegram.token: every user of this machine can read the file it names. Take the right to read it away from others: chmod o-r."},
		},
		"an empty secret": {
			[]string{"TELEGRAM_TOKEN_FILE=empty"},
			[]string{"TELEGRAM_TOKEN_FILE: telegram.token: the file it names is empty. Write the secret into the file, or unset the variable."},
		},
		"a large secret": {
			[]string{"TELEGRAM_TOKEN_FILE=large"},
			[]string{"TELEGRAM_TOKEN_FILE: telegram.token: the file it names is too large for a secret. Name the right file."},
		},
		"a secret in place of its file": {
			[]string{"FAULTLINE_STORE_REDIS_URL_FILE=redis://:hunter2@example.org"},
			[]string{"FAULTLINE_STORE_REDIS_URL_FILE: store.redis_url: the file it names cannot be read: no such file or directory. Correct the file's name or its permissions."},
		},
		"a faulty secret": {
			[]string{"DISCORD_TOKEN_FILE=spaced", "REDIS_URL=http://:hunter2@example.org"},
			[]string{
				`DISCORD_TOKEN_FILE: discord.token: it has white space in it. Write the token alone, without a word such as "Bot" in front.`,
				"REDIS_URL: store.redis_url: it is not a redis, rediss or unix URL. Write it such as redis://:password@host:6379/0, rediss://... or unix:///path/to/socket.",
			},
		},
		"a password in a URL": {
			[]string{"FAULTLINE_SOURCES_IODA_URL=https://me:hunter2@example.org", "FAULTLINE_SOURCES_OONI_URL=https://hunter2:x y@%"},
			[]string{
				"FAULTLINE_SOURCES_IODA_URL: sources.ioda.url: the URL has a user name or a password in it. Remove what stands before the @.",
				"FAULTLINE_SOURCES_OONI_URL: sources.ooni.url: it is not a URL. Write it such as https://example.org/path.",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			faults := mustFail(t, configs.Options{Env: test.env})
			if diff := cmp.Diff(test.want, strings.Split(faults.Error(), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(faults.Error(), "hunter2") {
				t.Error("a secret is in the faults")
			}
		})
	}
}

func TestFileAndEnvironmentFaultsComeTogether(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "faultline.yaml", "store:\n  paht: x\nfeeds: {interval: never}\n", 0o600)
	faults := mustFail(t, configs.Options{Env: []string{"FAULTLINE_FEEDS_INTERVAL=48h"}})
	var where []string
	for _, f := range faults {
		where = append(where, f.Where+" "+f.Path)
	}
	want := []string{"faultline.yaml:2 store.paht", "faultline.yaml:3 feeds.interval", "FAULTLINE_FEEDS_INTERVAL feeds.interval"}
	if diff := cmp.Diff(want, where); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
