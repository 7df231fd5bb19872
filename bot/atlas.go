package bot

import (
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// atlas finds countries by what people call them.
type atlas struct {
	countries []intel.Country
	byCode    map[string]int
	byName    map[string]string // folded name to code
}

func newAtlas(countries []intel.Country) atlas {
	a := atlas{countries: countries, byCode: make(map[string]int), byName: make(map[string]string)}
	for i, c := range countries {
		a.byCode[c.Code] = i
		for _, name := range append([]string{c.Name}, c.Names...) {
			if name = fold(name); len(name) > 2 && a.byName[name] == "" {
				a.byName[name] = c.Code
			}
		}
	}
	return a
}

// fold makes names equal that differ in case, dots or a leading article.
func fold(name string) string {
	name = strings.ToLower(strings.ReplaceAll(Plain(name), ".", ""))
	return strings.TrimPrefix(name, "the ")
}

// name is the country's name as cards write it, empty for an unknown code.
func (a *atlas) name(code string) string {
	if i, ok := a.byCode[code]; ok {
		return a.countries[i].Name
	}
	return ""
}

// country is what is known of the code, or nil.
func (a *atlas) country(code string) *intel.Country {
	if i, ok := a.byCode[code]; ok {
		return &a.countries[i]
	}
	return nil
}

// find returns the code of a country that is named on purpose: by code or name, in any case.
func (a *atlas) find(text string) (code string, ok bool) {
	if code = strings.ToUpper(fold(text)); a.country(code) != nil {
		return code, true
	}
	code, ok = a.byName[fold(text)]
	return code, ok
}

// asides are codes that are also words which people put between values.
var asides = map[string]bool{
	"in": true, "no": true, "it": true, "is": true, "be": true, "do": true, "so": true, "me": true, "to": true,
	"at": true, "as": true, "am": true, "by": true, "my": true,
}

// bare says whether a word among others names a country. A code that is a word too counts in capitals only.
func (a *atlas) bare(text string) bool {
	if asides[strings.ToLower(text)] && text != strings.ToUpper(text) {
		return false
	}
	_, ok := a.find(text)
	return ok
}

// nearest is the name of the country that may be meant, or empty.
func (a *atlas) nearest(text string) string {
	names := make([]string, len(a.countries))
	for i, c := range a.countries {
		names[i] = c.Name
	}
	return nearest(text, names)
}

// choices are countries to choose from, as far as typed.
func (a *atlas) choices(typed string) []Choice {
	all := make([]Choice, len(a.countries))
	for i, c := range a.countries {
		all[i] = Choice{Name: c.Name, Value: c.Code}
	}
	found := fitting(all, typed)
	if code, ok := a.find(typed); ok && len(found) == 0 {
		found = []Choice{{Name: a.name(code), Value: code}}
	}
	return found
}
