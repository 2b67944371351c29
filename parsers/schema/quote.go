package schema

import (
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/price"
	"pricegap/parsers/structured"
)

// quote is one statement of a price within an offer.
type quote struct {
	price.Reading
	rank        int
	text, where string
	vat         money.VAT
}

// The ranks of quotes: the lowest that states a price wins.
const (
	rankSale = iota
	rankPrice
	rankSpec
	rankRegular
)

// prices reads all prices of an offer and returns the problem with its current one, if any.
func (m *mapper) prices(o *structured.Item, currency, currencyAt string, f *filler) market.FailureKind {
	var qs []quote
	for _, v := range o.All("price") {
		text, number, cur := v.Text, v.Number, currency
		if v.Item != nil {
			text, _ = m.page.Text(v.Item, "value", "price", "@value")
			if c, _ := m.page.Text(v.Item, "currency", "priceCurrency"); c != "" {
				cur = c
			}
		}
		qs = append(qs, quote{price.Read(text, number, cur, m.env.Locale), rankPrice, text, o.Place("price", v), ""})
	}
	for _, s := range m.page.Items(o, "priceSpecification") {
		qs = append(qs, m.specification(s, currency, f)...)
	}
	for _, s := range m.page.Items(o, "priceComponent") {
		qs = append(qs, m.specification(s, currency, f)...)
	}
	m.rangeOf(o, currency, f)
	problem := m.choose(qs, f)
	if f.o.Low.Known() && f.o.Low == f.o.High && !f.o.Price.Known() {
		f.o.Price, f.o.Low, f.o.High = f.o.Low, money.Amount{}, money.Amount{}
		f.o.Evidence[market.FieldPrice] = f.o.Evidence[market.FieldLowPrice]
		delete(f.o.Evidence, market.FieldLowPrice)
		delete(f.o.Evidence, market.FieldHighPrice)
	}
	if c := m.printed(f.o, qs, currency); c != "" {
		if currencyAt == "" {
			currencyAt, currency = f.o.Evidence[market.FieldPrice].Where, string(c)
		}
		f.note(market.FieldCurrency, currencyAt, currency)
	}
	m.validity(o, f)
	if f.o.Price.Known() || f.o.Low.Known() {
		return ""
	}
	return problem
}

// printed returns the currency that the page itself states for the offer.
func (m *mapper) printed(o market.Offer, qs []quote, currency string) money.Currency {
	if !o.Price.Known() && !o.Low.Known() {
		return ""
	}
	for _, q := range qs {
		if q.Printed != "" {
			return q.Printed
		}
	}
	return price.Currency(currency, m.env.Locale)
}

// validity puts the date until which a price holds beside its evidence.
func (m *mapper) validity(o *structured.Item, f *filler) {
	until, _ := m.page.Text(o, "priceValidUntil")
	if until == "" || !f.o.Price.Known() {
		return
	}
	e := f.o.Evidence[market.FieldPrice]
	e.Where += ", valid until " + market.NewText(until).Plain()
	f.o.Evidence[market.FieldPrice] = e
}

// choose takes the current price out of the quotes. Quotes of one rank that disagree, and are not one with
// and one without VAT, are ambiguous.
func (m *mapper) choose(qs []quote, f *filler) market.FailureKind {
	best, problem := -1, market.FailureKind("")
	for i, q := range qs {
		if problem == "" {
			problem = q.Problem
		}
		f.amount(&f.o.Low, market.FieldLowPrice, q.Low, q.text, q.where)
		f.amount(&f.o.High, market.FieldHighPrice, q.High, q.text, q.where)
		f.amount(&f.o.PerMonth, market.FieldPerMonth, q.PerMonth, q.text, q.where)
		if q.Amount.Known() && (best < 0 || q.rank < qs[best].rank || q.rank == qs[best].rank && q.vat == money.VATIncluded && qs[best].vat == money.VATExcluded) {
			best = i
		}
	}
	if best < 0 {
		return problem
	}
	won := qs[best]
	for _, q := range qs {
		if q.rank == won.rank && q.Amount.Known() && q.Amount != won.Amount && (q.vat == "" || q.vat == won.vat) {
			return market.FailPriceAmbiguous
		}
		if q.rank == won.rank && q.Problem != "" && q.Amount != won.Amount {
			return q.Problem
		}
	}
	f.amount(&f.o.Price, market.FieldPrice, won.Amount, won.text, won.where)
	f.amount(&f.o.Reference, market.FieldReference, won.Reference, won.text, won.where)
	for _, v := range []money.VAT{won.vat, won.VAT} {
		if f.o.VAT == "" && v != "" {
			f.o.VAT = v
			f.note(market.FieldVAT, won.where, string(v))
		}
	}
	for _, q := range qs { // the regular price beside a sale price is the reference
		if c, err := q.Amount.Cmp(won.Amount); err == nil && c > 0 && (q.rank == rankRegular || won.rank == rankSale) {
			f.amount(&f.o.Reference, market.FieldReference, q.Amount, q.text, q.where)
		}
	}
	return ""
}

// rangeOf reads the two ends of a range.
func (m *mapper) rangeOf(o *structured.Item, currency string, f *filler) {
	for _, e := range []struct {
		name  string
		to    *money.Amount
		field market.Field
	}{
		{"lowPrice", &f.o.Low, market.FieldLowPrice},
		{"highPrice", &f.o.High, market.FieldHighPrice},
		{"minPrice", &f.o.Low, market.FieldLowPrice},
		{"maxPrice", &f.o.High, market.FieldHighPrice},
	} {
		for _, v := range o.All(e.name) {
			f.amount(e.to, e.field, price.Read(v.Text, v.Number, currency, m.env.Locale).Amount, v.Text, o.Place(e.name, v))
		}
	}
}

// Prices that are no current ones, by schema.org's PriceTypeEnumeration.
var referenceTypes = map[string]bool{
	"ListPrice": true, "StrikethroughPrice": true, "MSRP": true, "SRP": true, "SuggestedRetailPrice": true,
}

// specification reads a PriceSpecification: the current price as quotes, other kinds into their fields.
func (m *mapper) specification(s *structured.Item, currency string, f *filler) []quote {
	p := m.page
	if c, _ := p.Text(s, "priceCurrency", "currency"); c != "" {
		currency = c
	}
	if s.Is("PaymentChargeSpecification") || m.bulk(s) {
		return nil
	}
	var out []quote
	for _, v := range s.All("price") {
		q := quote{price.Read(v.Text, v.Number, currency, m.env.Locale), rankSpec, v.Text, s.Place("price", v), ""}
		switch t, _ := p.Text(s, "valueAddedTaxIncluded"); strings.ToLower(structured.Short(t)) {
		case "true":
			q.vat = money.VATIncluded
		case "false":
			q.vat = money.VATExcluded
		}
		if m.special(s, q, f) {
			continue
		}
		switch t, _ := p.Text(s, "priceType"); structured.Short(t) {
		case "", "Price":
		case "SalePrice":
			q.rank = rankSale
		case "RegularPrice":
			q.rank = rankRegular
		default:
			continue // InvoicePrice, MinimumAdvertisedPrice and whatever comes later
		}
		out = append(out, q)
	}
	m.rangeOf(s, currency, f)
	return out
}

// special files a price of another kind and reports whether it was one.
func (m *mapper) special(s *structured.Item, q quote, f *filler) bool {
	p := m.page
	kind, _ := p.Text(s, "priceType")
	switch {
	case s.Is("DeliveryChargeSpecification"):
		f.amount(&f.o.Shipping, market.FieldShipping, q.Amount, q.text, q.where)
	case len(s.All("validForMemberTier")) > 0 || structured.Short(kind) == "MemberPrice":
		f.amount(&f.o.Member, market.FieldMember, q.Amount, q.text, q.where)
	case referenceTypes[structured.Short(kind)]:
		f.amount(&f.o.Reference, market.FieldReference, q.Amount, q.text, q.where)
	case len(s.All("billingDuration")) > 0 || len(s.All("billingIncrement")) > 0:
		if unit, _ := p.Text(s, "unitCode"); strings.EqualFold(unit, "MON") {
			f.amount(&f.o.PerMonth, market.FieldPerMonth, q.Amount, q.text, q.where)
		}
	default:
		return m.perUnit(s, q, f)
	}
	return true
}

// The codes of UN/CEFACT Recommendation 20 for units of which shops state prices.
var units = map[string]string{
	"KGM": "kg", "GRM": "g", "LTR": "l", "MLT": "ml", "CLT": "cl", "MTR": "m", "CMT": "cm", "MTK": "m²", "MTQ": "m³",
}

// perUnit files the price of a measure, such as 100 g; a price of one piece is no such price.
func (m *mapper) perUnit(s *structured.Item, q quote, f *filler) bool {
	for _, r := range m.page.Items(s, "referenceQuantity") {
		code, _ := m.page.Text(r, "unitCode", "unitText")
		value, _ := m.page.Text(r, "value")
		unit, ok := units[strings.ToUpper(code)]
		if !ok {
			continue
		}
		if value != "" && value != "1" {
			unit = value + " " + unit
		}
		if !f.o.UnitPrice.Known() && q.Amount.Known() {
			f.amount(&f.o.UnitPrice, market.FieldUnitPrice, q.Amount, q.text, q.where)
			f.o.Unit = market.NewText(unit)
		}
		return true
	}
	return false
}
