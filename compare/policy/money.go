package policy

import (
	"strconv"

	"pricegap/market"
	"pricegap/market/money"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// sum is a finding about a sum of money.
func sum(r Rule, is Result, a money.Amount) []Finding {
	return []Finding{{Rule: r, Result: is, Amount: a}}
}

// ours: our own price can be compared; it cannot where our feed stands still.
func (j *judging) ours() []Finding {
	p, is := j.f.Ours, Unknown
	if p.Comparable && p.On(j.p.Basis).Sign() > 0 {
		is = Pass
	}
	f := sum(RuleOurs, is, p.On(j.p.Basis))
	f[0].Age, f[0].Evidence = p.Age, p.Seen.Offer.Evidence[market.FieldPrice]
	return f
}

// theirs: they ask one price of anybody, in our currency and on our basis of VAT.
func (j *judging) theirs() []Finding {
	p, is := j.f.Theirs, Unknown
	if j.o.Price.Sign() > 0 && p.On(j.p.Basis).Sign() > 0 {
		is = Pass
	}
	f := j.page(RuleTheirs, is, market.Text{}, market.FieldPrice)
	f[0].Amount = p.On(j.p.Basis)
	if is == Unknown {
		f[0].Found = market.NewText(string(p.NotBecause))
	}
	return f
}

// lower: theirs is below ours. It works out what a match would cost.
func (j *judging) lower() []Finding {
	ours, theirs := j.f.Ours.On(j.p.Basis), j.f.Theirs.On(j.p.Basis)
	gap, err := ours.Sub(theirs)
	if err != nil {
		return sum(RuleLower, Unknown, money.Amount{})
	}
	if gap.Sign() <= 0 {
		return sum(RuleLower, Fail, gap)
	}
	price, err := j.f.Ours.Price.Sub(gap)
	if err != nil {
		return sum(RuleLower, Unknown, money.Amount{})
	}
	share, err := gap.Share(j.f.Ours.Price)
	if err != nil {
		return sum(RuleLower, Unknown, money.Amount{})
	}
	j.price, j.discount, j.share = price, gap, share
	return sum(RuleLower, Pass, gap)
}

// allows reports whether b allows a discount of that sum, which is that share of our price.
func (b Bound) allows(sum, ours money.Amount) Result {
	is := Pass
	if b.Amount.Known() {
		c, err := sum.Cmp(b.Amount)
		if err != nil {
			return Unknown
		}
		is = lowest(is, of(c <= 0))
	}
	if b.Percent > 0 { // without rounding
		most, err := ours.Scale(int64(b.Percent), 100_00)
		if err != nil {
			return Unknown
		}
		c, err := sum.Cmp(most)
		if err != nil {
			return Unknown
		}
		is = lowest(is, of(c <= 0))
	}
	return is
}

// most holds the cap.
func (j *judging) most() []Finding {
	if j.p.Cap == (Bound{}) || !j.discount.Known() {
		return nil
	}
	return sum(RuleCap, j.p.Cap.allows(j.discount, j.f.Ours.Price), j.discount)
}

// floor: we do not sell below our floor, nor for nothing. What the floor is stands in no finding.
func (j *judging) floor() []Finding {
	floor := j.f.Product.Floor
	if !j.price.Known() {
		return nil
	}
	is := Unknown
	switch {
	case j.price.Sign() <= 0:
		is = Fail
	case floor.Known():
		if c, err := j.price.Cmp(floor); err == nil {
			is = of(c >= 0)
		}
	case !j.p.FloorKnown:
		is = Pass
	}
	return []Finding{{Rule: RuleFloor, Result: is}}
}

// authority says whether a role may give the discount, and which is the first that may: "" where none may, or it is not known.
func (j *judging) authority(asked Role) ([]Finding, Role) {
	if !j.discount.Known() {
		return nil, ""
	}
	for _, t := range j.p.Tiers {
		switch t.allows(j.discount, j.f.Ours.Price) {
		case Unknown:
			return told(RuleAuthority, Unknown, ""), ""
		case Pass:
			return told(RuleAuthority, of(asked.rank() >= t.Role.rank()), "%s", t.Role), t.Role
		}
	}
	return told(RuleAuthority, Fail, ""), ""
}
