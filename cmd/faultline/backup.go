package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/store"
)

// backupCommand copies everything that is kept to a file that restore reads, whatever kind of store it came from.
type backupCommand struct {
	configFlag
	File string `arg:"" help:"Where to; gzipped where the name ends in .gz; - is the standard output."`
}

// Run writes the backup.
func (b *backupCommand) Run(ctx context.Context, c *console) error {
	return withStore(ctx, b.configFlag, c, func(kept store.Store) error {
		p := newTally(c.err, "saved")
		if err := save(ctx, kept, b.File, c.out, p); err != nil {
			return err
		}
		p.done()
		return nil
	})
}

// save writes to a file beside the one named, so that a backup from before is there until the new one is whole.
func save(ctx context.Context, kept store.Portable, name string, stdout io.Writer, p *tally) error {
	if name == "-" {
		return export(ctx, kept, stdout, p)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-") // for its owner only: it names chats
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is not there any more when all went well
	err = exportTo(ctx, kept, f, strings.HasSuffix(name, ".gz"), p)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func exportTo(ctx context.Context, kept store.Portable, f *os.File, zip bool, p *tally) error {
	var to io.Writer = f
	end := func() error { return nil }
	if zip {
		z := gzip.NewWriter(f)
		to, end = z, z.Close
	}
	return firstOf(
		func() error { return export(ctx, kept, to, p) },
		end,
		f.Sync,
	)
}

// firstOf does one thing after the other until one fails.
func firstOf(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func export(ctx context.Context, kept store.Portable, w io.Writer, p *tally) error {
	buffered := bufio.NewWriter(w)
	to, err := store.NewRecordWriter(buffered)
	if err != nil {
		return err
	}
	return firstOf(
		func() error { return kept.Export(ctx, func(r store.Record) error { p.step(); return to.Write(r) }) },
		to.Close,
		buffered.Flush,
	)
}

// tally counts, and says now and then how far it is.
type tally struct {
	to   io.Writer
	verb string
	n    int
	next time.Time
}

func newTally(to io.Writer, verb string) *tally {
	return &tally{to: to, verb: verb, next: time.Now().Add(progressEvery)}
}

func (p *tally) step() {
	p.n++
	if p.n%1000 == 0 && time.Now().After(p.next) {
		p.done()
		p.next = time.Now().Add(progressEvery)
	}
}

func (p *tally) done() { fmt.Fprintf(p.to, "%s %s\n", p.verb, plural(p.n, "record")) }
