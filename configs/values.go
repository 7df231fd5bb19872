package configs

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// scalar is one value as it was written.
type scalar struct {
	text string
	at   place
	kind string // what YAML takes it for, such as "a number"; empty for a text
}

const (
	shortestInterval = time.Second
	longestInterval  = 24 * time.Hour
)

// text is for what people write freely: one line, not empty.
func text(s scalar) (string, *complaint) {
	switch {
	case s.kind != "":
		return "", complain("Put it in quotes if it is meant.", "%s stands where a text belongs", s.kind)
	case strings.TrimSpace(s.text) == "":
		return "", complain("Write a text, or remove the key.", "it is empty")
	case strings.ContainsFunc(s.text, unicode.IsControl):
		return "", complain("Write one line of text.", "it has control characters or line breaks in it")
	}
	return strings.TrimSpace(s.text), nil
}

func filePath(s scalar) (string, *complaint) { return text(s) }

func truth(s scalar) (bool, *complaint) {
	v, err := strconv.ParseBool(s.text)
	if err != nil {
		return false, complain("Write true or false.", "%s is neither true nor false", quoted(s.text))
	}
	return v, nil
}

func interval(s scalar) (time.Duration, *complaint) {
	const mend = "Write a duration from 1s to 24h with its unit, such as 2m."
	v, err := time.ParseDuration(s.text)
	switch {
	case err != nil:
		return 0, complain(mend, "%s is not a duration", quoted(s.text))
	case v < shortestInterval:
		return 0, complain(mend, "%s is too short", quoted(s.text))
	case v > longestInterval:
		return 0, complain(mend, "%s is too long", quoted(s.text))
	}
	return v, nil
}

// accessToken never shows what it got.
func accessToken(s scalar) (Secret, *complaint) {
	v := strings.TrimSpace(s.text)
	switch {
	case s.kind != "":
		return Secret{}, complain("Put the token in quotes.", "%s stands where a token belongs", s.kind)
	case strings.ContainsFunc(v, unicode.IsSpace):
		return Secret{}, complain(`Write the token alone, without a word such as "Bot" in front.`,
			"it has white space in it")
	case strings.ContainsFunc(v, unicode.IsControl):
		return Secret{}, complain("Copy the token again.", "it has control characters in it")
	}
	return NewSecret(v), nil
}

// userID takes an id as a number or as a text and never goes through a float: ids are larger than 2^53.
func userID(s scalar) (string, *complaint) {
	v := strings.TrimSpace(s.text)
	id, err := strconv.ParseUint(v, 10, 64)
	if err != nil || id == 0 || v != strconv.FormatUint(id, 10) {
		return "", complain("Write the number of the account, not its name.", "%s is not a user id", quoted(s.text))
	}
	return v, nil
}

func network(s scalar) (netip.Prefix, *complaint) {
	v := strings.TrimSpace(s.text)
	if a, err := netip.ParseAddr(v); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(v)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, complain("Write it such as 10.0.0.0/8 or 192.168.1.7.",
			"%s is neither a network nor an address", quoted(s.text))
	}
	if p != p.Masked() {
		return netip.Prefix{}, complain("Write "+p.Masked().String()+", or the address alone.",
			"%s names one address and a whole network at once", quoted(s.text))
	}
	return p, nil
}

func listenAddress(s scalar) (string, *complaint) {
	const mend = "Write host:port, such as 127.0.0.1:8080 or :8080."
	if s.text == "" {
		return "", nil
	}
	_, port, err := net.SplitHostPort(s.text)
	if err != nil {
		return "", complain(mend, "%s is not host:port", quoted(s.text))
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", complain(mend, "%s is not a port from 0 to 65535", quoted(port))
	}
	return s.text, nil
}

// baseURL is the start of other URLs, so it can have no query. What it got is not shown: people put passwords
// and keys into URLs.
func baseURL(s scalar) (string, *complaint) {
	u, bad := webURL(s)
	if bad != nil {
		return "", bad
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", complain("Write it up to the path, without ? and #.", "it is a base URL and has a query or a fragment")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func webURL(s scalar) (*url.URL, *complaint) {
	u, err := url.Parse(strings.TrimSpace(s.text))
	switch {
	case err != nil:
		return nil, complain("Write it such as https://example.org/path.", "it is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, complain("Write a URL that begins with https:// or http://.", "it is not an http or https URL")
	case u.Hostname() == "":
		return nil, complain("Write it such as https://example.org/path.", "the URL has no host")
	case u.User != nil:
		return nil, complain("Remove what stands before the @.", "the URL has a user name or a password in it")
	}
	return u, nil
}

// redisURL never shows what it got: the password is in it.
func redisURL(s scalar) (Secret, *complaint) {
	const mend = "Write it such as redis://:password@host:6379/0, rediss://... or unix:///path/to/socket."
	v := strings.TrimSpace(s.text)
	if v == "" {
		return Secret{}, nil
	}
	u, err := url.Parse(v)
	switch {
	case err != nil:
		return Secret{}, complain(mend, "it is not a URL")
	case u.Scheme != "redis" && u.Scheme != "rediss" && u.Scheme != "unix":
		return Secret{}, complain(mend, "it is not a redis, rediss or unix URL")
	case u.Scheme == "unix" && u.Path == "":
		return Secret{}, complain(mend, "the URL has no path to a socket")
	case u.Scheme != "unix" && u.Hostname() == "":
		return Secret{}, complain(mend, "the URL has no host")
	}
	return NewSecret(v), nil
}
