package feeds

import (
	"net/http"
	"testing"
	"time"
)

func TestFreshFor(t *testing.T) {
	now := time.Date(2022, 1, 5, 10, 30, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, tc := range []struct {
		name   string
		header map[string]string
		want   time.Duration
	}{
		{"nothing", nil, 0},
		{"max-age", map[string]string{"Cache-Control": "public, Max-Age=300"}, 5 * time.Minute},
		{"spent in caches", map[string]string{"Cache-Control": "max-age=300", "Age": "290"}, 10 * time.Second},
		{"spent wholly", map[string]string{"Cache-Control": "max-age=300", "Age": "9999"}, 0},
		{"a year", map[string]string{"Cache-Control": "max-age=31536000"}, time.Hour},
		{"no-cache before Expires", map[string]string{"Cache-Control": "no-cache", "Expires": at(time.Minute)}, 0},
		{"Expires", map[string]string{"Expires": at(time.Minute)}, time.Minute},
		{"Expires by their clock", map[string]string{"Expires": at(3 * time.Hour), "Date": at(3*time.Hour - 20*time.Second)}, 20 * time.Second},
		{"expired", map[string]string{"Expires": at(-time.Minute)}, 0},
		{"Expires of no date", map[string]string{"Expires": "0"}, 0},
		{"max-age that is no number", map[string]string{"Cache-Control": "max-age=soon"}, 0},
		{"Retry-After", map[string]string{"Retry-After": "120", "Cache-Control": "max-age=60"}, 2 * time.Minute},
	} {
		h := make(http.Header)
		for k, v := range tc.header {
			h.Set(k, v)
		}
		if got := freshFor(h, now); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}
