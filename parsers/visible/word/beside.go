package word

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pricegap/market/lexicon"
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
			} else if start, stop := number(text, k+1); text[k] == ' ' && (start != k+1 || stop != start+3) { // no group of thousands
				break
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
// several parts: "10+", "from 10 pieces", "5 or more", "3 x", "3 payments of", "2 for". A number of anything else, such as days or inches, says
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
		case w.Parts.Start(left) && len(strings.Fields(left)) <= 2:
			return true
		case left == "x", left == "×", w.More.Start(rest), plus && pieces(more, true), ends(w.From, before[:start]) && pieces(rest, true),
			w.For.Start(left) && !strings.Contains(left, " "), left == "" && ends(w.Pieces, before[:start]):
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
	return (times == "x" || times == "×" || ends(w.From, left) || ends(w.Pieces, left)) && pieces(behind[end:], false)
}

// ends reports whether a text ends with a word that a number of pieces follows, and not as "set da" 4, which is one thing.
func ends(ts lexicon.Texts, text string) bool {
	said, ok := ts.CutEnd(text)
	return ok && !Said().Pack.End(said)
}

// Parts reports whether the text behind a price, in small letters, begins with a number of payments or, alone in its line, of months:
// "in 4 payments", "36 months". "24 months warranty" says nothing.
func Parts(behind string) bool {
	s := ownSign(behind)
	start, end := number(s, 0)
	if end == 0 || end == start+1 && s[start] < '2' {
		return false
	}
	w := Said()
	if into, ok := w.Into.CutEnd(s[:start]); start > 0 && (!ok || into != "") {
		return false
	}
	rest := strings.TrimLeft(s[end:], " -")
	line, _, _ := strings.Cut(rest, "\n")
	alone, months := w.Months.CutEnd(line)
	return w.Parts.Start(rest) || months && alone == ""
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

// Alone is what a label names beside "only", in its line or in one above that ends with a colon; "" where it has no such word.
func Alone(label string) string {
	line := label[strings.LastIndexByte(label, '\n')+1:]
	if above := label[:len(label)-len(line)]; Bare(line) && strings.HasSuffix(above, ":\n") {
		line = above
	}
	if said, ok := Said().Plain.CutEnd(line); ok && Bare(said) || !Said().Only.In(line) {
		return ""
	}
	return dropped(line, Said().Only, 0)
}

// Behind is what the text behind a price says of it: all up to the next number that is not denied or besides, but not the label of
// another sum: "+ deposit: € 20".
func Behind(s string) string {
	said := BeforeNumber(affirmed(s, Said().Aside))
	label := strings.TrimFunc(said, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) })
	if said != s && Sums(s) && (strings.HasPrefix(label, "+") || strings.HasSuffix(label, ":")) {
		return ""
	}
	return said
}

// First reports whether the text behind a price, in small letters, begins with what counts there alone, but for marks and a currency:
// "(a week)", and not "delivered within a week".
func First(behind string) bool {
	return Said().First.Start(strings.TrimLeftFunc(ownSign(behind), func(r rune) bool { return !unicode.IsLetter(r) }))
}

// ownSign is the text behind a price without the marks and the currency that are its own.
func ownSign(behind string) string {
	mark := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	s := strings.TrimLeftFunc(behind, mark)
	if end := wordEnd(s); sign(s[:end]) {
		s = strings.TrimLeftFunc(s[end:], mark)
	}
	return s
}

// affirmed is a text without the words of ts in it and what they speak of: "no deposit needed".
func affirmed(s string, ts lexicon.Texts) string {
	if !ts.In(s) {
		return s
	}
	return dropped(s, ts, 2)
}

// dropped is a text without the words of ts in it and as many behind each, up to a mark.
func dropped(s string, ts lexicon.Texts, behind int) string {
	var b strings.Builder
	for i, skip := 0, 0; i < len(s); {
		end := i + wordEnd(s[i:])
		if end == i { // no letter
			_, n := utf8.DecodeRuneInString(s[i:])
			if end += n; s[i] != ' ' && s[i] != '-' {
				skip = 0
			}
			b.WriteString(s[i:end])
		} else if ts.Start(s[i:]) {
			skip = behind
		} else if skip--; skip < 0 {
			b.WriteString(s[i:end])
		}
		i = end
	}
	return b.String()
}

// Before is what the text before a price says of it: what is not denied, and in the lines above not what there is besides.
func Before(s string) string {
	line := strings.LastIndexByte(s, '\n') + 1
	return affirmed(s[:line], Said().Aside) + affirmed(s[line:], Said().Denied)
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
