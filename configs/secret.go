package configs

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a text that nobody should read in a log, a chat or an error. However it is printed or encoded, it
// shows as "[redacted]". Its zero value is a secret that is not set.
type Secret struct {
	// A pointer: package fmt cannot call the methods of a secret inside an unexported field, and would print
	// a string it finds there.
	hidden *string
}

// NewSecret hides s. The empty text gives a secret that is not set.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{&s}
}

// Reveal is the text itself, for the one place that sends it.
func (s Secret) Reveal() string {
	if s.hidden == nil {
		return ""
	}
	return *s.hidden
}

// IsSet says whether there is anything to reveal.
func (s Secret) IsSet() bool { return s.hidden != nil }

// Equal compares what is hidden.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

// String implements [fmt.Stringer].
func (Secret) String() string { return redacted }

// GoString implements [fmt.GoStringer].
func (Secret) GoString() string { return redacted }

// Format implements [fmt.Formatter], so that no verb finds a way around String.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText implements [encoding.TextMarshaler], which the JSON and YAML encoders use.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements [slog.LogValuer].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
