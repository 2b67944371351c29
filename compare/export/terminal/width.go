package terminal

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// columns returns how many columns s takes on a terminal; the colours of Look.in take none.
func columns(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			n += runeColumns(r)
		}
	}
	return n
}

func runeColumns(r rune) int {
	if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// fit returns s in exactly n columns: cut with "…", or filled up with spaces at the end, or at the begin
// where right is set.
func fit(s string, n int, right bool) string {
	have := columns(s)
	if have > n {
		var b strings.Builder
		have = 0
		for _, r := range s {
			if have+runeColumns(r) > n-1 {
				break
			}
			have += runeColumns(r)
			b.WriteRune(r)
		}
		s = b.String()
		if n > 0 {
			s += "…"
			have++
		}
	}
	fill := strings.Repeat(" ", max(0, n-have))
	if right {
		return fill + s
	}
	return s + fill
}
