package bot

import (
	"slices"
	"strings"
)

// unknown refuses a command that is not in the table, with the one that may be meant.
func (t *Talk) unknown(typed string) error {
	typed = Plain(typed)
	if parts := t.below(typed); len(parts) > 0 {
		return refuse("/"+typed+" needs one more word.", "Write "+either(parts)+".")
	}
	var names []string
	for _, c := range t.commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	meant := customary[strings.ToLower(typed)]
	if meant == "" {
		meant = nearest(typed, names)
	}
	mend := "/help shows what there is."
	if meant != "" {
		mend = "Is /" + meant + " meant? " + mend
	}
	return refuse("There is no command "+quote("/"+typed)+".", mend)
}

// below are the commands whose first word was typed alone.
func (t *Talk) below(first string) []string {
	var names []string
	for _, c := range t.commands {
		if strings.HasPrefix(c.Name, strings.ToLower(first)+" ") && !c.Hidden {
			names = append(names, "/"+c.Name)
		}
	}
	return names
}

// customary are names that other bots have for what is in our table.
var customary = map[string]string{
	"sub": "subscribe", "follow": "subscribe", "track": "subscribe", "watch": "subscribe",
	"unsub": "unsubscribe", "stop": "unsubscribe", "unfollow": "unsubscribe",
	"list": "subscriptions", "subs": "subscriptions", "settings": "subscriptions",
	"news": "latest", "alerts": "latest", "incidents": "latest", "recent": "latest",
	"silence": "mute", "snooze": "mute", "silences": "mute",
	"mydata": "privacy", "deletemydata": "forgetme", "delete": "forgetme", "gdpr": "privacy",
	"btc": "price", "bitcoin": "price", "p": "price", "hash": "hashrate",
	"add": "feed add", "feeds": "feed list", "rss": "feed add", "health": "status", "ping": "status",
}

// nearest is the name that is least mistyped, if it is near enough to be meant: with one slip in three letters.
func nearest(typed string, names []string) string {
	typed = strings.ToLower(typed)
	best, least := "", len(typed)/3+1
	if len(typed) > 40 {
		return ""
	}
	for _, name := range names {
		if d := slips(typed, strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	if best == "" && len(typed) > 2 {
		if i := slices.IndexFunc(names, func(n string) bool {
			return strings.HasPrefix(strings.ToLower(n), typed)
		}); i >= 0 {
			best = names[i]
		}
	}
	return best
}

// slips counts the letters to put in, leave out, change or swap with their neighbour.
func slips(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range y {
			d := last[j]
			if x[i] != y[j] {
				d++
			}
			d = min(d, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
		}
	}
	return row[len(y)]
}
