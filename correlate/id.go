package correlate

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// ID makes an incident's id from its content, so that it is the same in every run and every store: audience,
// kind, first place or asset, and the key of the observation that opened it.
func ID(audience intel.Audience, kind intel.Kind, first, key string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(audience), string(kind), first, key}, "\x00")))
	parts := []string{string(kind)}
	if first != "" {
		parts = append(parts, strings.ToLower(first))
	}
	return strings.Join(append(parts, hex.EncodeToString(sum[:5])), "-")
}
