// Package lang holds the words of the web pages and writes numbers as their readers do.
package lang

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Unknown is shown where a value is not known; it must never look like nought.
const Unknown = "–"

// noBreak is a space at which no line ends.
const noBreak = "\u00a0"

// Language is one of which there is a file here, such as "nl".
type Language string

// Of returns the language called so, English where the pages do not have it.
func Of(name string) Language {
	if _, ok := words()[name]; ok {
		return Language(name)
	}
	return "en"
}

// Money writes an amount as money.Format does.
func (l Language) Money(a money.Amount) string {
	if !a.Known() {
		return Unknown
	}
	return money.Format(a, string(l))
}

// Signed is Money with a plus where a sum below nought has its minus.
func (l Language) Signed(a money.Amount) string {
	if a.Sign() > 0 {
		return strings.Replace(l.Money(money.New(-a.Micros(), a.Currency())), "-", "+", 1)
	}
	return l.Money(a)
}

// Price is Money with a word for what costs nothing.
func (l Language) Price(a money.Amount) string {
	if a.Known() && a.Sign() == 0 {
		return l.Word("free")
	}
	return l.Money(a)
}

// Percent writes hundredths of a percent with one decimal and a sign, Index the same without sign and unit.
func (l Language) Percent(c market.Count) string {
	n, ok := c.Get()
	if !ok {
		return Unknown
	}
	return l.tenths((n+half(n))/10, true) + l.Word("sign_percent")
}

// Index writes hundredths with one decimal.
func (l Language) Index(c market.Count) string {
	n, ok := c.Get()
	if !ok {
		return Unknown
	}
	return l.tenths((n+half(n))/10, false)
}

// half rounds hundredths to tenths half away from nought.
func half(n int64) int64 {
	if n < 0 {
		return -5
	}
	return 5
}

// tenths writes n tenths with the decimal sign of the language.
func (l Language) tenths(n int64, sign bool) string {
	s := strconv.FormatInt(max(n, -n), 10)
	for len(s) < 2 {
		s = "0" + s
	}
	s = s[:len(s)-1] + l.Word("sign_decimal") + s[len(s)-1:]
	switch {
	case n < 0:
		return "-" + s
	case sign && n > 0:
		return "+" + s
	}
	return s
}

// Count writes a whole number.
func (Language) Count(c market.Count) string {
	if n, ok := c.Get(); ok {
		return strconv.FormatInt(n, 10)
	}
	return Unknown
}

// Number writes a whole number of what key names in the plural, such as "days"; the word for one lacks its "s".
func (l Language) Number(c market.Count, key string) string {
	if !c.Known() {
		return Unknown
	}
	if n, _ := c.Get(); n == 1 {
		key = strings.TrimSuffix(key, "s")
	}
	return l.Count(c) + " " + l.Word(key)
}

// Day writes a date without its year.
func (l Language) Day(t time.Time) string {
	return strconv.Itoa(t.Day()) + " " + strings.Fields(l.Word("months_short"))[t.Month()-1]
}

// Moment writes a date and a time to the minute.
func (l Language) Moment(t time.Time) string { return l.Day(t) + t.Format(" 2006 15:04") }

// Words picks what is said in several languages: this one, else English, else Dutch.
func (l Language) Words(by map[string]string) string {
	return cmp.Or(by[string(l)], by["en"], by["nl"])
}

// Age writes how old a value is, in the largest unit that fits.
func (l Language) Age(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + noBreak + l.Word("unit_minute")
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + noBreak + l.Word("unit_hour")
	}
	return strconv.Itoa(int(d.Hours())/24) + noBreak + l.Word("unit_day")
}
