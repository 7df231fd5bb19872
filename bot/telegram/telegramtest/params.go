package telegramtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// params are the parameters of a request as text, as forms carry them; objects are JSON.
type params map[string]string

// mostBody is how much Telegram takes: a file of 50 MB and some.
const mostBody = 51 << 20

// readParams reads a request of any of the kinds that Telegram takes: query, form, multipart, JSON.
func readParams(w http.ResponseWriter, r *http.Request) (params, error) {
	r.Body = http.MaxBytesReader(w, r.Body, mostBody)
	p := make(params)
	for name, values := range r.URL.Query() {
		p[name] = values[0]
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		var body map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			return nil, err
		}
		for name, raw := range body {
			p[name] = string(raw)
			var text string
			if json.Unmarshal(raw, &text) == nil {
				p[name] = text
			}
		}
	case "multipart/form-data":
		return p, readMultipart(r, p)
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		for name, values := range r.PostForm {
			p[name] = values[0]
		}
	}
	return p, nil
}

func readMultipart(r *http.Request, p params) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		p[part.FormName()] = string(body)
		if part.FileName() != "" {
			p[part.FormName()] = fmt.Sprintf("file %s of %d bytes", part.FileName(), len(body))
		}
	}
}

func (p params) integer(name string) int64 {
	n, _ := strconv.ParseInt(p[name], 10, 64)
	return n
}

func (p params) flag(name string) bool { return p[name] == "true" || p[name] == "1" }

// value is the parameter as JSON would have it, for its types.
func (p params) value(name string, types []string) any {
	raw := p[name]
	if slices.Contains(types, "Integer") {
		if n, err := strconv.ParseInt(raw, 10, 64); err == nil {
			return float64(n)
		}
	}
	if slices.Contains(types, "Boolean") {
		if b, err := strconv.ParseBool(raw); err == nil {
			return b
		}
	}
	if slices.Contains(types, "String") || slices.Contains(types, "InputFile") {
		return raw
	}
	var v any
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		return raw
	}
	return v
}

// utf8 says whether all is encoded as it has to be.
func (p params) utf8() bool {
	for _, v := range p {
		if !utf8.ValidString(v) {
			return false
		}
	}
	return true
}

// object reads a parameter that is JSON; it is left as it is where there is none.
func (p params) object(name string, into any) *refusal {
	raw := strings.TrimSpace(p[name])
	if raw == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(raw), into); err != nil {
		return badRequest("can't parse " + name + " JSON object")
	}
	return nil
}
