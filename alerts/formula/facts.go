package formula

import (
	"net/url"
	"slices"
	"strings"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// Of are the facts that every message about a product and a rival says, on a basis.
func Of(s *compare.Standing, theirs *compare.Position, basis compare.Basis) market.Facts {
	f := market.Facts{
		Title: s.Product.Title, Brand: s.Product.Brand, Category: s.Product.Category,
		Ours: side(&s.Ours), Theirs: side(theirs), Basis: string(basis), Advantages: theirs.Advantages,
	}
	if !f.Title.Known() {
		f.Title = s.Ours.Seen.Offer.Title
	}
	if f.Ours.URL == "" {
		f.Ours.URL = s.Product.URL
	}
	if s.Ours.Comparable && theirs.Comparable {
		f.Gap, f.GapBasisPoints = Gap(s.Ours.On(basis), theirs.On(basis))
	}
	return f
}

// side copies what a shop says about the product.
func side(p *compare.Position) market.Side {
	o := &p.Seen.Offer
	return market.Side{
		Source: p.Source, Name: p.Name,
		Price: p.Price, Shipping: p.Shipping, Delivered: p.Delivered,
		Stock: o.Stock, DeliveryDays: o.DeliveryDays, DeliveryText: o.DeliveryText,
		URL: Page(&p.Seen), SeenAt: p.Seen.SeenAt,
	}
}

// Renew returns the facts of what happened at a rival with what is known of both shops now, for those who are told later. Where the
// rival asks another price by now, or has another stock, they stay as they are: that change is judged for itself.
func Renew(f market.Facts, s compare.Standing, shops []compare.Shop) market.Facts {
	i := slices.IndexFunc(s.Rivals, func(p compare.Position) bool { return p.Source == f.Theirs.Source })
	if i < 0 || !f.EndedAt.IsZero() {
		return f
	}
	now := Of(&s, &s.Rivals[i], compare.Basis(f.Basis))
	if now.Theirs.Price != f.Theirs.Price || now.Theirs.Stock != f.Theirs.Stock {
		return f
	}
	f.Ours, f.Theirs, f.Gap, f.GapBasisPoints = now.Ours, now.Theirs, now.Gap, now.GapBasisPoints
	Enrich(&f, s, shops)
	return f
}

// KeepBegin keeps what only the change knew with which an alert began.
func KeepBegin(f *market.Facts, began market.Facts) {
	if f.StockBefore == market.StockUnknown {
		f.StockBefore = began.StockBefore
	}
	if !f.Lowest.Known() {
		f.Lowest, f.Days, f.Reference = began.Lowest, began.Days, began.Reference
	}
}

// About returns the side that a topic is about.
func About(t market.Topic, f *market.Facts) market.Side {
	if t.Source == f.Ours.Source {
		return f.Ours
	}
	return f.Theirs
}

// Unseen reports whether the price of a source is not known, or stale.
func Unseen(s *compare.Standing, source market.SourceID) bool {
	p := &s.Ours
	if i := slices.IndexFunc(s.Rivals, func(p compare.Position) bool { return p.Source == source }); i >= 0 {
		p = &s.Rivals[i]
	}
	return p.Source != source || !p.Price.Known() || p.Stale
}

// Page returns the address that staff may look at: the canonical one where it is on the host that answered,
// since a page may claim any address as its own; else the one that answered.
func Page(o *market.Observation) string {
	canonical := o.Offer.URL
	switch {
	case o.Page == "" || canonical == "":
		return o.Page + canonical
	case o.Page == canonical:
		return canonical
	}
	a, err := url.Parse(o.Page)
	b, err2 := url.Parse(canonical)
	if err == nil && err2 == nil && strings.EqualFold(a.Host, b.Host) {
		return canonical
	}
	return o.Page
}

// Gap returns theirs minus ours, and the same in hundredths of a percent of ours; unknown where either is.
func Gap(ours, theirs money.Amount) (money.Amount, market.Count) {
	if !ours.Known() || !theirs.Known() {
		return money.Amount{}, market.Count{} // so most often; an error costs more
	}
	d, err := theirs.Sub(ours)
	if err != nil {
		return money.Amount{}, market.Count{}
	}
	bp, err := theirs.BasisPoints(ours)
	if err != nil {
		return d, market.Count{}
	}
	return d, market.CountOf(bp)
}
