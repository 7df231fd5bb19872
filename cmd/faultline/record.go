package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/recording"
)

type recordCommand struct {
	configFlag
	Out string `short:"o" required:"" placeholder:"FILE" help:"The recording to write; - is standard output, .gz is packed."`
}

// Run writes what the watchers see until it is told to end. It keeps nothing else: every start sees the world
// for the first time, so what is there already is written as back-fill.
func (r *recordCommand) Run(ctx context.Context, c *console) (err error) {
	cfg, err := r.load(c)
	if err != nil {
		return err
	}
	out, closing, err := r.create(c)
	if err != nil {
		return usage(err)
	}
	defer func() {
		if e := closing(); err == nil {
			err = e
		}
	}()
	world, err := watch(cfg, &memory{}, c)
	if err != nil {
		return err
	}
	defer world.close()
	if err := world.name(); err != nil {
		return err
	}
	starters, err := world.feeds()
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	ledger := &ledger{to: recording.NewWriter(out), fail: fail}
	world.run(ctx, ledger.emit, append(starters, world.instruments...), nil)
	return ledger.err
}

// create opens the file. One that is there is never overwritten.
func (r *recordCommand) create(c *console) (io.Writer, func() error, error) {
	if r.Out == "-" {
		return c.out, func() error { return nil }, nil
	}
	f, err := os.OpenFile(r.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("make recording: %w; name a file that is not there yet", err)
	}
	if !strings.HasSuffix(r.Out, ".gz") {
		return f, f.Close, nil
	}
	z := gzip.NewWriter(f)
	return flushed{z}, func() error {
		if err := z.Close(); err != nil {
			return err
		}
		return f.Close()
	}, nil
}

// flushed packs line by line, so that a recording that was cut off is read as far as it goes.
type flushed struct{ z *gzip.Writer }

func (f flushed) Write(p []byte) (int, error) {
	n, err := f.z.Write(p)
	if err == nil {
		err = f.z.Flush()
	}
	return n, err
}

// ledger writes observations one after the other, in the order they became known.
type ledger struct {
	mu   sync.Mutex
	to   *recording.Writer
	fail context.CancelCauseFunc // ends the recording when it cannot be written
	err  error
}

func (l *ledger) emit(_ context.Context, o intel.Observation) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		o.Known = time.Now()
		if l.err = l.to.Write(o); l.err != nil {
			l.fail(l.err)
		}
	}
	return l.err
}

// memory keeps cursors for as long as the process lives.
type memory struct {
	mu   sync.Mutex
	kept map[string][]byte
}

// Cursor implements feeds.Cursors.
func (m *memory) Cursor(_ context.Context, watcher string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[watcher], nil
}

// SaveCursor implements feeds.Cursors.
func (m *memory) SaveCursor(_ context.Context, watcher string, cursor []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[string][]byte{}
	}
	m.kept[watcher] = cursor
	return nil
}
