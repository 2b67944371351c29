package word

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sum returns where the first number with a currency beside it stands in a text, else from where to where there are numbers.
func Sum(text string) (from, to int) {
	for i := 0; i < len(text); i++ {
		if !digit(text[i]) {
			continue
		}
		end := i + 1
		for k := end; k < len(text) && k <= end+2 && text[k] != '\n'; k++ { // over the marks and spaces in it
			if digit(text[k]) {
				end = k + 1
			} else if text[k] > ' ' && text[k] < 0x80 && !strings.ContainsRune(".,'", rune(text[k])) {
				break
			}
		}
		left, right := strings.TrimRight(text[:i], " "), strings.TrimLeft(text[end:], " ")
		l, _ := utf8.DecodeLastRuneInString(left)
		r, _ := utf8.DecodeRuneInString(right)
		if unicode.Is(unicode.Sc, l) || unicode.Is(unicode.Sc, r) || sign(left[strings.LastIndexAny(left, " \n")+1:]) || sign(right[:wordEnd(right)]) {
			return i, end
		}
		i = end
	}
	if from = strings.IndexAny(text, "0123456789"); from < 0 {
		return len(text), len(text)
	}
	return from, strings.LastIndexAny(text, "0123456789") + 1
}

// Partial reports whether a piece of a text is a part of a number that goes on beside it.
func Partial(t []byte, from, to int) bool {
	is := func(i int, set string) bool { return i >= 0 && i < len(t) && strings.IndexByte(set, t[i]) >= 0 }
	const ten, sign = "0123456789", ".,"
	for from < to && is(from, " ") {
		from++
	}
	for from < to && is(to-1, " ") {
		to--
	}
	run := 0 // of digits behind it; those of cents, or of thousands, are two or three
	for is(to+run, ten) {
		run++
	}
	switch {
	case is(to-1, ten) && (run > 1 || is(to, sign) && is(to+1, ten)), is(to-1, sign) && is(to, ten):
		return true
	case is(from, ten) && (is(from-1, ten) || is(from-1, sign) && is(from-2, ten)), is(from, sign) && is(from-1, ten):
		return true
	}
	return false
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// sign reports whether a word stands for a currency.
func sign(w string) bool {
	return w != "" && slices.ContainsFunc(signs, func(s string) bool { return strings.EqualFold(s, strings.TrimRight(w, ".")) })
}

func wordEnd(s string) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '$' }); i >= 0 {
		return i
	}
	return len(s)
}

// Pieces reports whether the text before a price, in small letters, says that it holds from a number of pieces on, or for one of
// several parts: "10+", "from 10 pieces", "5 or more", "3 x", "2 for". A number of anything else, such as days or inches, says
// nothing, and neither does one that is a part of a name: "S24+".
func Pieces(before string) bool {
	w := Said()
	for from := 0; ; {
		start, end := number(before, from)
		if end == 0 {
			return false
		}
		rest := strings.TrimLeft(before[end:], " ")
		left := strings.TrimFunc(rest, func(r rune) bool { return r == ' ' || r == '\n' || r == ':' || unicode.Is(unicode.Sc, r) })
		last, _ := utf8.DecodeLastRuneInString(before[:start])
		more, plus := strings.CutPrefix(rest, "+")
		switch {
		case end == start+1 && before[start] < '2', unicode.IsLetter(last), unicode.Is(unicode.Sc, last):
		case left == "x", left == "×", w.More.Start(rest), plus && pieces(more, true), w.From.End(before[:start]) && pieces(rest, true),
			w.For.Start(left) && !strings.Contains(left, " "), left == "" && w.Pieces.End(before[:start]):
			return true
		}
		from = end
	}
}

// PiecesBehind is Pieces for the text behind a price: "from 10 pieces", "when you buy 3", "x 3". From a sum, a day or a time on
// there is something else: "free delivery from € 20".
func PiecesBehind(behind string) bool {
	start, end := number(behind, 0)
	if end == 0 || end == start+1 && behind[start] < '2' {
		return false
	}
	w, left := Said(), strings.TrimRight(behind[:start], " ")
	if last, _ := utf8.DecodeLastRuneInString(left); unicode.Is(unicode.Sc, last) {
		return false
	}
	times := strings.TrimLeft(left, " ")
	return (times == "x" || times == "×" || w.From.End(left) || w.Pieces.End(left)) && pieces(behind[end:], false)
}

// pieces reports whether what stands behind a number leaves it one of pieces: a word for them, or nothing more in its line but
// marks and, before a price, its sign.
func pieces(rest string, price bool) bool {
	line, _, _ := strings.Cut(strings.TrimLeft(rest, " -"), "\n")
	marks := func(r rune) bool {
		return strings.ContainsRune(" .,;)", r) || price && (unicode.IsPunct(r) || unicode.Is(unicode.Sc, r))
	}
	bare := strings.TrimFunc(line, marks)
	return bare == "" || price && sign(bare) || Said().Counted.Start(line)
}

// Lowest reports whether the text beside a price says that it is the lowest of the 30 days before, which shops in the European Union
// state beside a reduced one (Directive 98/6/EC, article 6a). A promise of the lowest price, or 30 days to send it back, is none.
func Lowest(beside string) bool {
	w := Said()
	return strings.Contains(beside, "30") && w.Lowest.In(beside) && !w.Promise.In(beside)
}

// Minus reports whether nothing but a minus stands before a price: what is taken off.
func Minus(before string) bool {
	s := strings.TrimFunc(before, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) })
	return s == "-" || s == "\u2212"
}

// Named is what the text before a price names, behind the last number and what that counts or measures; "" where it says nothing.
func Named(before string) string {
	if i := strings.LastIndexAny(before, "0123456789"); i >= 0 {
		before = strings.TrimLeftFunc(strings.TrimLeft(before[i+1:], " "), unicode.IsLetter)
	}
	if Bare(before) {
		return ""
	}
	return strings.TrimSpace(before)
}

// BeforeNumber is a text up to its first number.
func BeforeNumber(s string) string {
	if i := strings.IndexAny(s, "0123456789"); i >= 0 {
		return s[:i]
	}
	return s
}

// Behind is what the text behind a price says of it: all up to the next number, but not the label of another sum: "+ deposit: € 20".
func Behind(s string) string {
	said := BeforeNumber(s)
	label := strings.TrimFunc(said, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) })
	if said != s && Sums(s) && (strings.HasPrefix(label, "+") || strings.HasSuffix(label, ":")) {
		return ""
	}
	return said
}

// First reports whether the text behind a price, in small letters, begins with what counts there alone, but for marks and a currency:
// "(a week)", and not "delivered within a week".
func First(behind string) bool {
	mark := func(r rune) bool { return !unicode.IsLetter(r) }
	s := strings.TrimLeftFunc(behind, mark)
	if end := wordEnd(s); sign(s[:end]) {
		s = strings.TrimLeftFunc(s[end:], mark)
	}
	return Said().First.Start(s)
}

// number finds the next digits of a text; end is 0 where there are none.
func number(s string, from int) (start, end int) {
	i := strings.IndexAny(s[from:], "0123456789")
	if i < 0 {
		return 0, 0
	}
	start = from + i
	for end = start; end < len(s) && digit(s[end]); end++ {
	}
	return start, end
}
