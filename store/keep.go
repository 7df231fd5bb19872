package store

import (
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// This file is what both stores agree on about how long an observation is kept and how minutes become hours.

// KeptBy is the time that says how old a kept observation is: a block's own, else when it became known.
func KeptBy(o intel.Observation) time.Time {
	if _, block := o.Body.(intel.Block); block {
		return o.Time
	}
	return o.Known
}

// KeepFor says how long observations of each type stay in History. Bars finer than an hour stay for KeepBars
// and live on as hours for this long.
func KeepFor() map[string]time.Duration {
	return map[string]time.Duration{
		intel.Article{}.Type(): KeepArticles,
		intel.Block{}.Type():   KeepBlocks,
		intel.Bar{}.Type():     KeepReadings,
		intel.Outage{}.Type():  KeepReadings,
		intel.Hazard{}.Type():  KeepReadings,
		intel.Count{}.Type():   KeepReadings,
		intel.Listing{}.Type(): KeepReadings,
		intel.Silence{}.Type(): KeepReadings,
	}
}

// HourOf says which series and hour a bar belongs to, and whether it is finer than the hour. Bars that do not
// divide the hour belong to none: ok is false and they are kept as they are.
func HourOf(o intel.Observation) (series string, hour time.Time, fine, ok bool) {
	b, isBar := o.Body.(intel.Bar)
	if !isBar || b.Interval <= 0 || time.Hour%b.Interval != 0 {
		return "", time.Time{}, false, false
	}
	series = o.Source + "/" + b.Asset + "/" + b.Currency + "@" + string(o.Audience)
	return series, o.Time.UTC().Truncate(time.Hour), b.Interval < time.Hour, true
}

// HourBar makes one hourly bar of an hour's finer bars of one series; there must be at least one. Of several
// intervals it takes the one that covers most of the hour. It became known with the last of them.
func HourBar(bars []intel.Observation) intel.Observation {
	bars = fullest(bars)
	slices.SortFunc(bars, func(a, b intel.Observation) int { return a.Time.Compare(b.Time) })
	hour := bars[0]
	sum := hour.Body.(intel.Bar)
	for _, o := range bars[1:] {
		b := o.Body.(intel.Bar)
		sum.High = max(sum.High, b.High)
		sum.Low = min(sum.Low, b.Low)
		sum.Close = b.Close
		sum.Volume += b.Volume
		hour.Backfill = hour.Backfill && o.Backfill
		if o.Known.After(hour.Known) {
			hour.Known = o.Known
		}
	}
	sum.Interval = time.Hour
	hour.Body, hour.Time = sum, hour.Time.UTC().Truncate(time.Hour)
	return hour
}

// fullest returns the bars of the interval that covers most, of equals the finest.
func fullest(bars []intel.Observation) []intel.Observation {
	spans := map[time.Duration][]intel.Observation{}
	for _, o := range bars {
		span := o.Body.(intel.Bar).Interval
		spans[span] = append(spans[span], o)
	}
	var best time.Duration
	for span, of := range spans {
		covers, most := span*time.Duration(len(of)), best*time.Duration(len(spans[best]))
		if best == 0 || covers > most || covers == most && span < best {
			best = span
		}
	}
	return spans[best]
}
