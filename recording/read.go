package recording

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"container/heap"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// slack is how far lines may be out of order; miners may date a header two hours ahead.
	slack = 2 * time.Hour
	// longestLine keeps a file without line ends from filling memory.
	longestLine = 4 << 20
)

// FormatError says what is wrong with a recording, and where.
type FormatError struct {
	File    string
	Line    int // from 1; 0 for the file as a whole
	Problem string
}

func (e *FormatError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Problem)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
}

// ReadFiles reads recordings whole, checks every line, and merges them by known time. The name "-" is stdin.
// A fault in the content is a *FormatError.
func ReadFiles(names []string, stdin io.Reader) ([]intel.Observation, error) {
	parts := make([][]intel.Observation, 0, len(names))
	for _, name := range names {
		part, err := readFile(name, stdin)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return merge(parts), nil
}

func readFile(name string, stdin io.Reader) ([]intel.Observation, error) {
	if name == "-" {
		return Read("standard input", stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	defer func() { _ = f.Close() }()
	return Read(name, f)
}

// Read reads one recording, gzipped or not, and returns its observations with Known set, in the order they
// became known; observations known at the same moment keep the order of their lines.
func Read(name string, r io.Reader) ([]intel.Observation, error) {
	in, err := plain(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, &FormatError{File: name, Problem: "damaged gzip: " + err.Error()}
	}
	var (
		all    []intel.Observation
		clock  = clock{tips: map[string]time.Time{}}
		number int
	)
	for {
		line, err := readLine(in)
		number++
		if text := bytes.TrimSpace(line); len(text) > 0 {
			o, bad := decode(text)
			if bad == nil {
				bad = clock.set(&o)
			}
			if bad != nil {
				return nil, &FormatError{File: name, Line: number, Problem: bad.Error()}
			}
			all = append(all, o)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, &FormatError{File: name, Line: number, Problem: "cannot be read on: " + err.Error()}
		}
	}
	slices.SortStableFunc(all, func(a, b intel.Observation) int { return a.Known.Compare(b.Known) })
	return all, nil
}

// plain takes gzip and a byte-order mark off.
func plain(r *bufio.Reader) (*bufio.Reader, error) {
	if magic, _ := r.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		r = bufio.NewReaderSize(z, 1<<16)
	}
	if mark, _ := r.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3)
	}
	return r, nil
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		if !errors.Is(err, bufio.ErrBufferFull) {
			if line == nil {
				return piece, err
			}
			return append(line, piece...), err
		}
		line = append(line, piece...)
		if len(line) > longestLine {
			return nil, fmt.Errorf("a line of more than %d bytes", longestLine)
		}
	}
}

// clock finds when each observation became known, and refuses a recording that runs backwards.
type clock struct {
	tips   map[string]time.Time // by source: the latest header time of its chain
	latest time.Time
}

func (c *clock) set(o *intel.Observation) error {
	if o.Known.IsZero() {
		o.Known = c.natural(o)
	}
	if c.latest.Sub(o.Known) > slack {
		return fmt.Errorf("runs backwards: known at %s, after a line known at %s", intel.Stamp(o.Known),
			intel.Stamp(c.latest))
	}
	if o.Known.After(c.latest) {
		c.latest = o.Known
	}
	return nil
}

func (c *clock) natural(o *intel.Observation) time.Time {
	switch b := o.Body.(type) {
	case intel.Bar:
		return o.Time.Add(b.Interval)
	case intel.Block:
		if o.Time.After(c.tips[o.Source]) {
			c.tips[o.Source] = o.Time
		}
		return c.tips[o.Source]
	default:
		return o.Time
	}
}

// merge joins parts that are each in order; what became known at the same moment keeps the order of the parts.
func merge(parts [][]intel.Observation) []intel.Observation {
	if len(parts) == 1 {
		return parts[0]
	}
	var (
		h     heads
		total int
	)
	for n, p := range parts {
		total += len(p)
		if len(p) > 0 {
			h = append(h, head{part: n, rest: p})
		}
	}
	heap.Init(&h)
	all := make([]intel.Observation, 0, total)
	for len(h) > 0 {
		all = append(all, h[0].rest[0])
		if h[0].rest = h[0].rest[1:]; len(h[0].rest) == 0 {
			heap.Pop(&h)
		} else {
			heap.Fix(&h, 0)
		}
	}
	return all
}

type head struct {
	part int
	rest []intel.Observation
}

type heads []head

func (h heads) Len() int      { return len(h) }
func (h heads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h heads) Less(i, j int) bool {
	if c := h[i].rest[0].Known.Compare(h[j].rest[0].Known); c != 0 {
		return c < 0
	}
	return h[i].part < h[j].part
}

// Push implements heap.Interface.
func (h *heads) Push(x any) { *h = append(*h, x.(head)) }

// Pop implements heap.Interface.
func (h *heads) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
