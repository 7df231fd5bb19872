package pipeline

import (
	"context"
	"fmt"

	"github.com/faultlinebot/faultline/correlate"
	"github.com/faultlinebot/faultline/intel"
)

// warm makes detectors and correlation anew: detectors by showing them what History holds, correlation by
// taking up the incidents that are kept. What detectors say of History was said back then.
func (b *Brain) warm(ctx context.Context) error {
	b.detectors = b.opts.Detectors()
	b.correlate = correlate.New(correlate.Options{
		Countries: b.opts.Countries, Instruments: b.detectors,
	})
	err := b.opts.Store.Observations(ctx, func(o intel.Observation) error {
		if _, isArticle := o.Body.(intel.Article); isArticle {
			return nil // what an article says depends on nothing before it
		}
		b.correlate.Heard(o)
		defer func() { _ = recover() }() // what was quarantined then is passed over now
		b.detectors.Observe(o)
		if o.Known.After(b.known) {
			b.known = o.Known
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("warm detectors: %w", err)
	}
	b.detectors.Warmed()
	live, err := b.opts.Store.LiveIncidents(ctx, b.known.Add(-correlate.Remembers))
	if err != nil {
		return fmt.Errorf("take up incidents: %w", err)
	}
	b.correlate.Resume(live)
	return nil
}
