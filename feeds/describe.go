package feeds

import "fmt"

// Describe names what is looked at, one line a watcher, in their order: "rss/coindesk: https://… every 2m".
func Describe(watchers ...Watcher) []string {
	lines := make([]string, 0, len(watchers))
	for _, w := range watchers {
		lines = append(lines, w.Name()+": "+w.Watches())
	}
	return lines
}

// CheckNames refuses two watchers of one name, as they would share one cursor.
func CheckNames(watchers ...Watcher) error {
	seen := make(map[string]bool, len(watchers))
	for _, w := range watchers {
		if seen[w.Name()] {
			return fmt.Errorf("two watchers are named %q", w.Name())
		}
		seen[w.Name()] = true
	}
	return nil
}
