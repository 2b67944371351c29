// Package terminal writes comparisons for people at a terminal: a table, the difference card of one product,
// a chart of prices over time. Foreign text is made safe, colours are used only where asked, words come in
// the reader's language.
package terminal

import (
	"fmt"
	"time"

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
	// Branches are our own stores, whose stock a card tells by name, in this order.
	Branches []market.Branch
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

// Hundredths returns a count of hundredths, which is not below nought, with one decimal.
func (l Look) Hundredths(c market.Count) string {
	n, ok := c.Get()
	if !ok {
		return "–"
	}
	return l.decimal((n + 5) / 10)
}

// decimal returns tenths, not below nought, with the decimal sign of the language.
func (l Look) decimal(tenths int64) string {
	return fmt.Sprintf("%d%s%d", tenths/10, l.Word("decimal sign"), tenths%10)
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
		return l.Word("just now")
	case d < 2*time.Hour:
		return l.Word("%d min old", int(d/time.Minute))
	case d < 48*time.Hour:
		return l.Word("%d hours old", int(d/time.Hour))
	}
	return l.Word("%d days old", int(d/(24*time.Hour)))
}
