package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/faultlinebot/faultline/intel"
)

// phrase is how a kind of happening is spoken of.
type phrase struct {
	noun   string
	a      string // indefinite article with its space, empty for what cannot be counted
	at     string // what stands before the place
	many   bool   // the noun is a plural
	placed bool   // it always happens somewhere: a missing place is said to be unknown
}

func phraseOf(i *intel.Incident) phrase {
	switch i.Kind {
	case intel.Shutdown:
		return phrase{noun: "internet shutdown", a: "an ", at: "in", placed: true}
	case intel.Power:
		return phrase{noun: "power cut", a: "a ", at: "in", placed: true}
	case intel.Unrest:
		return phrase{noun: "unrest", at: "in", placed: true}
	case intel.Conflict:
		return phrase{noun: "armed conflict", at: "in", placed: true}
	case intel.Sanctions:
		return phrase{noun: "sanctions", at: "on", many: true}
	case intel.Mining:
		return phrase{noun: "mining disruption", a: "a ", at: "in"}
	case intel.Hashrate:
		return phrase{noun: direction(i) + " the Bitcoin hashrate", a: "a ", at: "in"}
	case intel.Price:
		return phrase{noun: direction(i) + " the " + assets(i) + "price", a: "a ", at: "in"}
	case intel.Regulation:
		return phrase{noun: "crypto regulation", at: "in"}
	case intel.Exchange:
		return phrase{noun: "trouble at a crypto exchange", at: "in"}
	case intel.Disaster:
		return phrase{noun: "natural disaster", a: "a ", at: "in", placed: true}
	}
	return phrase{noun: "incident", a: "an ", at: "in"}
}

func direction(i *intel.Incident) string {
	switch {
	case i.Magnitude == nil || i.Magnitude.Value == 0:
		return "change in"
	case i.Magnitude.Value < 0:
		return "fall of"
	}
	return "rise of"
}

func assets(i *intel.Incident) string {
	var names []string
	for _, a := range i.Assets {
		if a = Plain(a); a != "" && !slices.Contains(names, a) {
			names = append(names, a)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return list(names) + " "
}

// name is what the incident is called where others speak of it: "Internet shutdown in Kazakhstan". What nobody
// has confirmed, or has not happened yet, is never named as a fact.
func (o CardOptions) name(i *intel.Incident) string {
	p := phraseOf(i)
	where := o.where(i, p)
	switch {
	case i.Phase == intel.Threat:
		return "Threat of " + p.a + p.noun + where
	case i.Evidence == intel.Rumour:
		return "Rumour of " + p.a + p.noun + where
	case i.Evidence == intel.Contradicted:
		return "Contradicted: " + p.noun + where
	}
	return capital(p.noun + where)
}

// subject begins a sentence about the incident: "the internet shutdown in Kazakhstan", and its verb "is".
func (o CardOptions) subject(i *intel.Incident) (text string, many bool) {
	p := phraseOf(i)
	where := ""
	if len(i.Places) > 0 {
		where = o.where(i, p)
	}
	switch {
	case i.Phase == intel.Threat:
		return "the threat of " + p.a + p.noun + where, false
	case i.Evidence == intel.Rumour:
		return "the rumour of " + p.a + p.noun + where, false
	}
	return "the " + p.noun + where, p.many
}

func (o CardOptions) where(i *intel.Incident, p phrase) string {
	switch places := o.places(i.Places); {
	case places != "":
		return " " + p.at + " " + places
	case p.placed:
		return ", place unknown"
	}
	return ""
}

func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:]
}

// sentence makes one of a text from outside this package: a capital first, a full stop last.
func sentence(text string) string {
	text = Plain(text)
	if text == "" {
		return ""
	}
	if !strings.ContainsRune(".!?", rune(text[len(text)-1])) {
		text += "."
	}
	return capital(text)
}
