package money

import (
	"strings"

	"pricegap/market/money/printed"
)

// notation is how a language writes sums of money. Source: CLDR; plain spaces, so that a sum can be searched for,
// except in French, where a space groups thousands.
type notation struct {
	decimal, group string
	behind         bool // the sign stands behind the number
	gap            string
	small          int  // numbers with fewer digits before the decimal sign are not grouped
	minusAfter     bool // "€ -12,00" instead of "-€ 12,00"
}

// narrow is the space that groups thousands in French, which does not break: U+202F.
const narrow = "\u202f"

var notations = map[string]notation{
	"nl":    {decimal: ",", group: ".", gap: " ", minusAfter: true},
	"de":    {decimal: ",", group: ".", gap: " ", behind: true},
	"de-AT": {decimal: ",", group: ".", gap: " "},
	"de-CH": {decimal: ".", group: "'", gap: " "},
	"fr":    {decimal: ",", group: narrow, gap: " ", behind: true},
	"fr-CH": {decimal: ".", group: narrow, gap: " ", behind: true},
	"it":    {decimal: ",", group: ".", gap: " ", behind: true},
	"es":    {decimal: ",", group: ".", gap: " ", behind: true, small: 5},
	"pt":    {decimal: ",", group: ".", gap: " ", behind: true},
	"da":    {decimal: ",", group: ".", gap: " ", behind: true},
	"sv":    {decimal: ",", group: narrow, gap: " ", behind: true},
	"pl":    {decimal: ",", group: narrow, gap: " ", behind: true},
	"cs":    {decimal: ",", group: narrow, gap: " ", behind: true},
	"en":    {decimal: ".", group: ","},
}

// shown are the signs that are written for a currency; all others are written as their code. A dollar, a krone
// or a franc is written so that it cannot be taken for another.
var shown = map[Currency]string{
	"EUR": "€", "GBP": "£", "USD": "US$", "JPY": "¥", "INR": "₹", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "HKD": "HK$", "SGD": "SGD",
	"PLN": "zł", "CZK": "Kč", "ILS": "₪", "VND": "₫", "UAH": "₴", "BRL": "R$", "THB": "฿", "PHP": "₱", "TRY": "₺", "RUB": "₽",
}

// Format writes a sum for people who read language, a BCP 47 tag: "€ 1.299,00" in Dutch, "1.299,00 €" in German,
// "€1,299.00" in English; other languages get the code, "1299.00 EUR". It shows at least the digits of the
// currency's minor unit, and more only where there are more. An unknown amount is the empty string.
func Format(a Amount, language string) string {
	if !a.Known() {
		return ""
	}
	lang, region := printed.SplitTag(language)
	n, ok := notations[lang+"-"+region]
	if !ok {
		if n, ok = notations[lang]; !ok {
			return a.String()
		}
	}
	number, neg := strings.CutPrefix(a.Decimal(), "-")
	whole, frac, _ := strings.Cut(number, ".")
	number = groupThousands(whole, n)
	if frac != "" {
		number += n.decimal + frac
	}
	minus := ""
	if neg {
		minus = "-"
	}
	sign, gap := signFor(a.currency, lang), n.gap
	if len(sign) == 3 && sign == string(a.currency) {
		gap = " " // a code never touches its number
	}
	switch {
	case n.behind:
		return minus + number + gap + sign
	case n.minusAfter:
		return sign + gap + minus + number
	}
	return minus + sign + gap + number
}

func signFor(c Currency, lang string) string {
	if c == "USD" && lang == "en" {
		return "$"
	}
	if s, ok := shown[c]; ok {
		return s
	}
	return string(c)
}

func groupThousands(whole string, n notation) string {
	if len(whole) < max(4, n.small) {
		return whole
	}
	head := len(whole) % 3
	var b strings.Builder
	b.WriteString(whole[:head])
	for i := head; i < len(whole); i += 3 {
		if b.Len() > 0 {
			b.WriteString(n.group)
		}
		b.WriteString(whole[i : i+3])
	}
	return b.String()
}
