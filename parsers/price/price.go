// Package price reads prices out of data that was written for machines, by a strict rule: a text that may mean
// two sums means none.
package price

import (
	"strconv"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/structured"
)

// Unnamed stands for the currency of a page that nobody has named (ISO 4217: XXX, "no currency involved").
// As Locale.Currency it lets prices without a printed currency be read all the same; a caller that prints
// them shows no code.
const Unnamed money.Currency = "XXX"

// Reading is one price as a page states it.
type Reading struct {
	// Amount is the current price. It has no more decimals than its currency has.
	Amount money.Amount
	// Nought is set instead where the sum is nought: it is no price, but may be a fee.
	Nought money.Amount
	// Fine is set instead where the sum has more: nobody can pay it, but a measure may cost it.
	Fine money.Amount
	// Low and High are set instead of Amount where the text states a range or a "from" price.
	Low, High money.Amount
	// PerMonth is set instead where the text states a monthly price.
	PerMonth money.Amount
	// PerUnit is set instead where the text states the price of a measure, Unit says which ("100 g").
	PerUnit money.Amount
	Unit    string
	// Member, Coupon and Shipping are set instead where the text says that it states such a sum.
	Member, Coupon, Shipping money.Amount
	// Part is set instead where the text states a part of what is to be paid, or a deposit.
	Part money.Amount
	// Reference is a struck-through price in the same text.
	Reference money.Amount
	VAT       money.VAT
	// Printed is the currency that the page itself states; "" where it comes from the locale.
	Printed money.Currency
	// Signed says that a currency is printed beside the sum, be it one that nobody can name.
	Signed bool
	// Problem says why there is a text and no price: price_ambiguous or price_implausible; "" where all is well
	// or no text stands there.
	Problem market.FailureKind
	// Candidates are the sums that an ambiguous text may mean.
	Candidates []money.Amount
}

// Sums reports whether a sum of any kind is read that may stand where a price is looked for.
func (p Reading) Sums() bool {
	for _, a := range []money.Amount{p.Amount, p.Low, p.PerMonth, p.PerUnit, p.Member, p.Coupon, p.Reference} {
		if a.Known() {
			return true
		}
	}
	return false
}

// Same reports whether two readings state the same price, or the same range.
func (p Reading) Same(q Reading) bool { return p.Amount == q.Amount && p.Low == q.Low }

// payable reports whether a sum has no more decimals than its currency.
func payable(a money.Amount) bool {
	unit := int64(money.Micros)
	for range a.Currency().Digits() {
		unit /= 10
	}
	return a.Micros()%unit == 0
}

// Read reads a price in data meant for machines. currency is what the data says about the currency; number
// says that the price is a bare JSON number. The rule is strict: a plain decimal with a point is what it
// says, but one group of three digits after the only separator ("1.299") may be thousands or decimals and is
// ambiguous, whoever wrote it; every other text is read as a printed price. Nought and less is implausible, and
// so is a sum that nobody can pay since its currency has fewer decimals.
func Read(text string, number bool, currency string, l money.Locale) Reading {
	text = structured.Clean(text)
	if text == "" {
		return Reading{}
	}
	cur := Currency(currency, l)
	p := Reading{Printed: cur}
	if cur == "" {
		cur = l.Currency
	}
	if dec, ok := plainDecimal(text, number); ok {
		return p.plain(dec, cur)
	}
	if number {
		p.Problem = market.FailPriceImplausible // 1e999, NaN
		return p
	}
	return p.printed(text, cur, l)
}

// ReadPrinted reads a price as people write it, in the notation of the locale. currency is what is known
// about its currency from elsewhere on the page.
func ReadPrinted(text, currency string, l money.Locale) Reading {
	if text = structured.Clean(text); text == "" {
		return Reading{}
	}
	p := Reading{Printed: Currency(currency, l)}
	cur := p.Printed
	if cur == "" {
		cur = l.Currency
	}
	return p.printed(text, cur, l)
}

// Minor reads a price in whole units of the minor unit (cents). Any other number is ambiguous.
func Minor(text string, c money.Currency) Reading {
	if !digits(text) {
		return Reading{Problem: market.FailPriceAmbiguous}
	}
	n := c.Digits()
	text = strings.Repeat("0", max(0, n+1-len(text))) + text
	a, err := money.FromDecimal(strings.TrimSuffix(text[:len(text)-n]+"."+text[len(text)-n:], "."), c)
	if err != nil {
		return Reading{Problem: market.FailPriceImplausible}
	}
	return Reading{}.current(a)
}

// Currency returns the ISO code that a currency property states, in whatever form, or "".
func Currency(s string, l money.Locale) money.Currency {
	s = structured.Clean(s)
	if c := money.Currency(strings.ToUpper(s)); c.Valid() {
		c = money.Currency(strings.Clone(string(c))) // no part of the page, which it would keep in memory
		if c == "RUR" {                              // withdrawn in 2004, and still written
			c = "RUB"
		}
		return c
	}
	if s == "" || len(s) > 16 {
		return ""
	}
	r, err := money.Parse("1 "+s, printedLocale(l))
	if err != nil || r.Symbol == "" {
		return ""
	}
	return r.Currency
}

// printedLocale is l without the stand-in for a currency.
func printedLocale(l money.Locale) money.Locale {
	if l.Currency == Unnamed {
		l.Currency = ""
	}
	return l
}

// plainDecimal returns text as a decimal with a point if it is one: digits with at most one point, or a
// comma before one or two decimals.
func plainDecimal(text string, number bool) (string, bool) {
	s, neg := strings.CutPrefix(text, "-")
	sep := strings.IndexAny(s, ".,")
	whole, frac := s, ""
	if sep >= 0 {
		whole, frac = s[:sep], s[sep+1:]
		if s[sep] == ',' && (number || len(frac) > 2) || frac == "" {
			return "", false
		}
	}
	if whole == "" && frac != "" {
		whole = "0" // ".89"
	}
	if whole == "" || !digits(whole) || !digits(frac) {
		return "", false
	}
	if frac != "" {
		whole += "." + frac
	}
	if neg {
		whole = "-" + whole
	}
	return whole, true
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// plain makes the price of a plain decimal.
func (p Reading) plain(dec string, cur money.Currency) Reading {
	if cur == "" {
		p.Problem = market.FailPriceAmbiguous
		return p
	}
	whole, frac, _ := strings.Cut(strings.TrimPrefix(dec, "-"), ".")
	if len(frac) == 3 && len(whole) <= 3 && strings.Trim(whole, "0") != "" && cur.Digits() != 3 {
		return p.ambiguous(cur, dec, strings.Replace(dec, ".", "", 1))
	}
	a, err := money.FromDecimal(settle(dec, cur), cur)
	if err != nil {
		p.Problem = market.FailPriceImplausible
		return p
	}
	return p.current(a)
}

// current files a current price.
func (p Reading) current(a money.Amount) Reading {
	switch {
	case a.Sign() > 0 && payable(a):
		p.Amount = a
		return p
	case a.Sign() > 0:
		p.Fine = a
	case a.Sign() == 0:
		p.Nought = a
	}
	p.Problem = market.FailPriceImplausible
	return p
}

// ambiguous makes a reading of a text that may mean one of several sums.
func (p Reading) ambiguous(cur money.Currency, decimals ...string) Reading {
	p.Problem = market.FailPriceAmbiguous
	for _, d := range decimals {
		if a, err := money.FromDecimal(d, cur); err == nil && a.Sign() > 0 {
			p.Candidates = append(p.Candidates, a)
		}
	}
	return p
}

// settle takes the noise of binary arithmetic off a decimal: 19.990000000000002 is 19.99. Other decimals
// beyond the sixth are left, for money.FromDecimal to refuse.
func settle(dec string, cur money.Currency) string {
	whole, frac, ok := strings.Cut(dec, ".")
	keep := cur.Digits()
	if !ok || len(frac) < 10 || len(frac) < keep+6 {
		return dec
	}
	switch noise := frac[keep : keep+6]; {
	case strings.Trim(noise, "0") == "":
		return strings.TrimSuffix(whole+"."+frac[:keep], ".")
	case strings.Trim(noise, "9") == "":
		neg := strings.HasPrefix(whole, "-")
		n, err := strconv.ParseUint(strings.TrimPrefix(whole, "-")+frac[:keep], 10, 63)
		if err != nil {
			return dec
		}
		s := strconv.FormatUint(n+1, 10)
		if pad := keep + 1 - len(s); pad > 0 {
			s = strings.Repeat("0", pad) + s
		}
		s = strings.TrimSuffix(s[:len(s)-keep]+"."+s[len(s)-keep:], ".")
		if neg {
			s = "-" + s
		}
		return s
	}
	return dec
}

// printed makes the price of a text as people write it.
func (p Reading) printed(text string, cur money.Currency, l money.Locale) Reading {
	pl := printedLocale(l)
	if p.Printed != "" {
		pl.Currency = p.Printed
	}
	r, err := money.Parse(text, pl)
	if err != nil || r.Kind == money.KindNone {
		return p
	}
	if r.Kind == money.KindAmbiguous {
		var may []string
		for _, c := range r.Candidates {
			may = append(may, c.Decimal)
		}
		return p.ambiguous(cur, may...)
	}
	p.Signed = r.Symbol != ""
	switch {
	case r.Symbol == "":
	case r.Currency == "" && cur != Unnamed, r.Currency != "" && p.Printed != "" && r.Currency != p.Printed:
		p.Problem = market.FailPriceAmbiguous // "EUR" beside "$"
		return p
	case r.Currency != "":
		cur, p.Printed = r.Currency, r.Currency
	}
	p.VAT = r.VAT
	a := r.Amount
	if !a.Known() || a.Currency() != cur {
		if a, err = money.FromDecimal(r.Decimal, cur); err != nil {
			p.Problem = market.FailPriceAmbiguous
			return p
		}
	}
	return p.kind(r, a)
}

// kind files a printed sum as what the words around it make of it.
func (p Reading) kind(r money.Reading, a money.Amount) Reading {
	switch {
	case r.Kind == money.KindCurrent, r.Kind == money.KindShipping:
		if p = p.current(a); r.Kind == money.KindShipping {
			p.Shipping, p.Amount, p.Problem = p.Amount, money.Amount{}, ""
		}
		if r.Reference.Known() && payable(r.Reference) {
			p.Reference = r.Reference
		}
	case a.Sign() <= 0, r.Kind != money.KindPerUnit && !payable(a):
		p.Problem = market.FailPriceImplausible
	case r.Kind == money.KindPerUnit:
		p.PerUnit, p.Unit = a, r.Unit
	case r.Kind == money.KindFrom:
		p.Low = a
	case r.Kind == money.KindRange:
		if p.Low = a; r.High.Known() && payable(r.High) {
			p.High = r.High
		}
	case r.Kind == money.KindPerMonth:
		p.PerMonth = a
	case r.Kind == money.KindReference:
		p.Reference = a
	case r.Kind == money.KindMember:
		p.Member = a
	case r.Kind == money.KindCoupon:
		p.Coupon = a
	case r.Kind == money.KindInstalment, r.Kind == money.KindDeposit:
		p.Part = a
	}
	return p
}

// Fee reads a sum that, unlike a price, may be nought: the cost of delivery. It is unknown where the text is no
// single sum.
func Fee(text string, number bool, currency string, l money.Locale) money.Amount {
	return Read(text, number, currency, l).Fee()
}

// Fee is what a reading says where it is about the cost of delivery.
func (p Reading) Fee() money.Amount {
	for _, a := range []money.Amount{p.Shipping, p.Amount, p.Nought} {
		if a.Known() {
			return a
		}
	}
	return money.Amount{}
}
