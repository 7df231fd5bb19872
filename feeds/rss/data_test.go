package rss

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// dataDir is the folder of real recordings that FAULTLINE_DATA names. It is not part of the repository, as its
// texts are other people's.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("FAULTLINE_DATA")
	switch {
	case dir != "":
		return dir
	case os.Getenv("FAULTLINE_NO_SKIP") != "":
		t.Fatal("FAULTLINE_DATA is not set, and FAULTLINE_NO_SKIP forbids to skip")
	}
	t.Skip("FAULTLINE_DATA is not set: no real feeds to read")
	return ""
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dataDir(t), pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return found
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRealSamples(t *testing.T) {
	now := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range files(t, "samples/rss/*.xml") {
		doc, err := parse(readFile(t, name), "", "https://feed.example/rss.xml", now)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		if doc.read == 0 || doc.read != doc.tags {
			t.Errorf("%s: %d of %d items", filepath.Base(name), doc.read, doc.tags)
		}
		for _, it := range doc.items {
			a := (&Watcher{}).article(doc, it)
			if a.Title == "" || a.URL == "" || strings.Contains(a.URL, "utm_") || strings.Contains(a.URL, "at_medium") {
				t.Errorf("%s: %+v", filepath.Base(name), a)
			}
			if strings.HasSuffix(a.GUID, "#0") || strings.ContainsAny(a.Summary, "<>") {
				t.Errorf("%s: %+v", filepath.Base(name), a)
			}
			if it.time.Equal(now) {
				t.Errorf("%s: no date for %q", filepath.Base(name), a.Title)
			}
		}
	}
}

// One story in two samples of one feed, two weeks apart: same guid, new date.
func TestRealReusedGUID(t *testing.T) {
	dir := dataDir(t)
	known := map[string]bool{}
	again := 0
	for _, day := range []string{"2026-08-15", "2026-08-28"} {
		body := readFile(t, filepath.Join(dir, "samples", "rss", "cointelegraph_"+day+".xml"))
		doc, err := parse(body, "", "https://feed.example/rss", time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range doc.items {
			if known[it.key] {
				again++
			}
			known[it.key] = true
		}
		if day == "2026-08-28" && len(doc.items) != 2 {
			t.Errorf("%d items, though two of the three are one", len(doc.items))
		}
	}
	if again != 1 {
		t.Errorf("%d items known by their guid, want the daily one", again)
	}
}

// Every real feed is read and none takes long, but for three that are broken, each refused with its reason.
func TestRealFeeds(t *testing.T) {
	broken := map[string]string{
		"danmactough_node-feedparser__compressed.xml":     "not a feed: compressed data",
		"feedjira_feedjira__DuplicateContentAtomFeed.xml": "not a feed: an HTML page",
		"feedjira_feedjira__InvalidDateFormat.xml":        "unreadable feed: XML syntax error on line 20: unexpected EOF",
	}
	for _, name := range files(t, "data/feeds/*") {
		base := filepath.Base(name)
		if base == "INDEX.csv" {
			continue
		}
		began := time.Now()
		doc, err := parse(readFile(t, name), "", "https://feed.example/", time.Now())
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %s", base, took)
		}
		switch want := broken[base]; {
		case want != "":
			if err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", base, err, want)
			}
		case err != nil:
			t.Errorf("%s: %v", base, err)
		case len(doc.items) == 0:
			t.Errorf("%s has no items", base)
		}
	}
}

// The large test sets of other readers: thousands of small files, some of them no feeds on purpose.
func TestCorpora(t *testing.T) {
	count := 0
	err := filepath.WalkDir(filepath.Join(dataDir(t), "corpora"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		count++
		body := readFile(t, path)
		began := time.Now()
		doc, err := parse(body, "", "https://feed.example/", time.Now())
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s took %s", path, took)
		}
		var bomb *BombError
		if errors.As(err, &bomb) {
			t.Errorf("%s: %v", path, err)
		}
		if err != nil {
			return nil
		}
		for _, a := range articles(doc) {
			if a.URL != "" && !strings.HasPrefix(a.URL, "http") || strings.ContainsAny(a.Title, "\n\u202e") {
				t.Errorf("%s: %+v", path, a)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if count == 0 {
		t.Error("the corpora are empty")
	}
	t.Logf("%d files", count)
}
