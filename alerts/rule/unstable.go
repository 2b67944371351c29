package rule

import (
	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/quality"
)

func init() { register("unstable", newUnstable) }

// unstableOptions are the options of the rule "unstable": there are none.
type unstableOptions struct{}

// unstable holds while a rival's price goes back and forth between two values: one of them is held back. Where the rule
// names no keep_firing, it is over after a day without another turn, so that it is told once a day at most.
type unstable struct{}

func newUnstable(unstableOptions) (alerts.Rule, error) { return unstable{}, nil }

// Judge implements alerts.Rule.
func (unstable) Judge(e *alerts.Event) []alerts.Finding {
	if e.Standing.Product.ID == "" {
		return nil
	}
	out := make([]alerts.Finding, 0, len(e.Standing.Rivals))
	for i := range e.Standing.Rivals {
		p := &e.Standing.Rivals[i]
		f := finding(&e.Standing, p, compare.Shelf, alerts.No)
		if p.Held != nil && p.Held.Trust.Reason == quality.Unstable && p.Price.Known() {
			f = saying(finding(&e.Standing, p, compare.Shelf, alerts.Yes), func(f *market.Facts) { f.Before = p.Held.Offer.Price })
		}
		out = append(out, f)
	}
	return out
}
