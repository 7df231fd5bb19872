package bot_test

import (
	"testing"

	"github.com/faultlinebot/faultline/configs"
	"github.com/faultlinebot/faultline/intel"
)

func countries(t testing.TB) []intel.Country {
	t.Helper()
	all, err := configs.Countries()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
