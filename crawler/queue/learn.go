package queue

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"pricegap/crawler/trap"
	"pricegap/market/link"
	"pricegap/parsers"
)

// Trap is an address that was left out because it looks like one of an endless pattern, and the reason, which names
// the pattern. Only the first of each reason is told; Report counts them all.
type Trap struct{ URL, Reason string }

// traps gathers the traps of one page.
type traps struct {
	f    *Frontier
	told []Trap
}

func (t *traps) trap(address, reason string) {
	if t.f.leave(reason) && t.f.told < maxTold {
		t.f.told++
		t.told = append(t.told, Trap{address, reason})
	}
}

// leave counts an address that is left out, and reports whether it is the first for its reason.
func (f *Frontier) leave(reason string) bool {
	if f.traps[reason] == 0 && len(f.traps) >= maxReasons {
		reason = "of too many patterns to name them all"
	}
	f.traps[reason]++
	return f.traps[reason] == 1
}

// Named pushes what a sitemap names: pages, which are wanted by name and are no traps, and for an index further
// sitemaps.
func (f *Frontier) Named(from Item, pages iter.Seq[string], sitemaps []string) []Trap {
	t := traps{f: f}
	for u := range pages {
		f.product(u, from, true, &t)
	}
	for _, u := range sitemaps {
		f.sitemap(u, from, &t)
	}
	return t.told
}

// Learn pushes what a page leads to: products, further pages and the lists of the scope for lists, nothing for
// products.
func (f *Frontier) Learn(from Item, r parsers.Result) []Trap {
	if role := parsers.Role(from.Role); role != parsers.RoleList && role != parsers.RoleJSON {
		return nil
	}
	t := traps{f: f}
	f.learnIDs(r.Links, &t)
	shows, fresh, found := f.fresh(from, r)
	for _, l := range r.Links {
		if l.Kind != parsers.LinkNext && !f.isList(l) {
			found = f.product(l.URL, from, l.Kind == parsers.LinkProduct, &t) || found
		}
	}
	f.judge(from, shows, found, &t)
	for _, l := range r.Links {
		switch {
		case l.Kind == parsers.LinkNext:
			f.more(l.URL, from, fresh, &t)
		case f.isList(l):
			f.list(l.URL, from, found, &t)
		}
	}
	return t.told
}

// learnIDs looks for ids of the visit in the links of a page.
func (f *Frontier) learnIDs(links []parsers.Link, t *traps) {
	var own []string
	for _, l := range links {
		if l.Kind != parsers.LinkNext && f.ours(l.URL) {
			own = append(own, l.URL)
		}
	}
	for _, p := range f.ids.Page(own) {
		t.trap(p, "an id of the visit, new on each page: "+p)
	}
}

// fresh reports whether a list page shows products, one that its list did not show before, and an offer that no list
// did.
func (f *Frontier) fresh(from Item, r parsers.Result) (shows, fresh, found bool) {
	c := f.chains[from.Chain]
	if c == nil {
		c = &chain{}
		if !f.narrowed(from) {
			c.things = new(sums)
		}
		f.chains[from.Chain] = c
	}
	for _, l := range r.Links {
		if l.Kind == parsers.LinkProduct || l.Kind == parsers.LinkOther && f.isProduct(l.URL, false) {
			shows = true
			fresh = c.things.add(sumOf(f.key(l.URL))) || fresh
		}
	}
	for _, of := range r.Offers {
		thing := sumOf(strings.Join([]string{f.key(of.URL), of.SKU, of.GTIN, of.Title.Plain(), of.Variant.Plain()}, "\x00"))
		fresh = c.things.add(thing) || fresh
		found = f.offers.add(thing) || found
	}
	return shows || len(r.Offers) > 0, fresh, found
}

// narrowed reports whether a page belongs to a list that a query, a number, a date or an id makes, found on another.
func (f *Frontier) narrowed(it Item) bool {
	if it.Depth == 0 {
		return false
	}
	_, words := trap.Family(it.Chain)
	return !words
}

// judge notes what a list page brought: shows says that there are products on it, found that one is new to the source.
func (f *Frontier) judge(from Item, shows, found bool, t *traps) {
	c := f.chains[from.Chain]
	y := trap.Nothing
	switch {
	case found:
		y, c.known = trap.NewOnes, 0
	case shows:
		y = trap.OnlyKnown
		fallthrough
	default:
		c.known++
	}
	f.judgeList(from, y, t)
}

// judgeList notes what a list brought: by its first page, and by any that brings something.
func (f *Frontier) judgeList(from Item, y trap.Yield, t *traps) {
	if from.Depth == 0 || from.Role != string(parsers.RoleList) || y != trap.NewOnes && from.URL != from.Chain {
		return
	}
	if reason := f.lists.Judge(from.Chain, y); reason != "" {
		t.trap(from.URL, reason)
	}
}

// more pushes the next page of a list, unless the list has stopped bringing anything.
func (f *Frontier) more(u string, from Item, fresh bool, t *traps) {
	c := f.chains[from.Chain]
	idle, most := from.Idle+1, maxKnownPages
	if f.narrowed(from) {
		most = 1
	}
	if fresh || c.things == nil {
		idle = 0
	}
	if idle >= maxIdlePages || c.known >= most {
		name, words := trap.Family(from.Chain)
		if words || from.Depth == 0 {
			name = trap.Pattern(u)
		}
		reason := "a list that goes on without a new product: " + name
		if n := max(idle, c.known); n > 1 {
			reason = fmt.Sprintf("%d pages of a list in a row without a new product: %s", n, name)
		}
		t.trap(u, reason)
		return
	}
	if f.inScope(u, t) && !f.pathological(u, t) {
		f.push(Item{URL: u, Role: from.Role, Start: from.Start, Chain: from.Chain, Idle: idle, Depth: from.Depth}, t)
	}
}

// isList reports whether a link leads to a list of the scope. Patterns of products win over those of lists, and those
// of lists over what the parser takes for a product.
func (f *Frontier) isList(l parsers.Link) bool {
	if len(f.source.Scope.Lists) == 0 {
		return false
	}
	path := link.PathQuery(l.URL)
	return fits(f.source.Scope.Lists, path) && !fits(f.source.Scope.Products, path)
}

// list pushes a list that another list leads to; found says that the other brought a product that is new to the source.
func (f *Frontier) list(u string, from Item, found bool, t *traps) {
	if from.Role != string(parsers.RoleList) || !f.inScope(u, t) || f.pathological(u, t) {
		return
	}
	if reason := f.lists.Left(u); reason != "" {
		t.trap(u, reason)
		return
	}
	depth := from.Depth + 1
	if found {
		depth = 1
	}
	if f.push(Item{URL: u, Role: from.Role, Start: from.Start, Chain: u, Depth: depth}, t) && depth > maxHops {
		t.trap(u, tooDeep(u)) // Next leaves it out; it went in so that it is told once
	}
}

func tooDeep(u string) string {
	return fmt.Sprintf("more than %d lists deep without a new product: %s", maxHops, trap.Pattern(u))
}

// product pushes a page if it is a product page of the source, and reports whether it is a new one; named says that a
// sitemap or the parser says so.
func (f *Frontier) product(u string, from Item, named bool, t *traps) bool {
	if !f.isProduct(u, named) || !f.inScope(u, t) || from.Role != string(RoleSitemap) && f.pathological(u, t) {
		return false
	}
	path := link.PathQuery(u)
	if from.Start < len(f.source.Starts) {
		st := f.source.Starts[from.Start]
		if len(st.Include) > 0 && !fits(st.Include, path) || fits(st.Exclude, path) {
			return false
		}
	}
	if inc := f.source.Scope.Include; len(inc) > 0 && !fits(inc, path) {
		return false
	}
	return f.push(Item{URL: u, Role: string(parsers.RoleProduct), Start: from.Start, Rank: f.rank(u)}, t)
}

// isProduct reports whether u is the address of a product page: by the source's patterns where it has any, else by
// whoever named it.
func (f *Frontier) isProduct(u string, named bool) bool {
	if p := f.source.Scope.Products; len(p) > 0 {
		return fits(p, link.PathQuery(u))
	}
	return named
}

func fits(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return link.Match(p, path) })
}

func (f *Frontier) sitemap(u string, from Item, t *traps) {
	if from.Depth >= maxIndexDepth {
		t.trap(u, "a sitemap index within a sitemap index")
		return
	}
	if f.inScope(u, t) {
		f.push(Item{URL: u, Role: string(RoleSitemap), Start: from.Start, Depth: from.Depth + 1}, t)
	}
}

// pathological reports whether an address looks by itself like a trap, and tells it.
func (f *Frontier) pathological(u string, t *traps) bool {
	reason := trap.Address(u)
	if reason != "" {
		t.trap(u, reason)
	}
	return reason != ""
}

// ours reports whether u is at a host of the source.
func (f *Frontier) ours(u string) bool {
	host := link.Host(u)
	return slices.ContainsFunc(f.hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

// inScope reports whether u is at a host of the source and not excluded.
func (f *Frontier) inScope(u string, t *traps) bool {
	if !f.ours(u) {
		f.traps["at another host"]++ // counted, and no failure: links lead anywhere
		return false
	}
	if len(u) > link.MaxBytes {
		t.trap(u, fmt.Sprintf("an address of more than %d bytes", link.MaxBytes))
		return false
	}
	return !fits(f.source.Scope.Exclude, link.PathQuery(u))
}

func (f *Frontier) push(it Item, t *traps) bool {
	if f.pushed >= maxURLs {
		t.trap(it.URL, fmt.Sprintf("more than %d addresses", maxURLs))
		return false
	}
	ok := f.Push(f.key(it.URL), it)
	if ok {
		f.pushed++
	}
	return ok
}

// Failed notes that a page could not be had: a list that fails brings nothing, whatever the reason.
func (f *Frontier) Failed(from Item) []Trap {
	t := traps{f: f}
	f.judgeList(from, trap.Nothing, &t)
	return t.told
}
