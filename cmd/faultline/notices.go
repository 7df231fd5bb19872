package main

import (
	"cmp"
	"io"
	"slices"

	"github.com/faultlinebot/faultline/intel"
)

// noticeLine is one line of `replay --json`.
type noticeLine struct {
	Time     string           `json:"time"`
	Change   intel.ChangeKind `json:"change"`
	Incident incidentLine     `json:"incident"`
}

type incidentLine struct {
	ID          string           `json:"id"`
	Kind        intel.Kind       `json:"kind"`
	Phase       intel.Phase      `json:"phase"`
	Places      []string         `json:"places"`
	Assets      []string         `json:"assets"`
	Severity    intel.Severity   `json:"severity"`
	Evidence    intel.Evidence   `json:"evidence"`
	Title       string           `json:"title"`
	Since       *string          `json:"since"`
	Magnitude   *intel.Figure    `json:"magnitude"`
	Claim       *intel.Figure    `json:"claim"`
	Measurement *measurementLine `json:"measurement"`
	Exposure    *exposureLine    `json:"exposure"`
	Links       []intel.Link     `json:"links"`
	Sources     []sourceLine     `json:"sources"`
	Closed      *string          `json:"closed"`
}

type measurementLine struct {
	intel.Figure
	Verdict *intel.Verdict `json:"verdict"`
}

type exposureLine struct {
	Share float64 `json:"share"`
	AsOf  string  `json:"as_of"`
}

type sourceLine struct {
	Name string     `json:"name"`
	URL  *string    `json:"url"`
	Tier intel.Tier `json:"tier"`
}

// writeNotice prints a change that people should hear of; one without a notice prints nothing.
func writeNotice(w io.Writer, ch *intel.Change) error {
	if ch.Notice == nil {
		return nil
	}
	return writeJSON(w, noticeLine{
		Time: intel.Stamp(ch.Notice.Time), Change: ch.Notice.Change, Incident: lineOf(&ch.Incident),
	})
}

func lineOf(i *intel.Incident) incidentLine {
	l := incidentLine{
		ID: i.ID, Kind: i.Kind, Phase: i.Phase, Places: list(i.Places), Assets: list(i.Assets),
		Severity: i.Severity, Evidence: i.Evidence, Title: i.Title, Since: stampOrNil(i.Since),
		Magnitude: i.Magnitude, Links: append([]intel.Link{}, i.Links...), Sources: []sourceLine{},
		Closed: textOrNil(i.Closed),
	}
	// The claim and the measurement are about one quantity: the first of which there is a claim, else a measurement.
	quantities := []intel.Quantity{intel.OfHashrate, intel.OfPrice, intel.OfConnectivity}
	slices.SortStableFunc(quantities, func(a, b intel.Quantity) int {
		return cmp.Compare(known(i, b), known(i, a))
	})
	if c := i.Claim(quantities[0]); c != nil {
		l.Claim = &c.Figure
	}
	if m := i.Measurement(quantities[0]); m != nil {
		l.Measurement = &measurementLine{m.Figure, textOrNil(m.Verdict)}
	}
	if e := i.Exposure; e != nil {
		l.Exposure = &exposureLine{e.Share, intel.Stamp(e.AsOf)}
	}
	for _, s := range i.Sources {
		l.Sources = append(l.Sources, sourceLine{s.Name, textOrNil(s.URL), s.Tier})
	}
	return l
}

// known says how much is known of a quantity: a claim is more than a measurement alone.
func known(i *intel.Incident, of intel.Quantity) int {
	switch {
	case i.Claim(of) != nil:
		return 2
	case i.Measurement(of) != nil:
		return 1
	default:
		return 0
	}
}

func textOrNil[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}
