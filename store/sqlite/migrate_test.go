package sqlite

import (
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	driver "modernc.org/sqlite"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

func scripts(all ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i, name := range []string{"0001_one.sql", "0002_two.sql", "0003_three.sql"} {
		if i < len(all) {
			files["migrations/"+name] = &fstest.MapFile{Data: []byte(all[i])}
		}
	}
	return files
}

func emptyPool(t *testing.T) *pool {
	t.Helper()
	p, err := connect(t.TempDir()+"/faultline.db", 1, writing(false)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// tables returns the names of the tables.
func tables(t *testing.T, p *pool) string {
	t.Helper()
	var names string
	err := p.db.QueryRowContext(t.Context(), `SELECT group_concat(name ORDER BY name) FROM sqlite_schema
		WHERE type = 'table'`).Scan(&names)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

const one, two = "CREATE TABLE one (a TEXT); CREATE INDEX one_a ON one (a)", "CREATE TABLE two (a TEXT)"

func TestMigrationsFollowEachOther(t *testing.T) {
	p := emptyPool(t)
	for _, files := range []fstest.MapFS{scripts(), scripts(one), scripts(one), scripts(one, two), scripts(one, two)} {
		if err := migrate(t.Context(), p.db, files); err != nil {
			t.Fatal(err)
		}
	}
	if got := tables(t, p); got != "migrations,one,two" {
		t.Errorf("got tables %s", got)
	}
	err := migrate(t.Context(), p.db, scripts(one))
	if err == nil || !strings.Contains(err.Error(), "newer release") {
		t.Errorf("an older release got error %v", err)
	}
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	p := emptyPool(t)
	err := migrate(t.Context(), p.db, scripts(one, "CREATE TABLE half (a TEXT); CREATE TABLE one (a TEXT)"))
	if err == nil || !strings.Contains(err.Error(), "0002_two.sql") {
		t.Fatalf("got error %v", err)
	}
	if got := tables(t, p); got != "migrations,one" {
		t.Errorf("got tables %s", got)
	}
	if err := migrate(t.Context(), p.db, scripts(one, two)); err != nil {
		t.Fatal("the mended one:", err)
	}
}

func TestMigrationsMustBeNumbered(t *testing.T) {
	files := scripts(one)
	files["migrations/0003_gap.sql"] = &fstest.MapFile{Data: []byte(two)}
	err := migrate(t.Context(), emptyPool(t).db, files)
	if err == nil || !strings.Contains(err.Error(), "0002_") {
		t.Errorf("got error %v", err)
	}
}

// diesIn names the file in which the test binary, started anew, is killed in the middle of a migration.
const diesIn = "FAULTLINE_TEST_DIES_IN"

// A process that is killed between any two statements of a migration leaves the tables as they were before it, and the
// next start completes it.
func TestKilledInAMigration(t *testing.T) {
	const before = "CREATE TABLE one (a TEXT); INSERT INTO one VALUES ('kept')"
	statements := []string{"CREATE TABLE two (a TEXT)", "INSERT INTO two SELECT a FROM one", "DROP TABLE one"}
	if path := os.Getenv(diesIn); path != "" {
		driver.MustRegisterScalarFunction("die", 0, func(*driver.FunctionContext, []sqldriver.Value) (sqldriver.Value, error) {
			return nil, syscall.Kill(os.Getpid(), syscall.SIGKILL)
		})
		var at int
		if _, err := fmt.Sscan(os.Getenv(diesIn+"_AT"), &at); err != nil {
			t.Fatal(err)
		}
		p, err := connect(path, 1, writing(false)...) // after the function is known
		if err != nil {
			t.Fatal(err)
		}
		err = migrate(t.Context(), p.db, scripts(before, strings.Join(slices.Insert(statements, at, "SELECT die()"), ";")))
		t.Fatal("it lives on, error", err)
	}
	for at := range len(statements) + 1 {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			path := t.TempDir() + "/faultline.db"
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKilledInAMigration$")
			child.Env = append(os.Environ(), diesIn+"="+path, fmt.Sprint(diesIn, "_AT=", at))
			said, err := child.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("it was not killed: %v\n%s", err, said)
			}
			p, err := connect(path, 1, writing(false)...)
			if err != nil {
				t.Fatal(err)
			}
			defer p.close()
			if got := tables(t, p); got != "migrations,one" {
				t.Errorf("it left the tables %s", got)
			}
			if err := migrate(t.Context(), p.db, scripts(before, strings.Join(statements, ";"))); err != nil {
				t.Fatal("the second start:", err)
			}
			var kept string
			if err := p.db.QueryRowContext(t.Context(), "SELECT group_concat(a) FROM two").Scan(&kept); err != nil {
				t.Fatal(err)
			}
			if got := tables(t, p); got != "migrations,two" || kept != "kept" {
				t.Errorf("the second start left the tables %s with %q", got, kept)
			}
		})
	}
}

// A step that finds no page left in the file leaves nothing, and the same store goes on when there is room.
func TestFileFull(t *testing.T) {
	s, err := Open(t.Context(), Options{Path: t.TempDir() + "/faultline.db"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	limit := func(pages string) {
		if _, err := s.write.db.ExecContext(t.Context(), "PRAGMA max_page_count="+pages); err != nil {
			t.Fatal(err)
		}
	}
	step := func(n int) store.Step {
		at := time.Date(2022, 1, 5, 12, 0, n, 0, time.UTC)
		o := intel.Observation{Known: at, Body: intel.Article{
			URL: strings.Repeat("u", n+1), Summary: strings.Repeat("long ", 500),
		}}
		i := intel.Incident{ID: strings.Repeat("i", n+1), Revision: 1, Opened: at}
		return store.Step{Token: i.ID, Time: at, Observation: &o, Changes: []intel.Change{{Incident: i}}}
	}
	limit("60")
	n := 0
	for ; err == nil; n++ {
		err = s.Commit(t.Context(), step(n))
	}
	n--
	if resultCode(err) != codeFull || !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "full") {
		t.Fatalf("got error %v, want that it is full", err)
	}
	seen, err := s.Seen(t.Context(), step(n).Observation.Key())
	if err != nil || seen {
		t.Errorf("seen %v, error %v after a failed step", seen, err)
	}
	if _, err := s.Incident(t.Context(), step(n - 1).Changes[0].Incident.ID); err != nil {
		t.Error("the step before:", err)
	}
	limit("1000000")
	for ; n < 30; n++ {
		if err := s.Commit(t.Context(), step(n)); err != nil {
			t.Fatal("with room again:", err)
		}
	}
}
