package printed

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sign is a printed currency sign.
type Sign struct {
	// Codes are the currencies that it may stand for, by ISO 4217, most likely first.
	Codes []string
	// ISO tells a code, which outranks a sign beside it.
	ISO bool
}

// One is the currency of an unambiguous sign.
func (s Sign) One() string {
	if len(s.Codes) == 1 {
		return s.Codes[0]
	}
	return ""
}

// Settle returns the currency of the sign, where configured may settle an ambiguous one.
func (s Sign) Settle(configured string) string {
	if slices.Contains(s.Codes, configured) {
		return configured
	}
	return s.One()
}

const longestSign = 17

var (
	exactSigns  = signTable(exactSignText, false) // signs in which capitals matter
	foldedSigns = signTable(foldedSignText, true)
	wordSigns   = wordTable(wordSignText)
	isoCodes    = codeSet(isoText)
	lowCodes    = codeSet(lowText)
	riskyCodes  = codeSet(riskyText)
	safeCodes   = codeSet(safeText)
)

func signTable(text string, fold bool) map[string]Sign {
	out := map[string]Sign{}
	for line := range strings.Lines(text) {
		name, codes, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			continue
		}
		var s Sign
		for c := range strings.FieldsSeq(codes) {
			s.Codes = append(s.Codes, c)
		}
		for n := range strings.SplitSeq(name, "|") {
			if fold {
				n = strings.ToLower(n)
			}
			out[n] = s
		}
	}
	return out
}

func wordTable(text string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(text) {
		names, languages, _ := strings.Cut(strings.TrimSpace(line), "=")
		for n := range strings.SplitSeq(names, "|") {
			if n != "" {
				out[n] = strings.Fields(languages)
			}
		}
	}
	return out
}

func codeSet(text string) map[string]bool {
	out := map[string]bool{}
	for c := range strings.FieldsSeq(text) {
		out[c] = true
	}
	return out
}

// signLengths are how long, in runes, the signs are that begin with a rune, in capitals or not: the longest.
var signLengths = func() map[rune]int {
	out := map[rune]int{}
	see := func(sign string, n int) {
		r, _ := utf8.DecodeRuneInString(sign)
		for _, r := range []rune{r, unicode.ToLower(r), unicode.ToUpper(r), unicode.ToTitle(r)} {
			out[r] = max(out[r], n)
		}
	}
	for _, table := range []map[string]Sign{exactSigns, foldedSigns} {
		for sign := range table {
			see(sign, utf8.RuneCountInString(sign))
		}
	}
	for _, codes := range []map[string]bool{isoCodes, lowCodes} {
		for code := range codes {
			see(code, 3)
		}
	}
	return out
}()

// signAt returns the longest currency sign at i and its length in runes; 0 when there is none.
func signAt(rs []rune, i int) (Sign, int) {
	r := rs[i]
	longest := min(signLengths[r], len(rs)-i)
	if longest == 0 || unicode.IsLetter(r) && i > 0 && boundless(rs[i-1]) && boundless(r) {
		return Sign{}, 0
	}
	var buf [longestSign * utf8.UTFMax]byte
	var ends [longestSign + 1]int // of the first n runes
	text := buf[:0]
	for n := range longest {
		text = utf8.AppendRune(text, rs[i+n])
		ends[n+1] = len(text)
	}
	for n := longest; n > 0; n-- {
		end := i + n
		if blank(rs[end-1]) || boundless(rs[end-1]) && end < len(rs) && boundless(rs[end]) {
			continue
		}
		s, ok := lookup(text[:ends[n]])
		if !ok || n == 1 && unicode.IsLetter(r) && !loneLetter(rs, i) || s.ISO && !isoFits(rs, i, end) {
			continue
		}
		if end < len(rs) && rs[end] == '.' && unicode.IsLetter(rs[end-1]) {
			n++ // "kr.", "руб."
		}
		return s, n
	}
	return Sign{}, 0
}

func lookup(text []byte) (Sign, bool) {
	if s, ok := exactSigns[string(text)]; ok {
		return s, true
	}
	var buf [longestSign * utf8.UTFMax]byte
	low := append(buf[:0], text...)
	for i, c := range low {
		if c >= utf8.RuneSelf {
			low = bytes.ToLower(text)
			break
		}
		if c >= 'A' && c <= 'Z' {
			low[i] = c | 0x20
		}
	}
	if s, ok := foldedSigns[string(low)]; ok {
		return s, true
	}
	if len(text) == 3 && (isoCodes[string(text)] || lowCodes[string(low)]) {
		return Sign{[]string{strings.ToUpper(string(text))}, true}, true
	}
	return Sign{}, false
}

// loneLetter reports whether the single letter at i stands beside a number, or is all there is.
func loneLetter(rs []rune, i int) bool {
	if scriptWithoutSpaces(rs[i]) {
		return true
	}
	if rs[i] != 'R' && digitBeside(rs, i-1, -1) {
		return true
	}
	if unicode.Is(unicode.Latin, rs[i]) && i+1 < len(rs) && (isDigit(rs[i+1]) || blank(rs[i+1]) && i == 0 && digitBeside(rs, i+1, 1)) {
		return true
	}
	return alone(rs, i, i+1)
}

// isoFits reports whether the letters from i to end are meant as a code: capitals beside a number or alone,
// and if they also spell a word, then without other words.
func isoFits(rs []rune, i, end int) bool {
	text := string(rs[i:end])
	beside := digitBeside(rs, i-1, -1) || digitBeside(rs, end, 1)
	if !isoCodes[text] {
		return beside || alone(rs, i, end) // small letters
	}
	if riskyCodes[text] {
		return beside && !slices.ContainsFunc(append(slices.Clone(rs[:i]), rs[end:]...), unicode.IsLetter) || alone(rs, i, end)
	}
	return beside || safeCodes[text] || alone(rs, i, end)
}

// digitBeside looks from i in one direction for a digit behind nothing but spaces, signs and marks.
func digitBeside(rs []rune, i, step int) bool {
	for n := 0; i >= 0 && i < len(rs) && n < 6; i, n = i+step, n+1 {
		if isDigit(rs[i]) {
			return true
		}
		if !blank(rs[i]) && !strings.ContainsRune(":.,-–+'$€£¥=", rs[i]) {
			return false
		}
	}
	return false
}

func alone(rs []rune, i, end int) bool {
	return strings.Trim(string(rs[:i])+string(rs[end:]), " \n.:()*,/-") == ""
}
