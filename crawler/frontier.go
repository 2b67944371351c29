package crawler

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"pricegap/crawler/queue"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
	"pricegap/parsers/sitemap"
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

// frontier decides what a run visits: what pages lead to, within the scope and outside of traps.
type frontier struct {
	source market.Source
	q      *queue.Memory
	hosts  []string
	aside  []queue.Item         // of hosts that are left alone
	closed map[string]bool      // those hosts
	chains map[string]newThings // by list
	traps  map[string]int       // addresses left out, by reason
	pushed int
}

// newThings are the products that a list has shown so far.
type newThings map[uint64]struct{}

func newFrontier(s market.Source, q *queue.Memory) frontier {
	return frontier{
		source: s, q: q, hosts: hostsOf(s), closed: map[string]bool{}, chains: map[string]newThings{}, traps: map[string]int{},
	}
}

// hostsOf are the host names that a source may be fetched from.
func hostsOf(s market.Source) []string {
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

// starts pushes the starting points. They are wanted by name, so the scope does not ask about them.
func (f *frontier) starts() {
	for i, st := range f.source.Starts {
		role := map[market.StartKind]parsers.Role{
			market.StartSitemap: roleSitemap, market.StartCategory: parsers.RoleList,
			market.StartProducts: parsers.RoleProduct, market.StartJSON: parsers.RoleJSON,
		}[st.Kind]
		for _, u := range st.URLs {
			if abs, err := link.Resolve("", u); err == nil {
				u = abs // else the fetch says what is wrong with it
			}
			it := queue.Item{URL: u, Role: string(role), Start: i}
			if role == parsers.RoleList || role == parsers.RoleJSON {
				it.Chain = u
			}
			f.q.Push(keyOf(u), it)
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

// next is the next item of a host that is not left alone.
func (f *frontier) next() (queue.Item, bool) {
	for {
		it, ok := f.q.Pop()
		if !ok || !f.closed[hostOf(it.URL)] {
			return it, ok
		}
		f.aside = append(f.aside, it)
	}
}

// close leaves a host to the next run.
func (f *frontier) close(host string) { f.closed[host] = true }

// left is how many items were not handed out, or are of hosts that are left alone.
func (f *frontier) left() int { return f.q.Len() + len(f.aside) }

// learn pushes what an outcome leads to. It returns a visit for each kind of trap that is met first.
func (f *frontier) learn(o outcome) []Visit {
	var out []Visit
	trap := func(address, reason string) {
		f.traps[reason]++
		if f.traps[reason] == 1 {
			out = append(out, Visit{
				Request: Request{URL: address, Role: parsers.RoleList},
				Failure: &FetchError{URL: link.Redact(address), Kind: market.FailTrapDetected, Err: errors.New(reason)},
			})
		}
	}
	if o.found != nil {
		for _, u := range o.found.pages {
			f.product(u, o.item.Start, true, trap)
		}
		for _, u := range o.found.sitemaps {
			f.sitemap(u, o.item, trap)
		}
		return out
	}
	if role := parsers.Role(o.item.Role); role != parsers.RoleList && role != parsers.RoleJSON || o.visit.Failure != nil {
		return nil
	}
	fresh := f.fresh(o)
	for _, l := range o.visit.Result.Links {
		switch l.Kind {
		case parsers.LinkNext:
			f.more(l.URL, o.item, fresh, trap)
		case parsers.LinkProduct:
			f.product(l.URL, o.item.Start, true, trap)
		case parsers.LinkOther:
			f.product(l.URL, o.item.Start, false, trap)
		}
	}
	return out
}

// fresh reports whether a list page shows a product that its list did not show before.
func (f *frontier) fresh(o outcome) bool {
	chain, ok := f.chains[o.item.Chain]
	if !ok {
		chain = newThings{}
		f.chains[o.item.Chain] = chain
	}
	before := len(chain)
	add := func(parts ...string) {
		h := fnv.New64a()
		for _, p := range parts {
			_, _ = h.Write(append([]byte(p), 0))
		}
		chain[h.Sum64()] = struct{}{}
	}
	for _, l := range o.visit.Result.Links {
		if l.Kind == parsers.LinkProduct || l.Kind == parsers.LinkOther && f.isProduct(l.URL, false) {
			add(keyOf(l.URL))
		}
	}
	for _, of := range o.visit.Result.Offers {
		add(of.URL, of.SKU, of.GTIN, of.Title.Plain(), of.Variant.Plain())
	}
	return len(chain) > before
}

// more pushes the next page of a list, unless the list has stopped bringing anything.
func (f *frontier) more(u string, from queue.Item, fresh bool, trap func(address, reason string)) {
	idle := from.Idle + 1
	if fresh {
		idle = 0
	}
	if idle >= maxIdlePages {
		trap(u, fmt.Sprintf("%d pages of a list in a row without a new product: %s", maxIdlePages, link.PathQuery(from.Chain)))
		return
	}
	if !f.inScope(u, trap) {
		return
	}
	f.push(queue.Item{URL: u, Role: from.Role, Start: from.Start, Chain: from.Chain, Idle: idle}, trap)
}

// product pushes a page if it is a product page of the source; named says that a sitemap or the parser says so.
func (f *frontier) product(u string, start int, named bool, trap func(address, reason string)) {
	if !f.isProduct(u, named) || !f.inScope(u, trap) {
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
	f.push(queue.Item{URL: u, Role: string(parsers.RoleProduct), Start: start}, trap)
}

// isProduct reports whether u is the address of a product page: by the source's patterns where it has any, else by
// whoever named it.
func (f *frontier) isProduct(u string, named bool) bool {
	if p := f.source.Scope.Products; len(p) > 0 {
		return fits(p, link.PathQuery(u))
	}
	return named
}

func fits(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return link.Match(p, path) })
}

func (f *frontier) sitemap(u string, from queue.Item, trap func(address, reason string)) {
	if from.Depth >= maxIndexDepth {
		trap(u, "a sitemap index within a sitemap index")
		return
	}
	if f.inScope(u, trap) {
		f.push(queue.Item{URL: u, Role: string(roleSitemap), Start: from.Start, Depth: from.Depth + 1}, trap)
	}
}

// inScope reports whether u is at a host of the source, not excluded, and no trap.
func (f *frontier) inScope(u string, trap func(address, reason string)) bool {
	host := link.Host(u)
	if !slices.ContainsFunc(f.hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
		f.traps["at another host"] += 2 // counted, and no failure: links lead anywhere
		return false
	}
	if fits(f.source.Scope.Exclude, link.PathQuery(u)) {
		return false
	}
	if reason := pathological(u); reason != "" {
		trap(u, reason)
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

func (f *frontier) push(it queue.Item, trap func(address, reason string)) {
	if f.pushed >= maxURLs {
		trap(it.URL, fmt.Sprintf("more than %d addresses", maxURLs))
		return
	}
	if f.q.Push(keyOf(it.URL), it) {
		f.pushed++
	}
}

// report logs what was left out, so that nothing is skipped in silence.
func (f *frontier) report(log *slog.Logger) {
	for reason, n := range f.traps {
		log.Info("addresses left out", "source", f.source.ID, "reason", reason, "count", n)
	}
}

// found is what a sitemap names.
type found struct{ pages, sitemaps []string }

// readSitemap reads a sitemap. What stands before an error is kept, and the error is told.
func readSitemap(p market.Page) (*found, *FetchError) {
	res, err := sitemap.Read(bytes.NewReader(p.Body), p.URL, sitemap.Options{})
	out := &found{sitemaps: res.Sitemaps, pages: make([]string, 0, len(res.URLs))}
	for _, e := range res.URLs {
		out.pages = append(out.pages, e.Loc)
	}
	if err != nil {
		return out, &FetchError{URL: link.Redact(p.URL), Status: p.Status, Kind: sitemap.KindOf(err), Err: err}
	}
	return out, nil
}

// coded is an error of a parser that names its failure.
type coded interface {
	error
	FailureKind() market.FailureKind
}

// unread is the failure for a page of which nothing could be read.
func unread(address string, status int, err error) *FetchError {
	kind := market.FailDecodeError
	if c, ok := errors.AsType[coded](err); ok {
		kind = c.FailureKind()
	} else if strings.Contains(err.Error(), "open stack of elements") { // x/net/html has no type for it
		kind = market.FailHTMLTooDeep
	}
	return &FetchError{URL: link.Redact(address), Status: status, Kind: kind, Err: err}
}
