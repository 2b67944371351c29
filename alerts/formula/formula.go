// Package formula says what alerts know of our shop and a rival: what both ask and promise, and what sets their formulas apart.
package formula

import (
	"slices"

	"pricegap/compare"
	"pricegap/compare/phrase"
	"pricegap/market"
)

// Enrich adds to the facts what the formulas of both shops say: the usual delivery where a page is silent, what
// ours offers that theirs does not, the reverse, and in what they are even.
func Enrich(f *market.Facts, s compare.Standing, shops []compare.Shop) {
	ours, known := find(shops, f.Ours.Source)
	if !known {
		return
	}
	delivers(&f.Ours, ours)
	theirs, known := find(shops, f.Theirs.Source)
	i := slices.IndexFunc(s.Rivals, func(p compare.Position) bool { return p.Source == f.Theirs.Source })
	if !known || i < 0 || ours.ID == theirs.ID {
		return
	}
	delivers(&f.Theirs, theirs)
	we, they := s.Ours.Seen, s.Rivals[i].Seen
	f.Advantages, f.Even = compare.Advantages(ours, theirs, we, they), compare.Even(ours, theirs, we, they)
	f.Drawbacks = nil
	for _, a := range compare.Advantages(stated(theirs, they), ours, they, we) {
		a.Ours, a.Theirs = a.Theirs, a.Ours
		if a.Kind == market.PointService && len(a.Ours) > 0 {
			a.Ours = phrase.Plain("not with us") // compare speaks of the other side as "them"
		}
		f.Drawbacks = append(f.Drawbacks, a)
	}
}

// stated is a shop with what it states of an article beside the formula that we know of it.
func stated(s compare.Shop, seen market.Observation) compare.Shop {
	points := slices.Clone(s.Formula.Points)
	for _, p := range []market.SellingPoint{
		{Kind: market.PointWarranty, Amount: seen.Offer.WarrantyMonths}, {Kind: market.PointReturns, Amount: seen.Offer.ReturnsDays},
	} {
		if p.Amount.Known() && !slices.ContainsFunc(points, func(q market.SellingPoint) bool { return q.Kind == p.Kind }) {
			points = append(points, p)
		}
	}
	s.Formula.Points = points
	return s
}

// delivers fills in the delivery that a shop promises for all it has in stock, where the page promises none.
func delivers(s *market.Side, shop compare.Shop) {
	if s.DeliveryDays.Known() || s.DeliveryText.Known() || s.Stock.Available() != market.AnswerYes || s.Stock == market.StockInStoreOnly {
		return
	}
	for _, p := range shop.Formula.Points {
		if p.Kind == market.PointDelivery {
			s.DeliveryDays = p.Amount
			return
		}
	}
}

// find returns the shop of that id.
func find(shops []compare.Shop, id market.SourceID) (compare.Shop, bool) {
	i := slices.IndexFunc(shops, func(s compare.Shop) bool { return s.ID == id && id != "" })
	if i < 0 {
		return compare.Shop{}, false
	}
	return shops[i], true
}
