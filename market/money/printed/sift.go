package printed

import (
	"slices"
	"strings"
)

// Plain turns the signs that are words of language, a BCP 47 tag, into words: "Nu € 5" is Dutch for now. They stay
// signs where the source uses that currency or stands in its country; directly beside a sign that is none of them
// they are words in any language.
func Plain(ts []Token, language, configured string) []Token {
	lang, region := SplitTag(language)
	sign := func(i int) bool {
		return i >= 0 && i < len(ts) && ts[i].Kind == CurrencySign && wordSigns[ts[i].Low] == nil
	}
	for i, t := range ts {
		in, listed := wordSigns[t.Low]
		if t.Kind != CurrencySign || !listed || t.Sign.ISO && isoCodes[t.Text] && !riskyCodes[t.Text] {
			continue
		}
		own := slices.ContainsFunc(t.Sign.Codes, func(c string) bool { return c == configured || region != "" && c[:2] == region })
		if !own && (slices.Contains(in, lang) || sign(i-1) || sign(i+1)) {
			ts[i].Kind = Word
		}
	}
	return ts
}

// Sift turns numbers that are no prices into words (percentages, sizes, codes, dates, times), and joins the
// parts of prices that are printed apart ("35€ 99").
func Sift(ts []Token) []Token {
	ts = join(ts)
	for i := range ts {
		if i > 0 && ts[i-1].Kind == Numeral && !ts[i].Line && ts[i].Kind == Word && ofNumber(ts[i].Low) {
			n := ts[i-1].Num
			n.sized = len(n.Seps) > 0 && !slices.ContainsFunc(n.Seps, func(r rune) bool { return r != ' ' })
		}
	}
	for i := range ts {
		if ts[i].Kind == Numeral && foreign(ts, i) {
			ts[i].Kind = Word
		}
	}
	for i := range ts { // what stands beside a sorted-out number without a gap belongs to it
		if ts[i].Kind == Numeral && i > 0 && ts[i-1].Kind == Word && !ts[i].Gap && HasDigit(ts[i-1].Text) {
			ts[i].Kind = Word
		}
	}
	return ts
}

// HasDigit reports whether a digit of any script stands in s.
func HasDigit(s string) bool { return strings.ContainsFunc(s, isDigit) }

// join makes one number of euros and cents that are printed apart: with the sign between them, which is sure,
// or with a space, which is not.
func join(ts []Token) []Token {
	out := ts[:0] // which is never ahead of what is read
	for i := 0; i < len(ts); i++ {
		t := ts[i]
		if !plainInteger(t) || t.Num.whole {
			out = append(out, t)
			continue
		}
		if frac, n := apart(ts, i); n > 0 {
			t.Num.Groups, t.Num.Seps = []string{t.Num.Groups[0], frac}, []rune{'٫'}
			if out = append(out, t); n > 2 {
				out = append(out, ts[i+1])
			}
			i += n
			continue
		}
		if i+2 < len(ts) && ts[i+1].Kind == CurrencySign && !signBefore(out) && plainInteger(ts[i+2]) && (ts[i+2].Line || !ts[i+1].Line) {
			second := ts[i+2].Num.Groups[0]
			switch {
			case cents(ts, i+2) && !ts[i+1].Gap, i+3 == len(ts) && !ts[i+1].Gap && !ts[i+2].Gap:
				t.Num.Groups, t.Num.Seps = []string{t.Num.Groups[0], second}, []rune{'٫'} // "35€ 99", "1250€600"
			case cents(ts, i+2):
				t.Num.apart = second // "12 € 50": not sure
			default:
				out = append(out, t)
				continue
			}
			out = append(out, t, ts[i+1])
			i += 2
			continue
		}
		if i+1 < len(ts) && ts[i+1].Gap && cents(ts, i+1) && (i+2 == len(ts) || ts[i+2].Kind == CurrencySign) {
			t.Num.apart = ts[i+1].Num.Groups[0]
			out = append(out, t)
			i++
			continue
		}
		out = append(out, t)
	}
	return out
}

// apart returns the cents that stand apart from the whole number at i, but with a decimal sign or a word that leave
// no doubt ("12\n,\n99", "3 ,59", "12 euro en 50 cent"), and how many tokens they take.
func apart(ts []Token, i int) (frac string, n int) {
	rest := ts[i+1:]
	switch {
	case len(rest) > 0 && rest[0].Gap && rest[0].Kind == Numeral && rest[0].Num.lead && len(rest[0].Num.Groups) == 1 && len(rest[0].Num.Groups[0]) == 2:
		return rest[0].Num.Groups[0], 1
	case len(rest) > 1 && rest[0].Mark(",.") && rest[0].Gap && rest[1].Line && cents(ts, i+2):
		return rest[1].Num.Groups[0], 2
	case len(rest) > 3 && rest[0].Kind == CurrencySign && slices.Contains(andWords, rest[1].Low) && plainInteger(rest[2]) && slices.Contains(centWords, rest[3].Low):
		if c := rest[2].Num.Groups[0]; len(c) <= 2 {
			return strings.Repeat("0", 2-len(c)) + c, 4
		}
	}
	return "", 0
}

func signBefore(out []Token) bool { return len(out) > 0 && out[len(out)-1].Kind == CurrencySign }

func plainInteger(t Token) bool {
	return t.Kind == Numeral && len(t.Num.Groups) == 1 && !t.Num.lead && t.Num.super == "" && !t.Num.minus
}

// cents reports whether exactly two digits stand at i, and nothing behind them that they could belong to.
func cents(ts []Token, i int) bool {
	if !plainInteger(ts[i]) || ts[i].Num.whole || len(ts[i].Num.Groups[0]) != 2 {
		return false
	}
	if i+1 == len(ts) {
		return true
	}
	next := ts[i+1]
	return (next.Kind != Numeral || next.Line) && next.Text != "%" && next.Text != "x" && !ofNumber(next.Low) && !Piece(next.Low) &&
		(next.Kind != CurrencySign || ts[i-1].Kind != CurrencySign)
}

// foreign reports whether the number at i is no price by what stands directly beside it.
func foreign(ts []Token, i int) bool {
	var prev, next Token
	if i > 0 {
		prev = ts[i-1]
	}
	if i+1 < len(ts) {
		next = ts[i+1]
	}
	if next.Kind == CurrencySign && next.Line && i+2 < len(ts) && ts[i+2].Kind == Numeral && !ts[i+2].Line {
		next = Token{Kind: Punctuation, Gap: true} // the sign of the number in the line below
	}
	switch {
	case counts(ts, i, prev, next):
		return true
	case next.Text == "%" || prev.Text == "%" && !ts[i].Gap || prev.Text == "#":
		return true
	case prev.Kind == Word && prev.Text != "" && !ts[i].Gap && prev.Low != "x":
		return true // a code: MX924
	case next.Kind == Word && !next.Gap && i+2 < len(ts) && ts[i+2].Kind == Numeral && !ts[i+2].Gap && next.Low != "x":
		return true // 10HP77
	}
	signed := prev.Kind == CurrencySign || next.Kind == CurrencySign
	if paired(ts, i, ":/") && prev.Kind != CurrencySign && (next.Kind != CurrencySign || next.Gap) {
		return true
	}
	if signed {
		return false
	}
	if next.Kind == Word && (Measure(next.Low) || Month(next.Low) || exponent(next, ts, i)) {
		return true
	}
	if next.Low == "x" && next.Kind == Word || prev.Low == "x" && prev.Kind == Word && i > 1 {
		return plainInteger(ts[i])
	}
	return paired(ts, i, "-")
}

// counts reports whether the number at i is a count, an ordinal, a time or a code by the word beside it, and is not
// written as a price: "30 dagen", "2e", "23.59 uur", "maat 42", "1+1".
func counts(ts []Token, i int, prev, next Token) bool {
	if prev.Kind == CurrencySign || next.Kind == CurrencySign || ts[i].Num.whole {
		return false
	}
	if next.Mark("-") && i+2 < len(ts) && !next.Gap && !ts[i+2].Gap {
		next = ts[i+2] // "2-jarig"
	}
	if prev.Mark(":.") && i > 1 && !ts[i].Line {
		prev = ts[i-2]
	}
	switch {
	case next.Kind == Word && !next.Line && slices.Contains(countedWords, next.Low):
		return true
	case prev.Kind == Word && slices.Contains(labelWords, prev.Low):
		return true
	}
	plus := next.Mark("+") && i+2 < len(ts) && plainInteger(ts[i+2]) && (i+3 == len(ts) || ts[i+3].Kind != CurrencySign) ||
		prev.Mark("+") && i > 1 && HasDigit(ts[i-2].Text) && (i < 3 || ts[i-3].Kind != CurrencySign)
	ordinal := !next.Gap && next.Kind == Word && slices.Contains(ordinalWords, next.Low)
	return plainInteger(ts[i]) && (plus && len(ts[i].Num.Groups[0]) <= 2 || ordinal)
}

// exponent reports a number such as 1e999.
func exponent(next Token, ts []Token, i int) bool {
	return !next.Gap && next.Low == "e" && i+2 < len(ts) && ts[i+2].Kind == Numeral
}

// Minor reports whether the number at i counts cents: "99 cent".
func Minor(ts []Token, i int) bool {
	return i+1 < len(ts) && slices.Contains(centWords, ts[i+1].Low) && plainInteger(ts[i]) && len(ts[i].Num.Groups[0]) <= 3
}

// paired reports whether the number is part of a date, a time, a fraction or a code: two whole numbers joined
// by one of marks without a space; "-" also makes ranges, so that no currency may stand beside it.
func paired(ts []Token, i int, marks string) bool {
	glued := func(m, o int) bool {
		if m < 0 || o < 0 || m >= len(ts) || o >= len(ts) || !ts[m].Mark(marks) {
			return false
		}
		right := max(m, o, i)
		sign := right+1 < len(ts) && ts[right+1].Kind == CurrencySign || min(m, o, i) > 0 && ts[min(m, o, i)-1].Kind == CurrencySign
		return (!sign || marks != "-") && HasDigit(ts[o].Text) && !ts[m].Gap && !ts[right].Gap && len(ts[i].Num.Groups) == 1
	}
	return glued(i+1, i+2) || glued(i-1, i-2)
}

// Words returns the words of tokens in small letters, with the marks that carry meaning.
func Words(ts []Token) []string {
	var out []string
	for _, t := range ts {
		switch t.Kind {
		case Word:
			out = append(out, strings.Trim(t.Low, "'"))
		case Punctuation:
			if t.Mark("/=+") {
				out = append(out, t.Text)
			}
		}
	}
	return out
}
