package detect

import (
	"slices"
	"testing"

	"github.com/faultlinebot/faultline/intel"
)

func gazetteerSmall() *Headline {
	return NewHeadline([]intel.Country{
		{Code: "US", Name: "United States", Names: []string{"US", "U.S."}, Demonyms: []string{"American"}, Cities: []string{"Washington"}},
		{Code: "GE", Name: "Georgia", Demonyms: []string{"Georgian"}, Cities: []string{"Tbilisi"}},
		{Code: "JO", Name: "Jordan"},
		{Code: "TD", Name: "Chad"},
		{Code: "TR", Name: "Turkey", Demonyms: []string{"Turkish"}},
		{Code: "PL", Name: "Poland", Demonyms: []string{"Polish"}},
		{Code: "KR", Name: "South Korea", Names: []string{"Korea"}},
		{Code: "KP", Name: "North Korea"},
		{Code: "GN", Name: "Guinea"},
		{Code: "PG", Name: "Papua New Guinea"},
		{Code: "RU", Name: "Russia", Names: []string{"Россия", "России"}, Cities: []string{"Moscow"}},
		{Code: "FR", Name: "France", Cities: []string{"Paris", "Nice"}},
		{Code: "KZ", Name: "Kazakhstan", Names: []string{"Казахстан", "哈萨克斯坦", "قزاقستان"}, Cities: []string{"Almaty"}},
		{Code: "MX", Name: "Mexico"},
		{Code: "SG", Name: "Singapore"},
	})
}

func TestGazetteer(t *testing.T) {
	d := gazetteerSmall()
	for text, want := range map[string][]string{
		"Kazakhstan's capital is quiet":                          {"KZ"},
		"They told us to stay":                                   nil,
		"US and allies meet":                                     {"US"},
		"U.S.-led talks":                                         {"US"},
		"Papua New Guinea votes":                                 {"PG"},
		"Two Koreas: North Korea fires back":                     {"KP"},
		"S.Korea and N.Korea talk":                               {"KR", "KP"},
		"Roast turkey for Thanksgiving":                          nil,
		"Roast Turkey for Thanksgiving":                          nil,
		"Turkey closes border":                                   {"TR"},
		"Michael Jordan buys team":                               nil,
		"Jordan closes border":                                   {"JO"},
		"Chad wins bake-off":                                     nil,
		"Rebels advance in Chad":                                 {"TD"},
		"Georgia runoff: Republicans lead in Atlanta":            {"US"},
		"Georgia and its neighbours":                             {"GE"},
		"How to polish a lens":                                   nil,
		"Polish farmers block road":                              {"PL"},
		"Nice weather, says nobody":                              nil,
		"Kremlin shrugs":                                         {"RU"},
		"SEC and CFTC disagree":                                  {"US", "US"},
		"a sec, please":                                          nil,
		"Gulf of Mexico storm":                                   nil,
		"События в Казахстане":                                   {"KZ"},
		"В России и Казахстане":                                  {"RU", "KZ"},
		"Первое, что случилось":                                  nil,
		"哈萨克斯坦断网":                                                {"KZ"},
		"قطع اینترنت در قزاقستان":                                {"KZ"},
		"Power fails in Almaty":                                  {"KZ"},
		"almaty is a word in small letters":                      nil,
		"Latin American markets":                                 nil,
		"Blackout in Kazakhstan | The Moscow Times":              {"KZ"},
		"LEAVE US ALONE, SAYS EVERYBODY IN THE OFFICE OF HEALTH": nil,
		"Monetary Authority of Singapore warns":                  {"SG"},
		"Germany is not in this list":                            nil,
	} {
		reading := readHeadline(text, "")
		_, places := d.words.find(reading, d.places)
		var got []string
		for _, p := range places {
			got = append(got, p.code)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// TestGazetteerRoles holds that the place where it happens is told from those who act or speak.
func TestGazetteerRoles(t *testing.T) {
	d := NewHeadline(headlineCountries(t))
	for title, want := range map[string][]string{
		"U.S. imposes sanctions on Iran":                              {"IR"},
		"EU and Britain agree sanctions against Belarus":              {"BY"},
		"Russian missile hits school in Kharkiv":                      {"UA"},
		"Germany to send tanks to Ukraine":                            {"UA"},
		"Russian warship enters Danish waters":                        {"DK"},
		"SEC sues Bahamas crypto firm":                                {"US"},
		"Protests erupt in Austria, Italy and Croatia over new rules": {"AT", "IT", "HR"},
		"Internet cut in Sudan, says Germany":                         {"SD"},
		"Bitcoin falls 9% after U.S. jobs data":                       nil,
		"Bitcoin falls 9% as China bans crypto trading":               {"CN"},
	} {
		signals := d.Observe(intel.Observation{Body: intel.Article{Title: title}})
		if len(signals) == 0 || !slices.Equal(signals[0].Places, want) {
			t.Errorf("%q: got %+v, want %v", title, signals, want)
		}
	}
}
