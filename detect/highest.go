package detect

import "time"

// highest keeps the highest close of a sliding span of time: only closes that no later one exceeds are held,
// so that the oldest held is the highest.
type highest struct {
	held []priceAt
}

func (h *highest) add(p priceAt) {
	n := len(h.held)
	for n > 0 && h.held[n-1].price <= p.price {
		n--
	}
	h.held = append(h.held[:n], p)
}

// drop forgets what lies before a time.
func (h *highest) drop(before time.Time) {
	n := 0
	for n < len(h.held) && h.held[n].at.Before(before) {
		n++
	}
	if n > 0 {
		h.held = append(h.held[:0], h.held[n:]...)
	}
}

// at is the highest close not before a time.
func (h *highest) at(from time.Time) (priceAt, bool) {
	for _, p := range h.held {
		if !p.at.Before(from) {
			return p, true
		}
	}
	return priceAt{}, false
}
