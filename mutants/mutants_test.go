package mutants

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var slow = flag.Bool("slow", false, "try those mutants too that start the whole bot")

// timeLimit ends a test that hangs on a mutant; that does not count as caught.
const timeLimit = 3 * time.Minute

var errCompile = errors.New("does not compile")

func TestEveryMutantIsCaught(t *testing.T) {
	sound := builds{dir: t.TempDir()}
	var mu sync.Mutex
	var report []string
	all := table()
	t.Cleanup(func() {
		slices.Sort(report)
		t.Logf("%d of %d mutants caught:\n%s", len(report), len(all), strings.Join(report, "\n"))
	})
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			if m.slow && !*slow {
				t.Skip("starts the whole bot; make mutants tries it")
			}
			t.Parallel()
			began := time.Now()
			for _, g := range m.caught {
				sound.passes(t, g)
			}
			m.isCaught(t)
			if t.Failed() {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			report = append(report, fmt.Sprintf("%-60s by %v in %.1f s", m.name, m.caught, time.Since(began).Seconds()))
		})
	}
}

// isCaught demands that each guard fails, by its own judgement.
func (m mutant) isCaught(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	over, err := overlay(dir, m.edits)
	if err != nil {
		t.Fatal(err)
	}
	mutated := builds{dir: dir, overlay: over}
	for _, g := range m.caught {
		out, err := mutated.run(g)
		failed := "--- FAIL: " + g.test
		switch {
		case err == nil:
			t.Errorf("%v passes with that promise broken", g)
		case errors.Is(err, errCompile):
			t.Error(err) // that catches nothing
		case !strings.Contains(out, failed):
			t.Errorf("%v ended without %q:\n%s", g, failed, tail(out))
		case !strings.Contains(out, g.says):
			t.Errorf("%v did not say %q:\n%s", g, g.says, tail(out))
		case strings.Contains(out, "panic: "):
			t.Errorf("%v noticed nothing, it broke down:\n%s", g, tail(out))
		}
	}
}

// builds are test binaries of one state of the source, each made once.
type builds struct {
	dir, overlay string
	mu           sync.Mutex
	made         map[string]func() (string, error)
	ran          map[guard]func() (string, error)
}

// passes demands that the test passes on the program as it is, and that there is such a test at all.
func (b *builds) passes(t *testing.T, g guard) {
	t.Helper()
	run := once(&b.mu, &b.ran, g, func() (string, error) { return b.run(g) })
	if out, err := run(); err != nil || !strings.Contains(out, "--- PASS: "+g.test) {
		t.Fatalf("%v does not pass without the mutant: %v\n%s", g, err, tail(out))
	}
}

// run runs one test in its folder.
func (b *builds) run(g guard) (string, error) {
	binary, err := once(&b.mu, &b.made, g.folder, func() (string, error) { return b.compile(g.folder) })()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(context.Background(), binary, "-test.v", "-test.run", pattern(g.test),
		"-test.timeout", timeLimit.String())
	cmd.Dir = filepath.Join(root, g.folder)
	// What the test itself builds has the mutant in it too.
	cmd.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" "+b.flag()))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// once returns what does the work the first time and remembers what came of it.
func once[K comparable](mu *sync.Mutex, all *map[K]func() (string, error), key K, work func() (string, error),
) func() (string, error) {
	mu.Lock()
	defer mu.Unlock()
	if *all == nil {
		*all = map[K]func() (string, error){}
	}
	if (*all)[key] == nil {
		(*all)[key] = sync.OnceValues(work)
	}
	return (*all)[key]
}

func (b *builds) compile(folder string) (string, error) {
	binary := filepath.Join(b.dir, strings.ReplaceAll(folder, "/", "_")+".test")
	args := []string{"test", "-c", "-o", binary}
	if b.overlay != "" {
		args = append(args, b.flag())
	}
	cmd := exec.CommandContext(context.Background(), "go", append(args, "./"+folder)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s %w: %s", folder, errCompile, out)
	}
	return binary, nil
}

func (b *builds) flag() string {
	if b.overlay == "" {
		return ""
	}
	return "-overlay=" + b.overlay
}

// pattern asks for exactly one test, part by part.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

func tail(out string) string {
	const most = 4000
	return out[max(len(out)-most, 0):]
}

// A text that has moved on must not leave a mutant that changes nothing, or something else.
func TestReplaceWantsTheTextOnce(t *testing.T) {
	for source, want := range map[string]string{"a b c": "a x c", "a c": "", "a b b c": ""} {
		got, err := replace(source, edit{"f", "b", "x"})
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", source, got, err)
		}
	}
}
