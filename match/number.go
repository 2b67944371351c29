package match

import "strings"

// number returns the GTIN-14 of a printed number where it may serve as a key that shops share: 8, 12, 13 or
// 14 digits with a right check digit, and not one that a shop gives out for itself. "" where it may not.
// Source: GS1 General Specifications, sections 1.4 and 7.9.
func number(s string) string {
	if s == "" {
		return ""
	}
	d := strings.NewReplacer(" ", "", "-", "").Replace(s)
	if n := len(d); n != 8 && n != 12 && n != 13 && n != 14 {
		return ""
	}
	short := len(d) == 8
	d = strings.Repeat("0", 14-len(d)) + d
	sum := 0
	for i, c := range []byte(d) {
		if c < '0' || c > '9' {
			return ""
		}
		w := 1
		if i%2 == 0 {
			w = 3
		}
		sum += w * int(c-'0')
	}
	if sum%10 != 0 || restricted(d, short) {
		return ""
	}
	return d
}

// restricted reports whether a GTIN-14 lies in a range for use inside a shop or company.
func restricted(d string, short bool) bool {
	if short {
		return d[6] == '0' || d[6] == '2'
	}
	switch d[1:3] {
	case "02", "04", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29":
		return true
	}
	return false
}
