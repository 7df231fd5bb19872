package outages

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/faultlinebot/faultline/feeds"
)

const (
	// firstLook is how far back alerts are asked for at the first start.
	firstLook = 48 * time.Hour
	// late is how much later than its time an alert may appear.
	late = 2 * time.Hour
	// recovery is how long a series is followed after an alert said that it is normal again.
	recovery = 3 * time.Hour
	// longest is how long a series is followed without a further alert.
	longest = 14 * 24 * time.Hour
	// worthwhile is the part of what is normal whose loss makes a series worth following.
	worthwhile = 0.1
	// mostFollowed bounds the requests of one look. When more series than that leave what is normal, the observer
	// is broken, and a few of them show it.
	mostFollowed = 24
	// apart is how far readings lie apart that are emitted.
	apart = 10 * time.Minute
)

// look asks for the alerts, and for the levels of what they name.
func (w *Watcher) look(ctx context.Context, emit feeds.Emit) error {
	now := time.Now().UTC()
	from := w.at.Alerts.Add(-late)
	if w.at.Alerts.IsZero() {
		from = now.Add(-firstLook)
	}
	body, err := w.fetch(ctx, "/outages/alerts", from, now, url.Values{"entityType": {"country"}})
	if err != nil {
		return fmt.Errorf("fetch alerts: %w", err)
	}
	alerts, err := decodeAlerts(body)
	if err != nil {
		return fmt.Errorf("read alerts: %w", err)
	}
	maps.DeleteFunc(w.heeded, func(a alert, _ bool) bool { return a.at.Before(from) })
	for _, a := range alerts {
		if w.heeded[a] {
			continue
		}
		if err := w.heed(ctx, emit, a); err != nil {
			return err
		}
		w.heeded[a] = true
	}
	w.drop(now)
	if err := w.save(ctx); err != nil {
		return err
	}
	return w.readAll(ctx, emit, now)
}

// heed emits an alert and follows its series from then on.
func (w *Watcher) heed(ctx context.Context, emit feeds.Emit, a alert) error {
	level := a.level
	if level == normal {
		level = ""
	}
	o := observation(a.series, a.at, a.value, a.usual, level, a.at.Before(w.at.Begun))
	if err := emit(ctx, o); err != nil {
		return fmt.Errorf("hand on an alert: %w", err)
	}
	if a.at.After(w.at.Alerts) {
		w.at.Alerts = a.at
	}
	f := w.at.of(a.series)
	switch {
	case f != nil && a.at.Before(f.Since):
	case f != nil:
		f.Left, f.Since = a.level != normal, a.at
	case a.level != normal && a.value < (1-worthwhile)*a.usual && len(w.at.Followed) < mostFollowed:
		w.at.Followed = append(w.at.Followed,
			&followed{series: a.series, Normal: a.usual, Last: a.at, Left: true, Since: a.at})
	}
	return nil
}

// drop stops following what has been normal for long enough, or silent for too long.
func (w *Watcher) drop(now time.Time) {
	w.at.Followed = slices.DeleteFunc(w.at.Followed, func(f *followed) bool {
		age := now.Sub(f.Since)
		return !f.Left && age > recovery || age > longest
	})
}

// readAll reads the levels of every series that is followed, and goes on past those that fail.
func (w *Watcher) readAll(ctx context.Context, emit feeds.Emit, now time.Time) error {
	var faults []error
	for _, f := range w.at.Followed {
		if feeds.Sleep(ctx, w.o.Pace) != nil {
			return ctx.Err()
		}
		if err := w.read(ctx, emit, f, now); err != nil {
			faults = append(faults, fmt.Errorf("%s in %s: %w", f.Data, f.Country, err))
		}
	}
	return errors.Join(faults...)
}

// read emits the levels of one series since the last.
func (w *Watcher) read(ctx context.Context, emit feeds.Emit, f *followed, now time.Time) error {
	body, err := w.fetch(ctx, "/signals/raw/country/"+url.PathEscape(f.Country), maxTime(f.Last, now.Add(-firstLook)),
		now, url.Values{"datasource": {f.Data}})
	if err != nil {
		return fmt.Errorf("fetch levels: %w", err)
	}
	levels, err := decodeLevels(body, f.series)
	if err != nil {
		return fmt.Errorf("read levels: %w", err)
	}
	for _, l := range levels {
		if l.at.Sub(f.Last) < apart {
			continue
		}
		o := observation(f.series, l.at, l.value, f.Normal, "", l.at.Before(w.at.Begun))
		if err := emit(ctx, o); err != nil {
			return fmt.Errorf("hand on a level: %w", err)
		}
		f.Last = l.at
	}
	return w.save(ctx)
}

func (w *Watcher) fetch(ctx context.Context, path string, from, until time.Time, more url.Values) ([]byte, error) {
	more.Set("from", strconv.FormatInt(from.Unix(), 10))
	more.Set("until", strconv.FormatInt(until.Unix(), 10))
	resp, err := w.o.Fetcher.Fetch(ctx, feeds.Request{URL: w.base + path + "?" + more.Encode(), Accept: "application/json"})
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
