package printed

import (
	"slices"
	"strings"
	"unicode"
)

// Number is a printed number, not yet read: groups of ASCII digits and what stands between them.
type Number struct {
	Groups []string
	Seps   []rune // one less than groups; ' ' for any space
	lead   bool   // a separator stands before the first digit: ".75"
	whole  bool   // marked as having no cents: "1.299,-"
	super  string // superscript digits behind it: 68⁵⁰
	minus  bool   // "-" directly behind it: "5.95-"
	mixed  bool   // digits of several scripts
	apart  string // two digits that stand apart behind a space: "68 50"
	sized  bool   // its last group may be a size: "12 500 ml"
}

// The bounds of what is read as a number.
const (
	maxWhole    = 13
	maxFraction = 20
)

// numberAt scans the number at i; n is 0 when there is none.
func numberAt(rs []rune, i int, before []Token) (num Number, n int) {
	j := i
	for j < len(rs) && (rs[j] == '.' || rs[j] == ',') {
		j++
	}
	if j >= len(rs) || j-i > 2 || j > i && (len(before) > 0 && i > 0 && !blank(rs[i-1]) && before[len(before)-1].Kind == Word) {
		return Number{}, 0
	}
	if _, _, ok := digitOf(rs[j]); !ok {
		return Number{}, 0
	}
	num.lead = j > i
	var zero rune
	for {
		var g strings.Builder
		for ; j < len(rs); j++ {
			v, z, ok := digitOf(rs[j])
			if !ok {
				break
			}
			num.mixed = num.mixed || zero != 0 && z != zero
			zero = z
			g.WriteByte('0' + v)
		}
		num.Groups = append(num.Groups, g.String())
		sep, width := separatorAt(rs, j, num)
		if width == 0 {
			break
		}
		num.Seps = append(num.Seps, sep)
		j += width
	}
	j += num.tail(rs[j:])
	return num, j - i
}

// separatorAt tells which separator stands at j, followed by more digits of the same number.
func separatorAt(rs []rune, j int, num Number) (sep rune, width int) {
	if j >= len(rs) {
		return 0, 0
	}
	follow := func(k int) int { // digits from k on
		n := 0
		for k+n < len(rs) && isDigit(rs[k+n]) {
			n++
		}
		return n
	}
	switch r := rs[j]; r {
	case ' ':
		spaced := !slices.ContainsFunc(num.Seps, func(s rune) bool { return s != ' ' })
		if spaced && len(num.Groups[0]) <= 3 && num.Groups[0] != "0" && !num.lead && follow(j+1) == 3 {
			return ' ', 1
		}
	case '.', ',':
		if follow(j+1) > 0 {
			return r, 1
		}
		if j+1 < len(rs) && blank(rs[j+1]) && follow(j+2) == 2 && !lettersAt(rs, j+4) && !sized(rs[j+4:]) {
			return r, 2 // "119. 95"
		}
	case '\'', '٫', '٬':
		if follow(j+1) > 0 {
			return r, 1
		}
	}
	return 0, 0
}

func isDigit(r rune) bool {
	_, _, ok := digitOf(r)
	return ok
}

// sized reports whether the digits before rs are a number of their own by what follows in their line: "500 ml", "30 dagen", "20 %".
func sized(rs []rune) bool {
	k := 0
	for k < len(rs) && rs[k] == ' ' {
		k++
	}
	end := k
	for end < len(rs) && (unicode.IsLetter(rs[end]) || rs[end] == '²' || rs[end] == '³') {
		end++
	}
	return k < len(rs) && rs[k] == '%' || end > k && ofNumber(strings.ToLower(string(rs[k:end])))
}

// ofNumber reports a word that says of the number before it that it is a size, a count or a day.
func ofNumber(word string) bool { return Measure(word) || Counted(word) || Month(word) }

func lettersAt(rs []rune, i int) bool { return i < len(rs) && unicode.IsLetter(rs[i]) }

// tail takes what belongs to the number behind its digits, such as ",-" or superscript cents.
func (num *Number) tail(rs []rune) int {
	n := 0
	for n < len(rs) {
		v, ok := superscript(rs[n])
		if !ok {
			break
		}
		num.super += string('0' + v)
		n++
	}
	if n > 0 {
		return n
	}
	k := 0
	if k < len(rs) && blank(rs[k]) {
		k++
	}
	if k < len(rs) && strings.ContainsRune(".,:/", rs[k]) {
		d := k + 1
		for d < len(rs) && d < k+4 && strings.ContainsRune("-–=", rs[d]) && rs[d] == rs[k+1] {
			d++
		}
		if d > k+1 && (d == len(rs) || !isDigit(rs[d])) {
			num.whole = true
			return d
		}
	}
	if len(rs) > 0 && (rs[0] == '.' || rs[0] == ',') && (len(rs) == 1 || blank(rs[1])) {
		return 1 // "1700."
	}
	if len(rs) > 0 && rs[0] == '-' && (len(rs) == 1 || blank(rs[1]) && !slices.ContainsFunc(rs, isDigit)) {
		num.minus = true
		return 1
	}
	return 0
}

// Dressed reports a number that is written as a price even without a currency: "12,99", "349,-".
func (num Number) Dressed() bool {
	last := len(num.Groups) - 1
	return num.whole || num.super != "" || last >= 0 && len(num.Groups[last]) == 2 && (num.lead && last == 0 || last > 0 && num.Seps[last-1] != ' ')
}

// Count reports a number that may be a count: whole, at most so many digits, and not written as a price.
func (num Number) Count(digits int) bool {
	return len(num.Groups) == 1 && !num.lead && !num.whole && num.super == "" && num.apart == "" && len(num.Groups[0]) <= digits
}

// Style is what is known about how numbers are written in a text.
type Style struct {
	Decimal rune // '.', ',' or 0 when not known
	Digits  int  // decimals of the currency's minor unit; 2 when not known
	Unit    bool // a price per unit, which may have three decimals
}

// Read returns the values that the number may have, as plain decimals, most likely first; none where it is no
// number that can be read.
func (num Number) Read(s Style) []string {
	if num.mixed || num.minus {
		return nil
	}
	var out []string
	for _, v := range num.values(s) {
		whole, frac, _ := strings.Cut(v, ".")
		if len(whole) > maxWhole || len(frac) > maxFraction {
			return nil
		}
		if whole = strings.TrimLeft(whole, "0"); whole == "" {
			whole = "0"
		}
		if frac != "" {
			whole += "." + frac
		}
		out = append(out, whole)
	}
	return out
}

func (num Number) values(s Style) []string {
	g, last := num.Groups, len(num.Groups)-1
	all := strings.Join(g, "")
	switch {
	case num.apart != "":
		return []string{all + "." + num.apart, all + num.apart}
	case num.sized:
		return []string{strings.Join(g[:last], ""), all}
	case num.super != "":
		if len(num.super) != 2 || len(g) > 1 && !grouped(g, num.Seps) {
			return nil
		}
		return []string{all + "." + num.super}
	case num.lead && last == 0:
		return []string{"0." + all}
	case last == 0:
		return []string{all}
	case last == 1:
		return num.single(s)
	}
	sep := num.Seps[last-1]
	point := strings.Join(g[:last], "") + "." + g[last]
	others := num.Seps[:last-1]
	mixed := slices.ContainsFunc(others, func(r rune) bool { return r != sep })
	switch {
	case !mixed && grouped(g, num.Seps):
		return []string{all}
	case sep == ' ' || sep == '\'' || sep == '٬' || !grouped(g[:last], others):
		return nil
	case mixed && !slices.Contains(others, sep):
		return []string{point}
	case !mixed && len(g[last]) <= 2:
		return []string{point} // "1.299.00"
	}
	return nil
}

// single reads a number with one separator, which is either the decimal sign or groups thousands.
func (num Number) single(s Style) []string {
	a, b, sep := num.Groups[0], num.Groups[1], num.Seps[0]
	joined, point := a+b, a+"."+b
	switch {
	case num.lead:
		if len(b) <= 2 {
			return []string{point} // "$.750.30"
		}
		return nil
	case sep == '٫':
		return []string{point}
	case sep == ' ', sep == '٬', sep == '\'' && len(b) == 3:
		if grouped(num.Groups, num.Seps) {
			return []string{joined}
		}
		return nil
	case len(b) != 3:
		return []string{point}
	case a[0] == '0' || len(a) > 3:
		return []string{point}
	case num.whole:
		return []string{joined}
	case s.Digits == 3:
		if sep == s.Decimal || s.Decimal == 0 && sep == '.' {
			return []string{point}
		}
		return []string{joined, point}
	case s.Digits == 0:
		return []string{joined}
	case s.Unit:
		if sep == s.Decimal {
			return []string{point}
		}
		return []string{joined, point}
	case sep == s.Decimal:
		return []string{joined, point}
	}
	return []string{joined}
}

// grouped reports whether digits are grouped by thousands: 1.234.567, or as in India 12,34,567.
func grouped(g []string, seps []rune) bool {
	if len(g) == 0 || len(g[0]) > 3 || g[0] == "" || len(g) > 1 && g[0][0] == '0' {
		return false
	}
	for _, r := range seps {
		if r != seps[0] || r == '٫' {
			return false
		}
	}
	if len(g) == 1 {
		return true
	}
	western, indian := true, seps[0] == ',' && len(g[0]) <= 2 && len(g[len(g)-1]) == 3
	for i, part := range g[1:] {
		western = western && len(part) == 3
		if i < len(g)-2 {
			indian = indian && len(part) == 2
		}
	}
	return western || indian
}

// DecimalSign returns the decimal sign of a language, by CLDR; 0 when it is not known. Regions that differ from
// their language are named.
func DecimalSign(language string) rune {
	lang, region := SplitTag(language)
	switch lang {
	case "en", "zh", "ja", "ko", "th", "he", "hi", "ne", "bn", "ta", "te", "mr", "ms", "fil", "tl", "mt", "ga", "cy", "my", "si", "am":
		if lang == "en" && (region == "ZA" || region == "NL" || region == "DE" || region == "BE" || region == "AT") {
			return 0 // written both ways
		}
		return '.'
	case "de", "fr", "it":
		if region == "CH" || region == "LI" {
			return '.'
		}
		return ','
	case "es":
		switch region {
		case "MX", "US", "GT", "HN", "NI", "PA", "PR", "SV", "DO", "PE", "419":
			return '.'
		}
		return ','
	case "nl", "pt", "da", "sv", "nb", "nn", "no", "fi", "is", "pl", "cs", "sk", "sl", "hr", "sr", "bs", "mk", "bg", "ro", "hu",
		"ru", "uk", "be", "el", "tr", "id", "vi", "lt", "lv", "et", "ca", "gl", "eu", "kk", "az", "ka", "hy", "lb", "fy", "af":
		return ','
	}
	return 0
}

// SplitTag returns the language and the region of a BCP 47 tag, also of "nl_NL".
func SplitTag(tag string) (language, region string) {
	parts := strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	if len(parts) == 0 {
		return "", ""
	}
	for _, p := range parts[1:] {
		if len(p) == 2 || len(p) == 3 && p[0] >= '0' && p[0] <= '9' {
			region = strings.ToUpper(p)
			break
		}
	}
	return strings.ToLower(parts[0]), region
}
