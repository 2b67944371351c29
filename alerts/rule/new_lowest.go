package rule

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

func init() { register("new_lowest", newNewLowest) }

// day is the unit in which rules look back.
const day = 24 * time.Hour

// newLowestOptions are the options of the rule "new_lowest".
type newLowestOptions struct {
	Days       int            `yaml:"days" json:"days,omitzero" range:"1..730" jsonschema:"The lowest of how many days, 1 to 730; 30 where not stated."`
	MinPercent market.Percent `yaml:"min_percent" json:"min_percent,omitzero" jsonschema:"Pass over a price that is fewer percent below the lowest before it."`
}

// newLowest tells that a rival asks less than at any moment of some days. Nothing is said of a listing that is not known for
// as long.
type newLowest struct {
	days    int
	percent market.Percent
}

func newNewLowest(o newLowestOptions) (alerts.Rule, error) {
	if o.Days < 0 || o.MinPercent < 0 {
		return nil, errors.New("days and min_percent must not be below nought")
	}
	return newLowest{cmp.Or(o.Days, 30), o.MinPercent}, nil
}

// Back implements alerts.Historian.
func (r newLowest) Back(c *market.Change) time.Duration {
	if less, err := c.After.Offer.Price.Cmp(c.Before.Offer.Price); err == nil && less >= 0 && c.Before.Trust.State == market.Trusted {
		return 0 // it did not fall
	}
	return time.Duration(r.days) * day
}

// Judge implements alerts.Rule.
func (r newLowest) Judge(e *alerts.Event) []alerts.Finding {
	var lowest money.Amount
	return happened(e, func(m move) alerts.Holds {
		if m.own || !m.was.Price.Known() || !m.now.Price.Known() || m.was.Price == m.now.Price {
			return alerts.No
		}
		now := &e.Change.After
		since := now.SeenAt.Add(-time.Duration(r.days) * day)
		if lowest = lowestSince(alike(e.Past, &now.Offer), since, now.SeenAt); !r.below(now.Offer.Price, lowest) {
			return alerts.Moved
		}
		return alerts.Happened
	}, func(m move, f *market.Facts) {
		f.Before, f.Days = m.was.Price, r.days
		f.Lowest = onOurBasis(lowest, e.Change.After.Offer.Price, m.now.Price)
	})
}

func (r newLowest) below(now, lowest money.Amount) bool {
	c, err := now.Cmp(lowest)
	if err != nil || c >= 0 {
		return false
	}
	bp, err := now.BasisPoints(lowest)
	return err == nil && market.Percent(-bp) >= r.percent
}

// Tells implements alerts.Mover: a price that has gone up again before anybody was told is no new lowest.
func (newLowest) Tells(was, now money.Amount) bool {
	c, err := now.Cmp(was)
	return err == nil && c < 0
}

// lowestSince returns the lowest price that stood from since to before to; unknown where the price at since is not known.
func lowestSince(past []market.Observation, since, to time.Time) money.Amount {
	for i := range past {
		switch o := &past[i]; {
		case o.SeenAt.After(since):
			return money.Amount{}
		case o.Trust.State == market.Trusted && o.Offer.Price.Known():
			return compare.LowestSince(past, since, to)
		}
	}
	return money.Amount{}
}

// alike leaves out what is not of the VAT basis, the condition and the variant of an offer.
func alike(past []market.Observation, now *market.Offer) []market.Observation {
	return slices.DeleteFunc(slices.Clone(past), func(o market.Observation) bool {
		return o.Offer.VAT != now.VAT || o.Offer.Condition != now.Condition || o.Offer.Variant != now.Variant
	})
}
