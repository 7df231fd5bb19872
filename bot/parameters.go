package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

// kinds is a parameter for kinds of happenings, many or one.
func kinds(name, summary string, many bool) Parameter {
	choices := make([]Choice, 0, len(intel.Kinds()))
	for _, k := range intel.Kinds() {
		choices = append(choices, Choice{Name: string(k), Value: string(k)})
	}
	p := Parameter{Name: name, Summary: summary, Many: many}
	if !many {
		p.Choices = choices
		p.Takes = func(words string) bool { _, ok := p.choice(words); return ok }
		return p
	}
	p.Takes = func(words string) bool { _, ok := kindOf(words); return ok }
	p.Suggest = func(_ context.Context, _ Request, typed string) []Choice { return fitting(choices, typed) }
	return p
}

// kindOf reads a kind, also in the plural.
func kindOf(word string) (intel.Kind, bool) {
	word = strings.ToLower(word)
	for _, k := range intel.Kinds() {
		if word == string(k) || word == string(k)+"s" {
			return k, true
		}
	}
	return "", false
}

// severity is a parameter for the least severity.
func severity(name, summary string) Parameter {
	p := Parameter{Name: name, Summary: summary}
	for s := intel.Info; s <= intel.Critical; s++ {
		p.Choices = append(p.Choices, Choice{Name: s.String(), Value: s.String()})
	}
	p.Takes = func(words string) bool { _, ok := intel.ParseSeverity(strings.ToLower(words)); return ok }
	return p
}

// places is a parameter for countries, many or one.
func (t *Talk) places(name, summary string, many bool) Parameter {
	return Parameter{
		Name: name, Summary: summary, Many: many, Takes: t.countries.bare,
		Suggest: func(_ context.Context, _ Request, typed string) []Choice { return t.countries.choices(typed) },
	}
}

// each reads values written one after the other, with commas or spaces between them, and stops at the first piece
// that is none. The longest piece that is one counts: a country's name may have many words.
func each(text string, read func(piece string) bool) (wrong string) {
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		for len(words) > 0 {
			n := min(len(words), mostWords)
			for n > 0 && !read(strings.Join(words[:n], " ")) {
				n--
			}
			if n == 0 {
				return strings.Join(words, " ")
			}
			words = words[n:]
		}
	}
	return ""
}

// readKinds reads kinds, in the order of menus.
func readKinds(text string) ([]intel.Kind, error) {
	named := make(map[intel.Kind]bool)
	wrong := each(text, func(piece string) bool {
		k, ok := kindOf(piece)
		named[k] = named[k] || ok
		return ok
	})
	if wrong != "" {
		return nil, noKind(wrong)
	}
	return slices.DeleteFunc(intel.Kinds(), func(k intel.Kind) bool { return !named[k] }), nil
}

func noKind(text string) error {
	var all []string
	for _, k := range intel.Kinds() {
		all = append(all, string(k))
	}
	mend := "There are " + list(all) + "."
	if meant := nearest(text, all); meant != "" {
		mend = "Is " + meant + " meant? " + mend
	}
	return refuse(quote(text)+" is no kind of incident.", mend)
}

// readCountries reads countries and returns their codes, sorted.
func (t *Talk) readCountries(text string) ([]string, error) {
	var codes []string
	wrong := each(text, func(piece string) bool {
		code, ok := t.countries.find(piece)
		if ok {
			codes = append(codes, code)
		}
		return ok
	})
	if wrong != "" {
		return nil, t.noCountry(wrong)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) > mostCountries {
		return nil, refuse(fmt.Sprintf("These are %d countries; %d may be named.", len(codes), mostCountries),
			"Leave some out, or leave all out and name kinds.")
	}
	return codes, nil
}

// mostCountries is how many may be named at once.
const mostCountries = 50

func (t *Talk) noCountry(text string) error {
	mend := "Write a country's name or its code of two letters, such as Kazakhstan or KZ."
	if meant := t.countries.nearest(text); meant != "" {
		mend = "Is " + meant + " meant? " + mend
	}
	return refuse("No country is known as "+quote(text)+".", mend)
}

// readSpan reads how long: "30m", "24h", "7d", "2w", also with whole words and a space. Zero is for ever.
func readSpan(text string) (d time.Duration, ok bool) {
	text = strings.ToLower(strings.ReplaceAll(text, " ", ""))
	if text == "ever" || text == "forever" {
		return 0, true
	}
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	if digits == "" || len(digits) > 4 {
		return 0, false
	}
	n := 0
	for _, r := range digits {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = 10*n + int(r-'0')
	}
	unit, ok := units[text[len(digits):]]
	d = time.Duration(n) * unit
	return d, ok && d > 0 && d <= longestSpan
}

const longestSpan = 366 * 24 * time.Hour

var units = map[string]time.Duration{
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
}
