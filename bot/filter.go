package bot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// What a filter may hold. One word of two letters is in nearly every title, unless it is written without letters.
const (
	mostFilterWords   = 10
	shortestWord      = 3
	longestFilterWord = 60
)

// readFilter makes a filter of what was asked for. Who names nothing hears of everything from major up: a few cards
// in a quiet week. Who names what they want hears of it from minor up.
func (t *Talk) readFilter(args map[string]string) (f intel.Filter, err error) {
	if f.Kinds, err = readKinds(args["kinds"]); err != nil {
		return f, err
	}
	if f.Countries, err = t.readCountries(args["countries"]); err != nil {
		return f, err
	}
	if f.Words, err = readFilterWords(args["words"]); err != nil {
		return f, err
	}
	if len(f.Kinds) == len(intel.Kinds()) {
		f.Kinds = nil
	}
	f.Least = intel.Minor
	if len(f.Kinds)+len(f.Countries)+len(f.Words) == 0 {
		f.Least = intel.Major
	}
	if word := args["least"]; word != "" {
		f.Least, _ = intel.ParseSeverity(word)
	}
	return f, nowhere(f)
}

// nowhere refuses a filter that nothing can pass: a price and the hashrate have no country.
func nowhere(f intel.Filter) error {
	placed := func(k intel.Kind) bool { return k != intel.Price && k != intel.Hashrate }
	if len(f.Kinds) == 0 || len(f.Countries) == 0 || slices.ContainsFunc(f.Kinds, placed) {
		return nil
	}
	return refuse("The price and the hashrate are of the whole world, so they belong to no country.",
		"Leave the country out, or name another kind.")
}

func readFilterWords(text string) ([]string, error) {
	var words []string
	for word := range strings.SplitSeq(strings.ToLower(text), ",") {
		word = strings.Trim(word, " \"“”")
		switch {
		case word == "":
			continue
		case len(word) < shortestWord:
			return nil, refuse(quote(word)+" is too short: it stands in nearly every title.",
				"Write at least three letters, or name a kind or a country.")
		case len(word) > longestFilterWord:
			return nil, refuse(quote(word)+" is too long to stand in a title.",
				"Write a word or two; put commas between alternatives.")
		}
		words = append(words, word)
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) > mostFilterWords {
		return nil, refuse(fmt.Sprintf("These are %d words; a subscription takes %d.", len(words), mostFilterWords),
			"Leave some out, or make a second subscription.")
	}
	return words, nil
}

// sameFilter says whether two filters want the same.
func sameFilter(a, b intel.Filter) bool {
	return a.Least == b.Least && slices.Equal(a.Kinds, b.Kinds) && slices.Equal(a.Countries, b.Countries) &&
		slices.Equal(a.Words, b.Words)
}

// wanted says in words what a filter wants: "internet shutdowns and power cuts in Kazakhstan or Iran, minor or
// worse".
func (o CardOptions) wanted(f intel.Filter) string {
	var what []string
	for _, k := range f.Kinds {
		what = append(what, plural(k))
	}
	text := list(what)
	if len(what) == 0 {
		text = "everything"
	}
	if len(f.Countries) > 0 {
		var where []string
		for _, code := range f.Countries {
			where = append(where, o.place(code))
		}
		text += " in " + either(where)
	}
	switch f.Least {
	case intel.Info:
		text += ", however small"
	case intel.Critical:
		text += ", critical only"
	default:
		text += ", " + f.Least.String() + " or worse"
	}
	if len(f.Words) > 0 {
		var words []string
		for _, w := range f.Words {
			words = append(words, quote(w))
		}
		text += ", with " + either(words) + " in the title"
	}
	return text
}

// plural names the happenings of a kind.
func plural(k intel.Kind) string {
	switch k {
	case intel.Shutdown:
		return "internet shutdowns"
	case intel.Power:
		return "power cuts"
	case intel.Conflict:
		return "armed conflicts"
	case intel.Mining:
		return "mining disruptions"
	case intel.Hashrate:
		return "moves of the Bitcoin hashrate"
	case intel.Price:
		return "price moves"
	case intel.Regulation:
		return "crypto regulation"
	case intel.Exchange:
		return "trouble at crypto exchanges"
	case intel.Disaster:
		return "natural disasters"
	}
	return string(k) // unrest, sanctions
}
