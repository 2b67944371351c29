// Package inert writes text into tables so that no spreadsheet takes it for a formula, and reads it again as it was.
package inert

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Write returns s with a leading ' where it begins with =, +, -, @, their full-width forms, a tab, a line break or any other
// character that does not show, or with ' before such a one, so that Read finds it again.
// Source: OWASP, CSV Injection.
func Write(s string) string {
	if acts(s) {
		return "'" + s
	}
	return s
}

// Read returns what Write was given.
func Read(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && acts(rest) {
		return rest
	}
	return s
}

// acts reports whether s must not stand as it is.
func acts(s string) bool {
	s = strings.TrimLeft(s, "'")
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && (strings.ContainsRune("=+-@＝＋－＠", r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}
