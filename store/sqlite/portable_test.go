package sqlite_test

import (
	"errors"
	"testing"

	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/storetest"
)

// An import that fails in the middle has never been.
func TestPortableAllOrNothing(t *testing.T) {
	t.Parallel()
	from, to, fault := open(t, newPath(t)), open(t, newPath(t)), errors.New("fault")
	storetest.Fill(t, from)
	var all []store.Record
	keep := func(r store.Record) error { all = append(all, r); return nil }
	if err := from.Export(t.Context(), keep); err != nil {
		t.Fatal(err)
	}
	for _, upTo := range []int{1, len(all) / 2, len(all)} {
		rest := all[:upTo]
		err := to.Import(t.Context(), func() (store.Record, error) {
			if len(rest) == 0 {
				return nil, fault
			}
			r := rest[0]
			rest = rest[1:]
			return r, nil
		})
		if !errors.Is(err, fault) {
			t.Fatalf("after %d records: %v", upTo, err)
		}
		if err := to.Export(t.Context(), func(r store.Record) error {
			t.Errorf("after %d records it keeps %+v", upTo, r)
			return fault
		}); err != nil {
			t.Fatal(err)
		}
	}
}
