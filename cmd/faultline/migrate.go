package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/store"
)

// migrateCommand moves everything from one store to another.
type migrateCommand struct {
	From string `required:"" help:"The store to read: sqlite:PATH or a Redis URL." placeholder:"STORE"`
	To   string `required:"" help:"The empty store to put it into." placeholder:"STORE"`
}

// Run opens both and pipes one into the other. The one that was read stays as it is.
func (m *migrateCommand) Run(ctx context.Context, c *console) (err error) {
	source, err := storeNamed(m.From)
	if err != nil {
		return usage(fmt.Errorf("--from: %w", err))
	}
	target, err := storeNamed(m.To)
	if err != nil {
		return usage(fmt.Errorf("--to: %w", err))
	}
	if m.From == m.To || source.Path != "" && source.Path == target.Path {
		return usage(errors.New("--from and --to name the same store"))
	}
	if err := isThere(source); err != nil {
		return err
	}
	from, err := openStore(ctx, configs.Config{Store: source}, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := alone(ctx, from); err != nil {
		return err
	}
	to, err := openStore(ctx, configs.Config{Store: target}, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	p := newTally(c.err, "moved")
	if err := pipe(ctx, from, to, p); err != nil {
		return refused(where(target), err)
	}
	p.done()
	fmt.Fprintf(c.err, "%s now holds everything; start the bot on it, and not on %s again: that would send again\n",
		where(target), where(source))
	return nil
}

// isThere refuses a SQLite store that would be made only to be read.
func isThere(s configs.Store) error {
	if s.RedisURL.IsSet() {
		return nil
	}
	if _, err := os.Stat(s.Path); err != nil {
		return usage(fmt.Errorf("there is no store to read: %w", err))
	}
	return nil
}

// storeNamed reads sqlite:PATH or a Redis URL. It does not repeat what it cannot read: there may be a password in it.
func storeNamed(name string) (configs.Store, error) {
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok && path != "" {
		return configs.Store{Path: filepath.Clean(path)}, nil
	}
	for _, scheme := range []string{"redis://", "rediss://", "unix://"} {
		if strings.HasPrefix(name, scheme) {
			return configs.Store{RedisURL: configs.NewSecret(name)}, nil
		}
	}
	return configs.Store{}, errors.New("write sqlite:PATH, redis://host:6379/0, rediss://host:6379/0 or unix:///path/to/socket")
}

// alone refuses to move a store that a bot is at work on: what it sends after its cards were read would be sent again.
func alone(ctx context.Context, from store.Leases) error {
	me := rand.Text()
	_, err := from.Acquire(ctx, store.WorldLease, me, time.Second)
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("a bot is running on the store to be read; stop every replica, and try again after half a "+
			"minute (%w)", err)
	}
	if err != nil {
		return err
	}
	return from.Release(ctx, store.WorldLease, me)
}

// errStopped ends an export that nobody reads any more.
var errStopped = errors.New("stopped")

// pipe exports and imports at the same time, one record at a time.
func pipe(ctx context.Context, from, to store.Portable, p *tally) error {
	next, stop := iter.Pull2(func(yield func(store.Record, error) bool) {
		err := from.Export(ctx, func(r store.Record) error {
			if !yield(r, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	})
	defer stop()
	return to.Import(ctx, func() (store.Record, error) {
		r, err, more := next()
		if !more {
			return nil, io.EOF
		}
		return counted(p, func() (store.Record, error) { return r, err })
	})
}
