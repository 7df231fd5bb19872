package feeds

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// SuperviseOptions are what [Supervise] needs; Log may be nil.
type SuperviseOptions struct {
	Board *Board
	Log   *slog.Logger
	// Restart is the pause before a watcher that fell over is started again; 1 s to 5 min when zero.
	Restart Backoff
}

// Private is a watcher that watches for an audience of its own; its silence is told to nobody else.
type Private interface {
	Audience() intel.Audience
}

// errEnded is a Run that returned nil though its time was not over.
var errEnded = errors.New("watcher ended by itself")

// Supervise runs one watcher until ctx is over and then returns. A panic becomes health and a restart. A
// watcher that says that going on is pointless is left stopped, with its reason on the board: it never takes
// the others down with it. When the watcher has had nothing to say for its expected silence, Supervise says
// so for it with one [intel.Silence].
func Supervise(ctx context.Context, w Watcher, emit Emit, o SuperviseOptions) {
	if o.Board == nil {
		o.Board = NewBoard(nil)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Restart == (Backoff{}) {
		o.Restart = Backoff{Least: time.Second, Most: 5 * time.Minute}
	}
	s := supervisor{w: w, emit: emit, o: o}
	var both sync.WaitGroup
	both.Go(func() { s.keepRunning(ctx) })
	both.Go(func() { s.tellSilence(ctx) })
	both.Wait()
}

type supervisor struct {
	w    Watcher
	emit Emit
	o    SuperviseOptions
}

func (s *supervisor) keepRunning(ctx context.Context) {
	for falls := 0; ; {
		began := time.Now()
		err := s.runOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		var panicked *PanicError
		if !errors.Is(err, errEnded) && !errors.As(err, &panicked) {
			s.o.Board.Failed(s.w.Name(), "has given up: "+shorten(err.Error(), 200), time.Time{})
			return
		}
		if panicked != nil {
			s.o.Log.Error("watcher panicked", "watcher", s.w.Name(), "panic", panicked.Value,
				"stack", string(panicked.Stack))
		}
		if time.Since(began) > s.o.Restart.Most {
			falls = 0 // it ran well for long enough
		}
		falls++
		wait := s.o.Restart.After(falls)
		s.o.Board.Failed(s.w.Name(), Explain(s.w.Watches(), err), time.Now().Add(wait))
		if Sleep(ctx, wait) != nil {
			return
		}
	}
}

func (s *supervisor) runOnce(ctx context.Context) error {
	err := Caught(func() error { return s.w.Run(ctx, s.pass) })
	if err == nil {
		return errEnded
	}
	return err
}

// Caught runs f and turns a panic into a [PanicError]. A watcher that starts goroutines wraps each in it and
// returns the error from Run, as no one else can catch what panics there.
func Caught(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// pass hands an observation on and remembers that the watcher spoke.
func (s *supervisor) pass(ctx context.Context, o intel.Observation) error {
	if err := s.emit(ctx, o); err != nil {
		return err
	}
	if !o.Backfill {
		s.o.Board.Spoke(s.w.Name())
	}
	return nil
}

// tellSilence emits one silence for each moment after which nothing more was heard.
func (s *supervisor) tellSilence(ctx context.Context) {
	normal := s.w.ExpectedSilence()
	if normal <= 0 {
		return
	}
	began := time.Now()
	var told time.Time
	for {
		heard := began
		if h := s.o.Board.Of(s.w.Name()).Heard; h.After(heard) {
			heard = h
		}
		wait := time.Until(heard.Add(normal))
		if wait <= 0 {
			if !heard.Equal(told) && s.emitSilence(ctx, heard) == nil {
				told = heard
				s.o.Board.fellSilent(s.w.Name(), heard)
			}
			wait = min(normal, time.Minute)
		}
		if Sleep(ctx, wait) != nil {
			return
		}
	}
}

func (s *supervisor) emitSilence(ctx context.Context, since time.Time) error {
	now := time.Now()
	o := intel.Observation{Source: s.w.Name(), Time: now, Known: now, Body: intel.Silence{Since: since}}
	if private, ok := s.w.(Private); ok {
		o.Audience = private.Audience()
	}
	return s.emit(ctx, o)
}
