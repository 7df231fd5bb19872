package configs_test

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/intel"
)

var prefixes = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

// TestBadFiles expects of each file in testdata/bad the faults in the file beside it. A new case is two files.
func TestBadFiles(t *testing.T) {
	t.Chdir(filepath.Join("testdata", "bad"))
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			want, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".faults")
			if err != nil {
				t.Fatal(err)
			}
			c, err := configs.Load(configs.Options{File: file})
			var faults configs.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("Load: %v, want Faults", err)
			}
			if diff := cmp.Diff(string(want), faults.Error()+"\n"); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if strings.Contains(faults.Error(), "hunter2") {
				t.Error("a secret is in the faults")
			}
			if diff := cmp.Diff(configs.Config{}, c, prefixes); diff != "" {
				t.Errorf("the faulty configuration was handed out:\n%s", diff)
			}
		})
	}
}

func TestFullFile(t *testing.T) {
	file := filepath.Join("testdata", "good", "full.yaml")
	got := load(t, configs.Options{File: file})

	want := configs.Config{
		File: file,
		Store: configs.Store{
			Path:     "/var/lib/faultline/bot.db",
			RedisURL: configs.NewSecret("rediss://bot:hunter2@redis.example.org:6380/1"),
		},
		Discord: configs.Platform{
			Token: configs.NewSecret("discord-secret"), APIURL: "http://127.0.0.1:8080/api/v10",
			Operators: []string{"1234567890123456789", "9223372036854775809"},
		},
		Telegram: configs.Platform{
			Token: configs.NewSecret("123456:telegram-secret"), APIURL: "https://api.telegram.org",
			Operators: []string{"42"},
		},
		Feeds: configs.Feeds{
			List: []configs.Feed{
				{URL: "https://www.Example.org/rss?format=xml", Name: "example.org", Tier: intel.Other},
				{
					URL: "http://example.net/feed", Name: "Net", Topic: "mining", Lang: "zh-Hans",
					Tier: intel.Official,
				},
			},
			Interval: 90 * time.Second,
			AllowNetworks: []netip.Prefix{
				netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.1.7/32"),
				netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("127.0.0.1/32"),
			},
		},
		Sources: load(t, configs.Options{}).Sources,
		Web:     configs.Web{Listen: ":8080"},
	}
	want.Sources["mempool"] = configs.Source{
		URL: "https://mempool.example.org/api", Interval: 90 * time.Second,
	}
	ioda := want.Sources["ioda"]
	ioda.Enabled = true
	want.Sources["ioda"] = ioda
	if diff := cmp.Diff(want, got, prefixes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	c := load(t, configs.Options{})
	if c.File != "" || c.Store.Path != "faultline.db" || c.Store.RedisURL.IsSet() || c.Web.Listen != "" {
		t.Errorf("store or web: %+v %+v", c.Store, c.Web)
	}
	if c.Discord.APIURL != "https://discord.com/api/v10" || c.Telegram.APIURL != "https://api.telegram.org" {
		t.Errorf("API URLs: %q, %q", c.Discord.APIURL, c.Telegram.APIURL)
	}
	if c.Discord.Token.IsSet() || c.Telegram.Token.IsSet() || c.Feeds.Interval != 2*time.Minute {
		t.Errorf("tokens or interval: %+v", c)
	}
	if len(c.Sources) != 19 {
		t.Errorf("%d sources, want 19", len(c.Sources))
	}
	for name, s := range c.Sources {
		watched := name == "mempool" || name == "binance" || name == "ioda"
		if s.Enabled != watched || s.URL == "" || s.Interval < time.Second {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if m := c.Sources["mempool"]; m.URL != "https://mempool.space/api" || m.Interval != 30*time.Second {
		t.Errorf("mempool: %+v", m)
	}
}

func TestNothingSetIsTheDefault(t *testing.T) {
	want := load(t, configs.Options{})
	got := load(t, configs.Options{File: filepath.Join("testdata", "good", "empty.yaml")})
	got.File = ""
	if diff := cmp.Diff(want, got, prefixes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWindowsFile(t *testing.T) {
	c := load(t, configs.Options{File: filepath.Join("testdata", "good", "windows.yaml")})
	if c.Store.Path != "windows.db" || len(c.Feeds.List) != 0 {
		t.Errorf("path %q, %d feeds", c.Store.Path, len(c.Feeds.List))
	}
}

func TestWhichFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "named.yaml", "store: {path: named.db}", 0o644)
	write(t, "variable.yaml", "store: {path: variable.db}", 0o644)
	variable := []string{"FAULTLINE_CONFIG=variable.yaml"}

	check := func(o configs.Options, file, path string) {
		t.Helper()
		if c := load(t, o); c.File != file || c.Store.Path != path {
			t.Errorf("%+v: file %q, path %q; want %q, %q", o, c.File, c.Store.Path, file, path)
		}
	}
	check(configs.Options{}, "", "faultline.db")
	write(t, "faultline.yaml", "store: {path: implicit.db}", 0o644)
	check(configs.Options{}, "faultline.yaml", "implicit.db")
	check(configs.Options{Env: variable}, "variable.yaml", "variable.db")
	check(configs.Options{File: "named.yaml", Env: variable}, "named.yaml", "named.db")
	check(configs.Options{Env: []string{"FAULTLINE_CONFIG="}}, "faultline.yaml", "implicit.db")
}

func TestFileThatCannotBeRead(t *testing.T) {
	t.Chdir(t.TempDir())
	tests := map[string]struct {
		options configs.Options
		where   string
	}{
		"named and absent":     {configs.Options{File: "absent.yaml"}, "absent.yaml"},
		"a variable's, absent": {configs.Options{Env: []string{"FAULTLINE_CONFIG=absent.yaml"}}, "FAULTLINE_CONFIG"},
		"a directory":          {configs.Options{File: "."}, "."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			faults := mustFail(t, test.options)
			if len(faults) != 1 || faults[0].Where != test.where {
				t.Errorf("faults: %v", faults)
			}
		})
	}
}

// TestHostileFiles is about files that cost a parser much: they are refused at once, in one sentence.
func TestHostileFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	const much = 1 << 16
	tests := map[string]string{
		"larger than a megabyte": "# " + strings.Repeat("x", 1<<20),
		"deep brackets":          strings.Repeat("[", much),
		"deep braces":            strings.Repeat("{a: ", much),
		"deep dashes":            strings.Repeat("- ", much) + "x",
		"many keys":              strings.Repeat("a: b\n", much),
		"many documents":         strings.Repeat("---\n- x\n", much/8),
		"binary":                 "\x7fELF\x01\x00:::\n",
		"not UTF-8":              "store: {path: caf\xe9.db}",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			write(t, "hostile.yaml", text, 0o644)
			faults := mustFail(t, configs.Options{File: "hostile.yaml"})
			if len(faults) != 1 || len(faults.Error()) > 200 || strings.Contains(faults.Error(), "\n") {
				t.Errorf("faults: %.500v", faults)
			}
		})
	}
}

func FuzzFile(f *testing.F) {
	for _, pattern := range []string{"testdata/*/*.yaml", "*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds: %v", err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	file := filepath.Join(f.TempDir(), "fuzz.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		write(t, file, string(text), 0o600)
		_, err := configs.Load(configs.Options{File: file})
		var faults configs.Faults
		if err == nil || !errors.As(err, &faults) {
			return
		}
		if got := strings.Count(faults.Error(), "\n") + 1; got != len(faults) {
			t.Errorf("%d faults in %d lines: %q", len(faults), got, faults.Error())
		}
	})
}

func load(t *testing.T, o configs.Options) configs.Config {
	t.Helper()
	c, err := configs.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustFail(t *testing.T, o configs.Options) configs.Faults {
	t.Helper()
	_, err := configs.Load(o)
	var faults configs.Faults
	if !errors.As(err, &faults) || len(faults) == 0 {
		t.Fatalf("Load: %v, want Faults", err)
	}
	for _, f := range faults {
		if f.Where == "" || f.Problem == "" || f.Mend == "" {
			t.Errorf("the fault does not say everything: %+v", f)
		}
	}
	return faults
}

func write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
}
