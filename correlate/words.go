package correlate

import (
	"math"
	"strconv"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

var zero time.Time

func firstOf(l []string) string {
	if len(l) == 0 {
		return ""
	}
	return l[0]
}

// longAgo bounds how far back a beginning is believed.
const longAgo = 400 * 24 * time.Hour

// earlier is a happening's beginning: never later than the moment it became known, and never in another age.
func earlier(since, now time.Time) time.Time {
	switch first := now.Add(-longAgo); {
	case since.IsZero() || since.After(now):
		return now
	case since.Before(first):
		return first
	default:
		return since
	}
}

// percent writes a ratio as people read it: "-13.4 %".
func percent(ratio float64) string { return number(ratio) + " %" }

// number is percent without its unit, with the sign of a rise: "+8.2".
func number(ratio float64) string {
	p := math.Round(ratio*1000) / 10
	if p > 0 {
		return "+" + strconv.FormatFloat(p, 'f', -1, 64)
	}
	return strconv.FormatFloat(p+0, 'f', -1, 64)
}

// finite says whether a figure, if there is one, consists of numbers.
func finite(f *intel.Figure) bool {
	if f == nil {
		return true
	}
	for _, x := range []*float64{&f.Value, f.Low, f.High} {
		if x != nil && (math.IsNaN(*x) || math.IsInf(*x, 0)) {
			return false
		}
	}
	return true
}
