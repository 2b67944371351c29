package alerts

import (
	"slices"
	"strings"

	"pricegap/market"
)

// fits reports whether the route is for a.
func (r Route) fits(a market.Alert) bool {
	f := a.Facts
	return anyFits(r.Categories, func(s string) bool {
		c := f.Category.Plain()
		return len(c) >= len(s) && strings.EqualFold(c[:len(s)], s)
	}) &&
		anyFits(r.Brands, func(s string) bool { return strings.EqualFold(s, f.Brand.Plain()) }) &&
		anyFits(r.Sources, func(s string) bool { return s == string(a.Topic.Source) }) &&
		anyFits(r.Rules, func(s string) bool { return s == a.Rule })
}

// anyFits reports whether one of the values fits; no value at all fits everything.
func anyFits(values []string, fit func(string) bool) bool {
	return len(values) == 0 || slices.ContainsFunc(values, fit)
}

// route returns the channels that a goes to: those of the first route that fits, else the rule's, else all.
func (d *Desk) route(a market.Alert, r Configured) []string {
	for _, x := range d.o.Routes {
		if x.fits(a) {
			return x.Channels
		}
	}
	if len(r.Channels) > 0 {
		return r.Channels
	}
	all := make([]string, len(d.o.Channels))
	for i, c := range d.o.Channels {
		all[i] = c.Name
	}
	return all
}
