package printed

import (
	"slices"
	"strings"
	"unicode"
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

// signAt returns the longest currency sign at i and its length in runes; 0 when there is none.
func signAt(rs []rune, i int) (Sign, int) {
	r := rs[i]
	if blank(r) || isDigit(r) || unicode.IsLetter(r) && i > 0 && boundless(rs[i-1]) && boundless(r) {
		return Sign{}, 0
	}
	for n := min(longestSign, len(rs)-i); n > 0; n-- {
		end := i + n
		if blank(rs[end-1]) || boundless(rs[end-1]) && end < len(rs) && boundless(rs[end]) {
			continue
		}
		s, ok := lookup(string(rs[i:end]))
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

func lookup(text string) (Sign, bool) {
	if s, ok := exactSigns[text]; ok {
		return s, true
	}
	low := strings.ToLower(text)
	if s, ok := foldedSigns[low]; ok {
		return s, true
	}
	if len(text) == 3 && (isoCodes[text] || lowCodes[low]) {
		return Sign{[]string{strings.ToUpper(text)}, true}, true
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
