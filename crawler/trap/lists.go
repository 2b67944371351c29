// Package trap tells a shop from a maze: addresses without end (calendars, filters, ids of a visit, pages that go on
// for ever) are found by their pattern and by what they bring. It decides on addresses alone, and fetches nothing.
package trap

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How many lists of one family in a row may bring no product that is new to the source; and, where a query, a number,
// a date or an id makes them, how many that show products which are all known: a filter shows the same again, while a
// department may show nothing but further departments. Each family that ends without ever having brought a product
// halves the patience with the next, down to a quarter.
const (
	maxIdle, maxKnown = 150, 40
	leastPatience     = 2
)

// The placeholders of a pattern.
const (
	someNumber = "{n}"
	someDate   = "{date}"
	someID     = "{id}"
	anything   = "…"
)

// family is the lists whose addresses differ in one place only, and those below them.
type family struct {
	idle, known int // lists in a row without a new product; of these those that show products
	fruitful    bool
	reason      string // why it is left out; empty while it is not
}

// Lists judges the lists of a source by their families: "/c/tv?…", "/kalender/{date}", "/c/…". The zero Lists knows of
// nothing. It is for one goroutine.
type Lists struct {
	by map[string]*family
	// drained counts the families that ended without ever having brought a product: of words, and others.
	drained [2]int
}

// Yield is what a list brought.
type Yield int

// The yields.
const (
	Nothing   Yield = iota // no product at all, or the list could not be had
	OnlyKnown              // products, none of them new to the source
	NewOnes                // at least one product that is new to the source
)

// segments are those of a path, with a placeholder for each that a shop can vary for ever.
func segments(path string) []string {
	in := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	out := make([]string, 0, len(in))
	for i := 0; i < len(in); i++ {
		switch s := in[i]; {
		case isDate(s):
			out = append(out, someDate)
		case i+1 < len(in) && isDate(s+"-"+pad(in[i+1])+"-01"):
			i++
			if i+1 < len(in) && isDate(s+"-"+pad(in[i])+"-"+pad(in[i+1])) {
				i++
			}
			out = append(out, someDate)
		case digits(s):
			out = append(out, someNumber)
		case looksRandom(s):
			out = append(out, someID)
		default:
			out = append(out, s[:min(len(s), 60)])
		}
	}
	return out
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// isDate reports whether s is a day of these times: 2026-11-21, 20261121 or 21-11-2026.
func isDate(s string) bool {
	for _, layout := range [...]string{time.DateOnly, "20060102", "02-01-2006"} {
		if len(s) == len(layout) {
			if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
				return true
			}
		}
	}
	return false
}

func digits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// looksRandom reports whether s may be an id that a machine made: six letters and digits or more, mixed, or a long
// number.
func looksRandom(s string) bool {
	if len(s) < 6 || isDate(s) {
		return false
	}
	if digits(s) {
		return len(s) >= 9
	}
	n, letters, mixed := 0, 0, 0
	was := false
	for i, r := range s {
		digit := r >= '0' && r <= '9'
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		switch {
		case digit:
			n++
		case letter:
			letters++
		case r != '-' && r != '_':
			return false
		}
		if i > 0 && digit != was {
			mixed++
		}
		was = digit
	}
	return n >= 2 && letters >= 1 && mixed >= 2 && strings.Count(s, "-") <= 4
}

// varied reports whether the last place of a path is a placeholder.
func varied(segs []string) bool {
	return len(segs) > 0 && slices.Contains([]string{someNumber, someDate, someID}, segs[len(segs)-1])
}

// familyOf is the pattern of the family that a list belongs to, and whether it is one of words.
func familyOf(u *url.URL) (name string, words bool) {
	segs := segments(u.Path)
	switch {
	case u.RawQuery != "":
		return "/" + strings.Join(segs, "/") + "?" + anything, false
	case varied(segs):
		return "/" + strings.Join(segs, "/"), false
	case len(segs) == 0:
		return "/" + anything, true
	}
	return "/" + strings.Join(append(segs[:len(segs)-1], anything), "/"), true
}

// Family is the pattern of the lists that differ from the one at address in one place only, such as "/c/tv?…", and
// whether it is one of words: of lists that a query, a number, a date or an id makes there is no end.
func Family(address string) (name string, words bool) { return familyOf(parsed(address)) }

// parsed reads an address; one that cannot be read is empty.
func parsed(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// Pattern is an address as a pattern that people recognise: "/kalender/{date}", "/c/tv?kleur=…&maat=…".
func Pattern(address string) string {
	u := parsed(address)
	p := "/" + strings.Join(segments(u.Path), "/")
	var names []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		if n, _, _ := strings.Cut(part, "="); n != "" {
			names = append(names, n[:min(len(n), 30)]+"="+anything)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 3 {
		names = append(names[:3], anything)
	}
	if len(names) == 0 {
		return p
	}
	return p + "?" + strings.Join(names, "&")
}

// Judge notes what the list at address brought. It returns why a family of lists is left out from now on; empty where
// none is, and where that was said before.
func (l *Lists) Judge(address string, y Yield) (reason string) {
	u := parsed(address)
	name, words := familyOf(u)
	names := []string{name}
	if words { // a path that is narrowed step by step is as endless as a query: those above answer for those below
		segs := segments(u.Path)
		for i := len(segs) - 2; i > 0; i-- {
			names = append(names, "/"+strings.Join(segs[:i], "/")+"/"+anything)
		}
	}
	if y != NewOnes && l.Left(address) != "" { // it was on its way already
		return ""
	}
	ended := family{}
	for _, n := range names { // the nearest first: what it explains, no family above has to answer for
		f := l.get(n)
		switch {
		case y == NewOnes:
			f.idle, f.known, f.fruitful = 0, 0, true
			continue
		case reason != "":
			f.idle, f.known = max(f.idle+1-ended.idle, 0), max(f.known-ended.known, 0)
			continue
		}
		f.idle++
		if y == OnlyKnown {
			f.known++
		}
		if reason = l.ends(f, words); reason == "" {
			continue
		}
		ended = *f
		if !words {
			n = Pattern(address)
		}
		reason += ": " + n
		f.reason = reason
	}
	return reason
}

// ends is why a family is at its end; empty where it is not.
func (l *Lists) ends(f *family, words bool) string {
	drained := &l.drained[0]
	if !words {
		drained = &l.drained[1]
	}
	patience := min(*drained, leastPatience)
	if f.idle < maxIdle>>patience && (words || f.known < maxKnown>>patience) {
		return ""
	}
	if !f.fruitful {
		*drained++
	}
	return fmt.Sprintf("%d lists in a row without a new product", f.idle)
}

func (l *Lists) get(name string) *family {
	f := l.by[name]
	if f == nil {
		f = new(family)
		l.put(name, f)
	}
	return f
}

func (l *Lists) put(name string, f *family) {
	if l.by == nil {
		l.by = map[string]*family{}
	}
	l.by[name] = f
}

// Left is why a list is left out: its family is, or one above it. Empty where it is not.
func (l *Lists) Left(address string) (reason string) {
	if len(l.by) == 0 {
		return ""
	}
	u := parsed(address)
	name, _ := familyOf(u)
	above := []string{name}
	segs := segments(u.Path)
	for i := range segs {
		p := "/" + strings.Join(segs[:i], "/")
		above = append(above, p, strings.TrimSuffix(p, "/")+"/"+anything)
	}
	for _, name := range above {
		if f := l.by[name]; f != nil && f.reason != "" {
			return f.reason
		}
	}
	return ""
}

// Names lists the families that are left out.
func (l *Lists) Names() []string {
	var out []string
	for n, f := range l.by {
		if f.reason != "" {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// Shut leaves a family out that an earlier run found to bring nothing.
func (l *Lists) Shut(name string) {
	l.put(name, &family{reason: "an earlier run found no new product in these lists: " + name})
}
