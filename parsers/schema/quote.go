package schema

import (
	"slices"
	"strings"
	"time"

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
	outside     bool // it does not hold at the time of the page
}

// The ranks of quotes: the lowest that states a price wins.
const (
	rankSale = iota
	rankPrice
	rankSpec
	rankRegular
)

// read reads one value as a price.
func (m *mapper) read(v structured.Value, currency string) price.Reading {
	if v.Seam > 0 || v.Lines != "" {
		return price.ReadSaid(structured.Said{Text: v.Text, Seam: v.Seam, Lines: v.Lines}, currency, m.env.Locale)
	}
	p := price.Read(v.Text, v.Number, currency, m.env.Locale)
	if v.Shown.Text != "" && p.Amount.Known() {
		return p.Beside(price.ReadSaid(v.Shown, currency, m.env.Locale))
	}
	return p
}

// within returns what is a price of its own in a value, with its currency: that of a MonetaryAmount, or of a price as Salesforce
// Commerce Cloud writes it, the one now beside the former one ("sales" and "list").
func (m *mapper) within(v structured.Value, currency string) (structured.Value, string) {
	if v.Item == nil {
		return v, currency
	}
	it := v.Item
	if now := m.page.Items(it, "sales"); len(now) == 1 { // of several none is the price
		it = now[0]
	}
	if c, _ := m.page.Text(it, "currency", "priceCurrency"); c != "" {
		currency = c
	}
	v.Text, _ = m.page.Text(it, "decimalPrice", "value", "price", "@value")
	return v, currency
}

// doubt is why a price is unknown, and what it may be; the zero doubt is none.
type doubt struct {
	why        market.FailureKind
	candidates []money.Amount
}

// prices reads all prices of an offer and returns the doubt about its current one, if any.
func (m *mapper) prices(o *structured.Item, currency, currencyAt string, f *filler) doubt {
	var qs []quote
	for _, v := range o.All("price") {
		where := o.Place("price", v)
		v, cur := m.within(v, currency)
		qs = append(qs, quote{m.read(v, cur), rankPrice, v.Text, where, "", m.outside(o)})
	}
	for _, s := range m.page.Items(o, "priceSpecification") {
		qs = append(qs, m.specification(s, currency, f)...)
	}
	for _, s := range m.page.Items(o, "priceComponent") {
		qs = append(qs, m.specification(s, currency, f)...)
	}
	ends, wide := m.rangeOf(o, currency, f)
	problem := m.choose(holding(qs), f)
	if problem.why == "" {
		problem.why = wide
	}
	if f.o.Low.Known() && f.o.Low == f.o.High && !f.o.Price.Known() {
		f.o.Price, f.o.Low, f.o.High = f.o.Low, money.Amount{}, money.Amount{}
		f.o.Evidence[market.FieldPrice] = f.o.Evidence[market.FieldLowPrice]
		delete(f.o.Evidence, market.FieldLowPrice)
		delete(f.o.Evidence, market.FieldHighPrice)
	}
	m.printed(append(qs, ends...), currency, currencyAt, f)
	m.validity(o, f)
	if f.o.Price.Known() || f.o.Low.Known() {
		return doubt{}
	}
	return problem
}

// printed notes the currency that the page itself states for the offer: in a property, else beside a price.
func (m *mapper) printed(qs []quote, text, where string, f *filler) {
	if !f.o.Price.Known() && !f.o.Low.Known() {
		return
	}
	i := slices.IndexFunc(qs, func(q quote) bool { return q.Printed != "" })
	if i < 0 && price.Currency(text, m.env.Locale) == "" {
		return
	}
	if where == "" && i >= 0 {
		text, where = string(qs[i].Printed), qs[i].where
	}
	f.note(market.FieldCurrency, where, text)
}

// validity puts the date until which a price holds beside its evidence.
func (m *mapper) validity(o *structured.Item, f *filler) {
	until, _ := m.page.Text(o, "priceValidUntil")
	if until == "" || !f.o.Price.Known() {
		return
	}
	e := f.o.Evidence[market.FieldPrice]
	e.Where += ", valid until " + market.NewText(until).Plain()
	if m.outside(o) {
		e.Where += ", which has passed"
	}
	f.o.Evidence[market.FieldPrice] = e
}

// outside reports whether a statement says of itself that it does not hold at the time of the page.
func (m *mapper) outside(it *structured.Item) bool {
	if m.env.At.IsZero() {
		return false
	}
	for _, n := range []string{"priceValidUntil", "validThrough"} {
		text, _ := m.page.Text(it, n)
		if _, end, ok := when(text); ok && m.env.At.After(end) {
			return true
		} else if ok {
			m.turns(end)
		}
	}
	text, _ := m.page.Text(it, "validFrom")
	begin, _, ok := when(text)
	if ok = ok && m.env.At.Before(begin); ok {
		m.turns(begin)
	}
	return ok
}

func (m *mapper) turns(at time.Time) {
	if m.env.Turns != nil {
		m.env.Turns(at)
	}
}

// zones is how far the clocks of the world stand from UTC at most, rounded up.
const zones = 14 * time.Hour

// when returns the time that a date or a date with a time may mean: a day, or a moment in whatever zone.
func when(text string) (begin, end time.Time, ok bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, t, true
	}
	day, _, clock := strings.Cut(text, "T")
	if t, err := time.Parse("2006-01-02T15:04:05", text); clock && err == nil {
		return t.Add(-zones), t.Add(zones), true
	}
	t, err := time.Parse(time.DateOnly, day)
	return t.Add(-zones), t.Add(24*time.Hour + zones), err == nil
}

// holding leaves out the quotes that do not hold at the time of the page, where others do.
func holding(qs []quote) []quote {
	if !slices.ContainsFunc(qs, func(q quote) bool { return !q.outside && q.Amount.Known() }) {
		return qs
	}
	return slices.DeleteFunc(qs, func(q quote) bool { return q.outside })
}

// choose takes the current price out of the quotes. Quotes of one rank that disagree, and are not one with
// and one without VAT, are ambiguous.
func (m *mapper) choose(qs []quote, f *filler) doubt {
	best, problem := -1, doubt{}
	for i, q := range qs {
		if problem.why == "" {
			problem.why = q.Problem
		}
		problem.candidates = append(problem.candidates, q.Candidates...)
		if q.Amount.Known() {
			problem.candidates = append(problem.candidates, q.Amount)
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
			problem.why = market.FailPriceAmbiguous
			return problem
		}
		if q.rank <= won.rank && q.Problem != "" && q.Amount != won.Amount {
			problem.why = q.Problem
			return problem
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
	return doubt{}
}

// rangeOf reads the two ends of a range, and returns how it read them and the problem with them, if any.
func (m *mapper) rangeOf(o *structured.Item, currency string, f *filler) (ends []quote, problem market.FailureKind) {
	for _, e := range []struct {
		name  string
		to    *money.Amount
		field market.Field
	}{
		{"lowPrice", &f.o.Low, market.FieldLowPrice},
		{"highPrice", &f.o.High, market.FieldHighPrice},
		{"lowprice", &f.o.Low, market.FieldLowPrice}, // as Salesforce Commerce Cloud writes it
		{"highprice", &f.o.High, market.FieldHighPrice},
		{"minPrice", &f.o.Low, market.FieldLowPrice},
		{"maxPrice", &f.o.High, market.FieldHighPrice},
	} {
		for _, v := range o.All(e.name) {
			q := quote{where: o.Place(e.name, v)}
			v, cur := m.within(v, currency)
			q.Reading = m.read(v, cur)
			f.amount(e.to, e.field, q.Amount, v.Text, q.where)
			if problem == "" {
				problem = q.Problem
			}
			ends = append(ends, q)
		}
	}
	return ends, problem
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
		q := quote{m.read(v, currency), rankSpec, v.Text, s.Place("price", v), "", m.outside(s)}
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
	if q.outside {
		q.Reading = price.Reading{Problem: q.Problem} // no other kind of price either
	}
	switch {
	case s.Is("DeliveryChargeSpecification") && len(s.All("eligibleTransactionVolume")) > 0: // only for some orders
	case s.Is("DeliveryChargeSpecification"):
		f.amount(&f.o.Shipping, market.FieldShipping, q.Fee(), q.text, q.where)
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
		a := q.Amount
		if q.Fine.Known() {
			a = q.Fine
		}
		if !f.o.UnitPrice.Known() && a.Known() {
			f.amount(&f.o.UnitPrice, market.FieldUnitPrice, a, q.text, q.where)
			f.o.Unit = market.NewText(unit)
		}
		return true
	}
	return false
}
