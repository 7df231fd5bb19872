package bitcoin

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const good = `{"id":"AB01","height":717268,"timestamp":1641379072,"difficulty":24272331996979.97,` +
	`"extras":{"pool":{"id":1,"slug":"AntPool"},"reward":3.2e20},"new":{"field":1}}`

func TestDecodePage(t *testing.T) {
	with := func(old, now string) string { return "[" + strings.Replace(good, old, now, 1) + "]" }
	one := block{
		height: 717268, hash: "ab01", time: time.Unix(1641379072, 0).UTC(), difficulty: 24272331996979.97, pool: "antpool",
	}
	unknown := one
	unknown.pool = "unknown"
	for _, tc := range []struct {
		name, body, fails string
		want              []block
	}{
		{name: "as it should be", body: "[" + good + "]", want: []block{one}},
		{name: "byte order mark and space", body: "\uFEFF \n[" + good + "]\n", want: []block{one}},
		{name: "numbers with a point", body: with("1641379072", "1.641379072E9"), want: []block{one}},
		{name: "no extras", body: with(`{"pool":{"id":1,"slug":"AntPool"},"reward":3.2e20}`, "null"), want: []block{unknown}},
		{name: "no pool", body: with(`{"id":1,"slug":"AntPool"}`, "null"), want: []block{unknown}},
		{name: "a pool of another shape", body: with(`{"id":1,"slug":"AntPool"}`, `"AntPool"`), want: []block{unknown}},
		{name: "no slug", body: with(`"AntPool"`, `""`), want: []block{unknown}},
		{name: "twice the same", body: "[" + good + "," + good + "]", want: []block{one}},

		{name: "nothing", body: "", fails: "an empty answer"},
		{name: "HTML", body: "<!DOCTYPE html>", fails: "an HTML page"},
		{name: "text", body: "Failed to get blocks", fails: "plain text"},
		{name: "an error", body: `{"error":"busy"}`, fails: "a message in place of a list"},
		{name: "no blocks", body: "[]", fails: "an empty list"},
		{name: "half of it", body: "[" + good, fails: "JSON that cannot be read"},
		{name: "an id of another kind", body: with(`"AB01"`, "7"), fails: "JSON that cannot be read"},
		{name: "no id", body: with(`"id":"AB01",`, ""), fails: "block 1 of it has no id"},
		{name: "no height", body: with(`"height":717268,`, ""), fails: "block 1 of it has no height"},
		{name: "half a height", body: with("717268", "717268.5"), fails: "block 1 of it has no height"},
		{name: "a height below zero", body: with("717268", "-1"), fails: "block 1 of it has no height"},
		{name: "no timestamp", body: with(`"timestamp":1641379072,`, ""), fails: "block 1 of it has no timestamp"},
		{name: "a timestamp of nothing", body: with("1641379072", "0"), fails: "block 1 of it has no timestamp"},
		{name: "a timestamp beyond all years", body: with("1641379072", "1e18"), fails: "block 1 of it has no timestamp"},
		{name: "no difficulty", body: with(`"difficulty":24272331996979.97,`, ""), fails: "block 1 of it has no difficulty"},
		{name: "difficulty zero", body: with("24272331996979.97", "0"), fails: "block 1 of it has a difficulty of 0"},
		{name: "difficulty below zero", body: with("24272331996979.97", "-1"), fails: "block 1 of it has a difficulty of -1"},
		{name: "null among them", body: "[" + good + ",null]", fails: "block 2 of it has no id"},
		{
			name:  "a hole",
			body:  "[" + good + "," + strings.NewReplacer("717268", "717266", "AB01", "cd").Replace(good) + "]",
			fails: "heights 717268 and 717266 next to each other",
		},
		{
			name:  "two at one height",
			body:  "[" + good + "," + strings.Replace(good, "AB01", "cd", 1) + "]",
			fails: "heights 717268 and 717268 next to each other",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := decodePage([]byte(tc.body))
			if tc.fails != "" {
				var page *PageError
				if !errors.As(err, &page) || page.What != tc.fails {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(block{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// dataDir is the folder of real recordings that FAULTLINE_DATA names.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("FAULTLINE_DATA")
	switch {
	case dir != "":
		return dir
	case os.Getenv("FAULTLINE_NO_SKIP") != "":
		t.Fatal("FAULTLINE_DATA is not set, and FAULTLINE_NO_SKIP forbids to skip")
	}
	t.Skip("FAULTLINE_DATA is not set: no real blocks to read")
	return ""
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dataDir(t), "samples", "mempool_space", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRealPage(t *testing.T) {
	// The documentation shows the first block and then "...".
	text := strings.TrimSpace(string(sample(t, "docs_v1_blocks_730000_truncated.txt")))
	shown, _, ok := strings.Cut(text, "...\n]")
	if !ok {
		t.Fatal("the sample has changed its shape")
	}
	page, err := decodePage([]byte(strings.TrimRight(shown, ", \n") + "]"))
	if err != nil {
		t.Fatal(err)
	}
	want := []block{{
		height: 730000, hash: "0000000000000000000384f28cb3b9cf4377a39cfd6c29ae9466951de38c0529",
		time: time.Unix(1648829449, 0).UTC(), difficulty: 28587155782195.1, pool: "binancepool",
	}}
	if diff := cmp.Diff(want, page, cmp.AllowUnexported(block{})); diff != "" {
		t.Error(diff)
	}
}

func TestRealPush(t *testing.T) {
	var push struct {
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(sample(t, "ws_initial_blocks.json"), &push); err != nil {
		t.Fatal(err)
	}
	page, err := decodePage(push.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	if len(page) != 8 || page[0].height != 890447 || page[7].height != 890440 || page[7].pool != "viabtc" {
		t.Errorf("%d blocks: %+v", len(page), page)
	}
}
