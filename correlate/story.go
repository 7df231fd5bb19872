package correlate

import (
	"slices"
	"strings"
	"unicode"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// sameStory is the word overlap (Jaccard) from which two titles tell the same story.
	sameStory = 0.4
	// oneHappening is the overlap from which two incidents are one: merging cannot be undone.
	oneHappening = 0.6
	// keepStories bounds how many titles an incident remembers.
	keepStories = 12
)

// idle words say nothing about the story.
var idle = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a an and as at after amid be by for from has have he her his in into is it its
		more new of on or over says say said that the their they this to up was were what when who will with`) {
		m[w] = true
	}
	return m
}()

// fold reduces a title to its telling words, sorted, each once.
func fold(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	words = slices.DeleteFunc(words, func(w string) bool { return idle[w] })
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

// likeness is the word overlap of two folded titles, 0 to 1.
func likeness(a, b string) float64 {
	both, all := 0, 0
	x, a := word(a)
	y, b := word(b)
	for x != "" || y != "" {
		all++
		switch {
		case x == y:
			both++
			x, a = word(a)
			y, b = word(b)
		case y == "" || x != "" && x < y:
			x, a = word(a)
		default:
			y, b = word(b)
		}
	}
	if all == 0 {
		return 0
	}
	return float64(both) / float64(all)
}

// word cuts the first word off a folded title. Every article is compared with every open story: this allocates
// nothing.
func word(folded string) (first, rest string) {
	first, rest, _ = strings.Cut(folded, " ")
	return first, rest
}

// tells says whether the incident has a title that tells this folded one's story.
func tells(i *intel.Incident, folded string) bool {
	return slices.ContainsFunc(i.Stories, func(s string) bool { return likeness(s, folded) >= sameStory })
}

// addStory remembers a title.
func addStory(i *intel.Incident, title string) {
	f := fold(title)
	if f == "" || slices.Contains(i.Stories, f) {
		return
	}
	i.Stories = append(i.Stories, f)
	if n := len(i.Stories); n > keepStories {
		i.Stories = slices.Delete(i.Stories, 0, n-keepStories)
	}
}
