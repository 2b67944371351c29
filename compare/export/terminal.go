package export

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"pricegap/market"
	"pricegap/market/money"
)

// Look is how text on a terminal is shown.
type Look struct {
	// Width is the width of the terminal in columns; 0 means that nothing limits it.
	Width int
	// Color says that colours may be used.
	Color bool
	// Language is that of the words ("nl", "en"); others read English.
	Language string
	// Zone is that of printed times; nil is UTC.
	Zone *time.Location
}

// paint is the number of an ANSI colour or emphasis (ECMA-48, SGR).
type paint string

const (
	plain  paint = ""
	bold   paint = "1"
	faint  paint = "2"
	red    paint = "31"
	green  paint = "32"
	yellow paint = "33"
)

func (l Look) in(p paint, s string) string {
	if !l.Color || p == plain || s == "" {
		return s
	}
	return "\x1b[" + string(p) + "m" + s + "\x1b[0m"
}

// safe returns foreign text as it may be shown on a terminal.
func safe(s string) string { return market.Printable(s) }

// tongue is the language of words and prices.
func (l Look) tongue() string {
	if l.Language == "" {
		return "en"
	}
	return l.Language
}

// Price returns an amount as people of that language write it; "–" when unknown.
func (l Look) Price(a money.Amount) string {
	if !a.Known() {
		return "–"
	}
	return safe(money.Format(a, l.tongue()))
}

// percent returns basis points with one decimal, its sign, and the decimal sign of the language.
func (l Look) percent(bp int64) string {
	sign := "+"
	if bp < 0 {
		sign, bp = "-", -bp
	}
	tenths := (bp + 5) / 10
	if tenths == 0 {
		sign = ""
	}
	return sign + l.decimal(tenths) + "%"
}

// decimal returns tenths with the decimal sign of the language.
func (l Look) decimal(tenths int64) string {
	return string(appendNumber(nil, numberCell(tenths, 1, 1), l.word("decimal sign")[0]))
}

func (l Look) moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return l.at(t).Format("2006-01-02 15:04")
}

func (l Look) at(t time.Time) time.Time {
	if l.Zone == nil {
		return t.UTC()
	}
	return t.In(l.Zone)
}

// age returns how old something is in its largest unit.
func (l Look) age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return l.word("just now")
	case d < 2*time.Hour:
		return l.word("%d min old", int(d/time.Minute))
	case d < 48*time.Hour:
		return l.word("%d hours old", int(d/time.Hour))
	}
	return l.word("%d days old", int(d/(24*time.Hour)))
}

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
