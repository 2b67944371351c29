package lang

import (
	"slices"
	"strconv"
	"strings"
)

// The units of time in days and in months, at most; an hour is counted where it makes whole days.
var (
	inDays   = map[string]int64{"day": 1, "week": 7, "month": 30}
	inMonths = map[string]int64{"month": 1, "year": 12}
)

// hours are those of a day.
const hours = 24

// Delivery reads a promise of delivery as days, at the latest: "1-2 werkdagen" is 2, "morgen in huis" is 1. What is said of
// warranty and returns is no promise of delivery.
func Delivery(text string) (int64, bool) { return shipped().deliveryOf(text) }

func (v *vocabulary) deliveryOf(text string) (int64, bool) {
	said := ""
	for _, c := range v.clauses(text) {
		if len(c.returns) > 0 {
			continue
		}
		if ps := v.periods(c.words, inDays); len(ps) > 0 && len(c.warranty) == 0 {
			return ps[0].n, true
		}
		if s := least(v.heard(c.words, v.days, false)); s > said { // of one digit, the latest counts
			said = s
		}
	}
	n, err := strconv.ParseInt(said, 10, 16)
	return n, err == nil
}

// Returns reads within how many days one may send something back: "30 dagen bedenktijd" is 30.
func Returns(text string) (int64, bool) {
	return shipped().period(text, inDays, func(c clause) (own, other []int) { return c.returns, c.warranty })
}

// Warranty reads a warranty as months: "2 jaar garantie" is 24.
func Warranty(text string) (int64, bool) {
	return shipped().period(text, inMonths, func(c clause) (own, other []int) { return c.warranty, c.returns })
}

// period returns the period that stands nearest to a word of its own sort; where no clause has one, the first of a clause
// that is not about the other sort.
func (v *vocabulary) period(text string, units map[string]int64, about func(clause) (own, other []int)) (int64, bool) {
	cs := v.clauses(text)
	named := slices.ContainsFunc(cs, func(c clause) bool { own, _ := about(c); return len(own) > 0 })
	for _, c := range cs {
		own, other := about(c)
		ps := v.periods(c.words, units)
		switch {
		case len(ps) == 0, named && len(own) == 0, !named && len(other) > 0:
			continue
		case !named:
			return ps[0].n, true
		}
		return slices.MinFunc(ps, func(a, b period) int { return a.from(own) - b.from(own) }).n, true
	}
	return 0, false
}

// clause is a part of a text, with the places of the words that say what it is about.
type clause struct {
	words             []string
	warranty, returns []int
}

func (v *vocabulary) clauses(text string) []clause {
	out := make([]clause, 0, 4)
	for ws := words(text); len(ws) > 0; {
		end := slices.Index(ws, "")
		if end < 0 {
			end = len(ws)
		}
		c := clause{words: ws[:end]}
		for i := range c.words {
			switch r, _ := longest(v.about[c.words[i]], c.words[i:]); r.Meaning {
			case "warranty":
				c.warranty = append(c.warranty, i)
			case "returns":
				c.returns = append(c.returns, i)
			}
		}
		out = append(out, c)
		ws = ws[min(end+1, len(ws)):]
	}
	return out
}

// period is a number with its unit, at a place.
type period struct {
	at int
	n  int64
}

// from is how far p is from the nearest of places.
func (p period) from(places []int) int {
	far := 1 << 10
	for _, at := range places {
		far = min(far, max(p.at-at, at-p.at))
	}
	return far
}

// periods returns the numbers that stand before a unit, times the unit; of "2-3 days" the 3.
func (v *vocabulary) periods(ws []string, units map[string]int64) []period {
	var out []period
	for i, w := range ws {
		digits := len(w) - len(strings.TrimLeft(w, "0123456789"))
		n, err := strconv.ParseInt(w[:digits], 10, 16)
		if err != nil {
			continue
		}
		unit := v.unit[w[digits:]] // "24h"
		if rest := ws[i+1:]; digits == len(w) && len(rest) > 0 {
			unit = v.unit[rest[0]]
			if v.between[rest[0]] && len(rest) > 1 && v.unit[rest[1]] != "" {
				unit = v.unit[rest[1]]
			}
		}
		switch {
		case units[unit] > 0:
			out = append(out, period{i, n * units[unit]})
		case unit == "hour" && units["day"] > 0 && n > 0 && n%hours == 0:
			out = append(out, period{i, n / hours})
		}
	}
	return out
}
