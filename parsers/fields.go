package parsers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/gtin"
	"pricegap/market/money"
	"pricegap/parsers/lang"
	"pricegap/parsers/schema"
)

// writer puts texts into the fields of an offer, each with its evidence. The first value of a field stays.
type writer struct {
	d      *Doc
	o      *market.Offer
	reader string
	// where is the place of the texts at hand; machine says that they were written for machines, number that
	// they are bare numbers, minor that whole numbers count cents.
	where                  string
	machine, number, minor bool
	currency               string
	problem                market.FailureKind
}

func (d *Doc) writer(reader string) *writer {
	return &writer{d: d, o: &market.Offer{Evidence: map[market.Field]market.Evidence{}}, reader: reader}
}

func (w *writer) note(f market.Field, raw string) {
	w.o.Evidence[f] = market.Evidence{Reader: w.reader, Where: w.where, Raw: market.NewText(raw)}
}

// set gives a field its value; of several texts the first, but prices must agree.
func (w *writer) set(f market.Field, texts []string) {
	if len(texts) == 0 {
		return
	}
	if to := amountOf(w.o, f); to != nil {
		w.amount(f, to, texts)
		return
	}
	if put := setters[f]; put != nil {
		if _, done := w.o.Evidence[f]; !done && put(w, texts) {
			w.note(f, texts[0])
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
func (w *writer) amount(f market.Field, to *money.Amount, texts []string) {
	if to.Known() {
		return
	}
	var won schema.Price
	raw := ""
	for _, t := range texts {
		if f == market.FieldShipping && lang.Free(t) {
			w.o.Shipping = money.New(0, w.d.Locale.Currency)
			w.note(f, t)
			return
		}
		p := w.price(t)
		if p.Problem != "" && f == market.FieldPrice {
			w.problem = p.Problem
		}
		if p == (schema.Price{}) || p.Problem != "" {
			continue
		}
		if raw != "" && (p.Amount != won.Amount || p.Low != won.Low) {
			if f == market.FieldPrice {
				w.problem = market.FailPriceAmbiguous
			}
			return
		}
		won, raw = p, t
	}
	if raw == "" {
		return
	}
	if f != market.FieldPrice {
		for _, a := range []money.Amount{won.Amount, won.Reference, won.PerMonth, won.PerUnit, won.Low} {
			if a.Known() {
				*to = a
				w.note(f, raw)
				return
			}
		}
		return
	}
	w.current(won, raw)
}

// current files what a text for the current price states: it may state a price of another kind as well, or
// instead.
func (w *writer) current(p schema.Price, raw string) {
	for _, x := range []struct {
		f  market.Field
		to *money.Amount
		a  money.Amount
	}{
		{market.FieldPrice, &w.o.Price, p.Amount}, {market.FieldLowPrice, &w.o.Low, p.Low}, {market.FieldHighPrice, &w.o.High, p.High},
		{market.FieldReference, &w.o.Reference, p.Reference}, {market.FieldPerMonth, &w.o.PerMonth, p.PerMonth}, {market.FieldUnitPrice, &w.o.UnitPrice, p.PerUnit},
	} {
		if x.a.Known() && !x.to.Known() {
			*x.to = x.a
			w.note(x.f, raw)
		}
	}
	if p.PerUnit.Known() && !w.o.Unit.Known() {
		w.o.Unit = market.NewText(p.Unit)
	}
	if p.VAT != "" && w.o.VAT == "" {
		w.o.VAT = p.VAT
		w.note(market.FieldVAT, raw)
	}
	if p.Printed != "" {
		w.note(market.FieldCurrency, raw)
	}
}

// price reads one text: strictly where it was written for machines, else as people write prices.
func (w *writer) price(t string) schema.Price {
	l := w.d.Locale
	switch {
	case w.minor && strings.Trim(t, "0123456789") == "":
		c := l.Currency
		if v := money.Currency(strings.ToUpper(w.currency)); v.Valid() {
			c = v
		}
		return schema.Minor(t, c)
	case w.machine:
		return schema.ReadPrice(t, w.number, w.currency, l)
	}
	return schema.ReadPrinted(t, w.currency, l)
}

// setters put texts into the fields that are no amounts, and report whether they understood them.
var setters = map[market.Field]func(*writer, []string) bool{
	market.FieldCurrency: func(w *writer, t []string) bool { w.currency = t[0]; return true },
	market.FieldURL:      func(w *writer, t []string) bool { w.o.URL = w.d.Resolve(t[0]); return w.o.URL != "" },
	market.FieldImage:    func(w *writer, t []string) bool { w.o.Image = w.d.Resolve(t[0]); return w.o.Image != "" },
	market.FieldSKU:      func(w *writer, t []string) bool { w.o.SKU = market.NewText(t[0]).Plain(); return w.o.SKU != "" },
	market.FieldMPN:      func(w *writer, t []string) bool { w.o.MPN = market.NewText(t[0]).Plain(); return w.o.MPN != "" },
	market.FieldGTIN: func(w *writer, t []string) bool {
		c, err := gtin.Parse(t[0])
		if err != nil || c.GTIN == "" {
			return false
		}
		w.o.GTIN = c.Digits
		return true
	},
	market.FieldName:     func(w *writer, t []string) bool { return setText(&w.o.Title, t[0]) },
	market.FieldBrand:    func(w *writer, t []string) bool { return setText(&w.o.Brand, t[0]) },
	market.FieldCategory: func(w *writer, t []string) bool { return setText(&w.o.Category, strings.Join(t, " > ")) },
	market.FieldVariant:  func(w *writer, t []string) bool { return setText(&w.o.Variant, strings.Join(t, ", ")) },
	market.FieldSeller:   func(w *writer, t []string) bool { return setText(&w.o.Seller, t[0]) },
	market.FieldVAT: func(w *writer, t []string) bool {
		w.o.VAT = lang.VAT(t[0])
		return w.o.VAT != ""
	},
	market.FieldAvailability: func(w *writer, t []string) bool {
		if w.o.Stock = schema.Stock(t[0]); w.o.Stock == "" {
			w.o.Stock = lang.Stock(t[0])
		}
		switch {
		case w.o.Stock == "" && w.machine && t[0] == "true":
			w.o.Stock = market.StockIn
		case w.o.Stock == "" && w.machine && t[0] == "false":
			w.o.Stock = market.StockOut
		}
		return w.o.Stock != ""
	},
	market.FieldStockCount: func(w *writer, t []string) bool { return setCount(&w.o.StockCount, t[0], lang.Number) },
	market.FieldDelivery: func(w *writer, t []string) bool {
		setCount(&w.o.DeliveryDays, t[0], lang.Days)
		return setText(&w.o.DeliveryText, t[0])
	},
	market.FieldPickup: func(w *writer, t []string) bool { w.o.Pickup = lang.Answer(t[0]); return w.o.Pickup != "" },
	market.FieldCondition: func(w *writer, t []string) bool {
		if w.o.Condition = schema.Condition(t[0]); w.o.Condition == "" {
			w.o.Condition = lang.Condition(t[0])
		}
		return w.o.Condition != ""
	},
	market.FieldWarranty: func(w *writer, t []string) bool { return setCount(&w.o.WarrantyMonths, t[0], periodOr(lang.Months)) },
	market.FieldReturns:  func(w *writer, t []string) bool { return setCount(&w.o.ReturnsDays, t[0], periodOr(lang.Days)) },
	market.FieldServices: func(w *writer, t []string) bool {
		for _, s := range t {
			w.o.Services = append(w.o.Services, market.NewText(s))
		}
		return true
	},
	market.FieldRating: func(w *writer, t []string) bool { return setCount(&w.o.Rating, t[0], schema.Rating) },
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
