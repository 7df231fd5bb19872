package bot

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// percent writes a fraction as people read it: whole from 10 % on, else with at most one decimal. There is
// no "-0".
func percent(ratio float64) string {
	decimals := 0
	if math.Abs(ratio*100) < 9.95 {
		decimals = 1
	}
	return decimal(ratio*100, decimals)
}

// change is percent with its sign, so that a rise is as plain as a fall.
func change(ratio float64) string {
	return signed(percent(ratio))
}

func signed(number string) string {
	if number == "0" || strings.HasPrefix(number, "-") {
		return number
	}
	return "+" + number
}

// share writes a published share with the one decimal it is published with.
func share(ratio float64) string { return decimal(ratio*100, 1) + " %" }

func decimal(value float64, decimals int) string {
	text := strconv.FormatFloat(value, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}

// wide is the width of a 95 % interval from which on decimals would only pretend.
const wide = 0.05

// amount writes a figure's value and unit, without its interval: "-4 %", "-13 ... -20 %" for a claimed range.
func amount(f *intel.Figure) string {
	if f.Unit != intel.UnitRatio && f.Unit != "" {
		return strings.TrimSpace(decimal(f.Value, 2) + " " + Plain(f.Unit))
	}
	if f.Low != nil && f.High != nil && *f.High-*f.Low >= wide {
		return signed(decimal(f.Value*100, 0)) + " %"
	}
	if f.Low == nil && f.High == nil {
		return signed(decimal(f.Value*100, 1)) + " %" // as it was said
	}
	return change(f.Value) + " %"
}

// interval writes the 95 % interval in brackets, with a space before it, or nothing.
func interval(f *intel.Figure) string {
	if f.Low == nil || f.High == nil {
		return ""
	}
	low, high := *f.Low, *f.High
	if f.Unit != intel.UnitRatio && f.Unit != "" {
		return " (95 %: " + decimal(low, 2) + " ... " + decimal(high, 2) + ")"
	}
	if high-low >= wide {
		return " (95 %: " + signed(decimal(low*100, 0)) + " ... " + signed(decimal(high*100, 0)) + ")"
	}
	return " (95 %: " + change(low) + " ... " + change(high) + ")"
}

// move names a change without its sign: "a fall of 20 %".
func move(f *intel.Figure) string {
	size := amount(&intel.Figure{Value: math.Abs(f.Value), Unit: f.Unit})
	size = strings.TrimPrefix(size, "+")
	if f.Value < 0 {
		return "a fall of " + size
	}
	return "a rise of " + size
}

// span writes how long: "30 min", "48 h", "7 days".
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Hour:
		return strconv.FormatInt(int64(d/time.Minute), 10) + " min"
	case d > 4*day:
		return strconv.FormatInt(int64(d/day), 10) + " days"
	}
	return strconv.FormatInt(int64(d.Round(time.Hour)/time.Hour), 10) + " h"
}

// moment writes a time in full.
func moment(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// day writes a date beside another one, with its year only where that differs.
func day(t, beside time.Time) string {
	if t.UTC().Year() == beside.UTC().Year() {
		return t.UTC().Format("2 Jan")
	}
	return t.UTC().Format("2 Jan 2006")
}
