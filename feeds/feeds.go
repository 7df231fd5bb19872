// Package feeds looks at the outside world: the Watcher contract, the schedule that runs watchers, their
// health in words, and the HTTP client that is polite and safe. Each source family below it turns bytes into
// observations; to add a source, write one more Watcher and register it in one line where they are wired.
package feeds

import (
	"context"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// Emit takes an observation and returns when it is committed. It fails only when ctx is over; the cursor then
// stays where it is.
type Emit func(ctx context.Context, o intel.Observation) error

// Watcher looks at one part of the outside world.
type Watcher interface {
	// Name is unique, stable and short: "mempool", "rss/coindesk". It names the watcher's cursor.
	Name() string
	// Watches says in a few words what it looks at, with its base URL, for people: no secrets.
	Watches() string
	// ExpectedSilence is how long it may normally have nothing to say; 0 means for ever.
	ExpectedSilence() time.Duration
	// Run looks until ctx is over and then returns nil. It survives every error of the outside world, reports
	// it as health and tries again. It returns an error only when going on is pointless.
	//
	// What is older than its cursor, or comes at its first start, is emitted as back-fill. The cursor moves
	// only after emit has returned nil for all that it covers.
	Run(ctx context.Context, emit Emit) error
}

// Cursors is what a watcher needs to remember where it was.
type Cursors interface {
	Cursor(ctx context.Context, watcher string) ([]byte, error)
	SaveCursor(ctx context.Context, watcher string, cursor []byte) error
}
