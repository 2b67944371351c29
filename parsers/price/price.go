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
	Amount money.Amount
	// Low and High are set instead of Amount where the text states a range or a "from" price.
	Low, High money.Amount
	// PerMonth is set instead where the text states a monthly price.
	PerMonth money.Amount
	// PerUnit is set instead where the text states the price of a measure, Unit says which ("100 g").
	PerUnit money.Amount
	Unit    string
	// Reference is a struck-through price in the same text.
	Reference money.Amount
	VAT       money.VAT
	// Printed is the currency that the page itself states; "" where it comes from the locale.
	Printed money.Currency
	// Problem says why there is a text and no price: price_ambiguous or price_implausible; "" where all is well
	// or no text stands there.
	Problem market.FailureKind
}

// Read reads a price in data meant for machines. currency is what the data says about the currency; number
// says that the price is a bare JSON number. The rule is strict: a plain decimal with a point is what it
// says, but one group of three digits after the only separator ("1.299") may be thousands or decimals and is
// ambiguous, whoever wrote it; every other text is read as a printed price. Nought and less is implausible.
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

// Minor reads a price in whole units of the minor unit (cents).
func Minor(digits string, c money.Currency) Reading {
	n := c.Digits()
	digits = strings.Repeat("0", max(0, n+1-len(digits))) + digits
	a, err := money.FromDecimal(strings.TrimSuffix(digits[:len(digits)-n]+"."+digits[len(digits)-n:], "."), c)
	if err != nil || a.Sign() <= 0 {
		return Reading{Problem: market.FailPriceImplausible}
	}
	return Reading{Amount: a}
}

// Currency returns the ISO code that a currency property states, in whatever form, or "".
func Currency(s string, l money.Locale) money.Currency {
	s = structured.Clean(s)
	if c := money.Currency(strings.ToUpper(s)); c.Valid() {
		if c == "RUR" { // withdrawn in 2004, and still written
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
		p.Problem = market.FailPriceAmbiguous
		return p
	}
	a, err := money.FromDecimal(settle(dec, cur), cur)
	if err != nil || a.Sign() <= 0 {
		p.Problem = market.FailPriceImplausible
		return p
	}
	p.Amount = a
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
		p.Problem = market.FailPriceAmbiguous
		return p
	}
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
	if a.Sign() <= 0 {
		p.Problem = market.FailPriceImplausible
		return p
	}
	switch r.Kind {
	case money.KindCurrent:
		p.Amount, p.Reference = a, r.Reference
	case money.KindFrom:
		p.Low = a
	case money.KindRange:
		p.Low, p.High = a, r.High
	case money.KindPerMonth:
		p.PerMonth = a
	case money.KindPerUnit:
		p.PerUnit, p.Unit = a, r.Unit
	case money.KindReference:
		p.Reference = a
	}
	return p
}

// Fee reads a sum that, unlike a price, may be nought: the cost of delivery. It is unknown where the text is no
// single sum.
func Fee(text string, number bool, currency string, l money.Locale) money.Amount {
	if dec, ok := plainDecimal(structured.Clean(text), number); ok && strings.Trim(dec, "0.") == "" {
		c := Currency(currency, l)
		if c == "" {
			c = l.Currency
		}
		return money.New(0, c)
	}
	return Read(text, number, currency, l).Amount
}
