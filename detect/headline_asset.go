package detect

import (
	"slices"
	"strings"

	"github.com/faultlinebot/faultline/intel"
)

// headlineAssets are the beginnings of coins' names, in the lexicon's spelling, and their symbols.
var headlineAssets = []struct{ begins, asset string }{
	{"bitcoin cash", "BCH"},
	{"bitcoin", "BTC"},
	{"btc", "BTC"},
	{"биткоин", "BTC"},
	{"біткоін", "BTC"},
	{"比特", "BTC"},
	{"بيتكوين", "BTC"},
	{"البيتكوين", "BTC"},
	{"بيت كوين", "BTC"},
	{"البتكوين", "BTC"},
	{"ether", "ETH"},
	{"eth", "ETH"},
	{"эфириум", "ETH"},
	{"以太", "ETH"},
	{"ايثريوم", "ETH"},
	{"اتريوم", "ETH"},
	{"dogecoin", "DOGE"},
	{"cardano", "ADA"},
	{"solana", "SOL"},
	{"litecoin", "LTC"},
	{"xrp", "XRP"},
	{"ripple", "XRP"},
	{"shiba inu", "SHIB"},
	{"monero", "XMR"},
	{"binance coin", "BNB"},
	{"bnb", "BNB"},
	{"polkadot", "DOT"},
	{"terrausd", "UST"},
	{"terra", "LUNA"},
	{"luna", "LUNA"},
	{"tether", "USDT"},
	{"usdt", "USDT"},
	{"usdc", "USDC"},
	{"usd coin", "USDC"},
	{"tron", "TRX"},
	{"toncoin", "TON"},
	{"avalanche avax", "AVAX"},
	{"chainlink", "LINK"},
	{"dai", "DAI"},
	{"busd", "BUSD"},
}

// headlineCoins returns the symbols of the coins that the title names, in order; where it names none, the
// summary's. The hashrate that the press speaks of is Bitcoin's unless another coin is named.
func headlineCoins(h *headlineHits, coin headlineConcept, kind intel.Kind) []string {
	switch kind {
	case intel.Price, intel.Hashrate, intel.Mining, intel.Regulation, intel.Exchange:
	default:
		return nil
	}
	hits := h.in(coin, 0)
	if len(hits) == 0 {
		hits = h.in(coin, 1)
	}
	var assets []string
	for _, hit := range hits {
		if a := headlineAsset(h.text.tokens[hit.start:hit.end]); a != "" && !slices.Contains(assets, a) {
			assets = append(assets, a)
		}
	}
	if kind == intel.Hashrate && len(assets) == 0 {
		return []string{"BTC"}
	}
	return assets
}

func headlineAsset(tokens []headlineToken) string {
	var name strings.Builder
	for i, t := range tokens {
		if i > 0 && t.start > tokens[i-1].end {
			name.WriteByte(' ')
		}
		name.WriteString(t.word)
	}
	for _, a := range headlineAssets {
		if strings.HasPrefix(name.String(), a.begins) {
			return a.asset
		}
	}
	return ""
}
