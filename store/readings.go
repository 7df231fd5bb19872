package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/faultlinebot/faultline/intel"
)

// Readings is what the brain shows to all replicas: the newest figures of the instruments.
type Readings struct{ Documents Documents }

const (
	readingKind = "reading"
	currentKey  = "current"
)

// Current returns what was kept last.
func (r Readings) Current(ctx context.Context) ([]intel.Reading, error) {
	data, err := r.Documents.Document(ctx, readingKind, currentKey)
	if err != nil || data == nil {
		return nil, err
	}
	var readings []intel.Reading
	if err := json.Unmarshal(data, &readings); err != nil {
		return nil, fmt.Errorf("read readings: %w", err)
	}
	return readings, nil
}

// Keep replaces them. There is one brain; where two believe to be it, the later one wins, and both are nearly
// right.
func (r Readings) Keep(ctx context.Context, readings []intel.Reading) error {
	now, err := json.Marshal(readings)
	if err != nil {
		return fmt.Errorf("keep readings: %w", err)
	}
	return replace(ctx, r.Documents, readingKind, currentKey, now)
}
