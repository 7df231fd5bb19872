package configs

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/faultlinebot/faultline/intel"
)

//go:embed hashrate.yaml
var hashrateYAML []byte

// hashrateEdition is what one publication added: for each month each country's share.
type hashrateEdition struct {
	Source    string                        `yaml:"source"`
	Published string                        `yaml:"published"`
	Months    map[string]map[string]float64 `yaml:"months"`
}

// hashrateShares gives each country's shares, oldest month first.
func hashrateShares() (map[string][]intel.Share, error) {
	var editions []hashrateEdition
	if err := yaml.UnmarshalWithOptions(hashrateYAML, &editions, yaml.Strict()); err != nil {
		return nil, err
	}
	all := map[string][]intel.Share{}
	for _, e := range editions {
		if err := e.addTo(all); err != nil {
			return nil, err
		}
	}
	for _, shares := range all {
		slices.SortFunc(shares, func(a, b intel.Share) int { return a.Month.Compare(b.Month) })
	}
	return all, nil
}

func (e hashrateEdition) addTo(all map[string][]intel.Share) error {
	published, err := time.Parse(time.DateOnly, e.Published)
	if err != nil {
		return fmt.Errorf("day of publication: %w", err)
	}
	for text, shares := range e.Months {
		month, err := time.Parse("2006-01", text)
		if err != nil {
			return fmt.Errorf("month: %w", err)
		}
		for code, share := range shares {
			all[code] = append(all[code], intel.Share{Month: month, Published: published, Share: share, Source: e.Source})
		}
	}
	return nil
}
