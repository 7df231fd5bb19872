package configs

import (
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/faultlinebot/faultline/intel"
)

//go:embed feeds.yaml
var feedsYAML []byte

// starterFeeds is the list that is used until the operator's file has one.
func (l *loader) starterFeeds() []Feed {
	r := &reader{loader: l, name: "feeds.yaml"}
	if root := r.parse(feedsYAML); root != nil {
		return r.feeds(place{"feeds.list", r.line(root)}, root)
	}
	return nil
}

// feeds reads a list of feeds and checks that no two of them can be taken for each other.
func (r *reader) feeds(at place, n ast.Node) []Feed {
	nodes, _ := r.elements(at, n)
	all := make([]Feed, 0, len(nodes))
	urls, names := map[string]string{}, map[string]string{}
	for i, n := range nodes {
		here := at.element(i, r.line(n))
		f, ok := r.feed(here, n)
		if !ok {
			continue
		}
		r.unique(urls, sameURL(f.URL), here.key("url", here.where), "this URL", "Remove one of the two.")
		if f.Name != "" {
			r.unique(names, strings.ToLower(f.Name), here.key("name", here.where), "the name "+quoted(f.Name),
				"Give one of the two another name.")
		}
		all = append(all, f)
	}
	nameRest(all, names)
	return all
}

// nameRest names feeds that have no name: after their host, or after more of their address where that would not
// tell them apart.
func nameRest(all []Feed, taken map[string]string) {
	hosts := map[string]int{}
	for _, f := range all {
		if f.Name == "" {
			hosts[host(f.URL)]++
		}
	}
	for i := range all {
		f := &all[i]
		if f.Name != "" {
			continue
		}
		f.Name = host(f.URL)
		if _, known := taken[f.Name]; known || hosts[f.Name] > 1 {
			f.Name = address(f.URL)
		}
	}
}

func (r *reader) unique(seen map[string]string, value string, at place, what, mend string) {
	if before, twice := seen[value]; twice {
		r.fault(Fault{at.path, at.where, what + " stands in the list already, at " + before, mend})
		return
	}
	seen[value] = at.where
}

// feed reads one entry. A tier that it leaves out is the lowest.
func (r *reader) feed(at place, n ast.Node) (Feed, bool) {
	f := Feed{Tier: intel.Other}
	fields := map[string]func(scalar) *complaint{
		"url":   into(&f.URL, feedURL),
		"name":  into(&f.Name, text),
		"topic": into(&f.Topic, text),
		"lang":  into(&f.Lang, language),
		"tier":  into(&f.Tier, tier),
	}
	before := len(r.faults)
	for p := range r.pairs(at, n) {
		set, known := fields[p.name]
		if !known {
			r.fault(unknownKey(p, []string{"url", "name", "topic", "lang", "tier"}, nil))
			continue
		}
		s, ok := r.scalar(p.at, p.value)
		if !ok {
			continue
		}
		if bad := set(s); bad != nil {
			r.fault(bad.at(p.at))
		}
	}
	if len(r.faults) > before {
		return f, false
	}
	if f.URL == "" {
		r.fault(Fault{at.path + ".url", at.where, "the feed has no URL", "Write url: https://..."})
		return f, false
	}
	return f, true
}

func into[T any](field *T, parse func(scalar) (T, *complaint)) func(scalar) *complaint {
	return func(s scalar) *complaint {
		v, bad := parse(s)
		if bad == nil {
			*field = v
		}
		return bad
	}
}

func feedURL(s scalar) (string, *complaint) {
	u, bad := webURL(s)
	if bad != nil {
		return "", bad
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

func tier(s scalar) (intel.Tier, *complaint) {
	v, err := strconv.Atoi(s.text)
	if err != nil || v < int(intel.Official) || v > int(intel.Other) {
		return 0, complain("Write 1 (wire or official), 2 (established) or 3 (other).", "%s is not a tier", quoted(s.text))
	}
	return intel.Tier(v), nil
}

// language takes what looks like a BCP 47 tag: https://www.rfc-editor.org/info/bcp47.
func language(s scalar) (string, *complaint) {
	if !regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`).MatchString(s.text) {
		return "", complain("Write a code such as en, ru or zh-Hans.", "%s is not a language code", quoted(s.text))
	}
	return s.text, nil
}

func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// address is all of a URL that names a feed.
func address(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	text := strings.ToLower(u.Host) + u.EscapedPath()
	if u.RawQuery != "" {
		text += "?" + u.RawQuery
	}
	return text
}

// sameURL is equal for two URLs that differ only in ways no server looks at.
func sameURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return fmt.Sprintf("%s%s?%s", strings.ToLower(u.Host), strings.TrimSuffix(u.EscapedPath(), "/"), u.RawQuery)
}
