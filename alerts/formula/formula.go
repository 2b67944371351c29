// Package formula adds to the facts of an alert what sets the formulas of two shops apart.
package formula

import (
	"slices"

	"pricegap/compare"
	"pricegap/market"
)

var notWithUs = map[string]string{"nl": "niet bij ons", "en": "not with us"}

// Enrich adds to the facts what the formulas of both shops say: the usual delivery where a page is silent, what
// ours offers that theirs does not, and the reverse.
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
	f.Advantages = compare.Advantages(ours, theirs, s.Ours.Seen, s.Rivals[i].Seen)
	f.Drawbacks = nil
	for _, a := range compare.Advantages(theirs, ours, s.Rivals[i].Seen, s.Ours.Seen) {
		a.Ours, a.Theirs = a.Theirs, a.Ours
		if a.Kind == market.PointService && len(a.Ours) > 0 {
			a.Ours = notWithUs // compare speaks of the other side as "them"
		}
		f.Drawbacks = append(f.Drawbacks, a)
	}
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
