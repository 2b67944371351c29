package web

import (
	"cmp"
	"html/template"
	"net/url"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/web/facts"
	"pricegap/web/lang"
)

// placed is a position together with the basis of its standing.
type placed struct {
	compare.Position
	Basis compare.Basis
}

// on is the price to show: on the basis, as every door shows it.
func (p placed) on() money.Amount {
	if p.Basis == compare.Delivered {
		return p.Delivered
	}
	return p.Shown()
}

// funcs are what the templates can call.
func (s *site) funcs() template.FuncMap {
	l := s.lang
	return template.FuncMap{
		"t":          l.Word,
		"money":      l.Money,
		"signed":     l.Signed,
		"side":       side,
		"percent":    l.Percent,
		"hundredths": l.Index,
		"count":      l.Count,
		"days":       func(c market.Count) string { return l.Number(c, "days") },
		"months":     func(c market.Count) string { return l.Number(c, "months") },
		"age":        l.Age,
		"since": func(now, at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return l.Age(now.Sub(at))
		},
		"moment":   s.moment,
		"stock":    func(st market.Stock) string { return l.Word("stock_" + string(st)) },
		"reason":   func(r compare.Reason) string { return l.Word("not_" + string(r)) },
		"place":    func(p compare.Position, b compare.Basis) placed { return placed{p, b} },
		"on":       func(p placed) *money.Amount { return known(p.on()) },
		"href":     compare.Link,
		"safe":     facts.Safe,
		"product":  func(id market.ProductID) string { return "/product?" + url.Values{"id": {string(id)}}.Encode() },
		"failures": facts.Failures,
		"coverage": facts.Coverage,
		"told":     facts.Told,
		"reasons":  facts.Reasons,
		"fee":      l.Price,
		"say":      l.Words,
		"ean":      facts.EAN,
		"stores":   s.stores,
	}
}

func known(a money.Amount) *money.Amount {
	if !a.Known() {
		return nil
	}
	return &a
}

// side is the class of a gap: a rival below us is bad news.
func side(gap money.Amount) string {
	switch gap.Sign() {
	case -1:
		return "below"
	case 1:
		return "above"
	}
	return ""
}

// stores says how many of an article our own stores have; what is not known is left out.
func (s *site) stores(o market.Offer) []string {
	var out []string
	for _, b := range s.Branches {
		if n := o.BranchStock[b.ID]; n.Known() {
			out = append(out, cmp.Or(b.Name, b.ID)+": "+s.lang.Count(n))
		}
	}
	return out
}

// moment is a time to the minute in the zone of the pages.
func (s *site) moment(at time.Time) string {
	if at.IsZero() {
		return lang.Unknown
	}
	return s.lang.Moment(at.In(s.Zone))
}
