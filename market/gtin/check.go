package gtin

import "strings"

// CheckDigit returns the GS1 check digit that belongs behind body, which must be digits only: weights 3 and 1
// in turn, from the right. Source: GS1 General Specifications §7.9.
func CheckDigit(body string) byte {
	sum := 0
	for i := range len(body) {
		n := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			n *= 3
		}
		sum += n
	}
	return byte('0' + (10-sum%10)%10)
}

func validGS1(d string) bool {
	for i := range len(d) {
		if d[i] < '0' || d[i] > '9' {
			return false
		}
	}
	return len(d) > 1 && CheckDigit(d[:len(d)-1]) == d[len(d)-1]
}

// validISBN10 proves an ISBN of ten characters: weights 10 to 1, modulo 11.
func validISBN10(d string) bool { return modulo11(d, 10) }

// validISSN proves an ISSN: weights 8 to 1, modulo 11.
func validISSN(d string) bool { return modulo11(d, 8) }

func modulo11(d string, n int) bool {
	if len(d) != n {
		return false
	}
	sum := 0
	for i := range n {
		v := int(d[i]) - '0'
		if d[i] == 'X' && i == n-1 {
			v = 10
		} else if v < 0 || v > 9 {
			return false
		}
		sum += v * (n - i)
	}
	return sum%11 == 0
}

// Restricted reports whether the number does not identify one article all over the world, so that it must not
// serve as a key between shops: numbers for use inside one shop or company, variable measure, coupons and
// refunds. An ISSN has no GTIN and is restricted too, since it names a series. Source: GS1 prefixes,
// https://www.gs1.org/standards/id-keys/company-prefix.
func (c Code) Restricted() bool { return RestrictedGTIN(c.GTIN) }

// RestrictedGTIN is Code.Restricted for a GTIN-14; what is not fourteen digits is restricted.
func RestrictedGTIN(g string) bool {
	if len(g) != 14 || !validGS1(g) {
		return true
	}
	if short, ok := strings.CutPrefix(g, "000000"); ok { // a GTIN-8: prefixes 0 and 2 are RCN-8
		return short[0] == '0' || short[0] == '2'
	}
	if g[0] == '9' { // a variable measure trade item
		return true
	}
	switch prefix := g[1:4]; {
	case prefix >= "020" && prefix <= "029", prefix >= "040" && prefix <= "049", prefix >= "200" && prefix <= "299":
		return true // restricted circulation
	case prefix >= "050" && prefix <= "059", prefix >= "980" && prefix <= "984", prefix >= "990":
		return true // coupons, refund receipts
	}
	return false
}

// Normalize returns text as a GTIN-14, and whether it is a valid number that has one.
func Normalize(text string) (string, bool) {
	c, err := Parse(text)
	return c.GTIN, err == nil && c.GTIN != ""
}
