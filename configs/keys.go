package configs

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// key is one setting. It has either set, for what both the file and the environment can say, or read, for
// what only the file can.
type key struct {
	path   string
	short  string // a second name in the environment, without our prefix
	list   bool
	secret bool
	set    setter
	read   func(r *reader, at place, n ast.Node)
}

// setter understands the values, checks them and puts them into the Config, or says what is wrong. For a key
// that is no list there is exactly one value.
type setter func(c *Config, values []scalar) Faults

// keys is every setting there is.
func keys() []key {
	all := []key{
		{path: "store.path", set: one(filePath, func(c *Config, v string) { c.Store.Path = v })},
		{
			path: "store.redis_url", short: "REDIS_URL", secret: true,
			set: one(redisURL, func(c *Config, v Secret) { c.Store.RedisURL = v }),
		},
		{
			path: "feeds.list",
			read: func(r *reader, at place, n ast.Node) { r.config.Feeds.List = r.feeds(at, n) },
		},
		{path: "feeds.interval", set: one(interval, func(c *Config, v time.Duration) { c.Feeds.Interval = v })},
		{
			path: "feeds.allow_networks", list: true,
			set: many(network, func(c *Config, v []netip.Prefix) { c.Feeds.AllowNetworks = v }),
		},
		{path: "web.listen", set: one(listenAddress, func(c *Config, v string) { c.Web.Listen = v })},
	}
	all = append(all, platformKeys("discord", func(c *Config) *Platform { return &c.Discord })...)
	all = append(all, platformKeys("telegram", func(c *Config) *Platform { return &c.Telegram })...)
	for _, name := range sourceNames() {
		all = append(all, sourceKeys(name)...)
	}
	return all
}

func sourceNames() []string {
	return []string{
		"mempool", "esplora", "blockchaininfo", "binance", "coinbase", "kraken", "bitstamp", "coingecko",
		"ioda", "radar", "ripestat", "ooni", "netblocks", "gdelt", "gdacs", "usgs", "ofac", "ofsi", "eu",
	}
}

func platformKeys(name string, of func(*Config) *Platform) []key {
	return []key{
		{
			path: name + ".token", short: strings.ToUpper(name) + "_TOKEN", secret: true,
			set: one(accessToken, func(c *Config, v Secret) { of(c).Token = v }),
		},
		{path: name + ".api_url", set: one(baseURL, func(c *Config, v string) { of(c).APIURL = v })},
		{
			path: name + ".operators", list: true,
			set: many(userID, func(c *Config, v []string) { of(c).Operators = v }),
		},
	}
}

func sourceKeys(name string) []key {
	change := func(c *Config, f func(*Source)) {
		s := c.Sources[name]
		f(&s)
		c.Sources[name] = s
	}
	return []key{
		{path: "sources." + name + ".url", set: one(baseURL, func(c *Config, v string) {
			change(c, func(s *Source) { s.URL = v })
		})},
		{path: "sources." + name + ".enabled", set: one(truth, func(c *Config, v bool) {
			change(c, func(s *Source) { s.Enabled = v })
		})},
		{path: "sources." + name + ".interval", set: one(interval, func(c *Config, v time.Duration) {
			change(c, func(s *Source) { s.Interval = v })
		})},
	}
}

// one makes a setter of a parser of one value and the field it is for.
func one[T any](parse func(scalar) (T, *complaint), put func(*Config, T)) setter {
	return func(c *Config, values []scalar) Faults {
		v, bad := parse(values[0])
		if bad != nil {
			return Faults{bad.at(values[0].at)}
		}
		put(c, v)
		return nil
	}
}

// many makes a setter of a parser of one element and the list it is for.
func many[T any](parse func(scalar) (T, *complaint), put func(*Config, []T)) setter {
	return func(c *Config, values []scalar) Faults {
		var faults Faults
		all := make([]T, 0, len(values))
		for _, s := range values {
			v, bad := parse(s)
			if bad != nil {
				faults = append(faults, bad.at(s.at))
				continue
			}
			all = append(all, v)
		}
		if len(faults) == 0 {
			put(c, all)
		}
		return faults
	}
}

func (l *loader) key(path string) (key, bool) {
	i := slices.IndexFunc(l.keys, func(k key) bool { return k.path == path })
	if i < 0 {
		return key{}, false
	}
	return l.keys[i], true
}

// below lists the names of the keys and sections directly in a section, in the order of the table.
func (l *loader) below(section string) []string {
	var names []string
	for _, k := range l.keys {
		rest, ok := strings.CutPrefix(k.path, section+".")
		if section == "" {
			rest, ok = k.path, true
		}
		if name, _, _ := strings.Cut(rest, "."); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
