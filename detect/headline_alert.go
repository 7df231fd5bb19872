package detect

import "github.com/faultlinebot/faultline/intel"

// headlineAlerts tells what a finding is worth alone: the first line that fits decides. See [headlinePhases] for
// the form. Where no line fits, a strong finding is worth a push.
const headlineAlerts = `
* digest : commentlead
* digest : asks
* digest : denyword

price push : stable depeg
price digest : longago
price digest : flows|etf|biz
price push : bigmove fall|rise|record -market
price digest : market -heavy
price digest : light -round -heavy
price digest : moved
price push : round fall|rise
price push : alltime
price digest : ratio -heavy
price digest : rebound
price digest : rise -heavy

hashrate digest : commentword
hashrate digest : rise -fall

exchange digest : layoffs|say|courtroutine
exchange push : hack strong
mining,regulation,sanctions push : passedlaw strong -modal
regulation digest : courtroutine|commentword
regulation push : infinitive banword authority|place

mining digest : commentword

sanctions digest : say|talk|market
sanctions push : infinitive sanction -modal

conflict push : buildup war|warcorner -say -supply
conflict digest : say|supply|posture|commentword
conflict digest : still -attack

unrest digest : easing|say|smallprotest
unrest push : strong

power digest : commentword|menace
`

// alert says what the finding is worth alone.
func (c headlineCues) alert(words headlineSet, f *headlineFinding) intel.Alert {
	for i := range c.alerts {
		if c.alerts[i].fits(f.kind, words) {
			if c.alerts[i].verdict == "push" {
				return intel.AlertPush
			}
			return intel.AlertDigest
		}
	}
	switch {
	case f.push == 0 || !f.inTitle, f.phase == intel.Comment, f.phase == intel.Denial:
		return intel.AlertDigest
	case f.phase == intel.Threat && f.push < 2:
		return intel.AlertDigest
	}
	return intel.AlertPush
}
