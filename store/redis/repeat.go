package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// A call whose outcome is unknown, or that came while the server could not serve, is made again: every script is
// safe to run twice. No repeat begins later than patience after the first attempt.
const (
	patience   = 4 * time.Second
	firstPause = 2 * time.Millisecond
	lastPause  = 500 * time.Millisecond
)

// repeat makes the call until it has an answer, patience or the context is over. A deadline ends the call that is
// under way; a cancellation ends it no later than callTimeout.
func (s *Store) repeat(ctx context.Context, call func(context.Context) error) error {
	begun := time.Now()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := call(ctx)
		if err == nil || !passing(err) || time.Since(begun)+pause > patience {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}

// on repeats a call that concerns one key, and names the key where it belongs to somebody else.
func (s *Store) on(ctx context.Context, key string, call func(ctx context.Context, key string) error) error {
	err := s.repeat(ctx, func(ctx context.Context) error { return call(ctx, s.prefix+key) })
	if says(err, "WRONGTYPE") {
		err = fmt.Errorf("the key %q is not this bot's; another program uses it: give this bot a prefix of its own, or "+
			"delete that key (%w)", s.prefix+key, err)
	}
	return err
}

// passing says whether the error may go away by itself: the connection was cut or the answer did not come in
// time, or the server is starting, failing over or busy.
func passing(err error) bool {
	var answered goredis.Error
	if errors.As(err, &answered) {
		return slices.ContainsFunc([]string{
			"LOADING", "READONLY", "MASTERDOWN", "BUSY", "NOREPLICAS", "TRYAGAIN", "CLUSTERDOWN", "UNBLOCKED",
			"max number of clients reached",
		}, func(word string) bool { return strings.Contains(answered.Error(), word) })
	}
	var network net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, goredis.ErrPoolTimeout) || errors.Is(err, goredis.ErrPoolExhausted)
}

// MayPass says whether Open failed for what may go away by itself: nobody listens there yet, the host has no name yet,
// the server is still reading what it keeps, or does not answer in time.
func MayPass(err error) bool { return passing(err) }

// isFull says whether the server has refused to keep more.
func isFull(err error) bool {
	var answered goredis.Error
	return errors.As(err, &answered) && strings.Contains(answered.Error(), "OOM command not allowed")
}
