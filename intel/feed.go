package intel

import "time"

// Feed is a feed of articles on somebody's list: the common one (Everyone) or a server's own.
type Feed struct {
	URL      string   `json:"url"`
	Name     string   `json:"name"`
	Topic    string   `json:"topic,omitempty"`
	Lang     string   `json:"lang,omitempty"` // BCP 47
	Tier     Tier     `json:"tier"`
	Audience Audience `json:"audience,omitempty"`
	Paused   bool     `json:"paused,omitempty"`
	Removed  bool     `json:"removed,omitempty"` // kept, so that a starter list does not bring it back
	// Starter feeds stand in the configuration: they come and go with it.
	Starter bool      `json:"starter,omitempty"`
	Added   time.Time `json:"added"`
}

// Reading is what an instrument shows now, for people who ask.
type Reading struct {
	Of     Quantity  `json:"of"`              // OfHashrate or OfPrice
	Asset  string    `json:"asset,omitempty"` // "BTC" for a price
	Value  float64   `json:"value"`           // EH/s for the hashrate, US dollars for a price
	Low    *float64  `json:"low,omitempty"`   // 95 % interval
	High   *float64  `json:"high,omitempty"`
	At     time.Time `json:"at"` // known time of the newest observation in it
	Source string    `json:"source"`
	Over   string    `json:"over,omitempty"` // what it rests on, in words: "the last 144 blocks, 24 h 10 min"
	Moves  []Move    `json:"moves,omitempty"`
}

// Move is how much a reading has changed over a time, in fractions of its value then.
type Move struct {
	Over   time.Duration `json:"over"`
	Change float64       `json:"change"`
	Low    *float64      `json:"low,omitempty"` // 95 % interval
	High   *float64      `json:"high,omitempty"`
}
