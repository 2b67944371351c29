package pick

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/market/gtin"
	"pricegap/market/money"
	"pricegap/parsers/lang"
	"pricegap/parsers/price"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
)

// Writer puts texts into the fields of an offer, each with its evidence. The first value of a field stays.
type Writer struct {
	// Offer is what was written so far.
	Offer *market.Offer
	// Problem says why the current price is unknown although a text for it was found: price_ambiguous or
	// price_implausible. Candidates are the sums that the text may mean.
	Problem    market.FailureKind
	Candidates []money.Amount
	// Reader is the name that goes into the evidence.
	Reader string
	Locale money.Locale
	// Resolve returns the absolute form of an address on the page, "" where it is none.
	Resolve func(ref string) string

	// where is the place of the texts at hand; machine says that they were written for machines, number that
	// they are bare numbers, minor that whole numbers count cents.
	where                  string
	machine, number, minor bool
	currency               string
}

// NewWriter returns a Writer with an empty offer.
func NewWriter(reader string, l money.Locale, resolve func(string) string) *Writer {
	return &Writer{Offer: &market.Offer{Evidence: map[market.Field]market.Evidence{}}, Reader: reader, Locale: l, Resolve: resolve}
}

// Text gives a field its value from texts as people read them; where is their place on the page. The first value
// of a field stays, and prices that disagree leave it unknown.
func (w *Writer) Text(f market.Field, where string, texts ...string) {
	w.where, w.machine, w.number, w.minor = where, false, false, false
	w.set(f, found(texts...))
}

// Element is Text for the text of elements. Unlike Text it sees where digits of two elements meet with nothing
// printed between them: such a sum is unclear.
func (w *Writer) Element(f market.Field, where string, ns ...*html.Node) {
	w.where, w.machine, w.number, w.minor = where, false, false, false
	var texts []said
	for _, n := range ns {
		texts = append(texts, said(structured.Text(n)))
	}
	w.set(f, texts)
}

// Data is Text for texts that were written for machines, such as the value of an attribute.
func (w *Writer) Data(f market.Field, where string, texts ...string) {
	w.where, w.machine, w.number, w.minor = where, true, false, false
	w.set(f, found(texts...))
}

// Cents is Data for prices in whole units of the minor unit.
func (w *Writer) Cents(f market.Field, where string, texts ...string) {
	w.where, w.machine, w.number, w.minor = where, true, false, true
	w.set(f, found(texts...))
}

// Reading returns the offer as what one reader says about a product, and whether it says anything.
func (w *Writer) Reading() (schema.Product, bool) {
	p := schema.Product{Reader: w.Reader, Offers: []market.Offer{*w.Offer}, Problem: w.Problem, Candidates: w.Candidates}
	return p, len(w.Offer.Evidence) > 0 || w.Problem != ""
}

func (w *Writer) note(f market.Field, raw string) {
	w.Offer.Evidence[f] = market.Evidence{Reader: w.Reader, Where: w.where, Raw: market.NewText(raw)}
}

// set gives a field its value; of several texts the first, but prices must agree.
func (w *Writer) set(f market.Field, texts []said) {
	texts = slices.DeleteFunc(texts, func(t said) bool { return strings.TrimSpace(t.Text) == "" })
	if len(texts) == 0 {
		return
	}
	if to := amountOf(w.Offer, f); to != nil {
		w.amount(f, to, texts)
		return
	}
	plain := make([]string, len(texts))
	for i, t := range texts {
		plain[i] = t.Text
	}
	if put := setters[f]; put != nil {
		if _, done := w.Offer.Evidence[f]; !done && put(w, plain) {
			w.note(f, plain[0])
		}
	}
}

// amountOf returns the amount that a field is, nil for other fields.
func amountOf(o *market.Offer, f market.Field) *money.Amount {
	switch f {
	case market.FieldPrice:
		return &o.Price
	case market.FieldLowPrice:
		return &o.Low
	case market.FieldHighPrice:
		return &o.High
	case market.FieldReference:
		return &o.Reference
	case market.FieldMember:
		return &o.Member
	case market.FieldCoupon:
		return &o.Coupon
	case market.FieldPerMonth:
		return &o.PerMonth
	case market.FieldUnitPrice:
		return &o.UnitPrice
	case market.FieldShipping:
		return &o.Shipping
	}
	return nil
}

// amount reads a price. Texts that state different ones leave it unknown: the selector fits too much.
func (w *Writer) amount(f market.Field, to *money.Amount, texts []said) {
	if to.Known() {
		return
	}
	if f == market.FieldPrice {
		w.prices(texts)
		return
	}
	var won money.Amount
	raw := ""
	for _, t := range texts {
		a := w.sum(f, t)
		switch {
		case !a.Known():
		case won.Known() && won != a:
			return
		case !won.Known():
			won, raw = a, t.Text
		}
	}
	if *to = won; won.Known() {
		w.note(f, raw)
	}
}

// sum reads a text for an amount that is not the current price.
func (w *Writer) sum(f market.Field, t said) money.Amount {
	if f == market.FieldShipping && lang.Free(t.Text) {
		return money.New(0, w.Locale.Currency)
	}
	p := w.price(t)
	if f == market.FieldShipping {
		return p.Fee()
	}
	own := map[market.Field][]money.Amount{
		market.FieldLowPrice: {p.Low}, market.FieldHighPrice: {p.High, p.Low}, market.FieldReference: {p.Reference}, market.FieldMember: {p.Member},
		market.FieldCoupon: {p.Coupon}, market.FieldPerMonth: {p.PerMonth}, market.FieldUnitPrice: {p.PerUnit, p.Fine},
	}[f]
	for _, a := range append(own, p.Amount) {
		if a.Known() {
			return a
		}
	}
	return money.Amount{}
}

// prices reads the texts for the current price. A text without a sum may say whether VAT is in it.
func (w *Writer) prices(texts []said) {
	var won price.Reading
	var vat money.VAT
	raw := ""
	for _, t := range texts {
		p := w.price(t)
		if p.Problem != "" {
			w.doubt(p.Problem, p.Candidates...)
			continue
		}
		if p.VAT == "" && !p.Sums() {
			p.VAT = lang.VAT(t.Text)
		}
		if vat == "" {
			vat = p.VAT
		}
		switch {
		case !p.Sums():
		case raw == "":
			won, raw = p, t.Text
		case !won.Same(p):
			w.doubt(market.FailPriceAmbiguous, won.Amount, p.Amount)
			return
		}
	}
	if raw != "" {
		won.VAT = vat
		w.current(won, raw)
	}
}

// doubt says why the current price is unknown, and what it may be.
func (w *Writer) doubt(why market.FailureKind, candidates ...money.Amount) {
	w.Problem = why
	for _, a := range candidates {
		if a.Known() {
			w.Candidates = append(w.Candidates, a)
		}
	}
}

// current files what a text for the current price states: it may state a price of another kind as well, or
// instead.
func (w *Writer) current(p price.Reading, raw string) {
	for _, x := range []struct {
		f  market.Field
		to *money.Amount
		a  money.Amount
	}{
		{market.FieldPrice, &w.Offer.Price, p.Amount},
		{market.FieldLowPrice, &w.Offer.Low, p.Low},
		{market.FieldHighPrice, &w.Offer.High, p.High},
		{market.FieldReference, &w.Offer.Reference, p.Reference},
		{market.FieldPerMonth, &w.Offer.PerMonth, p.PerMonth},
		{market.FieldUnitPrice, &w.Offer.UnitPrice, p.PerUnit},
		{market.FieldMember, &w.Offer.Member, p.Member},
		{market.FieldCoupon, &w.Offer.Coupon, p.Coupon},
	} {
		if x.a.Known() && !x.to.Known() {
			*x.to = x.a
			w.note(x.f, raw)
		}
	}
	if p.PerUnit.Known() && !w.Offer.Unit.Known() {
		w.Offer.Unit = market.NewText(p.Unit)
	}
	if p.VAT != "" && w.Offer.VAT == "" {
		w.Offer.VAT = p.VAT
		w.note(market.FieldVAT, raw)
	}
	if p.Printed != "" {
		w.note(market.FieldCurrency, raw)
	}
}

// price reads one text: strictly where it was written for machines, else as people write prices.
func (w *Writer) price(t said) price.Reading {
	l := w.Locale
	switch {
	case w.minor:
		c := l.Currency
		if v := money.Currency(strings.Clone(strings.ToUpper(w.currency))); v.Valid() {
			c = v
		}
		return price.Minor(t.Text, c)
	case w.machine:
		return price.Read(t.Text, w.number, w.currency, l)
	}
	return price.ReadSaid(structured.Said(t), w.currency, l)
}

// setters put texts into the fields that are no amounts, and report whether they understood them.
var setters = map[market.Field]func(*Writer, []string) bool{
	market.FieldCurrency: func(w *Writer, t []string) bool { w.currency = t[0]; return true },
	market.FieldURL:      func(w *Writer, t []string) bool { w.Offer.URL = w.Resolve(t[0]); return w.Offer.URL != "" },
	market.FieldImage:    func(w *Writer, t []string) bool { w.Offer.Image = w.Resolve(t[0]); return w.Offer.Image != "" },
	market.FieldSKU:      func(w *Writer, t []string) bool { w.Offer.SKU = market.NewText(t[0]).Plain(); return w.Offer.SKU != "" },
	market.FieldMPN:      func(w *Writer, t []string) bool { w.Offer.MPN = market.NewText(t[0]).Plain(); return w.Offer.MPN != "" },
	market.FieldGTIN: func(w *Writer, t []string) bool {
		c, err := gtin.Parse(t[0])
		if err != nil || c.GTIN == "" {
			return false
		}
		w.Offer.GTIN = c.Digits
		return true
	},
	market.FieldName:     func(w *Writer, t []string) bool { return setText(&w.Offer.Title, t[0]) },
	market.FieldBrand:    func(w *Writer, t []string) bool { return setText(&w.Offer.Brand, t[0]) },
	market.FieldCategory: func(w *Writer, t []string) bool { return setText(&w.Offer.Category, strings.Join(t, " > ")) },
	market.FieldVariant:  func(w *Writer, t []string) bool { return setText(&w.Offer.Variant, strings.Join(t, ", ")) },
	market.FieldSeller:   func(w *Writer, t []string) bool { return setText(&w.Offer.Seller, t[0]) },
	market.FieldVAT: func(w *Writer, t []string) bool {
		w.Offer.VAT = lang.VAT(t[0])
		return w.Offer.VAT != ""
	},
	market.FieldAvailability: func(w *Writer, t []string) bool {
		if w.Offer.Stock = schema.Stock(t[0]); w.Offer.Stock == "" {
			w.Offer.Stock = lang.Stock(t[0])
		}
		switch {
		case w.Offer.Stock == "" && w.machine && t[0] == "true":
			w.Offer.Stock = market.StockIn
		case w.Offer.Stock == "" && w.machine && t[0] == "false":
			w.Offer.Stock = market.StockOut
		}
		return w.Offer.Stock != ""
	},
	market.FieldStockCount: func(w *Writer, t []string) bool { return setCount(&w.Offer.StockCount, t[0], lang.Number) },
	market.FieldDelivery: func(w *Writer, t []string) bool {
		setCount(&w.Offer.DeliveryDays, t[0], lang.Delivery)
		return setText(&w.Offer.DeliveryText, t[0])
	},
	market.FieldPickup: func(w *Writer, t []string) bool { w.Offer.Pickup = lang.Answer(t[0]); return w.Offer.Pickup != "" },
	market.FieldCondition: func(w *Writer, t []string) bool {
		if w.Offer.Condition = schema.Condition(t[0]); w.Offer.Condition == "" {
			w.Offer.Condition = lang.Condition(t[0])
		}
		return w.Offer.Condition != ""
	},
	market.FieldWarranty: func(w *Writer, t []string) bool {
		return setCount(&w.Offer.WarrantyMonths, t[0], periodOr(lang.Warranty))
	},
	market.FieldReturns: func(w *Writer, t []string) bool { return setCount(&w.Offer.ReturnsDays, t[0], periodOr(lang.Returns)) },
	market.FieldServices: func(w *Writer, t []string) bool {
		for _, s := range t {
			w.Offer.Services = append(w.Offer.Services, market.NewText(s))
		}
		return true
	},
	market.FieldRating: func(w *Writer, t []string) bool { return setCount(&w.Offer.Rating, t[0], schema.Rating) },
}

func setText(to *market.Text, s string) bool {
	*to = market.NewText(s)
	return to.Known()
}

func setCount(to *market.Count, s string, read func(string) (int64, bool)) bool {
	n, ok := read(s)
	if ok {
		*to = market.CountOf(n)
	}
	return ok
}

// periodOr reads a period with its unit, or a bare number in the unit of the field.
func periodOr(read func(string) (int64, bool)) func(string) (int64, bool) {
	return func(s string) (int64, bool) {
		if n, ok := read(s); ok {
			return n, true
		}
		if strings.Trim(s, "0123456789") == "" {
			return lang.Number(s)
		}
		return 0, false
	}
}

// settable reports whether options may name a field.
func settable(f market.Field) bool {
	return setters[f] != nil || amountOf(&market.Offer{}, f) != nil
}

// fieldOrder has the currency read before the prices.
func fieldOrder(f market.Field) int {
	if f == market.FieldCurrency {
		return 0
	}
	return 1
}

func unknownField(where, name string) error {
	all := []string{"price", "low_price", "high_price", "reference_price", "member_price", "coupon_price", "per_month", "unit_price", "shipping"}
	for _, f := range slices.Sorted(maps.Keys(setters)) {
		all = append(all, string(f))
	}
	return fmt.Errorf("parsers: %s: unknown field %q (there are %s)", where, name, strings.Join(all, ", "))
}
