package configs

import (
	"slices"
	"strings"
)

// unknownKey names the key that was probably meant: a similar one beside it, else one of the same name
// elsewhere, else the ones that could stand there.
func unknownKey(p pair, siblings []string, all []key) Fault {
	f := Fault{Path: p.at.path, Where: p.at.where, Problem: "there is no such key"}
	near, distance := nearest(p.name, siblings)
	if distance <= max(2, len(p.name)/3) {
		f.Mend = "Did you mean " + strings.TrimSuffix(p.at.path, p.name) + near + "?"
		return f
	}
	for _, k := range all {
		if strings.HasSuffix(k.path, "."+p.name) || strings.Contains("."+k.path, "."+p.name+".") {
			before, _, _ := strings.Cut(k.path+".", "."+p.name+".")
			f.Mend = "Did you mean " + before + "." + p.name + "?"
			return f
		}
	}
	f.Mend = "The keys here are " + strings.Join(siblings, ", ") + "."
	return f
}

// nearest is the first of the names with the fewest letters to change.
func nearest(name string, names []string) (string, int) {
	best, least := "", 1<<30
	for _, n := range names {
		if d := distance(name, n); d < least {
			best, least = n, d
		}
	}
	return best, least
}

// distance is Levenshtein's, of the first hundred characters.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	x, y = x[:min(len(x), 100)], y[:min(len(y), 100)]
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		previous := slices.Clone(row)
		row[0] = i + 1
		for j := range y {
			change := 1
			if x[i] == y[j] {
				change = 0
			}
			row[j+1] = min(previous[j]+change, previous[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}
