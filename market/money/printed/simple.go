package printed

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Simple splits the commonest texts at once: a sign that is no letter and a number of at most three digits with two decimals,
// in either order, such as "€ 129,95". The number has a point. It reports false for all others.
func Simple(text string) (number string, symbol string, ok bool) {
	from := strings.IndexAny(text, "0123456789")
	if from < 0 {
		return "", "", false
	}
	to := from
	for to < len(text) && (text[to] >= '0' && text[to] <= '9' || text[to] == '.' || text[to] == ',') {
		to++
	}
	number = text[from:to]
	n := len(number) - len(".00")
	if n < 1 || n > 3 || number[n] != '.' && number[n] != ',' || n > 1 && number[0] == '0' || strings.ContainsAny(number[:n], ".,") || strings.ContainsAny(number[n+1:], ".,") {
		return "", "", false
	}
	before, behind := strings.TrimSuffix(text[:from], " "), strings.TrimPrefix(text[to:], " ")
	if symbol = before + behind; before != "" && behind != "" {
		return "", "", false
	}
	if r, size := utf8.DecodeRuneInString(symbol); size == 0 || size != len(symbol) || unicode.IsLetter(r) {
		return "", "", false
	}
	return number[:n] + "." + number[n+1:], symbol, true
}

// SignOf is the sign that text is, the zero Sign where it is none.
func SignOf(text string) Sign {
	s, _ := lookup([]byte(text))
	return s
}
