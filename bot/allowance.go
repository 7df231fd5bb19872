package bot

import (
	"fmt"
	"sync"
	"time"
)

// What a person may ask for in a minute.
const (
	requestsAMinute    = 20
	suggestionsAMinute = 120 // one for each letter typed
	fetchesAMinute     = 5   // of feeds, which cost somebody else's server something
)

// allowance counts what each person has left of a number a minute. It is kept in memory only, and forgets who has
// not asked for a minute.
type allowance struct {
	most int

	mu    sync.Mutex
	left  map[string]remainder
	swept time.Time
}

type remainder struct {
	count float64
	at    time.Time
}

func newAllowance(most int) *allowance {
	return &allowance{most: most, left: make(map[string]remainder)}
}

// take uses one up, or says how long to wait for it.
func (a *allowance) take(who string, now time.Time) (wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep(now)
	most := float64(a.most)
	have := most
	// After a clock was set back everybody begins anew: nobody should wait for it to catch up.
	if r, known := a.left[who]; known && !now.Before(r.at) {
		have = min(most, r.count+most*now.Sub(r.at).Minutes())
	}
	if have < 1 {
		return time.Duration((1 - have) / most * float64(time.Minute))
	}
	a.left[who] = remainder{have - 1, now}
	return 0
}

// sweep forgets those who have all of it again.
func (a *allowance) sweep(now time.Time) {
	if since := now.Sub(a.swept); since >= 0 && since < time.Minute {
		return
	}
	a.swept = now
	for who, r := range a.left {
		if age := now.Sub(r.at); age < 0 || age >= time.Minute {
			delete(a.left, who)
		}
	}
}

func tooMuch(most int, what string, wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	return refuse(fmt.Sprintf("That was more than %d %s in a minute.", most, what),
		fmt.Sprintf("Ask again in %s.", counted(seconds, "second")))
}
