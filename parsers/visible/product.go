package visible

import (
	"pricegap/market"
	"pricegap/parsers/schema"
)

// Name is the name of this reader, as it stands in market.Evidence.
const Name = "visible"

// Product is the page's own product as it is shown. A price that others rival is none, and a headline without a price
// names nothing: it may be that of any page.
func (p *Page) Product() schema.Product {
	o := market.Offer{Evidence: map[market.Field]market.Evidence{}}
	note := func(f market.Field, s Stated) {
		o.Evidence[f] = market.Evidence{Reader: Name, Where: s.Where, Raw: market.NewText(s.Text)}
	}
	out := schema.Product{Reader: Name}
	won, rivals := p.Price()
	switch {
	case won == nil:
	case len(rivals) > 0:
		out.Problem = market.FailPriceAmbiguous
		for _, c := range append([]Candidate{*won}, rivals...) {
			out.Candidates = append(out.Candidates, c.Amount)
		}
	default:
		at := Stated{won.Text, won.Where}
		o.Price = won.Amount
		note(market.FieldPrice, at)
		if won.Reading.Printed != "" {
			note(market.FieldCurrency, at)
		}
		if o.VAT = won.Reading.VAT; o.VAT != "" {
			note(market.FieldVAT, at)
		}
		if ref := p.Reference(); ref != nil {
			o.Reference = ref.Amount
			note(market.FieldReference, Stated{ref.Text, ref.Where})
		}
		if t := p.Title(); t.Text != "" {
			o.Title = market.NewText(t.Text)
			note(market.FieldName, t)
		}
	}
	if s, at := p.Stock(); s != market.StockUnknown {
		o.Stock = s
		note(market.FieldAvailability, at)
	}
	out.Offers = []market.Offer{o}
	return out
}

// Stated is what the page states of its product in words: its numbers and its brand. It is apart from Product, since a
// number of another kind takes nothing from the price.
func (p *Page) Stated() schema.Product {
	o := market.Offer{Evidence: map[market.Field]market.Evidence{}}
	for f, s := range p.Facts() {
		switch f {
		case market.FieldSKU:
			o.SKU = s.Text
		case market.FieldMPN:
			o.MPN = s.Text
		case market.FieldGTIN:
			o.GTIN = s.Text
		case market.FieldBrand:
			o.Brand = market.NewText(s.Text)
		}
		o.Evidence[f] = market.Evidence{Reader: Name, Where: s.Where, Raw: market.NewText(s.Text)}
	}
	return schema.Product{Reader: Name, Offers: []market.Offer{o}}
}
