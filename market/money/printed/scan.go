// Package printed splits the text of a printed price into numbers, currency signs and words, and reads the
// numbers: which character is the decimal sign, what groups thousands, what is no price at all. It knows nothing
// of money.
package printed

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says what a token of a printed price is.
type Kind int

// The kinds of tokens.
const (
	Word Kind = iota
	Numeral
	CurrencySign
	Punctuation // one rune
)

// Token is a piece of a printed price.
type Token struct {
	Kind Kind
	Text string  // as printed
	Low  string  // in small letters
	Gap  bool    // white space stands before it
	Line bool    // a line begins with it; the first line of a text does not count
	Num  *Number // of a Numeral; nil where no number was read
	Sign Sign    // of a CurrencySign
}

// Mark reports whether t is one of the punctuation marks in set.
func (t Token) Mark(set string) bool { return t.Kind == Punctuation && strings.Contains(set, t.Text) }

// Scan splits text into tokens. bidi tells that direction controls were among them, so that what a reader saw
// may be another number. The time is bounded by the square of the length: the caller bounds that.
func Scan(text string) (ts []Token, bidi bool) {
	rs, bidi := clean(text)
	return tokenise(rs), bidi
}

// blank reports white space in cleaned text: a space, or the end of a line, over which no number is grouped.
func blank(r rune) bool { return r == ' ' || r == '\n' }

// clean brings text into the form that is split: plain spaces and dashes, no invisible characters. bidi
// tells that direction controls were among them, so that what a reader saw may be another number.
func clean(text string) (rs []rune, bidi bool) {
	digit := false
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch {
		case r == utf8.RuneError && size <= 1:
			continue
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			bidi = true
			continue
		case r == '\n', r == '\r', r == 0x2028, r == 0x2029:
			r = '\n'
		case unicode.IsSpace(r):
			r = ' '
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r), r >= 0xFE00 && r <= 0xFE0F:
			continue
		case digit && unicode.Is(unicode.Mn, r):
			continue // a stroke through a digit
		}
		if plain, ok := plainMarks[r]; ok {
			r = plain
		}
		digit = unicode.Is(unicode.Nd, r)
		rs = append(rs, r)
	}
	return rs, bidi
}

// plainMarks are spellings of one mark.
var plainMarks = map[rune]rune{
	'−': '-', '‐': '-', '‑': '-', '﹣': '-', '－': '-', '—': '–', '―': '–', '‒': '–', '〜': '–', '～': '–', '~': '–',
	'．': '.', '，': ',', '、': ',', '：': ':', '／': '/', '％': '%', '＋': '+', '（': '(', '）': ')', '×': 'x', '✕': 'x',
	'’': '\'', '‘': '\'', '´': '\'', '`': '\'', 'ʼ': '\'', 'ʻ': '\'', '′': '\'', '·': '.', '∙': '.',
}

// digitOf returns the value of a decimal digit of any script, and the first rune of its script's digits. Decimal
// digits come in runs of ten (Unicode §4.6).
func digitOf(r rune) (value byte, zero rune, ok bool) {
	if r >= '0' && r <= '9' {
		return byte(r - '0'), '0', true
	}
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return 0, 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			v := (r - rune(t.Lo)) % 10
			return byte(v), r - v, true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			v := (r - rune(t.Lo)) % 10
			return byte(v), r - v, true
		}
	}
	return 0, 0, false
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹"

// superscript returns the digit that r is as a superscript.
func superscript(r rune) (byte, bool) {
	if r < 0x80 {
		return 0, false
	}
	i := strings.IndexRune(superscripts, r)
	if i < 0 {
		return 0, false
	}
	return byte(utf8.RuneCountInString(superscripts[:i])), true
}

// tokenise splits cleaned text.
func tokenise(rs []rune) []Token {
	out := make([]Token, 0, 4+len(rs)/4)
	gap, line := false, false
	for i := 0; i < len(rs); {
		r := rs[i]
		if blank(r) {
			gap, line = true, line || r == '\n'
			i++
			continue
		}
		t, n := tokenAt(rs, i, out)
		t.Gap, t.Line = gap, line && len(out) > 0
		t.Low = strings.ToLower(t.Text)
		gap, line = false, false
		out = append(out, t)
		i += n
	}
	return out
}

func tokenAt(rs []rune, i int, before []Token) (Token, int) {
	if s, n := signAt(rs, i); n > 0 {
		return Token{Kind: CurrencySign, Text: string(rs[i : i+n]), Sign: s}, n
	}
	if num, n := numberAt(rs, i, before); n > 0 {
		return Token{Kind: Numeral, Text: string(rs[i : i+n]), Num: &num}, n
	}
	n := 0
	for i+n < len(rs) && (unicode.IsLetter(rs[i+n]) || unicode.IsMark(rs[i+n]) || isSuperscript(rs[i+n])) {
		if n > 0 && !boundless(rs[i+n-1]) {
			if _, m := signAt(rs, i+n); m > 0 {
				break
			}
		}
		n++
	}
	if n > 0 {
		return Token{Kind: Word, Text: string(rs[i : i+n])}, n
	}
	return Token{Kind: Punctuation, Text: string(rs[i])}, 1
}

func isSuperscript(r rune) bool {
	_, ok := superscript(r)
	return ok
}

// boundless reports whether r continues a word in a script that separates words by spaces.
func boundless(r rune) bool {
	return unicode.IsLetter(r) && !scriptWithoutSpaces(r)
}

func scriptWithoutSpaces(r rune) bool {
	return r > unicode.MaxLatin1 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}
