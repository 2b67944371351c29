package rule

import "pricegap/alerts"

func init() { register("undercut", newUndercut) }

// undercutOptions are the options of the rule "undercut".
type undercutOptions struct {
	gapThresholds `yaml:",inline"`
}

// newUndercut returns the rule "gap" as most want it: each rival that is cheaper than we are.
func newUndercut(o undercutOptions) (alerts.Rule, error) {
	return newGap(gapOptions{gapThresholds: o.gapThresholds})
}
