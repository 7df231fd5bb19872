package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

const (
	// rememberedSteps is how many tokens are kept. One brain repeats its last step only; the rest is margin.
	rememberedSteps = 256
	// markFor is how long Redis keeps a seen mark: some more than it counts, for clocks differ.
	markFor = store.SeenFor + 24*time.Hour
)

// Seen implements [store.Intake].
func (s *Store) Seen(ctx context.Context, key string) (seen bool, err error) {
	var found []any
	err = s.repeat(ctx, func(ctx context.Context) (err error) {
		found, err = s.main.MGet(ctx, s.prefix+"seen:"+key, s.prefix+"horizon").Result()
		return err
	})
	if err != nil || found[0] == nil {
		return false, s.wrap(ctx, "seen", err)
	}
	known, _, _ := strings.Cut(text(found[0]), " ")
	at, err := strconv.ParseInt(known, 10, 64)
	if err != nil {
		return false, s.wrap(ctx, "seen", fmt.Errorf("the mark of %q cannot be read", key))
	}
	horizon, err := strconv.ParseInt(text(found[1]), 10, 64)
	return err != nil || at >= horizon, nil // without a horizon all marks count
}

// Commit implements [store.Intake].
func (s *Store) Commit(ctx context.Context, step store.Step) error {
	args, err := stepArgs(step, s.stepBefore(step.Fence))
	if err != nil {
		return s.wrap(ctx, "commit", err)
	}
	if _, err = s.run(ctx, "commit", "commit", args...); err == nil {
		s.committed(step)
	}
	return err
}

// stepArgs writes a step, and the token of the one before it, as commit.lua reads them.
func stepArgs(step store.Step, before string) ([]any, error) {
	if step.Token == "" {
		return nil, errors.New("the step has no token")
	}
	args := []any{step.Token, step.Fence, before, rememberedSteps, len(step.Changes)}
	observed, err := observationArgs(step)
	if err != nil {
		return nil, err
	}
	args = append(args, observed...)
	for _, c := range step.Changes {
		change, err := changeArgs(c)
		if err != nil {
			return nil, fmt.Errorf("incident %s: %w", c.Incident.ID, err)
		}
		args = append(args, change...)
	}
	return args, nil
}

func observationArgs(step store.Step) ([]any, error) {
	if step.Observation == nil {
		return []any{"0", "", "", 1, "", 0, "", "", 0, ""}, nil
	}
	o := *step.Observation
	data, err := store.EncodeObservation(o)
	if err != nil {
		return nil, err
	}
	at := store.KeptBy(o)
	if at.IsZero() {
		at = step.Time
	}
	hour, ripe, grain := hourArgs(o, at)
	mark := fmt.Sprintf("%d %s", store.Micros(step.Time), step.Token)
	return []any{
		"1", o.Key(), mark, markFor.Milliseconds(), o.Body.Type(), store.Micros(at),
		record(step.Quarantined != "", hour, data), hour, ripe, grain,
	}, nil
}

func changeArgs(c intel.Change) ([]any, error) {
	i, n := c.Incident, c.Notice
	data, err := store.EncodeIncident(i)
	if err != nil {
		return nil, err
	}
	closed := "+inf"
	if !i.IsOpen() {
		closed = strconv.FormatInt(store.Micros(i.ClosedAt), 10)
	}
	args := []any{i.ID, sorts(i.ID), i.Revision, int(i.Severity), store.Micros(i.Opened), closed, data}
	if n == nil {
		return append(args, "", 0, "0"), nil
	}
	if n.Incident != i.ID || n.Revision != i.Revision {
		return nil, fmt.Errorf("at revision %d it has the notice of %s at revision %d", i.Revision, n.Incident,
			n.Revision)
	}
	notice, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	return append(args, notice, store.Micros(n.Time), bit(n.Change.Spoken())), nil
}
