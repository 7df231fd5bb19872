// Command seed makes the built-in recording anew: the blocks, prices and outages of a recording of the window
// (facts, each with its observer), with the news lines beside this file, which are in our own words.
//
//	go run ./configs/seed -window kazakhstan-2022.jsonl.gz -o configs/kazakhstan-2022.jsonl.gz
package main

import (
	"compress/gzip"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/recording"
)

//go:embed news.jsonl
var news string

func main() {
	window := flag.String("window", "", "recording with the window's blocks, bars and outages")
	out := flag.String("o", "", "recording to write")
	flag.Parse()
	if err := seed(*window, *out); err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

func seed(window, out string) error {
	all, err := recording.ReadFiles([]string{window}, nil)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(o intel.Observation) bool {
		_, isArticle := o.Body.(intel.Article)
		return isArticle
	})
	lines, err := recording.Read("news.jsonl", strings.NewReader(news))
	if err != nil {
		return err
	}
	all = append(all, lines...)
	slices.SortStableFunc(all, func(a, b intel.Observation) int { return a.Known.Compare(b.Known) })
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	packed, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	w := recording.NewWriter(packed)
	for _, o := range all {
		if err := w.Write(short(o)); err != nil {
			return err
		}
	}
	return errors.Join(packed.Close(), f.Close())
}

// short leaves out the known time where a reader finds it by itself.
func short(o intel.Observation) intel.Observation {
	natural := o.Time
	switch b := o.Body.(type) {
	case intel.Block:
		natural = o.Known // from the chain
	case intel.Bar:
		natural = o.Time.Add(b.Interval)
	}
	if o.Known.Equal(natural) {
		o.Known = time.Time{}
	}
	return o
}
