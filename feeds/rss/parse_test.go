package rss

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"

	"github.com/faultlinebot/faultline/intel"
)

var noon = time.Date(2022, 1, 5, 12, 0, 0, 0, time.UTC)

func mustParse(t *testing.T, body, contentType string) *document {
	t.Helper()
	doc, err := parse([]byte(body), contentType, "https://news.example/feeds/all.xml", noon)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func articles(doc *document) []intel.Article {
	w := &Watcher{}
	out := []intel.Article{}
	for _, it := range doc.items {
		out = append(out, w.article(doc, it))
	}
	return out
}

func rssItem(inner string) string {
	return `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title><item>` +
		inner + `</item></channel></rss>`
}

func TestArticles(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		want       intel.Article
	}{
		{
			"guid and link in CDATA",
			rssItem(`<title><![CDATA[Rates & prices]]></title><link><![CDATA[https://news.example/a?utm_source=rss&id=7&UTM_medium=x]]></link><guid><![CDATA[https://news.example/a]]></guid>`),
			intel.Article{Title: "Rates & prices", URL: "https://news.example/a?id=7", GUID: "https://news.example/a"},
		},
		{
			"markup and entities in the title",
			rssItem(`<title>&lt;b&gt;A&lt;/b&gt;T&amp;amp;T   says
			no</title><link>https://news.example/a</link>`),
			intel.Article{Title: "AT&T says no", URL: "https://news.example/a"},
		},
		{
			"a sign that is no tag",
			rssItem(`<title>BTC &lt; $50k &amp; falling</title><link>https://news.example/a</link>`),
			intel.Article{Title: "BTC < $50k & falling", URL: "https://news.example/a"},
		},
		{
			"no title, as in Mastodon",
			rssItem(`<guid isPermaLink="true">https://social.example/@netwatch/1</guid><link>https://social.example/@netwatch/1</link><description>&lt;p&gt;Networks are down.&lt;/p&gt;&lt;p&gt;More to come.&lt;/p&gt;</description>`),
			intel.Article{
				Title: "Networks are down. More to come.", Summary: "Networks are down. More to come.",
				URL: "https://social.example/@netwatch/1", GUID: "https://social.example/@netwatch/1",
			},
		},
		{
			"permalink guid without a link",
			rssItem(`<title>x</title><guid>https://news.example/a?oc=5</guid>`),
			intel.Article{Title: "x", URL: "https://news.example/a", GUID: "https://news.example/a"},
		},
		{
			"guid that is no permalink",
			rssItem(`<title>x</title><guid isPermaLink="false">https://news.example/a</guid>`),
			intel.Article{Title: "x", GUID: "https://news.example/a"},
		},
		{
			"revision of the BBC",
			rssItem(`<title>x</title><link>https://www.bbc.com/news/articles/abc?at_medium=RSS&amp;at_campaign=rss</link><guid isPermaLink="false">https://www.bbc.com/news/articles/abc#12</guid>`),
			intel.Article{Title: "x", URL: "https://www.bbc.com/news/articles/abc", GUID: "https://www.bbc.com/news/articles/abc"},
		},
		{
			"the same habit elsewhere",
			rssItem(`<title>x</title><link>https://news.example/abc?utm_source=rss</link><guid isPermaLink="false">https://news.example/abc#0</guid>`),
			intel.Article{Title: "x", URL: "https://news.example/abc", GUID: "https://news.example/abc"},
		},
		{
			"a number that is no revision",
			rssItem(`<title>x</title><link>https://news.example/changes#3</link><guid>https://news.example/changes#3</guid>`),
			intel.Article{Title: "x", URL: "https://news.example/changes#3", GUID: "https://news.example/changes#3"},
		},
		{
			"relative link",
			rssItem(`<title>x</title><link>../a?fbclid=1#top</link>`),
			intel.Article{Title: "x", URL: "https://news.example/a#top"},
		},
		{
			"link that nobody may open",
			rssItem(`<title>x</title><link>javascript:alert(1)</link><guid isPermaLink="false">g</guid>`),
			intel.Article{Title: "x", GUID: "g"},
		},
		{
			"user in a link",
			rssItem(`<title>x</title><link>https://bank.example@evil.example/a</link>`),
			intel.Article{Title: "x", URL: "https://evil.example/a"},
		},
		{
			"script, style and hidden characters",
			rssItem("<title>a\u202Eb\u200Bc</title><guid>g</guid><description><![CDATA[<style>p{}</style>One<br>two<script>x()</script> <b>th</b>ree]]></description>"),
			intel.Article{Title: "abc", GUID: "g", Summary: "One two three"},
		},
		{
			"Atom",
			`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>t</title><entry><title type="html">A &amp;amp; B</title><id>urn:1</id><link href="/a"/><updated>2022-01-05T10:00:00Z</updated><summary>s</summary></entry></feed>`,
			intel.Article{Title: "A & B", URL: "https://news.example/a", GUID: "urn:1", Summary: "s", Lang: "fr"},
		},
		{
			"RDF",
			`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>t</title></channel><item><title>x</title><link>https://news.example/a</link></item></rdf:RDF>`,
			intel.Article{Title: "x", URL: "https://news.example/a"},
		},
		{
			"JSON Feed",
			"\uFEFF" + `{"version":"https://jsonfeed.org/version/1","title":"t","items":[{"id":"1","url":"https://news.example/a","title":"x","content_html":"<p>s</p>"}]}`,
			intel.Article{Title: "x", URL: "https://news.example/a", GUID: "1", Summary: "s"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff([]intel.Article{tc.want}, articles(mustParse(t, tc.body, ""))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextIsBounded(t *testing.T) {
	long := strings.Repeat("слово ", 2000)
	got := articles(mustParse(t, rssItem("<title>"+long+"</title><guid>"+strings.Repeat("g", 5000)+"</guid><description>"+long+"</description>"), ""))[0]
	if n := len([]rune(got.Title)); n > maxTitle || n < maxTitle-2 {
		t.Errorf("title of %d runes", n)
	}
	if n := len([]rune(got.Summary)); n > maxSummary {
		t.Errorf("summary of %d runes", n)
	}
	if !strings.HasPrefix(got.GUID, "sha256:") {
		t.Errorf("guid of %d bytes", len(got.GUID))
	}
	borrowed := articles(mustParse(t, rssItem("<guid>g</guid><description>"+long+"</description>"), ""))[0]
	if n := len([]rune(borrowed.Title)); n > maxBorrowed || n < maxBorrowed-2 {
		t.Errorf("borrowed title of %d runes", n)
	}
	smeared := plain("a"+strings.Repeat("\u0301", 5000), 1000)
	if n := len([]rune(smeared)); n != 1+maxMarks {
		t.Errorf("%d runes of a smeared letter", n)
	}
	if got := plain("می\u200Cخواهم", 100); got != "می\u200Cخواهم" {
		t.Errorf("Persian lost its joiner: %q", got)
	}
}

func TestCut(t *testing.T) {
	for _, tc := range []struct {
		text  string
		limit int
		want  string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"a cd", 3, "a…"}, {"", 3, ""}, {"жжжж", 3, "жж…"}} {
		if got := cut(tc.text, tc.limit); got != tc.want {
			t.Errorf("%q to %d: %q", tc.text, tc.limit, got)
		}
	}
}

func TestDates(t *testing.T) {
	for _, tc := range []struct {
		name, inner string
		want        time.Time
	}{
		{"published", "<pubDate>Wed, 05 Jan 2022 10:30:00 +0600</pubDate>", noon.Add(-7*time.Hour - 30*time.Minute)},
		{"in CDATA", "<pubDate><![CDATA[Wed, 05 Jan 2022 10:30:00 GMT]]></pubDate>", noon.Add(-90 * time.Minute)},
		{"dc:date", "<dc:date>2022-01-05T10:30:00Z</dc:date>", noon.Add(-90 * time.Minute)},
		{"none", "", noon},
		{"unreadable", "<pubDate>yesterday</pubDate>", noon},
		{"year 9999", "<pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate>", noon},
		{"1970", "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", noon},
		{"a day ahead", "<pubDate>Thu, 06 Jan 2022 12:00:00 GMT</pubDate>", noon.Add(24 * time.Hour)},
		{"three days ahead", "<pubDate>Sat, 08 Jan 2022 12:00:00 GMT</pubDate>", noon},
		{"impossible, but updated", "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate><dc:date>2022-01-05T10:30:00Z</dc:date>", noon.Add(-90 * time.Minute)},
	} {
		doc := mustParse(t, rssItem("<title>x</title><guid>g</guid>"+tc.inner), "")
		if got := doc.items[0].time; !got.Equal(tc.want) {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestIdentity(t *testing.T) {
	body := `<rss><channel>` +
		`<item><title>a</title><link>https://news.example/a?utm_source=rss</link><guid>https://news.example/a</guid></item>` +
		`<item><title>a again</title><link>https://news.example/a?utm_source=twitter</link></item>` +
		`<item><title>nothing names it</title></item>` +
		`<item></item>` +
		`<item><title>b</title><guid isPermaLink="false">b</guid></item>` +
		`<item><title>b again</title><guid isPermaLink="false">b</guid></item>` +
		`</channel></rss>`
	doc := mustParse(t, body, "")
	var keys []string
	for _, it := range doc.items {
		keys = append(keys, it.key)
	}
	want := []string{"https://news.example/a", digest("nothing names it\n\n"), "b"}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
	if doc.read != 6 || doc.tags != 6 {
		t.Errorf("%d of %d items read", doc.read, doc.tags)
	}
}

func TestNewestItemsAreKept(t *testing.T) {
	var b strings.Builder
	b.WriteString("<rss><channel>")
	for i := range 1500 {
		fmt.Fprintf(&b, "<item><title>%d</title><guid>%d</guid><pubDate>%s</pubDate></item>", i, i,
			noon.Add(time.Duration(i-1500)*time.Minute).Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>")
	doc := mustParse(t, b.String(), "")
	if len(doc.items) != maxItems || doc.items[0].key != "1499" || doc.items[maxItems-1].key != "500" {
		t.Errorf("%d items from %s to %s", len(doc.items), doc.items[0].key, doc.items[len(doc.items)-1].key)
	}
}

func TestCharsets(t *testing.T) {
	const title = "Отключение интернета"
	plainFeed := func(declaration string) string {
		return declaration + rssItem("<title>"+title+"</title><guid>g</guid>")
	}
	cp1251, err := charmap.Windows1251.NewEncoder().String(plainFeed(`<?xml version="1.0" encoding="windows-1251"?>`))
	if err != nil {
		t.Fatal(err)
	}
	bare1251, _ := charmap.Windows1251.NewEncoder().String(plainFeed(""))
	koi8, _ := charmap.KOI8R.NewEncoder().String(plainFeed(""))
	latin, _ := charmap.Windows1252.NewEncoder().String(rssItem("<title>naïve café</title><guid>g</guid>"))
	jis, _ := japanese.ISO2022JP.NewEncoder().String(`<?xml version="1.0" encoding="iso-2022-jp"?>` + rssItem("<title>停電</title><guid>g</guid>"))
	for _, tc := range []struct {
		name, body, contentType, want string
	}{
		{"nothing said", plainFeed(""), "", title},
		{"byte order mark", "\uFEFF" + plainFeed(`<?xml version="1.0"?>`), "", title},
		{"declared", cp1251, "text/xml", title},
		{"header alone", bare1251, "application/rss+xml; charset=windows-1251", title},
		{"header before declaration", strings.Replace(cp1251, "windows-1251", "iso-8859-5", 1), `text/xml; charset="Windows-1251"`, title},
		{"KOI8 by header", koi8, "text/xml; charset=koi8-r", title},
		{"wrong header on UTF-8", plainFeed(`<?xml version="1.0" encoding="utf-8"?>`), "text/xml; charset=ISO-8859-1", title},
		{"wrong declaration on UTF-8", plainFeed(`<?xml version="1.0" encoding="windows-1251"?>`), "", title},
		{"wrong UTF-16 declaration", plainFeed(`<?xml version="1.0" encoding="utf-16"?>`), "", title},
		{"unknown label", plainFeed(`<?xml version="1.0" encoding="x-mine"?>`), "text/xml; charset=nonsense", title},
		{"UTF-16 little endian", wide(plainFeed(`<?xml version="1.0" encoding="utf-16"?>`), true, true), "", title},
		{"UTF-16 big endian", wide(plainFeed(`<?xml version="1.0" encoding="utf-16"?>`), false, true), "", title},
		{"UTF-16 without a mark", wide(plainFeed(`<?xml version="1.0" encoding="utf-16"?>`), true, false), "", title},
		{"unlabelled old Windows", latin, "", "naïve café"},
		{"Japanese in seven bits", jis, "", "停電"},
		{"one bad byte", strings.Replace(plainFeed(""), title, title+"\xFF", 1), "", title + "\uFFFD"},
		{"a control character", strings.Replace(plainFeed(""), title, title[:2]+"\x1F"+title[2:], 1), "", title},
		{"XML 1.1", plainFeed(`<?xml version="1.1"?>`), "", title},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doc, err := parse([]byte(tc.body), tc.contentType, "https://news.example/", noon)
			if err != nil {
				t.Fatal(err)
			}
			if got := articles(doc); len(got) != 1 || got[0].Title != tc.want {
				t.Errorf("%+v", got)
			}
		})
	}
}

// wide writes text as UTF-16.
func wide(text string, little, mark bool) string {
	var b bytes.Buffer
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xFEFF}, units...)
	}
	for _, u := range units {
		if little {
			b.Write([]byte{byte(u), byte(u >> 8)})
		} else {
			b.Write([]byte{byte(u >> 8), byte(u)})
		}
	}
	return b.String()
}

func TestNotAFeed(t *testing.T) {
	for _, tc := range []struct{ body, what string }{
		{"", "an empty answer"},
		{"  \n\t ", "an empty answer"},
		{"hello world", "an answer of 11 bytes"},
		{strings.Repeat("plain text ", 20), "plain text"},
		{"\x1f\x8b\x08rest", "compressed data"},
		{"<!DOCTYPE html><html></html>", "an HTML page"},
		{"<!-- hello --><!DOCTYPE HTML PUBLIC \"x\"><HTML>", "an HTML page"},
		{"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>", "an HTML page"},
		{"<html><head><title>Just a moment...</title>", "an HTML page that checks for humans"},
		{"<?xml version=\"1.0\"?><opml version=\"2.0\"></opml>", `a document of another kind ("opml")`},
		{"<!-- only a comment -->", "a document without content"},
		{`{"error":"rate limit exceeded, please slow down"}`, "JSON without items"},
		{"{}", "an answer of 2 bytes"},
	} {
		_, err := parse([]byte(tc.body), "", "https://news.example/", noon)
		var no *NotAFeedError
		if !errors.As(err, &no) || no.What != tc.what {
			t.Errorf("%.40q: %v", tc.body, err)
		}
	}
}

func TestBombs(t *testing.T) {
	wrap := func(inner string) string { return "<rss><channel>" + inner + "</channel></rss>" }
	xmlns := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ` xmlns:n%d="urn:%d"`, i, i)
		}
		return b.String()
	}
	pieces := strings.Repeat("<![CDATA[0123456789]]>", 100_000)
	for name, body := range map[string]string{
		"deep":                     wrap(strings.Repeat("<a:b>", 700_000)),
		"deep and declared":        "<rss><channel" + xmlns(65) + ">" + strings.Repeat("<a/>", 10),
		"namespaces down the tree": wrap(strings.Repeat("<a"+xmlns(10)+">", 7)),
		"attributes":               wrap("<item" + strings.Repeat(` a="b"`, 100) + "/>"),
		"a long tag":               wrap("<item" + strings.Repeat(` a=">"`, 500_000) + "/>"),
		"bare attributes":          wrap("<item" + strings.Repeat(` b`, 2_000_000) + "/>"),
		"a tag without end":        "<rss><channel><item a='" + strings.Repeat("x", 100_000),
		"elements":                 wrap(strings.Repeat("<item/>", 100_001)),
		"text in pieces":           wrap("<x:y>" + pieces + "</x:y>"),
		"comments in text":         wrap("<x:y>" + strings.Repeat("0123456789<!-- -->", 200_000) + "</x:y>"),
		"second encoding":          wrap(`<?xml version="1.0" encoding="utf-16"?>` + strings.Repeat("<a:b>", 1000)),
		"deep JSON":                `{"items":` + strings.Repeat("[", 10_000),
		"wide JSON":                `{"items":[` + strings.Repeat("{},", 150_000) + `{}]}`,
		"null items":               `{"version":"https://jsonfeed.org/version/1","title":"t","items":[null]}`,
		"null authors":             `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","authors":[null]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := parse([]byte(body), "", "https://news.example/", noon)
			if err == nil {
				t.Error("it was read")
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestGuardLetsRealShapesPass(t *testing.T) {
	for name, body := range map[string]string{
		"namespaces on each element": "<rss><channel>" + strings.Repeat(`<item xmlns:a="urn:a" xmlns:b="urn:b"><title>x</title></item>`, 500) + "</channel></rss>",
		"open breaks":                "<rss><channel>" + strings.Repeat("<item><description>a<br>b<br>c</description></item>", 500) + "</channel></rss>",
		"much inline markup": `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><content type="xhtml"><div>` +
			strings.Repeat("some <b>bold</b> words\n", 5000) + "</div></content></entry></feed>",
		"a thousand indented items": "<rss><channel>" + strings.Repeat("\n        <item>\n            <title>x</title>\n        </item>", 1000) + "</channel></rss>",
		"entities":                  `<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>`,
	} {
		if _, err := parse([]byte(body), "", "https://news.example/", noon); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseDeadline(t *testing.T) {
	r := &deadlineReader{r: strings.NewReader("x"), until: time.Now().Add(-time.Second)}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, errSlow) || !r.late {
		t.Errorf("read past the deadline: %v", err)
	}
}

func TestLinks(t *testing.T) {
	base, _ := url.Parse("https://news.example/feeds/all.xml")
	for raw, want := range map[string]string{
		"":                                     "",
		"/a":                                   "https://news.example/a",
		"a?b=1":                                "https://news.example/feeds/a?b=1",
		"//other.example/a":                    "https://other.example/a",
		"HTTPS://news.example/a":               "https://news.example/a",
		"https://news.example/?utm_x":          "https://news.example/",
		"https://news.example/?q=a%20b&oc=1&z": "https://news.example/?q=a%20b&z",
		"data:text/html,x":                     "",
		"mailto:a@b.example":                   "",
		"http://":                              "",
		"http://[::1":                          "",
		"https://news.example/" + strings.Repeat("x", 3000): "",
	} {
		if got := link(raw, base); got != want {
			t.Errorf("%.60q: %q, want %q", raw, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(rssItem("<title>x</title><guid>g</guid>")), "text/xml")
	f.Add([]byte(`{"items":[{"id":"1"}]}`), "application/feed+json")
	f.Add([]byte("<feed><entry><id>1</id></entry></feed>"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		doc, err := parse(body, contentType, "https://news.example/", noon)
		if err != nil {
			return
		}
		for _, a := range articles(doc) {
			if _, err := json.Marshal(a); err != nil {
				t.Error(err)
			}
			if a.URL != "" && !strings.HasPrefix(a.URL, "http") {
				t.Errorf("link %q", a.URL)
			}
			if strings.ContainsAny(a.Title+a.Summary, "\r\n\u202e") {
				t.Errorf("text is not plain: %+v", a)
			}
		}
	})
}
