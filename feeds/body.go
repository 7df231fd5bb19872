package feeds

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// readPacked reads the body as it was sent.
func readPacked(resp *http.Response, limit int64) ([]byte, error) {
	if resp.ContentLength > limit {
		return nil, ErrTooLarge
	}
	return readUpTo(resp.Body, limit)
}

// unpack undoes the content encoding. Unknown ones are refused: we asked for gzip only. A file that lies packed
// on the server is unpacked too, as no one means its bytes.
func unpack(packed []byte, h http.Header, limit int64) ([]byte, error) {
	encoding := strings.ToLower(strings.TrimSpace(strings.Join(h.Values("Content-Encoding"), ",")))
	switch encoding {
	case "", "identity":
		if !bytes.HasPrefix(packed, []byte{0x1f, 0x8b}) {
			return packed, nil
		}
	case "gzip", "x-gzip":
	default:
		return nil, &EncodingError{Encoding: encoding}
	}
	if len(packed) == 0 {
		return packed, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack gzip: %w", err)
	}
	body, err := readUpTo(z, limit)
	if err != nil {
		return nil, fmt.Errorf("unpack gzip: %w", err)
	}
	return body, nil
}

// readUpTo fails with ErrTooLarge as soon as there is more than limit.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, ErrTooLarge
	}
	return b, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
