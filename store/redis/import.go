package redis

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	goredis "github.com/redis/go-redis/v9"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// importBatch is how many commands go to the server at a time.
const importBatch = 500

// take takes all records into an empty store.
func (s *Store) take(ctx context.Context, next func() (store.Record, error)) error {
	token := rand.Text()
	if err := s.beginImport(ctx, token); err != nil {
		return err
	}
	i := importer{s: s, marked: "restored:" + token}
	err := i.takeAll(ctx, next)
	if err != nil && i.sent {
		return fmt.Errorf("%w (half of it is kept: delete all keys that begin with %q before the next attempt)", err, s.prefix)
	}
	ended := s.endImport(context.WithoutCancel(ctx))
	return errors.Join(err, ended)
}

// beginImport makes sure that there is nothing, and that nobody else begins.
func (s *Store) beginImport(ctx context.Context, token string) error {
	err := s.on(ctx, importKey, func(ctx context.Context, key string) error {
		if err := s.main.SetNX(ctx, key, token, 0).Err(); err != nil {
			return err
		}
		holder, err := s.main.Get(ctx, key).Result() // the first attempt may have been heard
		if err == nil && holder != token {
			err = s.errHalf()
		}
		return err
	})
	if err != nil {
		return err
	}
	err = s.scan(ctx, "", func(names []string) error {
		if slices.ContainsFunc(names, func(name string) bool { return name != importKey && name != "about" }) {
			return store.ErrNotEmpty
		}
		return nil
	})
	if err != nil {
		return errors.Join(err, s.endImport(context.WithoutCancel(ctx)))
	}
	return nil
}

func (s *Store) endImport(ctx context.Context) error {
	return s.on(ctx, importKey, func(ctx context.Context, key string) error { return s.main.Del(ctx, key).Err() })
}

// importer makes commands of records, and sends them many at a time. Each may be run twice.
type importer struct {
	s        *Store
	marked   string // the token of all seen marks
	batch    [][]any
	sent     bool
	observed int64
	incident intel.Incident // the last one, with
	notices  map[int]string // its notices,
	times    map[int]int64  // their times
	speak    []int          // and the revisions that are to be spoken, rising
}

func (i *importer) takeAll(ctx context.Context, next func() (store.Record, error)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := next()
		if errors.Is(err, io.EOF) {
			i.add("HSET", "counters", "history", i.observed)
			return i.send(ctx)
		}
		if err == nil {
			err = i.take(r)
		}
		if err == nil && len(i.batch) >= importBatch {
			err = i.send(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// add notes a command on one of our keys.
func (i *importer) add(command, key string, args ...any) {
	i.batch = append(i.batch, append([]any{command, i.s.prefix + key}, args...))
}

func (i *importer) send(ctx context.Context) error {
	i.sent = true
	err := i.s.repeat(ctx, func(ctx context.Context) error {
		_, err := i.s.main.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
			for _, command := range i.batch {
				pipe.Do(ctx, command...)
			}
			return nil
		})
		return err
	})
	i.batch = i.batch[:0]
	return err
}

func (i *importer) take(r store.Record) error {
	switch r := r.(type) {
	case store.SeenRecord:
		i.add("SET", "seen:"+r.Key, fmt.Sprintf("%d %s", store.Micros(r.Known), i.marked), "PX", markFor.Milliseconds())
	case store.ObservationRecord:
		return i.observation(r)
	case store.IncidentRecord:
		return i.takeIncident(r.Incident)
	case store.NoticeRecord:
		return i.notice(r.Notice)
	case store.PendingRecord:
		return i.pending(r)
	case store.CardRecord:
		return i.card(r.Card)
	case store.AnnouncementRecord:
		return i.announcement(r.Announcement)
	case store.SubscriptionRecord:
		return i.subscription(r.Subscription)
	case store.DocumentRecord:
		i.add("HSET", "document:"+r.Kind, r.Document.Key, r.Document.Data)
		i.add("ZADD", "documents:"+r.Kind, 0, r.Document.Key)
	case store.CursorRecord:
		i.add("HSET", "cursors", r.Watcher, r.Cursor)
	case store.FenceRecord:
		i.add("HSET", "lease:"+r.Lease, "owner", "", "fence", r.Fence)
	default:
		return fmt.Errorf("a record of type %T is not known here", r)
	}
	return nil
}

func (i *importer) observation(r store.ObservationRecord) error {
	data, err := store.EncodeObservation(r.Observation)
	if err != nil {
		return err
	}
	i.observed++
	hour, ripe, grain := hourArgs(r.Observation, r.At)
	whole := strconv.FormatInt(i.observed, 10) + ":" + record(r.Quarantined != "", hour, data)
	i.add("ZADD", "history", i.observed, whole)
	i.add("ZADD", "history:"+r.Observation.Body.Type(), store.Micros(r.At), i.observed)
	if hour != "" {
		i.add("HSET", "hour:"+hour, i.observed, grain)
	}
	if grain == "fine" {
		i.add("ZADD", "hours", "GT", ripe, hour)
	}
	return nil
}

func (i *importer) takeIncident(in intel.Incident) error {
	data, err := store.EncodeIncident(in)
	if err != nil {
		return fmt.Errorf("incident %s: %w", in.ID, err)
	}
	closed := "+inf"
	if !in.IsOpen() {
		closed = strconv.FormatInt(store.Micros(in.ClosedAt), 10)
	}
	i.incident, i.notices, i.times, i.speak = in, map[int]string{}, map[int]int64{}, nil
	i.add("HSET", "incident:"+in.ID, "revision", in.Revision, "severity", int(in.Severity), "data", data)
	i.add("ZADD", "incidents:opened", store.Micros(in.Opened), in.ID)
	i.add("ZADD", "incidents:live", closed, in.ID)
	return nil
}

// of makes sure that a record belongs to the incident before it.
func (i *importer) of(incident string) error {
	if incident != i.incident.ID || i.notices == nil {
		return fmt.Errorf("something of incident %s does not follow it", incident)
	}
	return nil
}

func (i *importer) notice(n intel.Notice) error {
	if err := i.of(n.Incident); err != nil {
		return err
	}
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	i.notices[n.Revision], i.times[n.Revision] = string(data), store.Micros(n.Time)
	i.add("ZADD", "notices:"+n.Incident, n.Revision, data)
	if n.Change.Spoken() {
		i.speak = append(i.speak, n.Revision)
		i.add("ZADD", "spoken:"+n.Incident, n.Revision, n.Revision)
	}
	return nil
}

func (i *importer) pending(p store.PendingRecord) error {
	if err := i.of(p.Incident); err != nil {
		return err
	}
	data, there := i.notices[p.Revision]
	if !there {
		return fmt.Errorf("incident %s has no notice at revision %d", p.Incident, p.Revision)
	}
	member := pendingName(p.Incident, p.Revision)
	i.add("HSET", "pending", member, data)
	i.add("ZADD", "pending:"+strconv.Itoa(int(i.incident.Severity)), i.times[p.Revision], member)
	if p.After != "" {
		i.add("HSET", "after", member, p.After)
	}
	return nil
}

func (i *importer) card(c intel.Card) error {
	if err := i.of(c.Incident); err != nil {
		return err
	}
	speak := 0
	for _, revision := range i.speak {
		if revision <= c.Wanted {
			speak = max(speak, revision)
		}
	}
	to, severity := c.Destination, int(min(max(c.Severity, intel.Info), intel.Critical))
	name := cardName(c.Incident, to)
	fields := []any{
		"platform", to.Platform, "chat", to.Chat, "thread", to.Thread, "receipt", c.Receipt, "severity", severity,
		"wanted", c.Wanted, "told", c.Told, "spoken", c.Spoken, "attempts", c.Attempts, "due", store.Micros(c.Due),
		"speak", speak,
	}
	switch {
	case c.Abandoned != "":
		fields = append(fields, "abandoned", c.Abandoned)
		i.add("ZADD", "dead", 0, deadName(c.Incident, to))
	case c.Told < c.Wanted || c.Spoken < speak:
		i.add("ZADD", "due:"+strconv.Itoa(severity), store.Micros(c.Due), name)
	}
	i.add("HSET", "card:"+name, fields...)
	i.add("ZADD", "cards:"+c.Incident, 0, to.String())
	return nil
}

func (i *importer) announcement(a intel.Announcement) error {
	key := "announcement:" + a.Key
	fields := []any{"to", a.Destination.String(), "due", store.Micros(a.Due), "attempts", a.Attempts}
	if a.Destination != (intel.Destination{}) { // older backups do not say where something was told
		chat := chatName(a.Destination.Platform, a.Destination.Chat)
		fields = append(fields, "of", chat)
		i.add("ZADD", "announcements:of:"+chat, i.goes(a), a.Key)
	}
	if a.Told {
		i.add("HSET", key, append(fields, "told", 1)...)
		i.add("PEXPIRE", key, store.SeenFor.Milliseconds())
		return nil
	}
	data, err := json.Marshal(announced{a.Destination, a.Title, a.Lines})
	if err != nil {
		return err
	}
	fields = append(fields, "data", data)
	if a.Abandoned != "" {
		fields = append(fields, "abandoned", a.Abandoned)
		i.add("ZADD", "announcements:dead", 0, a.Key)
	} else {
		i.add("ZADD", "announcements:due", store.Micros(a.Due), a.Key)
	}
	i.add("HSET", key, fields...)
	return nil
}

// goes is when the announcement goes, as the index of its chat has it.
func (i *importer) goes(a intel.Announcement) string {
	if !a.Told {
		return "+inf"
	}
	return strconv.FormatInt(i.s.Now().Add(store.SeenFor).UnixMilli(), 10)
}

func (i *importer) subscription(sub intel.Subscription) error {
	data, err := json.Marshal(sub)
	if err != nil {
		return err
	}
	to := sub.Destination.String()
	i.add("HSET", "subscriptions", sub.ID, counted(to, string(data)))
	i.add("ZADD", "subscriptions:order", 0, sub.ID)
	i.add("SADD", "subscriptions:at:"+to, sub.ID)
	i.add("ZADD", "subscriptions:places", 0, to)
	return nil
}
