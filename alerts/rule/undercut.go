package rule

import (
	"errors"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

func init() { register("undercut", newUndercut) }

// undercutOptions are the options of the rule "undercut".
type undercutOptions struct {
	Amount       money.Amount   `yaml:"amount" json:"amount,omitzero" jsonschema:"Tell when a rival is at least this much cheaper, such as 5.00 EUR; with percent both must be reached."`
	Percent      market.Percent `yaml:"percent" json:"percent,omitzero" jsonschema:"Tell when a rival is at least this many percent of our price cheaper, such as 2.5."`
	ClearAmount  money.Amount   `yaml:"clear_amount" json:"clear_amount,omitzero" jsonschema:"It is over when the rival is less than this much cheaper; the same as amount where not stated."`
	ClearPercent market.Percent `yaml:"clear_percent" json:"clear_percent,omitzero" jsonschema:"It is over when the rival is less than this many percent cheaper; the same as percent where not stated."`
	Basis        compare.Basis  `yaml:"basis" json:"basis,omitzero" jsonschema:"shelf compares the prices alone, which is the default; delivered adds the cost of shipping."`
	InStock      bool           `yaml:"in_stock" json:"in_stock,omitzero" jsonschema:"Pass over rivals of whom it is known that they cannot deliver now."`
}

// undercut holds while a comparable rival is cheaper than we are by the thresholds, and is over when it is
// less cheaper than the clearing ones, or has not been seen for so long that it is compared with nothing. What is
// stale, held back or not comparable says nothing.
type undercut struct{ o undercutOptions }

func newUndercut(o undercutOptions) (alerts.Rule, error) {
	if o.Basis == "" {
		o.Basis = compare.Shelf
	}
	if o.Basis != compare.Shelf && o.Basis != compare.Delivered {
		return nil, errors.New("basis: must be shelf or delivered")
	}
	if o.Amount.Sign() < 0 || o.Percent < 0 || o.ClearAmount.Sign() < 0 || o.ClearPercent < 0 {
		return nil, errors.New("thresholds must not be below nought")
	}
	if !o.ClearAmount.Known() {
		o.ClearAmount = o.Amount
	}
	if o.ClearPercent == 0 {
		o.ClearPercent = o.Percent
	}
	if _, ok := atLeast(o.ClearAmount, o.Amount); o.Amount.Known() && !ok {
		return nil, errors.New("clear_amount: must be in the currency of amount")
	}
	if more, _ := atLeast(o.ClearAmount, o.Amount); o.Amount.Known() && more && o.ClearAmount != o.Amount {
		return nil, errors.New("clear_amount: must not be above amount")
	}
	if o.ClearPercent > o.Percent {
		return nil, errors.New("clear_percent: must not be above percent")
	}
	return undercut{o}, nil
}

// Judge implements alerts.Rule.
func (r undercut) Judge(e alerts.Event) []alerts.Finding {
	s := e.Standing
	if s.Product.ID == "" {
		return nil
	}
	out := make([]alerts.Finding, 0, len(s.Rivals))
	for _, p := range s.Rivals {
		f := facts(s, p, r.o.Basis)
		out = append(out, alerts.Finding{Topic: topic(s, p.Source), Holds: r.holds(s.Ours, p, f), Facts: f})
	}
	return out
}

func (r undercut) holds(ours, theirs compare.Position, f market.Facts) alerts.Holds {
	bp, known := f.GapBasisPoints.Get()
	switch {
	case unlike(theirs), gone(ours), gone(theirs):
		return alerts.No
	case unseen(ours), unseen(theirs), !known:
		return alerts.Neither
	case r.o.InStock && theirs.Seen.Offer.Stock.Available() == market.AnswerNo:
		return alerts.No
	case f.Gap.Sign() >= 0:
		return alerts.No
	}
	under, percent := f.Gap.Abs(), market.Percent(-bp)
	fire, ok := atLeast(under, r.o.Amount)
	keep, ok2 := atLeast(under, r.o.ClearAmount)
	switch {
	case !ok || !ok2:
		return alerts.Neither // the threshold is in another currency
	case fire && percent >= r.o.Percent:
		return alerts.Yes
	case !keep || percent < r.o.ClearPercent:
		return alerts.No
	}
	return alerts.Neither
}
