package correlate

import (
	"math"
	"time"

	"github.com/faultlinebot/faultline/intel"
)

const (
	// settled is how long a fall of the hashrate has to be measured before that counts for more than the first
	// estimate of its size.
	settled = 2 * 24 * time.Hour
	// bigExposure is the share of the network's hashrate from which what happens in a place matters to all.
	bigExposure = 0.05
)

// SeverityOf is how much an incident matters. It depends on nothing but kind, magnitude, exposure, evidence and
// phase:
//
//   - It starts from the kind: a national shutdown or power cut is major, a regional one minor; unrest, conflict,
//     mining and disaster are minor; an exchange's failure is major; sanctions and regulation are minor.
//   - A fall of the hashrate, as measured last, is minor below 15 %, major below 30 %, else critical; of a price minor below 8 %,
//     major below 15 %, else critical; a stablecoin below its peg minor below 2 %, major below 5 %, else critical.
//     One that is only claimed is minor.
//   - A place with 5 % or more of the hashrate raises what happens there by one step.
//   - A rumour, a threat and what is easing are one step lower. What is contradicted is info.
func SeverityOf(i *intel.Incident) intel.Severity {
	if i.Evidence == intel.Contradicted {
		return intel.Info
	}
	s := base(i)
	if i.Exposure != nil && i.Exposure.Share >= bigExposure && i.Kind != intel.Regulation {
		s++
	}
	if i.Evidence == intel.Rumour {
		s--
	}
	if i.Phase == intel.Threat || i.Phase == intel.Easing {
		s--
	}
	return min(max(s, intel.Info), intel.Critical)
}

// base is the severity by kind and magnitude alone.
func base(i *intel.Incident) intel.Severity {
	switch i.Kind {
	case intel.Shutdown, intel.Power:
		if i.Scope == intel.ScopeNational {
			return intel.Major
		}
		return intel.Minor
	case intel.Hashrate:
		if m := i.Measurement(intel.OfHashrate); m != nil && i.Magnitude != nil && m.Over >= settled {
			return bySize(&m.Figure, 0.15, 0.30)
		}
		return bySize(i.Magnitude, 0.15, 0.30)
	case intel.Price:
		if len(i.Assets) > 0 && stablecoin(i.Assets[0]) {
			return bySize(i.Magnitude, 0.02, 0.05)
		}
		return bySize(i.Magnitude, 0.08, 0.15)
	case intel.Exchange:
		return intel.Major
	default:
		return intel.Minor
	}
}

func bySize(f *intel.Figure, major, critical float64) intel.Severity {
	switch {
	case f == nil || math.Abs(f.Value) < major:
		return intel.Minor
	case math.Abs(f.Value) < critical:
		return intel.Major
	default:
		return intel.Critical
	}
}

func stablecoin(asset string) bool { return asset == "USDT" || asset == "USDC" || asset == "DAI" }
