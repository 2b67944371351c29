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

// How many lists of one family in a row may bring no product that is new to the source: of those that differ in a
// word, as the departments of a shop do, and of those that differ in a query, a number, a date or an id. Each family
// that ends without ever having brought one halves the patience with the next of its kind, down to a quarter.
const (
	maxIdleWords, maxIdleVaried = 150, 60
	leastPatience               = 2
)

// The placeholders of a pattern.
const (
	someNumber = "{n}"
	someDate   = "{date}"
	someID     = "{id}"
	anything   = "…"
)

// family is the lists whose addresses differ in one place only.
type family struct {
	idle     int
	fruitful bool
	reason   string // why it is left out; empty while it is not
}

// Lists judges the lists of a source by their families: "/c/tv?…", "/kalender/{date}", "/c/…". The zero Lists knows of
// nothing. It is for one goroutine.
type Lists struct {
	by      map[string]*family
	drained [2]int // families that ended without a product: of words, and the others
}

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

// Judge notes whether the list at address brought a product that is new to the source. It returns why the family of
// the list is left out from now on; empty where it is not, and where that was said before.
func (l *Lists) Judge(address string, found bool) (reason string) {
	name, words := Family(address)
	f := l.by[name]
	if f == nil {
		f = new(family)
		l.put(name, f)
	}
	if found {
		f.idle, f.fruitful = 0, true
		return ""
	}
	if f.idle++; f.reason != "" || f.idle < l.patience(words) {
		return ""
	}
	if !words {
		name = Pattern(address)
	}
	f.reason = fmt.Sprintf("%d lists in a row without a new product: %s", f.idle, name)
	if !f.fruitful {
		l.drained[kind(words)]++
	}
	return f.reason
}

func (l *Lists) put(name string, f *family) {
	if l.by == nil {
		l.by = map[string]*family{}
	}
	l.by[name] = f
}

func kind(words bool) int {
	if words {
		return 0
	}
	return 1
}

func (l *Lists) patience(words bool) int {
	return [...]int{maxIdleWords, maxIdleVaried}[kind(words)] >> min(l.drained[kind(words)], leastPatience)
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
