package recording

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/faultlinebot/faultline/intel"
)

const everyType = `{"type":"block","time":"2022-01-05T10:37:52Z","height":717268,"difficulty":24272331996979.97,"pool":"antpool"}
{"type":"outage","time":"2022-01-05T10:30:00Z","source":"radar","country":"KZ","state":"start","cause":"government","value":0.05,"baseline":1}
{"type":"article","time":"2022-01-05T10:00:00Z","seen":"2022-01-05T11:00:00Z","source":"wire","title":"A title","url":"https://a.example/1","guid":"g1","tier":1,"lang":"en"}
{"type":"bar","time":"2022-01-05T10:30:00Z","source":"binance","asset":"BTC","currency":"USD","interval":"30m","open":1,"high":2,"low":0.5,"close":1.5,"volume":3}
{"type":"hazard","time":"2022-01-05T11:00:00Z","source":"usgs","id":"us1","hazard":"earthquake","countries":["KZ"],"magnitude":6.1}
{"type":"count","time":"2022-01-05T11:00:00Z","source":"gdelt","country":"KZ","metric":"protest","value":12,"backfill":true}
{"type":"silence","time":"2022-01-05T11:00:00Z","source":"ioda","since":"2022-01-05T09:00:00Z"}
{"type":"listing","time":"2022-01-05T11:00:00Z","source":"ofac","id":"77","action":"add","name":"Somebody","addresses":["1abc"]}
`

func read(t *testing.T, text string) []intel.Observation {
	t.Helper()
	all, err := Read("test.jsonl", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReadEveryTypeInTheOrderItBecameKnown(t *testing.T) {
	var keys []string
	for _, o := range read(t, everyType) {
		keys = append(keys, o.Known.Format("15:04")+" "+o.Key())
	}
	want := []string{
		"10:30 outage/radar/KZ///2022-01-05T10:30:00Z/start",
		"10:37 block/717268",
		"11:00 article/wire/g1",
		"11:00 bar/binance/BTC/USD/30m/2022-01-05T10:30:00Z",
		"11:00 hazard/usgs/us1",
		"11:00 count/gdelt/KZ/protest/2022-01-05T11:00:00Z",
		"11:00 silence/ioda/2022-01-05T09:00:00Z",
		"11:00 listing/ofac/77/add",
	}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	all := read(t, everyType)
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, o := range all {
		if err := w.Write(o); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(all, read(t, out.String())); diff != "" {
		t.Error(diff)
	}
	for line := range strings.Lines(out.String()) {
		if !strings.Contains(line, `"seen":"`) {
			t.Errorf("no known time in %s", line)
		}
	}
}

func TestBlocksKeepChainOrderAndAreKnownByTheLatestHeader(t *testing.T) {
	all := read(t, `{"type":"block","time":"2022-01-01T01:00:00Z","height":1,"difficulty":1}
{"type":"block","time":"2022-01-01T00:50:00Z","height":2,"difficulty":1}
{"type":"block","time":"2022-01-01T01:10:00Z","height":3,"difficulty":1}`)
	var got []string
	for _, o := range all {
		got = append(got, fmt.Sprint(o.Body.(intel.Block).Height, " ", o.Known.Format("15:04")))
	}
	if diff := cmp.Diff([]string{"1 01:00", "2 01:00", "3 01:10"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadPutsTwoHoursRightAndRefusesMore(t *testing.T) {
	line := `{"type":"silence","time":"2022-01-01T%s:00Z","source":"s","since":"2022-01-01T00:00:00Z"}` + "\n"
	all := read(t, fmt.Sprintf(line, "03:00")+fmt.Sprintf(line, "01:00"))
	if got := all[0].Known.Hour(); got != 1 {
		t.Errorf("first known at %d o'clock, want 1", got)
	}
	_, err := Read("back.jsonl", strings.NewReader(fmt.Sprintf(line, "03:01")+fmt.Sprintf(line, "01:00")))
	var bad *FormatError
	if !errors.As(err, &bad) || bad.File != "back.jsonl" || bad.Line != 2 {
		t.Errorf("got %v, want a fault in back.jsonl line 2", err)
	}
}

func TestFaultsNameFileAndLine(t *testing.T) {
	good := `{"type":"silence","time":"2022-01-01T00:00:00Z","source":"s","since":"2022-01-01T00:00:00Z","unknown":[1]}`
	for name, c := range map[string]struct{ line, want string }{
		"unknown type":   {`{"type":"tweet","time":"2022-01-01T00:00:00Z"}`, `unknown type "tweet"`},
		"no type":        {`{"time":"2022-01-01T00:00:00Z"}`, `no "type"`},
		"bad time":       {`{"type":"silence","time":"yesterday","source":"s","since":"2022-01-01T00:00:00Z"}`, "bad time yesterday"},
		"missing":        {`{"type":"article","time":"2022-01-01T00:00:00Z","source":"s"}`, "missing title, url"},
		"wrong type":     {`{"type":"block","time":"2022-01-01T00:00:00Z","height":"1","difficulty":1}`, `"height" is a string`},
		"no JSON":        {`height 1`, "not a JSON object"},
		"bad state":      {`{"type":"outage","time":"2022-01-01T00:00:00Z","source":"s","country":"KZ","state":"on"}`, "start, update or end"},
		"bad interval":   {`{"type":"bar","time":"2022-01-01T00:00:00Z","source":"s","asset":"BTC","currency":"USD","interval":"-1m","open":1,"high":1,"low":1,"close":1}`, "positive duration"},
		"bad action":     {`{"type":"listing","time":"2022-01-01T00:00:00Z","source":"s","id":"1","action":"drop"}`, "add or remove"},
		"bad tier":       {`{"type":"article","time":"2022-01-01T00:00:00Z","source":"s","title":"t","url":"u","tier":9}`, "1, 2 or 3"},
		"bad difficulty": {`{"type":"block","time":"2022-01-01T00:00:00Z","height":1,"difficulty":0}`, "must be positive"},
		"cut off":        {`{"type":"block","time":"2022-01-`, "not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read("f.jsonl", strings.NewReader(good+"\n\n"+c.line+"\n"+good))
			var bad *FormatError
			if !errors.As(err, &bad) || bad.File != "f.jsonl" || bad.Line != 3 || !strings.Contains(bad.Problem, c.want) {
				t.Errorf("got %v, want f.jsonl:3 with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Error("more than one line")
			}
		})
	}
}

func TestFieldsOfOtherTypesAreUnknownFields(t *testing.T) {
	all := read(t, `{"type":"article","time":"2022-01-01T00:00:00Z","source":"s","title":"t","url":"u","height":"tall","value":{}}`)
	if len(all) != 1 {
		t.Fatalf("got %d observations, want 1", len(all))
	}
}

func TestReadFilesUnpacksAndMerges(t *testing.T) {
	dir := t.TempDir()
	line := `{"type":"silence","time":"2022-01-01T%s:00Z","source":"%s","since":"2022-01-01T00:00:00Z"}` + "\n"
	packed, plain := filepath.Join(dir, "a.jsonl.gz"), filepath.Join(dir, "b.jsonl")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	fmt.Fprintf(w, line+line, "01:00", "a", "03:00", "a")
	w.Close()
	if err := errors.Join(os.WriteFile(packed, z.Bytes(), 0o600),
		os.WriteFile(plain, fmt.Appendf(nil, "\ufeff"+line+line, "01:00", "b", "02:00", "b"), 0o600)); err != nil {
		t.Fatal(err)
	}
	all, err := ReadFiles([]string{packed, plain, "-"}, strings.NewReader(fmt.Sprintf(line, "02:30", "stdin")))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range all {
		got = append(got, o.Source+" "+o.Known.Format("15:04"))
	}
	if diff := cmp.Diff([]string{"a 01:00", "b 01:00", "b 02:00", "stdin 02:30", "a 03:00"}, got); diff != "" {
		t.Error(diff)
	}
	z.Truncate(z.Len() - 12)
	if _, err := Read("cut.gz", &z); err == nil {
		t.Error("a gzip that is cut off was read without a word")
	}
}

func TestPlayTicksEachMinuteFromFirstToLast(t *testing.T) {
	all := read(t, `{"type":"silence","time":"2022-01-01T00:00:30Z","source":"s","since":"2022-01-01T00:00:00Z"}
{"type":"silence","time":"2022-01-01T00:02:00Z","source":"s","since":"2022-01-01T00:00:01Z"}
{"type":"silence","time":"2022-01-01T00:03:30Z","source":"s","since":"2022-01-01T00:00:02Z"}`)
	var got []string
	err := Play(context.Background(), all, func(o intel.Observation) error {
		got = append(got, "see "+o.Known.Format("04:05"))
		return nil
	}, func(now time.Time) error {
		got = append(got, "tick "+now.Format("04:05"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"see 00:30", "tick 01:00", "see 02:00", "tick 02:00", "tick 03:00", "see 03:30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzRead(f *testing.F) {
	for line := range strings.Lines(everyType) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		all, err := Read("fuzz", strings.NewReader(line))
		if err != nil {
			return
		}
		var out bytes.Buffer
		w := NewWriter(&out)
		for _, o := range all {
			if y := o.Known.Year(); y < 0 || y > 9999 || o.Time.Year() < 0 || o.Time.Year() > 9999 {
				return // RFC 3339 cannot say it
			}
			if err := w.Write(o); err != nil {
				t.Fatal(err)
			}
		}
		if again, err := Read("again", &out); err != nil || len(again) != len(all) {
			t.Fatalf("read back %d of %d: %v", len(again), len(all), err)
		}
	})
}
