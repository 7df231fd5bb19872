package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

var noon = time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)

// memory keeps steps; failures are what the next commits return instead.
type memory struct {
	failures []error
	tried    []store.Step
	kept     []store.Step
	history  []intel.Observation
}

var _ Store = (*memory)(nil)

func (m *memory) Seen(_ context.Context, key string) (bool, error) {
	for _, s := range m.kept {
		if s.Observation != nil && s.Observation.Key() == key {
			return true, nil
		}
	}
	return false, nil
}

func (m *memory) Commit(_ context.Context, step store.Step) error {
	m.tried = append(m.tried, step)
	if len(m.failures) > 0 {
		err := m.failures[0]
		m.failures = m.failures[1:]
		if err != nil {
			return err
		}
	}
	m.kept = append(m.kept, step)
	return nil
}

func (m *memory) Observations(_ context.Context, yield func(intel.Observation) error) error {
	for _, o := range m.history {
		if err := yield(o); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) LiveIncidents(context.Context, time.Time) ([]intel.Incident, error) {
	live := map[string]intel.Incident{}
	var ids []string
	for _, s := range m.kept {
		for _, ch := range s.Changes {
			if _, known := live[ch.Incident.ID]; !known {
				ids = append(ids, ch.Incident.ID)
			}
			live[ch.Incident.ID] = ch.Incident
		}
	}
	var all []intel.Incident
	for _, id := range ids {
		all = append(all, live[id])
	}
	return all, nil
}

func (m *memory) Incident(context.Context, string) (intel.Incident, error) {
	return intel.Incident{}, store.ErrNotFound
}
func (m *memory) LatestIncidents(context.Context, int) ([]intel.Incident, error) { return nil, nil }
func (m *memory) Notices(context.Context, string, int) ([]intel.Notice, error)   { return nil, nil }
func (m *memory) Forget(context.Context, time.Time) (bool, error)                { return false, nil }

// witness is a detector that takes every article for a shutdown and remembers what it was asked.
type witness struct{ asked *[]string }

func (w witness) Observe(o intel.Observation) []intel.Signal {
	*w.asked = append(*w.asked, o.Label())
	a, isArticle := o.Body.(intel.Article)
	if !isArticle {
		return nil
	}
	if a.Title == "poison" {
		panic("poisoned")
	}
	return []intel.Signal{{
		Time: o.Known, Key: o.Key(), Kind: intel.Shutdown, Phase: intel.Onset, Places: []string{"GN"},
		Title: a.Title, Alert: intel.AlertPush, Since: o.Known, Backfill: o.Backfill,
		Sources: []intel.Source{{Name: o.Source, Tier: a.Tier}},
	}}
}
func (w witness) Tick(time.Time) []intel.Signal { return nil }
func (w witness) Warmed()                       {}
func (w witness) Readings() []intel.Reading     { return nil }
func (w witness) Measure(intel.Quantity, string, time.Time, time.Time) (intel.Measurement, bool) {
	return intel.Measurement{}, false
}

func article(n int, title string) intel.Observation {
	return intel.Observation{
		Source: fmt.Sprint("outlet", n), Time: noon, Known: noon,
		Body: intel.Article{Title: title, URL: fmt.Sprint("https://a.example/", n), Tier: intel.Established},
	}
}

// newBrain makes a brain over a store and what was asked of its detectors.
func newBrain(t *testing.T, m *memory) (*Brain, *[]string) {
	t.Helper()
	asked := &[]string{}
	b, err := New(context.Background(), Options{
		Store: m, Detectors: func() Detectors { return witness{asked} }, Fence: 7,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, asked
}

func TestHandleCommitsOnceAndDropsWhatIsKnown(t *testing.T) {
	m := &memory{}
	b, asked := newBrain(t, m)
	var told int
	b.opts.Committed = func(ch []intel.Change) { told += len(ch) }
	for range 3 {
		if err := b.Handle(context.Background(), article(1, "Net cut")); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.kept) != 1 || len(*asked) != 1 || told != 1 {
		t.Errorf("%d steps, asked %v, told %d", len(m.kept), *asked, told)
	}
	if s := m.kept[0]; s.Fence != 7 || s.Token == "" || len(s.Changes) != 1 || s.Changes[0].Notice == nil {
		t.Errorf("step %+v", s)
	}
}

func TestACommitThatFailsIsRepeatedWithTheSameTokenAndNoSecondQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{failures: []error{errors.New("disk full"), errors.New("disk full"), nil}}
		b, asked := newBrain(t, m)
		if err := b.Handle(context.Background(), article(1, "Net cut")); err != nil {
			t.Fatal(err)
		}
		if len(m.tried) != 3 || len(*asked) != 1 {
			t.Fatalf("tried %d times, asked %v", len(m.tried), *asked)
		}
		if diff := cmp.Diff(m.tried[0], m.tried[2]); diff != "" {
			t.Error(diff)
		}
		if err := b.Handle(context.Background(), article(2, "Net cut too")); err != nil {
			t.Fatal(err)
		}
		if m.kept[0].Token == m.kept[1].Token {
			t.Error("two steps, one token")
		}
		if got := m.kept[1].Changes[0].Incident; got.Revision != 2 || len(m.kept[1].Changes) != 1 {
			t.Errorf("second step made %+v", got)
		}
	})
}

func TestHandleEndsWithItsContextWhileTheStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		for range 10_000 {
			m.failures = append(m.failures, errors.New("gone"))
		}
		b, _ := newBrain(t, m)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := b.Handle(ctx, article(1, "Net cut")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAFencedBrainStopsAtOnce(t *testing.T) {
	for _, final := range []error{store.ErrFenced, store.ErrConflict} {
		m := &memory{failures: []error{fmt.Errorf("commit: %w", final)}}
		b, _ := newBrain(t, m)
		if err := b.Handle(context.Background(), article(1, "Net cut")); !errors.Is(err, final) || len(m.tried) != 1 {
			t.Errorf("got %v after %d tries", err, len(m.tried))
		}
	}
}

func TestAnObservationThatAnotherBrainTookLeavesNoTrace(t *testing.T) {
	m := &memory{failures: []error{store.ErrSeen}}
	b, _ := newBrain(t, m)
	if err := b.Handle(context.Background(), article(1, "Net cut")); err != nil {
		t.Fatal(err)
	}
	if err := b.Handle(context.Background(), article(2, "Net cut as well")); err != nil {
		t.Fatal(err)
	}
	if got := m.kept[0].Changes[0]; got.Incident.Revision != 1 || got.Notice.Change != intel.Opened {
		t.Errorf("the incident of the step that did not count lives on: %+v", got.Incident)
	}
}

func TestAPanicCostsTheObservationNotTheBrain(t *testing.T) {
	m := &memory{history: []intel.Observation{{
		Source: "chain", Known: noon.Add(-time.Hour), Body: intel.Block{Height: 1, Difficulty: 1},
	}}}
	b, asked := newBrain(t, m)
	for n, title := range []string{"Net cut", "poison", "Net cut again"} {
		if err := b.Handle(context.Background(), article(n, title)); err != nil {
			t.Fatal(err)
		}
	}
	if s := m.kept[1]; s.Quarantined == "" || len(s.Changes) != 0 || s.Observation == nil {
		t.Errorf("step %+v, want it quarantined", s)
	}
	if got := m.kept[2].Changes[0].Incident; got.Revision != 2 {
		t.Errorf("after the panic the incident is at revision %d", got.Revision)
	}
	warmed := 0
	for _, label := range *asked {
		if label == "1" {
			warmed++
		}
	}
	if warmed != 2 {
		t.Errorf("history was shown %d times, want at the start and after the panic", warmed)
	}
}

func TestKnownTimeNeverRunsBackwards(t *testing.T) {
	m := &memory{}
	b, _ := newBrain(t, m)
	later := article(1, "Net cut")
	later.Known = noon.Add(time.Hour)
	for _, o := range []intel.Observation{later, article(2, "Net cut too")} {
		if err := b.Handle(context.Background(), o); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Tick(context.Background(), noon); err != nil {
		t.Fatal(err)
	}
	if m.kept[1].Time.Before(m.kept[0].Time) {
		t.Errorf("known at %v, then at %v", m.kept[0].Time, m.kept[1].Time)
	}
}

func TestBackfillIsKeptAndTellsNothing(t *testing.T) {
	m := &memory{}
	b, _ := newBrain(t, m)
	o := article(1, "Net cut")
	o.Backfill = true
	if err := b.Handle(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	if len(m.kept) != 1 || len(m.kept[0].Changes) != 0 {
		t.Errorf("kept %+v", m.kept)
	}
}

func TestATickWithoutChangeCommitsNothing(t *testing.T) {
	m := &memory{}
	b, _ := newBrain(t, m)
	for n := range 600 {
		if err := b.Tick(context.Background(), noon.Add(time.Duration(n)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.tried) != 0 {
		t.Errorf("%d commits", len(m.tried))
	}
}
