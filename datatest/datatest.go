// Package datatest finds real history for tests: files below the folder that FAULTLINE_DATA names. They are
// other people's, so they are not in the repository; a test that needs one skips with a sentence where the
// variable is unset. FAULTLINE_NO_SKIP forbids that.
package datatest

import (
	"os"
	"path/filepath"
	"testing"
)

// File is the path of a file of real history, or a skip.
func File(t testing.TB, parts ...string) string {
	t.Helper()
	dir := os.Getenv("FAULTLINE_DATA")
	if dir == "" {
		const why = "FAULTLINE_DATA is not set: it names the folder with real history"
		if os.Getenv("FAULTLINE_NO_SKIP") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	path := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("real history is not where FAULTLINE_DATA says: %v", err)
	}
	return path
}
