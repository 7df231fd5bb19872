package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/store"
)

// restoreCommand puts a backup into the configured store.
type restoreCommand struct {
	configFlag
	File string `arg:"" help:"What backup wrote; - is the standard input."`
}

// Run checks the whole backup, and only then begins to write.
func (r *restoreCommand) Run(ctx context.Context, c *console) error {
	cfg, err := r.load(c)
	if err != nil {
		return err
	}
	f, err := openBackup(r.File, c.in)
	if err != nil {
		return usage(err)
	}
	defer f.Close()
	if err := checkBackup(ctx, f); err != nil {
		if ctx.Err() == nil {
			err = usage(fmt.Errorf("%s: %w: not restored", r.File, err))
		}
		return err
	}
	return r.restore(ctx, cfg, f, c)
}

// restore opens the store, which it makes where there is none, and puts the backup into it.
func (*restoreCommand) restore(ctx context.Context, cfg configs.Config, f *os.File, c *console) (err error) {
	from, err := records(f)
	if err != nil {
		return err
	}
	kept, err := openStore(ctx, cfg, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	p := newTally(c.err, "restored")
	if err := kept.Import(ctx, func() (store.Record, error) { return counted(p, from.Next) }); err != nil {
		return refused(where(cfg.Store), err)
	}
	p.done()
	return nil
}

func counted(p *tally, next func() (store.Record, error)) (store.Record, error) {
	r, err := next()
	if err == nil {
		p.step()
	}
	return r, err
}

// refused makes a sentence of a store that is not empty.
func refused(where string, err error) error {
	if !errors.Is(err, store.ErrNotEmpty) {
		return err
	}
	return fmt.Errorf("%s already holds something and was not touched; name an empty store, or move that one away (%w)",
		where, err)
}

// where names a store for people, without a password.
func where(s configs.Store) string {
	if s.RedisURL.IsSet() {
		return "the Redis server"
	}
	return s.Path
}

// openBackup opens the backup so that it can be read twice; what comes from the standard input is put aside.
func openBackup(name string, stdin io.Reader) (*os.File, error) {
	if name != "-" {
		return os.Open(name)
	}
	f, err := os.CreateTemp("", "faultline-restore-")
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(f, stdin)
	if err := errors.Join(err, os.Remove(f.Name())); err != nil { // it lives as long as it is open
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// records reads the backup from its beginning, gzipped or not, whatever its name.
func records(f *os.File) (*store.RecordReader, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	buffered := bufio.NewReader(f)
	if magic, _ := buffered.Peek(2); string(magic) != "\x1f\x8b" {
		return store.NewRecordReader(buffered)
	}
	unzipped, err := gzip.NewReader(buffered)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, store.ErrCutOff
	}
	if err != nil {
		return nil, err
	}
	return store.NewRecordReader(unzipped)
}

// checkBackup reads it to its end.
func checkBackup(ctx context.Context, f *os.File) error {
	from, err := records(f)
	for err == nil {
		if err = ctx.Err(); err == nil {
			_, err = from.Next()
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
