package configs

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/faultlinebot/faultline/intel"
)

//go:embed countries.yaml
var countriesYAML []byte

// countryEntry is one country as the file writes it.
type countryEntry struct {
	Code     string   `yaml:"code"`
	Name     string   `yaml:"name"`
	Names    []string `yaml:"names"`
	Demonyms []string `yaml:"demonyms"`
	Cities   []string `yaml:"cities"`
}

// Countries is every country the bot knows, those that matter most for the network first, with its published
// shares of the hashrate. It fails only when a built-in file is broken.
func Countries() ([]intel.Country, error) {
	var entries []countryEntry
	if err := yaml.UnmarshalWithOptions(countriesYAML, &entries, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read countries.yaml: %w", err)
	}
	shares, err := hashrateShares()
	if err != nil {
		return nil, fmt.Errorf("read hashrate.yaml: %w", err)
	}
	all := make([]intel.Country, len(entries))
	for i, e := range entries {
		all[i] = intel.Country{
			Code: e.Code, Name: e.Name, Names: expandAll(e.Names), Demonyms: expandAll(e.Demonyms),
			Cities: expandAll(e.Cities), Shares: shares[e.Code],
		}
		delete(shares, e.Code)
	}
	for code := range shares {
		return nil, fmt.Errorf("read hashrate.yaml: %s is not in countries.yaml", code)
	}
	return all, nil
}

func expandAll(patterns []string) []string {
	var all []string
	for _, p := range patterns {
		all = append(all, expand(p)...)
	}
	return slices.Clip(all)
}

// expand writes out the groups of a pattern: "Ир(ан|ак)" is "Иран" and "Ирак".
func expand(pattern string) []string {
	before, rest, ok := strings.Cut(pattern, "(")
	if !ok {
		return []string{pattern}
	}
	group, after, _ := strings.Cut(rest, ")")
	var all []string
	for alternative := range strings.SplitSeq(group, "|") {
		for _, tail := range expand(after) {
			all = append(all, before+alternative+tail)
		}
	}
	return all
}
