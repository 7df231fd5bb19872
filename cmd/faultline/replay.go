package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/faultlinebot/faultline/bot"
	botconsole "github.com/faultlinebot/faultline/bot/console"
	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/deliver"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/recording"
	"github.com/faultlinebot/faultline/store/sqlite"
)

type replayCommand struct {
	Files   []string `arg:"" optional:"" help:"Recordings, gzipped or not; - is standard input. None: January 2022."`
	Signals bool     `help:"Stop after the detectors and print their signals."`
	JSON    bool     `name:"json" help:"Print one JSON object a line."`
	Speed   float64  `help:"How many times faster than life; 0 is as fast as it goes." default:"0"`
}

// Run plays recordings. It touches neither the configured store nor any chat.
func (r *replayCommand) Run(ctx context.Context, c *console) error {
	if r.Speed < 0 {
		return usage(errors.New("--speed must not be negative"))
	}
	all, err := r.read(c)
	if err != nil {
		return usage(err)
	}
	countries, err := configs.Countries()
	if err != nil {
		return err
	}
	if r.Signals {
		return playSignals(ctx, all, detectors(countries)(), c.out, r.JSON)
	}
	return r.play(ctx, c, all, countries)
}

func (r *replayCommand) read(c *console) ([]intel.Observation, error) {
	if len(r.Files) == 0 {
		return recording.Read("the built-in recording", bytes.NewReader(configs.Seed()))
	}
	return recording.ReadFiles(r.Files, c.in)
}

// play drives the whole path on an empty throw-away store, with the recording's clock.
func (r *replayCommand) play(ctx context.Context, c *console, all []intel.Observation, countries []intel.Country) error {
	kept, err := sqlite.Open(ctx, sqlite.Options{Throwaway: true})
	if err != nil {
		return err
	}
	defer func() { _ = kept.Close() }()
	var now time.Time
	out := bufio.NewWriter(c.out)
	show, err := r.audience(ctx, c, kept, countries, out, func() time.Time { return now })
	if err != nil {
		return err
	}
	var changes []intel.Change
	brain, err := pipeline.New(ctx, pipeline.Options{
		Store: kept, Detectors: detectors(countries), Countries: countries, Log: c.log,
		Committed: func(ch []intel.Change) { changes = append(changes, ch...) },
	})
	if err != nil {
		return err
	}
	told := func() error {
		if len(changes) == 0 {
			return nil
		}
		err := show(ctx, changes)
		changes = changes[:0]
		if err == nil && r.Speed > 0 {
			err = out.Flush()
		}
		return err
	}
	pace := newPace(ctx, r.Speed, all)
	progress := newProgress(c.err, all)
	err = recording.Play(ctx, all, func(o intel.Observation) error {
		now = o.Known
		progress.at(now)
		if err := errors.Join(pace.until(now), brain.Handle(ctx, o)); err != nil {
			return err
		}
		return told()
	}, func(t time.Time) error {
		now = t
		if err := errors.Join(pace.until(now), brain.Tick(ctx, t)); err != nil {
			return err
		}
		return told()
	})
	return errors.Join(err, out.Flush())
}

// audience is who sees the changes: JSON lines, or cards on the console.
func (r *replayCommand) audience(ctx context.Context, c *console, kept *sqlite.Store, countries []intel.Country,
	out *bufio.Writer, now func() time.Time,
) (func(context.Context, []intel.Change) error, error) {
	if r.JSON {
		return func(_ context.Context, changes []intel.Change) error {
			for i := range changes {
				if err := writeNotice(out, &changes[i]); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}
	terminal := botconsole.New(botconsole.Options{Out: out, Colour: c.colour, Width: c.width})
	if err := kept.Subscribe(ctx, everything()); err != nil {
		return nil, err
	}
	mouth := deliver.New(deliver.Options{
		Store: kept, Platforms: []bot.Platform{terminal}, Now: now, Place: placeNames(countries), Log: c.log,
	})
	return func(ctx context.Context, _ []intel.Change) error { return mouth.Drain(ctx) }, nil
}

// everything is the terminal's own subscription: all there is.
func everything() intel.Subscription {
	return intel.Subscription{
		ID: "console", Destination: intel.Destination{Platform: botconsole.Name, Chat: "stdout"},
	}
}

// placeNames names countries for cards.
func placeNames(countries []intel.Country) func(code string) string {
	names := make(map[string]string, len(countries))
	for _, country := range countries {
		names[country.Code] = country.Name
	}
	return func(code string) string { return names[code] }
}

// pace keeps a replay at a number of times real time.
type pace struct {
	ctx   context.Context
	speed float64
	first time.Time
	begun time.Time
}

func newPace(ctx context.Context, speed float64, all []intel.Observation) *pace {
	p := &pace{ctx: ctx, speed: speed, begun: time.Now()}
	if len(all) > 0 {
		p.first = all[0].Known
	}
	return p
}

// until waits for the moment at which something known then is due.
func (p *pace) until(known time.Time) error {
	if p.speed <= 0 {
		return nil
	}
	due := p.begun.Add(time.Duration(float64(known.Sub(p.first)) / p.speed))
	select {
	case <-p.ctx.Done():
		return p.ctx.Err()
	case <-time.After(time.Until(due)):
		return nil
	}
}

// progress says on the error stream how far a long replay is.
type progress struct {
	out   io.Writer
	total int
	done  int
	next  time.Time
}

const progressEvery = 5 * time.Second

func newProgress(out io.Writer, all []intel.Observation) *progress {
	return &progress{out: out, total: len(all), next: time.Now().Add(progressEvery)}
}

func (p *progress) at(known time.Time) {
	p.done++
	if p.done%256 != 0 || time.Now().Before(p.next) {
		return
	}
	p.next = time.Now().Add(progressEvery)
	fmt.Fprintf(p.out, "played to %s, %d %% of %d observations\n", intel.Stamp(known), 100*p.done/p.total, p.total)
}
