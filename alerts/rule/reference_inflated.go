package rule

import (
	"errors"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

func init() { register("reference_inflated", newReferenceInflated) }

// referenceInflatedOptions are the options of the rule "reference_inflated".
type referenceInflatedOptions struct {
	Percent market.Percent `yaml:"percent" json:"percent,omitzero" jsonschema:"Tell when the struck-through price is more than this many percent above the lowest of the 30 days before; 0 where not stated."`
}

// The times of the rule.
const (
	// priorDays is the time before a reduction of which the reference price must be the lowest.
	priorDays = 30
	// reducedFor is how long ago a reduction may have begun that is looked at.
	reducedFor = 60 * day
)

// referenceInflated holds while a rival announces a reduction from a price that is not the lowest of the 30 days before
// the reduction began. Source: Directive 98/6/EC Art. 6a(1) and (2), as Directive (EU) 2019/2161 put it in; where the reduction
// grows by steps, the days before the first step count (Art. 6a(5)). Nothing is said of a listing that is not known for as
// long: Art. 6a(4) lets member states treat what is new on the market otherwise. It is a hint to look, not a judgement.
type referenceInflated struct{ percent market.Percent }

func newReferenceInflated(o referenceInflatedOptions) (alerts.Rule, error) {
	if o.Percent < 0 {
		return nil, errors.New("percent: must not be below nought")
	}
	return referenceInflated{o.Percent}, nil
}

// Back implements alerts.Historian.
func (referenceInflated) Back(c *market.Change) time.Duration {
	if !announced(&c.After.Offer) {
		return 0
	}
	return priorDays*day + reducedFor
}

// Judge implements alerts.Rule.
func (r referenceInflated) Judge(e *alerts.Event) []alerts.Finding {
	changed, isChange := changed(e)
	out := state(e, compare.Shelf, false, func(c *Case) alerts.Holds {
		switch {
		case !c.Theirs.Price.Known():
			return alerts.Neither
		case !reduced(c.Theirs):
			return alerts.No
		}
		return alerts.Still // what it asked before is known with its changes only
	})
	if !isChange || changed == ours || out[changed].Holds != alerts.Still || e.Change.After.Trust.State != market.Trusted {
		return out
	}
	f, now := &out[changed], &e.Change.After.Offer
	f.Holds = alerts.Neither
	lowest := prior(alike(e.Past, now), e.Change.After.SeenAt)
	bp, err := now.Reference.BasisPoints(lowest)
	if err != nil || !announced(now) {
		return out
	}
	f.Holds = alerts.No
	if bp > 0 && market.Percent(bp) > r.percent {
		f.Holds = alerts.Yes
	}
	*f = saying(*f, func(f *market.Facts) {
		shown := at(&e.Standing, changed).Price
		f.Days, f.Reference, f.Lowest = priorDays, onOurBasis(now.Reference, now.Price, shown), onOurBasis(lowest, now.Price, shown)
	})
	return out
}

// announced reports whether a page announces a reduction: a struck-through price above its own.
func announced(o *market.Offer) bool { return reduced(Shop{Price: o.Price, Reference: o.Reference}) }

// prior returns the lowest price of the days before the reduction that goes on at now began; unknown where the listing is not
// known for as long.
func prior(past []market.Observation, now time.Time) money.Amount {
	began := now
	for _, o := range slices.Backward(past) {
		if o.Trust.State != market.Trusted || !o.Offer.Price.Known() {
			continue
		}
		if !announced(&o.Offer) {
			return lowestSince(past, began.Add(-priorDays*day), began)
		}
		began = o.SeenAt
	}
	return money.Amount{}
}
