package configs_test

import (
	"testing"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/intel"
)

// TestStarterFeeds checks what Load does not insist on: the starter list says everything about each feed, and
// few of them are in the first tier.
func TestStarterFeeds(t *testing.T) {
	feeds := load(t, configs.Options{}).Feeds.List
	if len(feeds) < 20 {
		t.Errorf("only %d feeds", len(feeds))
	}
	first := 0
	for _, f := range feeds {
		if f.URL == "" || f.Name == "" || f.Topic == "" || f.Lang == "" || f.Tier == 0 {
			t.Errorf("incomplete: %+v", f)
		}
		if f.Tier == intel.Official {
			first++
		}
	}
	if first*3 > len(feeds) {
		t.Errorf("%d of %d feeds are in the first tier", first, len(feeds))
	}
}
