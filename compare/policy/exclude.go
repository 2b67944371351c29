package policy

import (
	"net/url"
	"strings"

	"pricegap/compare"
	"pricegap/market"
)

// excluded has a finding for each kind of offer that is not matched.
func (j *judging) excluded() (out []Finding) {
	for _, x := range j.p.Excluded {
		is, found := j.words(x.Words)
		field := market.FieldName
		switch x.Kind {
		case Member:
			is, field = lowest(is, j.anybody(j.o.Member.Known(), j.o.Member == j.o.Price)), market.FieldMember
		case Coupon:
			is, field = lowest(is, j.anybody(j.o.Coupon.Known(), j.o.Coupon == j.o.Price)), market.FieldCoupon
		case Flash:
			is, field = lowest(is, j.stood(x)), market.FieldPrice
		}
		out = append(out, j.page(Rule(x.Kind), is, found, field)...)
	}
	return out
}

// lowest returns the worse of two results: failing, then not known.
func lowest(a, b Result) Result {
	for _, r := range []Result{Fail, Unknown} {
		if a == r || b == r {
			return r
		}
	}
	return Pass
}

// words reports whether the offer goes without any of the words in its name, variant, category and address. Without a name
// it is not known.
func (j *judging) words(words []string) (Result, market.Text) {
	if len(words) == 0 {
		return Pass, market.Text{}
	}
	address := j.o.URL
	if u, err := url.Parse(address); err == nil {
		address = u.Path
	}
	for _, text := range []string{j.o.Title.Plain(), j.o.Variant.Plain(), j.o.Category.Plain(), address} {
		for _, w := range words {
			if strings.Contains(compare.PlainWords(text), compare.PlainWords(w)) {
				return Fail, market.NewText(w)
			}
		}
	}
	if !j.o.Title.Known() {
		return Unknown, market.Text{}
	}
	return Pass, market.Text{}
}

// anybody reports whether the price is one for anybody, beside a price for some that is stated or not. Where both are the same
// number, either may have been taken for the other.
func (j *judging) anybody(forSome, same bool) Result {
	switch {
	case !j.o.Price.Known() && forSome:
		return Fail
	case !j.o.Price.Known(), forSome && same:
		return Unknown
	}
	return Pass
}

// stood reports whether their price has been seen for as long as x asks.
func (j *judging) stood(x Exclusion) Result {
	n, since, other := j.run()
	seen := j.f.Theirs.Seen.SeenAt
	switch {
	case n > 0 && seen.Sub(since) >= x.For:
		return Pass
	case n > 0 && !other.IsZero() && seen.Sub(other) < x.For:
		return Fail
	}
	return Unknown
}

// same has a finding for each point of our formula that the rival must equal.
func (j *judging) same() (out []Finding) {
	for _, k := range j.p.Same {
		is, found := j.equals(k)
		out = append(out, j.page(sameRule(k), is, found, fields[k])...)
	}
	return out
}

// fields are where a page states a point.
var fields = map[market.PointKind]market.Field{
	market.PointDelivery: market.FieldDelivery, market.PointPickup: market.FieldPickup, market.PointWarranty: market.FieldWarranty,
	market.PointReturns: market.FieldReturns, market.PointService: market.FieldServices,
}

// equals reports whether the rival offers as much as we do in every point of one kind, and what it offers that is told first.
func (j *judging) equals(k market.PointKind) (is Result, found market.Text) {
	for _, p := range j.f.OurShop.Formula.Points {
		if p.Kind != k {
			continue
		}
		one, text := j.matches(p)
		if is = lowest(is, one); !found.Known() {
			found = text
		}
	}
	if is == "" {
		is = Unknown // our formula says nothing of it
	}
	return is, found
}

// matches judges one point of our formula: a number of theirs must be known and as good, a service told in the same words.
func (j *judging) matches(p market.SellingPoint) (Result, market.Text) {
	ours, theirs := j.f.OurShop, j.f.TheirShop
	if p.Kind == market.PointService {
		ours.Formula = market.Formula{Points: []market.SellingPoint{p}}
		more := compare.Advantages(ours, theirs, j.f.Ours.Seen, j.f.Theirs.Seen)
		switch {
		case len(p.Words) == 0, len(more) > 0 && len(more[0].Theirs) == 0:
			return Unknown, market.Text{}
		case len(more) > 0:
			return Fail, market.Text{}
		}
		return Pass, market.NewText(compare.Words(p.Words, "en"))
	}
	if p.Kind == market.PointPickup && j.o.Pickup == market.AnswerNo {
		return Fail, market.Text{}
	}
	mine, known := stated(p, &j.f.Ours.Seen.Offer).Get()
	best := market.Count{}
	for _, q := range theirs.Formula.Points {
		if q.Kind == p.Kind {
			best = q.Amount
			break
		}
	}
	n, ok := stated(market.SellingPoint{Kind: p.Kind, Amount: best}, j.o).Get()
	if !known || !ok || j.f.Theirs.Seen.Listing == "" {
		return Unknown, market.Text{}
	}
	less := p.Kind == market.PointDelivery || p.Kind == market.PointPickup
	return of(n == mine || n < mine == less), market.NewText(number(n))
}

// stated returns the number that an offer states for its own article, else that of the shop.
func stated(p market.SellingPoint, o *market.Offer) market.Count {
	page := map[market.PointKind]market.Count{
		market.PointDelivery: o.DeliveryDays, market.PointWarranty: o.WarrantyMonths, market.PointReturns: o.ReturnsDays,
	}[p.Kind]
	if page.Known() {
		return page
	}
	return p.Amount
}
