// Package configs says how Faultline is set up: built-in defaults, then one YAML file, then the environment.
// It also holds what the bot knows beforehand: the starter list of feeds, the countries as headlines write
// them, their published shares of the hashrate, and the built-in recording.
//
// It promises that a Config is either whole and checked or not there at all: [Load] looks at everything and
// returns every fault in one list, each with its key, its place and the way to mend it. A secret is in no
// fault and prints as redacted. Nothing here reads the process's environment; the caller hands it in.
//
// To add a key: a field in Config, a line in keys.go, its default in defaults.yaml. Only commands, tests and
// training programs import this package; every other part takes plain values.
package configs

import (
	_ "embed"
	"net/netip"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Config is everything an operator can set. Its zero value is of no use; see [Load].
type Config struct {
	File     string // the file that was read, empty if there was none
	Store    Store
	Discord  Platform
	Telegram Platform
	Feeds    Feeds
	Sources  map[string]Source // by name: "mempool", "ioda" ...; every known name is there
	Web      Web
}

// Store says where the bot keeps what it must remember. Redis is chosen by setting its URL.
type Store struct {
	Path     string
	RedisURL Secret
}

// Platform is a chat platform. It is in use when its token is set.
type Platform struct {
	Token     Secret
	APIURL    string   // without a slash at its end
	Operators []string // user ids: decimal digits without leading zeros
}

// Feeds is the common feed list and how it is read.
type Feeds struct {
	List          []Feed
	Interval      time.Duration
	AllowNetworks []netip.Prefix // private networks that feeds and sources may be fetched from
}

// Feed is one entry of the feed list. URLs and names are unique, names without regard to case.
type Feed struct {
	URL   string
	Name  string
	Topic string
	Lang  string // BCP 47, empty when unknown
	Tier  intel.Tier
}

// Source is an instrument or a list that has a watcher of its own.
type Source struct {
	URL      string // base of all its addresses, without a slash at its end
	Enabled  bool
	Interval time.Duration
}

// Web is the status page. It is off while Listen is empty.
type Web struct {
	Listen string // host:port
}

// Options is what Load needs to know of the process.
type Options struct {
	// File is the file the operator named. Empty: the one FAULTLINE_CONFIG names, else faultline.yaml in the
	// working directory if there is one.
	File string
	// Env is the environment as os.Environ gives it. A variable that is set to nothing counts as not set.
	Env []string
}

//go:embed defaults.yaml
var defaultsYAML []byte

// Load reads the whole configuration. Its error, if any, is of type [Faults].
func Load(o Options) (Config, error) {
	env := newEnvironment(o.Env)
	l := loader{keys: keys(), config: Config{Sources: map[string]Source{}}}

	l.config.Feeds.List = l.starterFeeds()
	l.file("defaults.yaml", defaultsYAML)
	l.operatorFile(o.File, env)
	l.environment(env)

	if len(l.faults) > 0 {
		return Config{}, l.faults
	}
	return l.config, nil
}

// loader gathers settings and faults; later layers overwrite earlier ones.
type loader struct {
	keys   []key
	config Config
	faults Faults
}

func (l *loader) fault(f Fault) { l.faults = append(l.faults, f) }
