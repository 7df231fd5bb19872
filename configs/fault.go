package configs

import (
	"fmt"
	"strings"
	"unicode"
)

// Fault is one thing that is wrong with the configuration, in words for the operator.
type Fault struct {
	Path    string // of the key: "feeds.interval"; empty when the fault is in no key
	Where   string // file:line, or the variable's name
	Problem string
	Mend    string // what to do about it
}

// String is the fault in one line.
func (f Fault) String() string {
	s := f.Where + ": "
	if f.Path != "" {
		s += f.Path + ": "
	}
	return strings.Map(visible, s+f.Problem+". "+f.Mend)
}

// visible keeps a fault on its one line, whatever characters the file's keys are made of.
func visible(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}

// Faults is every fault that was found: first the file's from top to bottom, then the environment's by name.
type Faults []Fault

// Error has one line for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// place is where in the configuration something stands: a key's path, and the file and line or the variable.
type place struct{ path, where string }

// key is the place of a key in the section at p.
func (p place) key(name, where string) place {
	if p.path != "" {
		name = p.path + "." + name
	}
	return place{name, where}
}

// element is the place of an element of the list at p.
func (p place) element(i int, where string) place {
	return place{fmt.Sprintf("%s[%d]", p.path, i), where}
}

// complaint is what is wrong with a value, before it is known whose value it is.
type complaint struct{ problem, mend string }

func complain(mend, problem string, args ...any) *complaint {
	return &complaint{fmt.Sprintf(problem, args...), mend}
}

func (c *complaint) at(p place) Fault {
	return Fault{Path: p.path, Where: p.where, Problem: c.problem, Mend: c.mend}
}

// quoted shows a value that is no secret, cut to what fits into a sentence.
func quoted(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "..."
	}
	return fmt.Sprintf("%q", s)
}
