package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/pipeline"
	"github.com/faultlinebot/faultline/recording"
)

// playSignals folds a recording through the detectors alone and prints what they say.
func playSignals(ctx context.Context, all []intel.Observation, set pipeline.Detectors, out io.Writer, asJSON bool) error {
	w := bufio.NewWriter(out)
	seen := make(map[string]struct{}, len(all))
	show := func(signals []intel.Signal) error {
		for i := range signals {
			if signals[i].Backfill {
				continue
			}
			if err := writeSignal(w, &signals[i], asJSON); err != nil {
				return err
			}
		}
		return nil
	}
	err := recording.Play(ctx, all, func(o intel.Observation) error {
		key := o.Key()
		if _, known := seen[key]; known {
			return nil
		}
		seen[key] = struct{}{}
		return show(set.Observe(o))
	}, func(now time.Time) error {
		return show(set.Tick(now))
	})
	if flush := w.Flush(); err == nil {
		err = flush
	}
	return err
}

// signalLine is one line of `replay --signals --json`.
type signalLine struct {
	Time        string        `json:"time"`
	Observation string        `json:"observation"`
	Kind        intel.Kind    `json:"kind"`
	Phase       intel.Phase   `json:"phase"`
	Places      []string      `json:"places"`
	Assets      []string      `json:"assets"`
	Since       *string       `json:"since"`
	Magnitude   *intel.Figure `json:"magnitude"`
	Claim       *intel.Figure `json:"claim"`
	Sources     []string      `json:"sources"`
	Title       string        `json:"title"`
	Alert       intel.Alert   `json:"alert"`
}

func writeSignal(w io.Writer, s *intel.Signal, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprintln(w, signalText(s))
		return err
	}
	line := signalLine{
		Time: intel.Stamp(s.Time), Observation: s.Observation, Kind: s.Kind, Phase: s.Phase,
		Places: list(s.Places), Assets: list(s.Assets), Since: stampOrNil(s.Since), Magnitude: s.Magnitude,
		Claim: s.Claim, Sources: []string{}, Title: s.Title, Alert: s.Alert,
	}
	for _, source := range s.Sources {
		line.Sources = append(line.Sources, source.Name)
	}
	return writeJSON(w, line)
}

// signalText is a signal for people: one line.
func signalText(s *intel.Signal) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %-10s %-8s %-8s %s", intel.Stamp(s.Time), s.Kind, s.Phase,
		strings.Join(append(list(s.Places), s.Assets...), " "), s.Title)
	if f := s.Magnitude; f != nil {
		fmt.Fprintf(&b, "  [%s %+.1f %%", f.Of, 100*f.Value)
		if f.Low != nil && f.High != nil {
			fmt.Fprintf(&b, ", 95 %%: %+.1f ... %+.1f", 100**f.Low, 100**f.High)
		}
		b.WriteString("]")
	}
	if s.Claim != nil {
		fmt.Fprintf(&b, "  [%s claimed %+.1f %%]", s.Claim.Of, 100*s.Claim.Value)
	}
	return b.String()
}

func writeJSON(w io.Writer, line any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(line)
}

// list makes a list that prints as [] where there is nothing.
func list(l []string) []string {
	return append([]string{}, l...)
}

func stampOrNil(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := intel.Stamp(t)
	return &s
}
