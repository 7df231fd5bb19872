package configs_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/intel"
)

// members are the member states of the United Nations by their ISO 3166-1 codes.
const members = "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH " +
	"CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY " +
	"HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC " +
	"MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PT PW PY QA RO RS " +
	"RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TZ UA UG US UY UZ VC " +
	"VE VN VU WS YE ZA ZM ZW"

// others are the places beside them that have a code of their own, XK by use and EU by our own rule.
const others = "AS AW BM CW EH EU FK FO GF GG GI GL GP GU HK IM JE KY MO MQ NC PF PR PS RE TW VA VG VI XK YT"

func TestCountryCodes(t *testing.T) {
	want := strings.Fields(members + " " + others)
	if len(strings.Fields(members)) != 193 {
		t.Fatalf("the list has %d members, want 193", len(strings.Fields(members)))
	}
	var got []string
	for _, c := range countries(t) {
		got = append(got, c.Code)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

// TestCountryForms looks at everything that is looked for in texts: each form means one place, stands there
// once, and is written as texts write it.
func TestCountryForms(t *testing.T) {
	owner := map[string]string{}
	for _, c := range countries(t) {
		forms := slices.Concat([]string{c.Name}, c.Names, c.Demonyms, c.Cities)
		if c.Name == "" {
			t.Errorf("%s has no name", c.Code)
		}
		for _, form := range forms {
			folded := strings.ToLower(form)
			if before, twice := owner[folded]; twice {
				t.Errorf("%q is in %s and in %s", form, before, c.Code)
			}
			owner[folded] = c.Code
			if strings.TrimSpace(form) != form || strings.Contains(form, "  ") || strings.ContainsAny(form, "()|*^[]{}") {
				t.Errorf("%s: %q is no form of a text", c.Code, form)
			}
			if len([]rune(form)) < 2 {
				t.Errorf("%s: %q is too short", c.Code, form)
			}
			if isShortASCII(form) && strings.ToUpper(form) != form && unicode.IsLower(rune(form[0])) {
				t.Errorf("%s: %q is short and in small letters: it would be found inside other languages", c.Code, form)
			}
		}
	}
}

func isShortASCII(s string) bool {
	return len(s) <= 3 && !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// TestCountryNamesInHeadlines is a sample of words and of whom they stand for.
func TestCountryNamesInHeadlines(t *testing.T) {
	owner := map[string]string{}
	for _, c := range countries(t) {
		for _, form := range slices.Concat([]string{c.Name}, c.Names, c.Demonyms, c.Cities) {
			owner[form] = c.Code
		}
	}
	tests := map[string]string{
		"KZ": "Kazakhstan Казахстан Казахстана Казахстане Казахстаном Казахстану 哈萨克斯坦 Kazajistán Cazaquistão Kasachstan قزاقستان Almaty",
		"US": "US U.S. USA США Texas 美国 Estados_Unidos États-Unis Georgia_Power New_Mexico New_England",
		"GB": "UK U.K. Britain Northern_Ireland Scotland",
		"GE": "Georgia Abkhazia Tbilisi Грузии",
		"UA": "Ukraine Crimea Kyiv Kiev Украине Україні",
		"CN": "China Tibet Xinjiang Inner_Mongolia Sichuan Китае Китаї 中国",
		"MM": "Myanmar Burma Burmese", "CI": "Ivory_Coast Côte_d'Ivoire", "AE": "UAE Dubai",
		"IQ": "Kurdistan_Region Baghdad", "IN": "Kashmir India", "PK": "Azad_Kashmir Pakistan", "MX": "Mexico",
		"CD": "Congo DRC Democratic_Republic_of_the_Congo Congolese", "CG": "Republic_of_the_Congo Congo-Brazzaville",
		"NE": "Niger Nigerien", "NG": "Nigeria Nigerian", "KP": "North_Korea DPRK КНДР", "KR": "South_Korea Korea",
		"GN": "Guinea", "GW": "Guinea-Bissau", "GQ": "Equatorial_Guinea", "PG": "Papua_New_Guinea", "IE": "Ireland Irish",
		"SD": "Sudan Судане", "SS": "South_Sudan", "BE": "Brussels", "EU": "EU European_Union Евросоюз", "TR": "Turkey Türkiye",
		"JO": "Jordan Amman", "TD": "Chad N'Djamena", "AZ": "Nagorno-Karabakh", "MD": "Transnistria", "AU": "New_South_Wales",
	}
	for code, words := range tests {
		for _, word := range strings.Fields(words) {
			if word = strings.ReplaceAll(word, "_", " "); owner[word] != code {
				t.Errorf("%s stands for %q, want %s", word, owner[word], code)
			}
		}
	}
}

func TestExposure(t *testing.T) {
	tests := []struct {
		code, day   string
		share       float64
		asOf, known string // empty: nothing was public
	}{
		{"KZ", "2022-01-05", 0.181, "2021-08", "2021-10-13"},
		{"KZ", "2022-05-16", 0.181, "2021-08", "2021-10-13"},
		{"KZ", "2022-05-17", 0.1322, "2022-01", "2022-05-17"},
		{"KZ", "2021-10-12", 0.0819, "2021-04", "2021-07-15"},
		{"KZ", "2020-06-01", 0.0617, "2020-04", "2020-05-31"},
		{"KZ", "2020-05-01", 0, "", ""},
		{"CN", "2021-04-16", 0.6481, "2020-04", "2020-05-31"},
		{"CN", "2021-10-13", 0, "2021-08", "2021-10-13"},
		{"CN", "2026-01-01", 0.2111, "2022-01", "2022-05-17"},
		{"US", "2022-12-24", 0.3784, "2022-01", "2022-05-17"},
		{"IR", "2021-05-26", 0.0382, "2020-04", "2020-05-31"},
		{"UA", "2022-02-24", 0, "", ""},
	}
	for _, test := range tests {
		t.Run(test.code+" "+test.day, func(t *testing.T) {
			got := country(t, test.code).ExposureAt(day(t, time.DateOnly, test.day))
			if test.known == "" {
				if got != nil {
					t.Errorf("exposure %+v before any was public", got)
				}
				return
			}
			want := intel.Exposure{
				Share: test.share, AsOf: day(t, "2006-01", test.asOf), Published: day(t, time.DateOnly, test.known),
				Source: "Cambridge CBECI",
			}
			if got == nil || *got != want {
				t.Errorf("exposure %+v, want %+v", got, want)
			}
		})
	}
}

// TestShares checks each month by what must hold whoever reads the table: the named countries are most of the
// world, and nobody is more than it.
func TestShares(t *testing.T) {
	sums := map[time.Time]float64{}
	for _, c := range countries(t) {
		for i, s := range c.Shares {
			sums[s.Month] += s.Share
			if s.Share < 0 || s.Share >= 1 || !s.Published.After(s.Month) {
				t.Errorf("%s: %+v", c.Code, s)
			}
			if i > 0 && !s.Month.Equal(c.Shares[i-1].Month.AddDate(0, 1, 0)) {
				t.Errorf("%s: no figure for the month before %s", c.Code, s.Month.Format("2006-01"))
			}
		}
	}
	if len(sums) != 29 {
		t.Errorf("%d months, want 29", len(sums))
	}
	for month, sum := range sums {
		if sum < 0.90 || sum > 0.96 {
			t.Errorf("%s: the shares come to %.4f", month.Format("2006-01"), sum)
		}
	}
}

func countries(t *testing.T) []intel.Country {
	t.Helper()
	all, err := configs.Countries()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func country(t *testing.T, code string) *intel.Country {
	t.Helper()
	all := countries(t)
	i := slices.IndexFunc(all, func(c intel.Country) bool { return c.Code == code })
	if i < 0 {
		t.Fatalf("no country %s", code)
	}
	return &all[i]
}

func day(t *testing.T, layout, text string) time.Time {
	t.Helper()
	d, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
