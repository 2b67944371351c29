package trap

import (
	"net/url"
	"slices"
	"strings"
)

const (
	// minMoved is on how many addresses a value must have been new on another page before it is an id of the visit.
	minMoved = 5
	// maxCandidates and maxAddresses bound what is held in suspense.
	maxCandidates, maxAddresses = 64, 20_000
	// maxPlace is how deep in a path an id of the visit is looked for.
	maxPlace = 2
)

// VisitIDs finds parameters and segments of a path that are new on each page and say nothing about the page: the same
// link comes back with another value each time, and no value ever comes back. What tells two links of one page apart,
// or comes back, is the identity of a page.
//
// The zero VisitIDs knows of none. It is for one goroutine.
type VisitIDs struct {
	// Known are the patterns that were found: "?sid=…", "/s/{id}/…".
	Known []string

	pages      int // so far
	candidates map[string]*candidate
}

// candidate is a pattern in suspense.
type candidate struct {
	page   int               // the last page it was seen on
	last   map[uint64]uint64 // by link without the value: the value
	moved  map[uint64]bool   // links whose value changed
	values map[uint64]int    // value → the page it was first seen on
	real   bool              // it is the identity of a page

	links, kinds map[uint64]bool // of the present page: links without the value, values
}

// place is where in an address a value stands that may be an id of a visit.
type place struct{ pattern, value, rest string }

// places lists the values in an address that look random.
func places(u *url.URL) []place {
	var out []place
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		if looksRandom(value) {
			out = append(out, place{"?" + name + "=" + anything, value, u.Path + "?" + without(u.RawQuery, name)})
		}
	}
	segs := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
	for i := range min(len(segs), maxPlace+1) {
		if looksRandom(segs[i]) {
			rest := slices.Clone(segs)
			rest[i] = someID
			out = append(out, place{patternAt(segs, i), segs[i], "/" + strings.Join(rest, "/") + "?" + u.RawQuery})
		}
	}
	return out
}

// patternAt is the pattern of a value in a path: the place, and what stands before it.
func patternAt(segs []string, i int) string {
	p := "/" + strings.Join(append(slices.Clone(segs[:i]), someID), "/")
	if i+1 < len(segs) {
		p += "/" + anything
	}
	return p
}

// without is a query without one parameter.
func without(query, name string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if n, _, _ := strings.Cut(part, "="); n != name {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

// Page takes the links of one page, and returns the patterns that are found to be ids of the visit by it. Links to the
// next page do not belong among them: their cursor is always new.
func (v *VisitIDs) Page(links []string) (found []string) {
	var here []*candidate
	v.pages++
	for _, address := range links {
		u := parsed(address)
		for _, p := range places(u) {
			c := v.candidate(p.pattern)
			if c == nil || c.real {
				continue
			}
			if c.page != v.pages {
				c.page, c.links, c.kinds = v.pages, map[uint64]bool{}, map[uint64]bool{}
				here = append(here, c)
			}
			c.note(v.pages, sumOf(u.Host+p.rest), sumOf(p.value))
		}
	}
	for _, c := range here {
		if c.real = c.real || len(c.kinds) > 3*len(c.links) || len(c.last) > maxAddresses; c.real {
			c.last, c.values, c.moved = nil, nil, nil
		}
	}
	for pattern, c := range v.candidates {
		if !c.real && len(c.moved) >= minMoved {
			c.real = true // no longer in suspense
			c.last, c.values, c.moved = nil, nil, nil
			v.Known = append(v.Known, pattern)
			found = append(found, pattern)
		}
	}
	slices.Sort(found)
	return found
}

func (v *VisitIDs) candidate(pattern string) *candidate {
	c := v.candidates[pattern]
	if c == nil && len(v.candidates) < maxCandidates {
		if v.candidates == nil {
			v.candidates = map[string]*candidate{}
		}
		c = &candidate{last: map[uint64]uint64{}, moved: map[uint64]bool{}, values: map[uint64]int{}}
		v.candidates[pattern] = c
	}
	return c
}

// note files a value that stands in a link.
func (c *candidate) note(page int, link, value uint64) {
	first, had := c.values[value]
	if !had {
		first = page
		c.values[value] = page
	}
	if first != page { // it came back
		c.real = true
	}
	if last, ok := c.last[link]; ok && last != value && !c.links[link] {
		c.moved[link] = true
	}
	c.last[link] = value
	c.links[link], c.kinds[value] = true, true
}

// Strip takes the ids of the visit out of an address.
func (v *VisitIDs) Strip(address string) string {
	if len(v.Known) == 0 {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	for _, p := range v.Known {
		if name, ok := strings.CutPrefix(p, "?"); ok {
			u.RawQuery = without(u.RawQuery, strings.TrimSuffix(name, "="+anything))
			continue
		}
		segs := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
		for i := range min(len(segs), maxPlace+1) {
			if looksRandom(segs[i]) && patternAt(segs, i) == p {
				segs[i] = someID
				u.Path, u.RawPath = "/"+strings.Join(segs, "/"), ""
			}
		}
	}
	return u.String()
}
