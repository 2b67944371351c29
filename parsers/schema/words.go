package schema

import (
	"strconv"
	"strings"

	"pricegap/market"
	"pricegap/parsers/structured"
)

// stocks are the words of schema.org's ItemAvailability and of the product objects of the Open Graph and
// Google Merchant, without spaces, hyphens and underscores, in small letters.
var stocks = map[string]market.Stock{
	"instock": market.StockIn, "onlineonly": market.StockIn, "availablefororder": market.StockBackorder, "available": market.StockIn,
	"limitedavailability": market.StockLimited, "limited": market.StockLimited, "reserved": market.StockLimited,
	"instoreonly": market.StockInStoreOnly,
	"preorder":    market.StockPreorder, "presale": market.StockPreorder,
	"backorder": market.StockBackorder, "madetoorder": market.StockBackorder, "onbackorder": market.StockBackorder,
	"outofstock": market.StockOut, "soldout": market.StockOut, "oos": market.StockOut, "unavailable": market.StockOut, "notavailable": market.StockOut,
	"discontinued": market.StockDiscontinued,
}

// Stock reads a word for availability; StockUnknown for any other text.
func Stock(s string) market.Stock { return stocks[squeeze(structured.Short(s))] }

var conditions = map[string]market.Condition{
	"new": market.ConditionNew, "refurbished": market.ConditionRefurbished, "used": market.ConditionUsed, "damaged": market.ConditionDamaged,
}

// Condition reads a word for the condition; ConditionUnknown for any other text.
func Condition(s string) market.Condition {
	return conditions[strings.TrimSuffix(squeeze(structured.Short(s)), "condition")]
}

func squeeze(s string) string {
	return gaps.Replace(strings.ToLower(s))
}

// wholeNumber reads the digits at the start of a text, grouped or not: "1,204 reviews" is 1204.
func wholeNumber(s string) market.Count {
	s = strings.TrimSpace(s)
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
			continue
		case (r == ',' || r == '.') && b.Len() > 0 && len(s) > i+3 && digits(s[i+1:i+4]) && (len(s) == i+4 || !digits(s[i+4:i+5])):
			continue
		}
		break
	}
	n, err := strconv.ParseInt(b.String(), 10, 32)
	if err != nil {
		return market.Count{}
	}
	return market.CountOf(n)
}

// hundredths reads a decimal number as hundredths: "4,5" is 450.
func hundredths(s string) (int64, bool) {
	whole, frac, _ := strings.Cut(strings.Replace(strings.TrimSpace(s), ",", ".", 1), ".")
	if whole == "" || len(whole) > 6 || !digits(whole) || !digits(frac) {
		return 0, false
	}
	frac = (frac + "000")[:3]
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	return (n + 5) / 10, err == nil
}

// Rating reads a number of stars out of five, or "8.4/10", as hundredths of five.
func Rating(text string) (int64, bool) {
	value, of, _ := strings.Cut(text, "/")
	best := int64(500)
	if of != "" {
		b, ok := hundredths(of)
		if !ok || b <= 0 {
			return 0, false
		}
		best = b
	}
	n, ok := hundredths(value)
	if !ok || n > best {
		return 0, false
	}
	return (n*500 + best/2) / best, true
}

// The units of time of UN/CEFACT and as shops write them, in hours.
var hours = map[string]int64{
	"hur": 1, "h": 1, "hour": 1, "hours": 1, "day": 24, "d": 24, "days": 24, "wee": 7 * 24, "week": 7 * 24, "weeks": 7 * 24, "w": 7 * 24,
	"mon": 30 * 24, "month": 30 * 24, "months": 30 * 24, "ann": 365 * 24, "year": 365 * 24, "years": 365 * 24, "y": 365 * 24,
}

// span reads an amount of time: a QuantitativeValue (its upper end), a bare number of the given unit, or an ISO
// 8601 duration of one part such as P2D. The result is in units of the given one, rounded up.
func (m *mapper) span(it *structured.Item, name, unit string) (n int64, text, where string) {
	for _, v := range it.All(name) {
		value, u := v.Text, unit
		if v.Item != nil {
			q := m.page.Follow(v.Item)
			value, _ = m.page.Text(q, "maxValue", "value", "minValue")
			if c, _ := m.page.Text(q, "unitCode", "unitText"); c != "" {
				u = structured.Short(c)
			}
		}
		if d := strings.ToLower(strings.TrimSpace(value)); len(d) >= 3 && d[0] == 'p' {
			hour := strings.HasPrefix(d, "pt")
			if u = d[len(d)-1:]; u == "m" && !hour {
				u = "mon"
			}
			value = strings.TrimPrefix(d[:len(d)-1], "p")
			value = strings.TrimPrefix(value, "t")
		}
		h, have := hours[strings.ToLower(u)]
		k, err := strconv.ParseInt(strings.TrimSpace(value), 10, 16)
		if err != nil || !have || k < 0 {
			continue
		}
		per := hours[unit]
		if unit == "mon" && h == hours["ann"] {
			return 12 * k, value + " " + u, it.Place(name, v)
		}
		return (k*h + per - 1) / per, value + " " + u, it.Place(name, v)
	}
	return -1, "", ""
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

var gaps = strings.NewReplacer(" ", "", "-", "", "_", "", "\u00a0", "")
