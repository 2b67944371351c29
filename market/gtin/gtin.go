// Package gtin reads article numbers of the GS1 system (EAN, UPC, ISBN, ISSN, ISMN) and proves their check
// digits. Sources: GS1 General Specifications; ISO 2108 (ISBN), ISO 3297 (ISSN), ISO 10957 (ISMN).
package gtin

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ErrInvalid is returned for text that is no article number, or one whose check digit is wrong.
var ErrInvalid = errors.New("gtin: not a valid article number")

// Kind says what sort of number was printed.
type Kind string

// The kinds of numbers, in the words of the command line's contract.
const (
	GTIN8  Kind = "gtin8"
	GTIN12 Kind = "gtin12"
	GTIN13 Kind = "gtin13"
	GTIN14 Kind = "gtin14"
	ISBN10 Kind = "isbn10"
	ISBN13 Kind = "isbn13"
	ISSN   Kind = "issn"
	ISMN   Kind = "ismn"
)

// maxText is how long a text may be, in bytes, that is read at all.
const maxText = 100

// Code is an article number with a proved check digit.
type Code struct {
	Kind Kind
	// Digits is the number as printed, without separators; an ISBN-10 or ISSN may end in X, an ISMN of ten
	// characters begins with M.
	Digits string
	// GTIN is the same number as a GTIN-14: padded with noughts, an ISBN-10 as the ISBN-13 that replaced it. It
	// is empty for an ISSN, whose GTIN depends on the issue.
	GTIN string
}

// Parse reads one article number, with or without separators, brackets and a label such as "EAN:" or
// "ISBN-13". Error: ErrInvalid.
func Parse(text string) (Code, error) {
	if len(text) > maxText {
		return Code{}, fmt.Errorf("%w: too long", ErrInvalid)
	}
	label, size, rest := cutLabel(strings.TrimSpace(text))
	digits, grouped, ok := compact(rest)
	if !ok {
		return Code{}, fmt.Errorf("%w: %.40q", ErrInvalid, text)
	}
	if size > 0 && len(digits) == size+len(fmt.Sprint(size)) && strings.HasPrefix(digits, fmt.Sprint(size)) {
		digits = digits[len(digits)-size:]
	}
	c, ok := classify(digits, label == "issn" || grouped == "4-4")
	if !ok {
		return Code{}, fmt.Errorf("%w: %.40q", ErrInvalid, text)
	}
	return c, nil
}

// labels are the names that are printed before a number, longest first where one begins another.
var labels = []string{"barcode", "streepjescode", "artikelnummer (ean)", "isbn", "ismn", "issn", "gtin", "ean", "upc", "jan", "ucc"}

// sizes are the numbers that are part of a label ("EAN-13").
var sizes = []int{14, 13, 12, 10, 8}

// cutLabel splits a label off. size is the number that is part of the label and may still stand before the
// digits, because nothing separates them ("GTIN1312345…"); 0 when there is none.
func cutLabel(s string) (label string, size int, rest string) {
	lower := strings.ToLower(s)
	if len(lower) != len(s) {
		return "", 0, s
	}
	for _, l := range labels {
		if !strings.HasPrefix(lower, l) {
			continue
		}
		rest = strings.TrimLeft(s[len(l):], " -_")
		for _, n := range sizes {
			after, ok := strings.CutPrefix(rest, fmt.Sprint(n))
			if !ok {
				continue
			}
			if trimmed := strings.TrimLeft(after, " \t:#.=\u00a0"); trimmed != after || after == "" {
				return l, 0, trimmed
			}
			return l, n, rest
		}
		for _, suffix := range []string{"-a", "-e", "a ", "e "} { // UPC-A, UPC-E
			if len(rest) > len(suffix) && strings.EqualFold(rest[:len(suffix)], suffix) {
				rest = rest[len(suffix):]
			}
		}
		rest = strings.TrimLeft(rest, " \t:#.=\u00a0")
		for _, more := range []string{"code", "number", "nummer", "nr", "no"} {
			if len(rest) > len(more) && strings.EqualFold(rest[:len(more)], more) {
				rest = strings.TrimLeft(rest[len(more):], " \t:#.=\u00a0")
				break
			}
		}
		return l, 0, rest
	}
	return "", 0, s
}

// compact takes separators out. grouped tells the form "4-4" of an ISSN. ok is false where anything else
// than digits, separators, a final X or a leading M stands there.
func compact(s string) (digits, grouped string, ok bool) {
	s = strings.TrimSpace(s)
	if inner, found := strings.CutPrefix(s, "("); found {
		s = strings.TrimSuffix(inner, ")")
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == 'x' || r == 'X':
			if i != len(s)-1 {
				return "", "", false
			}
			b.WriteByte('X')
		case (r == 'M' || r == 'm') && b.Len() == 0:
			b.WriteByte('M')
		case r == '-' || unicode.Is(unicode.Pd, r):
			if b.Len() == 4 && len(s)-i <= 7 {
				grouped = "4-4"
			}
		case unicode.IsSpace(r), r == '\u200b', r == '\u200e', r == '\ufeff':
		default:
			return "", "", false
		}
	}
	return b.String(), grouped, b.Len() > 0
}

// classify tells what a compact number is; wantISSN settles eight digits that are valid both ways.
func classify(d string, wantISSN bool) (Code, bool) {
	if strings.Trim(d, "0") == "" {
		return Code{}, false // a placeholder, although its check digit is right
	}
	switch len(d) {
	case 8:
		if validISSN(d) && (wantISSN || !validGS1(d)) {
			return Code{ISSN, d, ""}, true
		}
		return gs1(GTIN8, d)
	case 10:
		if d[0] == 'M' {
			c, ok := gs1(ISMN, "9790"+d[1:])
			c.Digits = d
			return c, ok
		}
		if !validISBN10(d) {
			return Code{}, false
		}
		body := "978" + d[:9]
		return Code{ISBN10, d, "0" + body + string(CheckDigit(body))}, true
	case 12:
		return gs1(GTIN12, d)
	case 13:
		switch {
		case strings.HasPrefix(d, "9790"):
			return gs1(ISMN, d)
		case strings.HasPrefix(d, "978"), strings.HasPrefix(d, "979"):
			return gs1(ISBN13, d)
		}
		return gs1(GTIN13, d)
	case 14:
		return gs1(GTIN14, d)
	}
	return Code{}, false
}

func gs1(k Kind, d string) (Code, bool) {
	if !validGS1(d) {
		return Code{}, false
	}
	return Code{k, d, strings.Repeat("0", 14-len(d)) + d}, true
}
