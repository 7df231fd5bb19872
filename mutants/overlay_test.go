package mutants

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// root is the folder of the module.
const root = ".."

// overlay writes the changed files of a mutant into a folder of its own and returns the file that lays them over the
// source, as -overlay wants it.
func overlay(dir string, edits []edit) (string, error) {
	changed := map[string]string{}
	for _, e := range edits {
		path, err := filepath.Abs(filepath.Join(root, e.file))
		if err != nil {
			return "", err
		}
		from := path
		if before, again := changed[path]; again {
			from = before
		}
		source, err := os.ReadFile(from)
		if err != nil {
			return "", err
		}
		mutated, err := replace(string(source), e)
		if err != nil {
			return "", err
		}
		changed[path] = filepath.Join(dir, strings.ReplaceAll(e.file, "/", "_"))
		if err := os.WriteFile(changed[path], []byte(mutated), 0o600); err != nil {
			return "", err
		}
	}
	data, err := json.Marshal(map[string]any{"Replace": changed})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, data, 0o600)
}

// replace changes the one place where the text stands. None or several is an error: the mutant would be another one
// than was meant.
func replace(source string, e edit) (string, error) {
	if n := strings.Count(source, e.from); n != 1 {
		return "", fmt.Errorf("%s has the text %q %d times, want once: the source has moved on, write the mutant anew",
			e.file, e.from, n)
	}
	return strings.Replace(source, e.from, e.to, 1), nil
}
