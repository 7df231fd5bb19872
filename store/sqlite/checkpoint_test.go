package sqlite

import (
	"encoding/binary"
	"fmt"
	"os"
	"testing"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
)

// The log begins anew again and again while writing goes on, and no commit has to see to it.
func TestLogBeginsAnew(t *testing.T) {
	path := t.TempDir() + "/faultline.db"
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.write.db.ExecContext(t.Context(), "PRAGMA wal_autocheckpoint = 0"); err != nil {
		t.Fatal(err)
	}
	i := intel.Incident{ID: "i", Revision: 1}
	n := intel.Notice{Incident: "i", Revision: 1, Change: intel.Opened}
	err = s.Commit(t.Context(), store.Step{Token: "t", Changes: []intel.Change{{Incident: i, Notice: &n}}})
	if err != nil {
		t.Fatal(err)
	}
	first, _ := readLog(t, path)
	const pageSize = 4096
	for page := 0; ; page++ {
		p := store.Page{Incident: "i", Revision: 1, After: fmt.Sprintf("%08d", page)}
		for card := range 500 {
			p.To = append(p.To, intel.Destination{Platform: "x", Chat: fmt.Sprint((page*500 + card) * 7919 % 9_999_991)})
		}
		if err := s.Raise(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		beginning, size := readLog(t, path)
		if beginning >= first+2 {
			t.Logf("after %d pages of cards the log has %d MB", page+1, size>>20)
			return
		}
		if size > 10*checkpointPages*pageSize {
			t.Fatalf("the log has %d MB and begins anew too seldom", size>>20)
		}
	}
}

// readLog returns how often the log has begun, which its header counts (https://www.sqlite.org/fileformat2.html), and
// its size.
func readLog(t *testing.T, path string) (beginning uint32, size int64) {
	t.Helper()
	f, err := os.Open(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	header := make([]byte, 32)
	if _, err := f.ReadAt(header, 0); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return binary.BigEndian.Uint32(header[12:]), info.Size()
}
