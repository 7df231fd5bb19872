package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"
	"unicode/utf8"

	"github.com/faultlinebot/faultline/intel"
)

// This file is the neutral form of everything that a store keeps, so that it can be copied away, put back and
// moved to a store of another kind. It is JSON Lines: a header, one record a line, and a trailer with counts.

// Errors that callers branch on.
var (
	// ErrNotEmpty: the store holds something already, and only an empty one takes what another has kept.
	ErrNotEmpty = errors.New("store is not empty")
	// ErrCutOff: the end of the records is missing.
	ErrCutOff = errors.New("it ends too early")
)

// Portable hands out all that a store keeps, and takes it. Claims and the owners of leases are not part of it,
// nor are the tokens of steps: all three belong to processes that are gone by then.
type Portable interface {
	// Export hands everything to yield: cursors, seen marks, observations in the order committed, then each incident
	// followed by its notices, its pending fan-outs and its cards, then announcements, subscriptions, documents and
	// fences. It returns yield's error. Yield must not use the store. A mark may come twice.
	//
	// What it hands out is either of one moment, or errs on the safe side: what it holds of an incident is never
	// older than the marks, and the marks are never older than the cursors, so what came in meanwhile is accepted
	// once more at most and never lost.
	Export(ctx context.Context, yield func(Record) error) error
	// Import takes what next returns, in the order of Export, until that is io.EOF. It returns ErrNotEmpty, and
	// changes nothing, where the store holds anything. Any other error leaves the store empty, or refused by its
	// Open from then on: it is never taken for whole. Nothing else may use the store meanwhile.
	Import(ctx context.Context, next func() (Record, error)) error
}

// Record is one thing that a store keeps; it is one of the eleven types below.
type Record interface{ kind() string }

type (
	// SeenRecord is a seen mark.
	SeenRecord struct {
		Key   string
		Known time.Time // of the step
	}
	// ObservationRecord is an observation in History.
	ObservationRecord struct {
		Observation intel.Observation
		At          time.Time // the time it is kept by
		Quarantined string    // why it is not handed out; one store keeps the reason, another only that there was one
	}
	// IncidentRecord is an incident as it stands.
	IncidentRecord struct{ Incident intel.Incident }
	// NoticeRecord is a notice of the incident before it.
	NoticeRecord struct{ Notice intel.Notice }
	// PendingRecord says that the fan-out of the notice is not over.
	PendingRecord struct {
		Incident string
		Revision int
		After    string
	}
	// CardRecord is a card of the incident before it.
	CardRecord struct{ Card intel.Card }
	// AnnouncementRecord is an announcement. Of one that was told only the key, the destination and when it was due are
	// left; older backups lack the destination.
	AnnouncementRecord struct{ Announcement intel.Announcement }
	// SubscriptionRecord is a subscription.
	SubscriptionRecord struct{ Subscription intel.Subscription }
	// DocumentRecord is a document.
	DocumentRecord struct {
		Kind     string
		Document Document
	}
	// CursorRecord is where a watcher is.
	CursorRecord struct {
		Watcher string
		Cursor  []byte
	}
	// FenceRecord is the last fence of a lease.
	FenceRecord struct {
		Lease string
		Fence int64
	}
)

func (SeenRecord) kind() string         { return "seen" }
func (ObservationRecord) kind() string  { return "observation" }
func (IncidentRecord) kind() string     { return "incident" }
func (NoticeRecord) kind() string       { return "notice" }
func (PendingRecord) kind() string      { return "pending" }
func (CardRecord) kind() string         { return "card" }
func (AnnouncementRecord) kind() string { return "announcement" }
func (SubscriptionRecord) kind() string { return "subscription" }
func (DocumentRecord) kind() string     { return "document" }
func (CursorRecord) kind() string       { return "cursor" }
func (FenceRecord) kind() string        { return "fence" }

const (
	portableName    = "store"
	portableVersion = 1
	trailerType     = "end"
)

type header struct {
	Faultline string `json:"faultline"`
	Version   int    `json:"version"`
}

type line struct {
	Type   string           `json:"type"`
	Data   json.RawMessage  `json:"data,omitempty"`
	Counts map[string]int64 `json:"counts,omitempty"` // of the trailer
}

// The records that have no form of their own elsewhere.
type (
	seenLine struct {
		Key   anyText   `json:"key"`
		Known time.Time `json:"known"`
	}
	observationLine struct {
		At          time.Time       `json:"at"`
		Quarantined string          `json:"quarantined,omitempty"`
		Observation json.RawMessage `json:"observation"`
	}
	pendingLine struct {
		Incident anyText `json:"incident"`
		Revision int     `json:"revision"`
		After    anyText `json:"after"`
	}
	cursorLine struct {
		Watcher anyText `json:"watcher"`
		Cursor  []byte  `json:"cursor"`
	}
	documentLine struct {
		Kind anyText `json:"kind"`
		Key  anyText `json:"key"`
		Data []byte  `json:"data"`
	}
	fenceLine struct {
		Lease anyText `json:"lease"`
		Fence int64   `json:"fence"`
	}
)

// anyText is a string that may hold any bytes: JSON would replace some of them, and a mark under another key is no
// mark.
type anyText string

// MarshalJSON implements [json.Marshaler].
func (a anyText) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(a)) {
		return json.Marshal(string(a))
	}
	return json.Marshal(map[string][]byte{"base64": []byte(a)})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (a *anyText) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(data, []byte("{")) {
		return json.Unmarshal(data, (*string)(a))
	}
	var coded struct {
		Base64 []byte `json:"base64"`
	}
	err := json.Unmarshal(data, &coded)
	*a = anyText(coded.Base64)
	return err
}

func encodeRecord(r Record) ([]byte, error) {
	switch r := r.(type) {
	case SeenRecord:
		return json.Marshal(seenLine{anyText(r.Key), clamp(r.Known)})
	case ObservationRecord:
		o, err := EncodeObservation(r.Observation)
		if err != nil {
			return nil, err
		}
		return json.Marshal(observationLine{clamp(r.At), r.Quarantined, o})
	case IncidentRecord:
		return EncodeIncident(r.Incident)
	case NoticeRecord:
		return json.Marshal(r.Notice)
	case PendingRecord:
		return json.Marshal(pendingLine{anyText(r.Incident), r.Revision, anyText(r.After)})
	case CardRecord:
		return json.Marshal(r.Card)
	case AnnouncementRecord:
		return json.Marshal(r.Announcement)
	case SubscriptionRecord:
		return json.Marshal(r.Subscription)
	case CursorRecord:
		return json.Marshal(cursorLine{anyText(r.Watcher), r.Cursor})
	case DocumentRecord:
		return json.Marshal(documentLine{anyText(r.Kind), anyText(r.Document.Key), r.Document.Data})
	case FenceRecord:
		return json.Marshal(fenceLine{anyText(r.Lease), r.Fence})
	}
	return nil, fmt.Errorf("a record of type %T cannot be written", r)
}

func decodeRecord(kind string, data []byte) (Record, error) {
	switch kind {
	case SeenRecord{}.kind():
		l, err := decodeAs[seenLine](data)
		return SeenRecord{string(l.Key), l.Known}, err
	case ObservationRecord{}.kind():
		l, err := decodeAs[observationLine](data)
		if err != nil {
			return nil, err
		}
		o, err := DecodeObservation(l.Observation)
		return ObservationRecord{o, l.At, l.Quarantined}, err
	case IncidentRecord{}.kind():
		i, err := DecodeIncident(data)
		return IncidentRecord{i}, err
	case NoticeRecord{}.kind():
		n, err := decodeAs[intel.Notice](data)
		return NoticeRecord{n}, err
	case PendingRecord{}.kind():
		l, err := decodeAs[pendingLine](data)
		return PendingRecord{string(l.Incident), l.Revision, string(l.After)}, err
	case CardRecord{}.kind():
		c, err := decodeAs[intel.Card](data)
		return CardRecord{c}, err
	case AnnouncementRecord{}.kind():
		a, err := decodeAs[intel.Announcement](data)
		return AnnouncementRecord{a}, err
	case SubscriptionRecord{}.kind():
		s, err := decodeAs[intel.Subscription](data)
		return SubscriptionRecord{s}, err
	case CursorRecord{}.kind():
		l, err := decodeAs[cursorLine](data)
		return CursorRecord{string(l.Watcher), l.Cursor}, err
	case DocumentRecord{}.kind():
		l, err := decodeAs[documentLine](data)
		return DocumentRecord{string(l.Kind), Document{string(l.Key), l.Data}}, err
	case FenceRecord{}.kind():
		l, err := decodeAs[fenceLine](data)
		return FenceRecord{string(l.Lease), l.Fence}, err
	}
	return nil, fmt.Errorf("nothing of type %q is known here", kind)
}

func decodeAs[T any](data []byte) (v T, err error) { return v, json.Unmarshal(data, &v) }

// RecordWriter writes records in the neutral form.
type RecordWriter struct {
	to     *json.Encoder
	counts map[string]int64
}

// NewRecordWriter writes the header.
func NewRecordWriter(w io.Writer) (*RecordWriter, error) {
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	return &RecordWriter{to, map[string]int64{}}, to.Encode(header{portableName, portableVersion})
}

// Write writes one record.
func (w *RecordWriter) Write(r Record) error {
	data, err := encodeRecord(r)
	if err != nil {
		return err
	}
	w.counts[r.kind()]++
	return w.to.Encode(line{Type: r.kind(), Data: data})
}

// Close writes the trailer, without which nobody takes the records for whole.
func (w *RecordWriter) Close() error { return w.to.Encode(line{Type: trailerType, Counts: w.counts}) }

// RecordReader reads what RecordWriter wrote.
type RecordReader struct {
	from     *json.Decoder
	counts   map[string]int64
	line     int
	incident *intel.Incident // the one that notices and cards are of
}

// NewRecordReader reads the header, and refuses what has none or one of a newer release.
func NewRecordReader(r io.Reader) (*RecordReader, error) {
	from := json.NewDecoder(r)
	var h header
	switch err := from.Decode(&h); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ErrCutOff
	case err != nil || h.Faultline != portableName:
		return nil, errors.New("it is not a backup of this bot's store")
	case h.Version != portableVersion:
		return nil, fmt.Errorf("it has version %d and this release reads %d; use the release that wrote it or a later one",
			h.Version, portableVersion)
	}
	return &RecordReader{from: from, counts: map[string]int64{}, line: 1}, nil
}

// Next returns the next record, and io.EOF after the trailer has said that none is missing.
func (r *RecordReader) Next() (Record, error) {
	r.line++
	var l line
	switch err := r.from.Decode(&l); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ErrCutOff
	case err != nil:
		return nil, fmt.Errorf("line %d: %w", r.line, err)
	}
	if l.Type == trailerType {
		return nil, r.end(l.Counts)
	}
	record, err := decodeRecord(l.Type, l.Data)
	if err == nil {
		err = r.follows(record)
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", r.line, err)
	}
	r.counts[l.Type]++
	return record, nil
}

// end compares the trailer with what was read.
func (r *RecordReader) end(counts map[string]int64) error {
	if !maps.Equal(counts, r.counts) {
		return fmt.Errorf("it should hold %v and holds %v", counts, r.counts)
	}
	switch _, err := r.from.Token(); {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return fmt.Errorf("after the last line: %w", err)
	}
	return errors.New("something follows the last line")
}

// follows refuses what belongs to an incident and does not follow it.
func (r *RecordReader) follows(record Record) error {
	of, revision := "", 0
	switch record := record.(type) {
	case IncidentRecord:
		r.incident = &record.Incident
		return nil
	case NoticeRecord:
		of, revision = record.Notice.Incident, record.Notice.Revision
	case PendingRecord:
		of, revision = record.Incident, record.Revision
	case CardRecord:
		of, revision = record.Card.Incident, record.Card.Wanted
	default:
		return nil
	}
	if r.incident == nil || r.incident.ID != of || revision > r.incident.Revision {
		return fmt.Errorf("a %s of incident %s at revision %d does not follow it", record.kind(), of, revision)
	}
	return nil
}
