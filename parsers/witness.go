package parsers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/price"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
	"pricegap/parsers/visible"
)

// contradicted says in words which reader contradicts the price of the one that won, "" where none does. Who is
// right then is not provable, so neither is believed.
func contradicted(readings []reading, won int) string {
	w := readings[won].main()
	for i, x := range readings {
		p := x.main()
		if i == won || p == nil || !sameThing(w.Offers[0], p.Offers[0]) || !contradicts(w.Offers[0], *p) {
			continue
		}
		return fmt.Sprintf("%s says %s, %s says %s", w.Reader, stated(*w), p.Reader, stated(*p))
	}
	return ""
}

// settled returns the reading that is believed where readings contradict each other, -1 for none: the first that says
// what the page shows to people, or what is shown where another that is unclear may mean the same, or where the page
// calls the price of the others a former one, or is sure of its own and the other is in Open Graph alone: that is of the page when
// it is shared, in many shops of its cheapest variant.
func settled(readings []reading) int {
	last := len(readings) - 1
	shown := readings[last].main()
	if shown == nil || shown.Reader != visible.Name || !shown.Offers[0].Price.Known() {
		return -1
	}
	p, former := shown.Offers[0].Price, true
	for i, x := range readings[:last] {
		o := x.main()
		switch {
		case o == nil:
		case len(o.Candidates) > 0:
			if o.Candidates[0].Currency() == p.Currency() && (price.Reading{Candidates: o.Candidates}).May(p) {
				return last
			}
			former = false
		case !o.Offers[0].Price.Known():
			former = former && (!o.Offers[0].Low.Known() || !beyond(p, o.Offers[0]))
		case o.Offers[0].Price.Currency() != p.Currency(): // says nothing
			former = false
		case price.Near(o.Offers[0].Price, p):
			return i
		default:
			former = former && (shown.Offers[0].Reference.Known() && price.Near(o.Offers[0].Price, shown.Offers[0].Reference) || o.Reader == structured.OpenGraph && readings[last].sure)
		}
	}
	if former {
		return last
	}
	return -1
}

// ofRange returns the first of the offers of a product, with the one of their prices that the page shows as its own where
// they make a range.
func ofRange(offers []market.Offer, last reading) market.Offer {
	o, shown := offers[0], last.main()
	if o.Price.Known() || shown == nil || shown.Reader != visible.Name || !shown.Offers[0].Price.Known() {
		return o
	}
	p := shown.Offers[0]
	for _, other := range offers[1:] {
		if other.Price == p.Price {
			o.Price, o.Low, o.High = p.Price, money.Amount{}, money.Amount{}
			o.Evidence[market.FieldPrice] = p.Evidence[market.FieldPrice]
			delete(o.Evidence, market.FieldLowPrice)
			delete(o.Evidence, market.FieldHighPrice)
			return o
		}
	}
	return o
}

// renumber gives the offer of a product the number under which the page states and sells it, where the one for machines is
// that of a variant, which begins with it, or a name.
func renumber(o *market.Offer, readings []reading) {
	for _, x := range readings {
		p := x.main()
		if p == nil || p.Reader != visible.Name || p.Offers[0].SKU == "" {
			continue
		}
		if said := p.Offers[0]; len(o.SKU) > len(said.SKU) && strings.EqualFold(o.SKU[:len(said.SKU)], said.SKU) || strings.Contains(o.SKU, " ") {
			o.SKU, o.Evidence[market.FieldSKU] = said.SKU, said.Evidence[market.FieldSKU]
		}
	}
}

// restock settles the stock of the page's own product, the first of its offers. For machines it can be had where one of its
// variants can. A notice that it cannot be had counts against that where it stands next to the price and no button sells it, and
// leaves it open elsewhere; one that it can be had counts where it says how many, or a button sells it.
func restock(offers []market.Offer, last reading) {
	o, shelf := &offers[0], last.shelf
	for _, v := range offers[1:] {
		if gone(o.Stock) && there(v.Stock) && (v.URL == "" || v.URL == o.URL) {
			o.Stock, o.Evidence[market.FieldAvailability] = v.Stock, v.Evidence[market.FieldAvailability]
		}
	}
	switch {
	case there(o.Stock) && gone(shelf.Stock) && shelf.Near && !shelf.Button,
		gone(o.Stock) && there(shelf.Stock) && shelf.Near && (shelf.Button || shelf.Counted):
		o.Stock = shelf.Stock
		o.Evidence[market.FieldAvailability] = market.Evidence{Reader: visible.Name, Where: shelf.Where, Raw: market.NewText(shelf.Text)}
	case o.Stock.Available() == market.AnswerYes && gone(shelf.Stock):
		o.Stock = market.StockUnknown
		delete(o.Evidence, market.FieldAvailability)
	}
}

// there reports whether a thing can be had now, gone whether it is said that it cannot.
func there(s market.Stock) bool { return s == market.StockIn || s == market.StockLimited }
func gone(s market.Stock) bool  { return s == market.StockOut || s == market.StockDiscontinued }

// rename gives the offer of a product its own name, where the one that won is that of the page around it.
func rename(o *market.Offer, readings []reading) {
	if o.Evidence[market.FieldName].Reader != structured.OpenGraph {
		return
	}
	whole := fold(o.Title.Plain())
	for _, x := range readings {
		p := x.main()
		if p == nil || p.Reader == structured.OpenGraph || !p.Offers[0].Title.Known() {
			continue
		}
		if own := p.Offers[0]; strings.Contains(whole, fold(own.Title.Plain())) {
			o.Title, o.Evidence[market.FieldName] = own.Title, own.Evidence[market.FieldName]
			return
		}
	}
}

// contradicts reports whether what p says about the price cannot be true where o is.
func contradicts(o market.Offer, p schema.Product) bool {
	q := p.Offers[0]
	if o.VAT != "" && q.VAT != "" && o.VAT != q.VAT {
		return false
	}
	switch {
	case o.Price.Known() && q.Price.Known():
		return !price.Near(o.Price, q.Price) && (!o.Reference.Known() || !price.Near(o.Reference, q.Price))
	case o.Price.Known() && len(p.Candidates) > 0:
		return !price.Reading{Candidates: p.Candidates}.May(o.Price)
	case o.Price.Known() && q.Low.Known():
		return beyond(o.Price, q)
	case q.Price.Known() && o.Low.Known():
		return beyond(q.Price, o)
	}
	return false
}

// beyond reports whether a price lies outside of the range of an offer.
func beyond(a money.Amount, o market.Offer) bool {
	if c, err := a.Cmp(o.Low); err == nil && c < 0 && !price.Near(a, o.Low) {
		return true
	}
	c, err := a.Cmp(o.High)
	return o.High.Known() && err == nil && c > 0 && !price.Near(a, o.High)
}

// stated is what a reader says about the price, for people.
func stated(p schema.Product) string {
	o := p.Offers[0]
	switch {
	case o.Price.Known():
		return o.Price.String()
	case o.High.Known():
		return o.Low.String() + " to " + o.High.String()
	case o.Low.Known():
		return "from " + o.Low.String()
	}
	s := "perhaps"
	for i, a := range p.Candidates[:min(len(p.Candidates), 3)] {
		if i > 0 {
			s += " or"
		}
		s += " " + a.String()
	}
	return s
}

// withheld makes the Result of a product page whose readers contradict each other: the page's own product
// without a price, and what each of them said among the others.
func (d *Doc) withheld(readings []reading, why string) Result {
	var said []market.Offer
	bare := slices.Clone(readings)
	for i, x := range readings {
		p := x.main()
		if p == nil {
			continue
		}
		q := *p
		q.Offers = []market.Offer{priceless(p.Offers[0])}
		bare[i] = reading{products: []schema.Product{q}, shelf: x.shelf}
		if p.Priced() {
			said = append(said, p.Offers...)
		}
	}
	res := d.unpriced(bare)
	for i := range said[:min(len(said), schema.MaxOffers)] {
		d.complete(&said[i])
	}
	res.Others = append(res.Others, said[:min(len(said), schema.MaxOffers)]...)
	res.Failure, res.Message = market.FailPriceAmbiguous, why
	return res
}

// priceless returns a copy of an offer without its prices.
func priceless(o market.Offer) market.Offer {
	ev := maps.Clone(o.Evidence)
	for _, f := range []market.Field{
		market.FieldPrice, market.FieldLowPrice, market.FieldHighPrice, market.FieldReference, market.FieldMember, market.FieldCoupon,
		market.FieldPerMonth, market.FieldUnitPrice, market.FieldCurrency, market.FieldVAT, market.FieldShipping,
	} {
		delete(ev, f)
	}
	o.Evidence = ev
	var none money.Amount
	o.Price, o.Low, o.High, o.Reference, o.Member, o.Coupon, o.PerMonth, o.UnitPrice, o.Shipping = none, none, none, none, none, none, none, none, none
	o.Unit, o.VAT = market.Text{}, ""
	return o
}
