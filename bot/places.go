package bot

import (
	"slices"
	"strconv"
	"strings"
)

// mostPlaces is how many places a headline names before it counts.
const mostPlaces = 3

// places says where: "Kazakhstan", "Iran and Iraq", "Chad, Sudan, Niger and 2 more". It is empty for no place.
func (o CardOptions) places(codes []string) string {
	var names []string
	for i, code := range codes {
		if i == mostPlaces && len(codes) > mostPlaces+1 {
			names = append(names, strconv.Itoa(len(codes)-i)+" more")
			break
		}
		names = append(names, o.place(code))
	}
	return list(names)
}

// place is a country's name as a sentence needs it; the code where there is no name.
func (o CardOptions) place(code string) string {
	name := ""
	if o.Place != nil {
		name = Plain(o.Place(code))
	}
	if name == "" {
		return Plain(code)
	}
	if needsArticle(name) {
		return "the " + name
	}
	return name
}

// needsArticle says whether English puts "the" before the country's name.
func needsArticle(name string) bool {
	words := strings.Fields(name)
	if len(words) > 1 && slices.Contains(
		[]string{"States", "Kingdom", "Emirates", "Union", "Republic", "Islands", "Federation", "Territories"},
		words[len(words)-1]) {
		return true
	}
	return slices.Contains([]string{
		"Bahamas", "Comoros", "Democratic Republic of the Congo", "Gambia", "Maldives", "Netherlands",
		"Philippines", "Republic of the Congo", "Seychelles",
	}, name)
}

// list joins names as a sentence does.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
