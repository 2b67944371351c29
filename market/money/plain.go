package money

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"pricegap/market/money/printed"
)

// plain reads the commonest texts at once: a sign that is no letter and a number of at most three digits with two decimals,
// in either order, such as "€ 129,95". It says of them what parse says, and reports false for all others.
func plain(text string, configured Currency) (Reading, bool) {
	from := strings.IndexAny(text, "0123456789")
	if from < 0 {
		return Reading{}, false
	}
	to := from
	for to < len(text) && (text[to] >= '0' && text[to] <= '9' || text[to] == '.' || text[to] == ',') {
		to++
	}
	number := text[from:to]
	n := len(number) - len(".00")
	if n < 1 || n > 3 || number[n] != '.' && number[n] != ',' || n > 1 && number[0] == '0' || strings.ContainsAny(number[:n], ".,") || strings.ContainsAny(number[n+1:], ".,") {
		return Reading{}, false
	}
	before, behind := strings.TrimSuffix(text[:from], " "), strings.TrimPrefix(text[to:], " ")
	symbol := before + behind
	if before != "" && behind != "" || symbol == "" {
		return Reading{}, false
	}
	if r, size := utf8.DecodeRuneInString(symbol); size != len(symbol) || unicode.IsLetter(r) {
		return Reading{}, false
	}
	c := Currency(printed.SignOf(symbol).Settle(string(configured)))
	if c == "" || c.Digits() != 2 {
		return Reading{}, false
	}
	dec := number[:n] + "." + number[n+1:]
	a, err := FromDecimal(dec, c)
	if err != nil || a.Sign() <= 0 {
		return Reading{}, false
	}
	return Reading{Kind: KindCurrent, Amount: a, Decimal: dec, Currency: c, Symbol: symbol}, true
}
