package rss

import (
	"net/url"
	"strings"
)

// maxLink is the longest link that is handed on.
const maxLink = 2000

// link resolves an item's link against where the feed came from and cleans it. Anything that a reader could
// not open safely becomes no link.
func link(raw string, base *url.URL) string {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return ""
	}
	u, err := base.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}
	u.User = nil
	if clean := untracked(u.String()); len(clean) <= maxLink {
		return clean
	}
	return ""
}

// absolute is raw as a clean link if it is one by itself, else "".
func absolute(raw string) string {
	lower := strings.ToLower(raw)
	if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
		return ""
	}
	return link(raw, &url.URL{})
}

// untracked drops the query parameters that tell the site where a reader comes from. All else stays byte for
// byte, as the rest may be the item's identity.
func untracked(address string) string {
	rest, fragment, hasFragment := strings.Cut(address, "#")
	path, query, hasQuery := strings.Cut(rest, "?")
	if !hasQuery {
		return address
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(part, "="); !tracks(strings.ToLower(name)) {
			kept = append(kept, part)
		}
	}
	if len(kept) > 0 {
		path += "?" + strings.Join(kept, "&")
	}
	if hasFragment {
		path += "#" + fragment
	}
	return path
}

func tracks(parameter string) bool {
	switch parameter {
	case "at_medium", "at_campaign", "oc", "fbclid":
		return true
	}
	return strings.HasPrefix(parameter, "utm_")
}
