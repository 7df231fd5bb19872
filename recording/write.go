package recording

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/faultlinebot/faultline/intel"
)

// Writer writes a recording. Each line is one Write, so a recording that is cut short ends with a whole line.
type Writer struct {
	out *json.Encoder
}

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &Writer{out: enc}
}

// Write adds one observation; observations must come in the order they became known.
func (w *Writer) Write(o intel.Observation) error {
	if err := w.out.Encode(lineOf(o)); err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	return nil
}
