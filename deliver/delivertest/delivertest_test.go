package delivertest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryFaultIsNamed(t *testing.T) {
	a1, a2, a3, b1 := Message{"a", 1}, Message{"a", 2}, Message{"a", 3}, Message{"b", 1}
	accepted := []Message{a1, b1, a2, a3}
	for _, c := range []struct {
		name    string
		arrived map[string][]Message
		want    Verdict
	}{
		{"all arrives", map[string][]Message{"x": {a1, b1, a2, a3}, "y": {b1, a1, a2, a3}}, Verdict{}},
		{"changes that waited are one", map[string][]Message{"x": {b1, a3}}, Verdict{}},
		{"a thing is lost", map[string][]Message{"x": {a1, a3}}, Verdict{
			Lost: []string{"b at x: revision 1 never arrived, the last that did is 0"},
		}},
		{"the last change is lost", map[string][]Message{"x": {a1, a2, b1}}, Verdict{
			Lost: []string{"a at x: revision 3 never arrived, the last that did is 2"},
		}},
		{"a destination hears nothing", map[string][]Message{"x": {b1, a3}, "y": nil}, Verdict{Lost: []string{
			"a at y: revision 3 never arrived, the last that did is 0",
			"b at y: revision 1 never arrived, the last that did is 0",
		}}},
		{"a message comes twice", map[string][]Message{"x": {a1, b1, b1, a3}}, Verdict{
			Duplicated: []string{"b at x: revision 1 came again"},
		}},
		{"a message comes three times", map[string][]Message{"x": {b1, a3, a3, a3}}, Verdict{
			Duplicated: []string{"a at x: revision 3 came again", "a at x: revision 3 came again"},
		}},
		{"the same at two destinations is no repeat", map[string][]Message{"x": {b1, a3}, "y": {b1, a3}}, Verdict{}},
		{"an old revision after a new one", map[string][]Message{"x": {b1, a3, a2}}, Verdict{
			Disordered: []string{"a at x: revision 2 came after revision 3"},
		}},
		{"a late repeat is a repeat", map[string][]Message{"x": {b1, a2, a3, a2}}, Verdict{
			Duplicated: []string{"a at x: revision 2 came again"},
		}},
		{"what nobody accepted", map[string][]Message{"x": {b1, a3, {"a", 4}, {"c", 1}}}, Verdict{Unexpected: []string{
			"a at x: revision 4 was never accepted", "c at x: revision 1 was never accepted",
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, History{accepted, c.arrived}.Judge()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// failures is a test that only counts how often it was failed.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.n++ }

func TestCheckFailsForWhatIsNotAllowed(t *testing.T) {
	one := []Message{{"a", 1}}
	for arrived, want := range map[int][]int{ // times it arrives, and failures when so many repeats are allowed
		0: {1, 1, 1}, 1: {0, 0, 0}, 2: {1, 0, 0}, 3: {2, 2, 0},
	} {
		for allowed, fails := range want {
			h := History{one, map[string][]Message{"x": make([]Message, 0)}}
			for range arrived {
				h.Arrived["x"] = append(h.Arrived["x"], one[0])
			}
			f := &failures{TB: t}
			Check(f, h, allowed)
			if f.n != fails {
				t.Errorf("%s: failed %d times, want %d", fmt.Sprintf("%d arrived, %d repeats allowed", arrived, allowed), f.n, fails)
			}
		}
	}
}
