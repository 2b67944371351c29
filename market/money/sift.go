package money

import (
	"slices"
	"strings"
)

// sift turns numbers that are no prices into words (percentages, sizes, codes, dates, times), and joins the
// parts of prices that are printed apart ("35€ 99").
func sift(ts []token) []token {
	ts = join(ts)
	for i := range ts {
		if ts[i].kind == numberToken && foreign(ts, i) {
			ts[i].kind = wordToken
		}
	}
	for i := range ts { // what stands beside a sorted-out number without a gap belongs to it
		if ts[i].kind == numberToken && i > 0 && ts[i-1].kind == wordToken && !ts[i].gap && hasDigit(ts[i-1].text) {
			ts[i].kind = wordToken
		}
	}
	return ts
}

func hasDigit(s string) bool { return strings.ContainsFunc(s, isDigit) }

// join makes one number of euros and cents that are printed apart: with the sign between them, which is sure,
// or with a space, which is not.
func join(ts []token) []token {
	var out []token
	for i := 0; i < len(ts); i++ {
		t := ts[i]
		if !plainInteger(t) || t.num.whole {
			out = append(out, t)
			continue
		}
		if i+2 < len(ts) && ts[i+1].kind == signToken && !signBefore(out) && plainInteger(ts[i+2]) {
			second := ts[i+2].num.groups[0]
			switch {
			case cents(ts, i+2) && !ts[i+1].gap, i+3 == len(ts) && !ts[i+1].gap && !ts[i+2].gap:
				t.num.groups, t.num.seps = []string{t.num.groups[0], second}, []rune{'٫'} // "35€ 99", "1250€600"
			case cents(ts, i+2):
				t.num.apart = second // "12 € 50": not sure
			default:
				out = append(out, t)
				continue
			}
			out = append(out, t, ts[i+1])
			i += 2
			continue
		}
		if i+1 < len(ts) && ts[i+1].gap && cents(ts, i+1) && (i+2 == len(ts) || ts[i+2].kind == signToken) {
			t.num.apart = ts[i+1].num.groups[0]
			out = append(out, t)
			i++
			continue
		}
		out = append(out, t)
	}
	return out
}

func signBefore(out []token) bool { return len(out) > 0 && out[len(out)-1].kind == signToken }

func plainInteger(t token) bool {
	return t.kind == numberToken && len(t.num.groups) == 1 && !t.num.lead && t.num.super == "" && !t.num.minus
}

// cents reports whether exactly two digits stand at i, and nothing behind them that they could belong to.
func cents(ts []token, i int) bool {
	if !plainInteger(ts[i]) || ts[i].num.whole || len(ts[i].num.groups[0]) != 2 {
		return false
	}
	if i+1 == len(ts) {
		return true
	}
	next := ts[i+1]
	return next.kind != numberToken && next.text != "%" && next.text != "x" && !slices.Contains(measureWords, next.low) && !slices.Contains(pieceWords, next.low) &&
		(next.kind != signToken || ts[i-1].kind != signToken)
}

// foreign reports whether the number at i is no price by what stands directly beside it.
func foreign(ts []token, i int) bool {
	var prev, next token
	if i > 0 {
		prev = ts[i-1]
	}
	if i+1 < len(ts) {
		next = ts[i+1]
	}
	switch {
	case next.text == "%" || prev.text == "%" && !ts[i].gap || prev.text == "#":
		return true
	case prev.kind == wordToken && prev.text != "" && !ts[i].gap && prev.low != "x":
		return true // a code: MX924
	case next.kind == wordToken && !next.gap && i+2 < len(ts) && ts[i+2].kind == numberToken && !ts[i+2].gap && next.low != "x":
		return true // 10HP77
	}
	signed := prev.kind == signToken || next.kind == signToken
	if signed {
		return false
	}
	if next.kind == wordToken && (slices.Contains(measureWords, next.low) || slices.Contains(monthNames, next.low) || exponent(next, ts, i)) {
		return true
	}
	if next.low == "x" && next.kind == wordToken || prev.low == "x" && prev.kind == wordToken && i > 1 {
		return plainInteger(ts[i])
	}
	return paired(ts, i)
}

// exponent reports a number such as 1e999.
func exponent(next token, ts []token, i int) bool {
	return !next.gap && next.low == "e" && i+2 < len(ts) && ts[i+2].kind == numberToken
}

// minor reports whether the number at i counts cents: "99 cent".
func minor(ts []token, i int) bool {
	return i+1 < len(ts) && slices.Contains(centWords, ts[i+1].low) && plainInteger(ts[i]) && len(ts[i].num.groups[0]) <= 3
}

// paired reports whether the number is part of a date, a time, a fraction or a code: two whole numbers joined
// by ":", "/" or "-" without a space and without a currency.
func paired(ts []token, i int) bool {
	glued := func(m, o int) bool {
		if m < 0 || o < 0 || m >= len(ts) || o >= len(ts) || ts[m].kind != markToken || !strings.Contains(":/-", ts[m].text) {
			return false
		}
		right := max(m, o, i)
		sign := right+1 < len(ts) && ts[right+1].kind == signToken || min(m, o, i) > 0 && ts[min(m, o, i)-1].kind == signToken
		return !sign && hasDigit(ts[o].text) && !ts[m].gap && !ts[right].gap && len(ts[i].num.groups) == 1
	}
	return glued(i+1, i+2) || glued(i-1, i-2)
}

// wordsOf returns the words of tokens in small letters, with the marks that carry meaning.
func wordsOf(ts []token) []string {
	var out []string
	for _, t := range ts {
		switch t.kind {
		case wordToken:
			out = append(out, strings.Trim(t.low, "'"))
		case markToken:
			if strings.Contains("/=+", t.text) {
				out = append(out, t.text)
			}
		}
	}
	return out
}
