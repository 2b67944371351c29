package rule

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"pricegap/alerts"
	"pricegap/alerts/formula"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

func init() { register("gap", newGap) }

// gapOptions are the options of the rule "gap".
type gapOptions struct {
	Side          string `yaml:"side" json:"side,omitzero" jsonschema:"cheaper, which is the default: rivals ask less than we do; dearer: they ask more."`
	Against       string `yaml:"against" json:"against,omitzero" jsonschema:"Which rivals: each, which is the default and tells of each by itself; lowest is the cheapest of them, median the middle of their prices."`
	gapThresholds `yaml:",inline"`
}

// gapThresholds say from where to where a gap is told, and of which price.
type gapThresholds struct {
	Amount       money.Amount   `yaml:"amount" json:"amount,omitzero" jsonschema:"Tell when the gap is at least this much, such as 5.00 EUR; with percent both must be reached."`
	Percent      market.Percent `yaml:"percent" json:"percent,omitzero" jsonschema:"Tell when the gap is at least this many percent of our price, such as 2.5."`
	ClearAmount  money.Amount   `yaml:"clear_amount" json:"clear_amount,omitzero" jsonschema:"It is over when the gap is less than this; the same as amount where not stated."`
	ClearPercent market.Percent `yaml:"clear_percent" json:"clear_percent,omitzero" jsonschema:"It is over when the gap is less than this many percent; the same as percent where not stated."`
	Basis        compare.Basis  `yaml:"basis" json:"basis,omitzero" jsonschema:"shelf compares the prices alone, which is the default; delivered adds the cost of shipping."`
	InStock      bool           `yaml:"in_stock" json:"in_stock,omitzero" jsonschema:"Pass over rivals of whom it is known that they cannot deliver now."`
}

func (o gapThresholds) sums() map[string]money.Amount {
	return map[string]money.Amount{"amount": o.Amount, "clear_amount": o.ClearAmount}
}

// gapRule holds while the price of comparable rivals differs from ours by the thresholds, and is over when it differs by
// less than the clearing ones, or has not been seen for so long that it is compared with nothing. What is stale, held back
// or not comparable says nothing.
type gapRule struct{ o gapOptions }

func newGap(o gapOptions) (alerts.Rule, error) {
	var err error
	if o.Side, err = oneOf(o.Side, "cheaper", "dearer"); err != nil {
		return nil, fmt.Errorf("side: %w", err)
	}
	if o.Against, err = oneOf(o.Against, "each", "lowest", "median"); err != nil {
		return nil, fmt.Errorf("against: %w", err)
	}
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
	return gapRule{o}, nil
}

// Judge implements alerts.Rule.
func (r gapRule) Judge(e *alerts.Event) []alerts.Finding {
	if r.o.Against == "each" {
		return state(e, r.o.Basis, false, r.beside)
	}
	s := &e.Standing
	if s.Product.ID == "" {
		return nil
	}
	theirs, complete := r.benchmark(s)
	f := finding(s, theirs, r.o.Basis, r.among(s, theirs, complete))
	f.Topic.Source = ""
	if against := r.o.Against; theirs.Comparable {
		f = saying(f, func(f *market.Facts) { f.Against = against })
	}
	return []alerts.Finding{f}
}

// beside judges the gap to one rival.
func (r gapRule) beside(c *Case) alerts.Holds {
	d, bp := c.Gap, c.GapPercent
	if r.o.Basis == compare.Delivered {
		d, bp = c.DeliveredGap, c.DeliveredGapPercent
	}
	switch {
	case !bp.Known():
		return alerts.Neither
	case r.o.InStock && c.Theirs.Available == market.AnswerNo:
		return alerts.No
	}
	return r.reaches(d, bp)
}

// among judges the gap to the lowest or the median of the rivals. Where not all of them are known, a rival that is
// not might be lower still: that only speaks for what is cheaper than the lowest that is known.
func (r gapRule) among(s *compare.Standing, theirs *compare.Position, complete bool) alerts.Holds {
	var gap money.Amount
	var points market.Count
	if s.Ours.Comparable && theirs.Comparable {
		gap, points = formula.Gap(s.Ours.On(r.o.Basis), theirs.On(r.o.Basis))
	}
	switch {
	case gone(&s.Ours):
		return alerts.No
	case unseen(&s.Ours):
		return alerts.Neither
	case !theirs.Comparable && complete:
		return alerts.No
	case !points.Known():
		return alerts.Neither
	}
	h := r.reaches(gap, points)
	if !complete && (h == alerts.No || r.o.Side == "dearer" || r.o.Against == "median") {
		return alerts.Neither
	}
	return h
}

// reaches judges a gap by the thresholds.
func (r gapRule) reaches(d money.Amount, gap market.Count) alerts.Holds {
	bp, _ := gap.Get()
	if r.o.Side == "cheaper" {
		bp = -bp
	}
	if bp < 0 || d.Sign() == 0 || (d.Sign() < 0) != (r.o.Side == "cheaper") {
		return alerts.No
	}
	percent := market.Percent(bp)
	fire, ok := atLeast(d.Abs(), r.o.Amount)
	keep, ok2 := atLeast(d.Abs(), r.o.ClearAmount)
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

// benchmark returns the rival with the lowest price, or the one whose price is the median; not comparable where there is
// none. complete says that the price of every rival that sells the product is known.
func (r gapRule) benchmark(s *compare.Standing) (theirs *compare.Position, complete bool) {
	var known []*compare.Position
	complete = true
	for i := range s.Rivals {
		switch p := &s.Rivals[i]; {
		case absent(p) || r.o.InStock && !unseen(p) && p.Seen.Offer.Stock.Available() == market.AnswerNo:
		case p.Comparable && p.On(r.o.Basis).Known():
			known = append(known, p)
		default:
			complete = false
		}
	}
	if len(known) == 0 {
		return &compare.Position{}, complete
	}
	slices.SortStableFunc(known, func(x, y *compare.Position) int {
		return cmp.Compare(x.On(r.o.Basis).Micros(), y.On(r.o.Basis).Micros()) // comparable ones are in one currency
	})
	switch n := len(known); {
	case r.o.Against == "lowest":
		return known[0], complete
	case r.o.Side == "cheaper": // of an even number the one of the two in the middle that says less
		return known[n/2], complete
	default:
		return known[(n-1)/2], complete
	}
}

// absent reports whether a rival is known not to sell what we sell, or so long unseen that it is no rival any more.
func absent(p *compare.Position) bool { return unlike(p) || gone(p) }
