package configs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/intel"
)

// TestStarterFeeds checks what Load does not insist on: the starter list says everything about each feed, and
// few of them are in the first tier.
func TestStarterFeeds(t *testing.T) {
	feeds := load(t, configs.Options{}).Feeds.List
	if len(feeds) < 20 {
		t.Errorf("only %d feeds", len(feeds))
	}
	first := 0
	for _, f := range feeds {
		if f.URL == "" || f.Name == "" || f.Topic == "" || f.Lang == "" || f.Tier == 0 {
			t.Errorf("incomplete: %+v", f)
		}
		if f.Tier == intel.Official {
			first++
		}
	}
	if first*3 > len(feeds) {
		t.Errorf("%d of %d feeds are in the first tier", first, len(feeds))
	}
}

func TestFeedsWithoutNamesAreToldApart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "faultline.yaml")
	text := `feeds:
  list:
    - url: https://www.one.example/rss
    - url: http://127.0.0.1:8081/a.xml
    - url: http://127.0.0.1:8082/a.xml
    - {url: "https://b.example/rss", name: two.example}
    - url: https://two.example/feed?topic=crypto
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := configs.Load(configs.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range cfg.Feeds.List {
		names = append(names, f.Name)
	}
	want := []string{
		"one.example", "127.0.0.1:8081/a.xml", "127.0.0.1:8082/a.xml", "two.example", "two.example/feed?topic=crypto",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}
