package calm

import (
	"slices"
	"strings"

	"pricegap/market"
)

// Route sends alerts to channels by what they are about; see Routed.
type Route struct {
	// Categories (prefixes), Brands, Sources and Rules must each contain a fit where they are not empty.
	Categories, Brands, Sources, Rules []string
	Channels                           []string
	// GoOn asks the routes behind this one as well.
	GoOn bool
}

// Routed returns the channels that the routes send a to, each once: those of the first route that fits, and where that goes on,
// those of the next as well, and so on; none where none fits.
func Routed(routes []Route, a market.Alert) (channels []string) {
	for _, r := range routes {
		if !r.Fits(a) {
			continue
		}
		for _, c := range r.Channels {
			if !slices.Contains(channels, c) {
				channels = append(channels, c)
			}
		}
		if !r.GoOn {
			break
		}
	}
	return channels
}

// Fits reports whether the route is for a.
func (r Route) Fits(a market.Alert) bool {
	f := a.Facts
	return anyFits(r.Categories, func(s string) bool { return hasPrefix(f.Category.Plain(), s) }) &&
		anyFits(r.Brands, func(s string) bool { return strings.EqualFold(s, f.Brand.Plain()) }) &&
		anyFits(r.Sources, func(s string) bool { return s == string(a.Topic.Source) }) &&
		anyFits(r.Rules, func(s string) bool { return s == a.Rule })
}

// anyFits reports whether one of the values fits; no value at all fits everything.
func anyFits(values []string, fit func(string) bool) bool {
	return len(values) == 0 || slices.ContainsFunc(values, fit)
}
