package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/intel"
	"github.com/faultlinebot/faultline/store"
	"github.com/faultlinebot/faultline/store/redis"
	"github.com/faultlinebot/faultline/store/redis/redistest"
)

// takesOver is how long after the end of a killed brain's lease the next one has told what it saw first, from the
// look at the feed to the card, with months of history to read before.
const takesOver = 2 * time.Second

// A brain is killed when the store holds as much history as it ever does: 90 days of blocks, eight of minute bars of
// three markets, a week of articles. The next one reads it, and tells what happens in time.
func TestTheNextBrainIsWarmInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the binary")
	}
	binary, server, w := build(t), redistest.Start(t, "--appendfsync", "everysec"), newWorld(t)
	k := keep{"redis", "redis_url: " + server.URL(), configs.Store{RedisURL: configs.NewSecret(server.URL())}}
	observations := months(t, server.URL())
	w.publish("local", "old", "Stars shine over the harbour tonight")
	config, out := w.config(t, k, false, "local:2", "wire:2"), newTranscript(t)
	a := startFellow(t, binary, config, out)
	a.err.wait("word that it is the brain", 20*time.Second, isBrain)
	b := startFellow(t, binary, config, out)
	b.err.wait("word that it waits", 20*time.Second, isStandby)
	w.lookedAt(t, "local", "wire")

	a.kill()
	until, err := strconv.ParseInt(server.Do("HGET", "faultline:lease:world", "until").(string), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	over := store.FromMicros(until)
	w.publish("local", "cut", cut("Guinea"))
	out.wait("card from the next brain", 20*time.Second, heads("Guinea"))
	took := time.Since(over)
	t.Logf("with %d observations kept, the next brain told the next happening %v after the lease was over", observations,
		took.Round(time.Millisecond))
	if took > 2*takesOver {
		t.Errorf("that took %v, want %v and no more than twice that:\n%s", took, takesOver, b.err)
	}
	b.end(t)
}

// months fills an empty server with the history that a bot has after three months, and says how much that is.
func months(t *testing.T, url string) int {
	t.Helper()
	kept, err := redis.Open(t.Context(), redis.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	now := time.Now().UTC().Truncate(time.Minute)
	var all []store.Record
	add := func(o intel.Observation) {
		o.Known = o.Time
		all = append(all, store.ObservationRecord{Observation: o, At: o.Time})
	}
	const blocks = 90 * 144
	for n := range blocks {
		add(intel.Observation{Source: "mempool", Time: now.Add(time.Duration(n-blocks) * 10 * time.Minute), Body: intel.Block{
			Height: int64(800_000 + n), Difficulty: 1e14, Hash: fmt.Sprintf("%064x", n), Pool: "antpool",
		}})
	}
	const minutes = 8 * 24 * 60
	for n := range minutes {
		for _, market := range []string{"kraken", "coinbase", "bitstamp"} {
			price := 60_000 + float64(n%97)
			add(intel.Observation{Source: market, Time: now.Add(time.Duration(n-minutes) * time.Minute), Body: intel.Bar{
				Asset: "BTC", Currency: "USD", Interval: time.Minute, Open: price, High: price + 1, Low: price - 1, Close: price,
			}})
		}
	}
	const articles = 14_000
	for n := range articles {
		at := now.Add(time.Duration(n-articles) * 7 * 24 * time.Hour / articles)
		add(intel.Observation{Source: "outlet", Time: at, Body: intel.Article{
			Title: fmt.Sprint("Stars shine over the harbour, night ", n), URL: fmt.Sprint("https://news.example/", n), Tier: intel.Established,
		}})
	}
	n := 0
	err = kept.Import(context.WithoutCancel(t.Context()), func() (store.Record, error) {
		if n == len(all) {
			return nil, io.EOF
		}
		n++
		return all[n-1], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}
