package queue

import (
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
)

// The bounds of a frontier. Sources: sitemaps.org; Heritrix's TooManyPathSegments and PathologicalPath.
const (
	maxURLs       = 500_000
	maxIndexDepth = 1
	maxSegments   = 20
	maxRepeats    = 2
	maxParameters = 10
	maxIdlePages  = 3
)

// RoleSitemap is the role of a sitemap; no parser reads it.
const RoleSitemap parsers.Role = "sitemap"

// Frontier decides what a run visits: what pages lead to, within the scope and outside of traps. It is for one
// goroutine.
type Frontier struct {
	Queue
	source market.Source
	hosts  []string
	aside  []Item               // of hosts that are left alone
	closed map[string]bool      // those hosts
	chains map[string]newThings // by list
	traps  map[string]int       // addresses left out, by reason
	pushed int
}

// newThings are the products that a list has shown so far.
type newThings map[uint64]struct{}

// NewFrontier returns the frontier of a source over q; hosts are those of Hosts.
func NewFrontier(s market.Source, hosts []string, q Queue) *Frontier {
	return &Frontier{
		Queue: q, source: s, hosts: hosts, closed: map[string]bool{}, chains: map[string]newThings{}, traps: map[string]int{},
	}
}

// Hosts are the host names that a source may be fetched from. Without a scope it reads every starting point: once a
// run is enough.
func Hosts(s market.Source) []string {
	if len(s.Scope.Hosts) > 0 {
		return s.Scope.Hosts
	}
	var out []string
	for _, st := range s.Starts {
		for _, u := range st.URLs {
			if h := link.Host(u); h != "" && !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	return out
}

// Starts pushes the starting points. They are wanted by name, so the scope does not ask about them.
func (f *Frontier) Starts() {
	for i, st := range f.source.Starts {
		role := map[market.StartKind]parsers.Role{
			market.StartSitemap: RoleSitemap, market.StartCategory: parsers.RoleList,
			market.StartProducts: parsers.RoleProduct, market.StartJSON: parsers.RoleJSON,
		}[st.Kind]
		for _, u := range st.URLs {
			if abs, err := link.Resolve("", u); err == nil {
				u = abs // else the fetch says what is wrong with it
			}
			it := Item{URL: u, Role: string(role), Start: i}
			if role == parsers.RoleList || role == parsers.RoleJSON {
				it.Chain = u
			}
			f.Push(keyOf(u), it)
		}
	}
}

// keyOf is under what an address is filed: two of one key are the same page.
func keyOf(u string) string {
	if k, err := link.Canonical(u); err == nil {
		return k
	}
	return u
}

// Next is the next item of a host that is not left alone.
func (f *Frontier) Next() (Item, bool) {
	for {
		it, ok := f.Pop()
		if !ok || !f.closed[HostOf(it.URL)] {
			return it, ok
		}
		f.aside = append(f.aside, it)
	}
}

// Close leaves a host to the next run.
func (f *Frontier) Close(host string) { f.closed[host] = true }

// Left is how many items were not handed out, or are of hosts that are left alone.
func (f *Frontier) Left() int { return f.Len() + len(f.aside) }

// Trap is an address that was left out because it looks like one of an endless pattern. Only the first of each
// reason is told; Report counts them all.
type Trap struct{ URL, Reason string }

// traps gathers the traps of one page.
type traps struct {
	f    *Frontier
	told []Trap
}

func (t *traps) trap(address, reason string) {
	t.f.traps[reason]++
	if t.f.traps[reason] == 1 {
		t.told = append(t.told, Trap{address, reason})
	}
}

// Named pushes what a sitemap names: pages, and for an index further sitemaps.
func (f *Frontier) Named(from Item, pages, sitemaps []string) []Trap {
	t := traps{f: f}
	for _, u := range pages {
		f.product(u, from.Start, true, &t)
	}
	for _, u := range sitemaps {
		f.sitemap(u, from, &t)
	}
	return t.told
}

// Learn pushes what a page leads to: products and further pages for lists, nothing for products.
func (f *Frontier) Learn(from Item, r parsers.Result) []Trap {
	if role := parsers.Role(from.Role); role != parsers.RoleList && role != parsers.RoleJSON {
		return nil
	}
	t := traps{f: f}
	fresh := f.fresh(from, r)
	for _, l := range r.Links {
		switch l.Kind {
		case parsers.LinkNext:
			f.more(l.URL, from, fresh, &t)
		case parsers.LinkProduct:
			f.product(l.URL, from.Start, true, &t)
		case parsers.LinkOther:
			f.product(l.URL, from.Start, false, &t)
		}
	}
	return t.told
}

// fresh reports whether a list page shows a product that its list did not show before.
func (f *Frontier) fresh(from Item, r parsers.Result) bool {
	chain, ok := f.chains[from.Chain]
	if !ok {
		chain = newThings{}
		f.chains[from.Chain] = chain
	}
	before := len(chain)
	add := func(parts ...string) {
		h := fnv.New64a()
		for _, p := range parts {
			_, _ = h.Write(append([]byte(p), 0))
		}
		chain[h.Sum64()] = struct{}{}
	}
	for _, l := range r.Links {
		if l.Kind == parsers.LinkProduct || l.Kind == parsers.LinkOther && f.isProduct(l.URL, false) {
			add(keyOf(l.URL))
		}
	}
	for _, of := range r.Offers {
		add(of.URL, of.SKU, of.GTIN, of.Title.Plain(), of.Variant.Plain())
	}
	return len(chain) > before
}

// more pushes the next page of a list, unless the list has stopped bringing anything.
func (f *Frontier) more(u string, from Item, fresh bool, t *traps) {
	idle := from.Idle + 1
	if fresh {
		idle = 0
	}
	if idle >= maxIdlePages {
		t.trap(u, fmt.Sprintf("%d pages of a list in a row without a new product: %s", maxIdlePages, link.PathQuery(from.Chain)))
		return
	}
	if !f.inScope(u, t) {
		return
	}
	f.push(Item{URL: u, Role: from.Role, Start: from.Start, Chain: from.Chain, Idle: idle}, t)
}

// product pushes a page if it is a product page of the source; named says that a sitemap or the parser says so.
func (f *Frontier) product(u string, start int, named bool, t *traps) {
	if !f.isProduct(u, named) || !f.inScope(u, t) {
		return
	}
	path := link.PathQuery(u)
	if start < len(f.source.Starts) {
		st := f.source.Starts[start]
		if len(st.Include) > 0 && !fits(st.Include, path) || fits(st.Exclude, path) {
			return
		}
	}
	if inc := f.source.Scope.Include; len(inc) > 0 && !fits(inc, path) {
		return
	}
	f.push(Item{URL: u, Role: string(parsers.RoleProduct), Start: start}, t)
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

// inScope reports whether u is at a host of the source, not excluded, and no trap.
func (f *Frontier) inScope(u string, t *traps) bool {
	host := link.Host(u)
	if !slices.ContainsFunc(f.hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
		f.traps["at another host"] += 2 // counted, and no failure: links lead anywhere
		return false
	}
	if fits(f.source.Scope.Exclude, link.PathQuery(u)) {
		return false
	}
	if reason := pathological(u); reason != "" {
		t.trap(u, reason)
		return false
	}
	return true
}

// pathological names what makes an address look like one of an endless pattern.
func pathological(address string) string {
	if len(address) > link.MaxBytes {
		return fmt.Sprintf("an address of more than %d bytes", link.MaxBytes)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	segments := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	if len(segments) > maxSegments {
		return fmt.Sprintf("more than %d segments in a path", maxSegments)
	}
	same := 1
	for i := 1; i < len(segments); i++ {
		if segments[i] != segments[i-1] {
			same = 0
		}
		if same++; same > maxRepeats {
			return fmt.Sprintf("a path that repeats a segment more than %d times in a row", maxRepeats)
		}
	}
	if u.RawQuery != "" && strings.Count(u.RawQuery, "&")+1 > maxParameters {
		return fmt.Sprintf("more than %d parameters in a query", maxParameters)
	}
	return ""
}

func (f *Frontier) push(it Item, t *traps) {
	if f.pushed >= maxURLs {
		t.trap(it.URL, fmt.Sprintf("more than %d addresses", maxURLs))
		return
	}
	if f.Push(keyOf(it.URL), it) {
		f.pushed++
	}
}

// Report logs what was left out, so that nothing is skipped in silence.
func (f *Frontier) Report(log *slog.Logger) {
	for reason, n := range f.traps {
		log.Info("addresses left out", "source", f.source.ID, "reason", reason, "count", n)
	}
}

// HostOf is the host of an address, with its port where that is not the usual one.
func HostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Host
	}
	return link.Host(address)
}
