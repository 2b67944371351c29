package rule

import (
	"pricegap/alerts"
	"pricegap/alerts/formula"
	"pricegap/compare"
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
	var out []alerts.Finding
	for i := range e.Standing.Rivals {
		p := &e.Standing.Rivals[i]
		f := alerts.Finding{Topic: topic(&e.Standing, p.Source), Holds: alerts.No, Facts: formula.Of(&e.Standing, p, compare.Shelf)}
		if p.Held != nil && p.Held.Trust.Reason == quality.Unstable && p.Price.Known() {
			f.Holds, f.Facts.Before = alerts.Yes, p.Held.Offer.Price
		}
		out = append(out, f)
	}
	return out
}
