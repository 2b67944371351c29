package queue

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"pricegap/crawler/trap"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers"
)

// The bounds of a frontier. Sources: sitemaps.org; Heritrix's TooManyHops.
const (
	maxURLs       = 500_000
	maxIndexDepth = 1
	maxHops       = 20
	// A list ends after so many pages in a row without a product that is new to it, or to the source; one that a query,
	// a number, a date or an id makes ends with the first page without one that is new to the source.
	maxIdlePages, maxKnownPages = 3, 10
	// maxTold is how many patterns of one run are told as failures, maxReasons how many are counted one by one.
	maxTold, maxReasons = 50, 500
)

// RoleSitemap is the role of a sitemap; no parser reads it.
const RoleSitemap parsers.Role = "sitemap"

// Frontier decides what a run visits: what pages lead to, within the scope and outside of traps. It is for one
// goroutine.
type Frontier struct {
	Queue
	// Skip, where set, says of a product page that waits that it need not be visited any more.
	Skip func(url string) bool

	source market.Source
	hosts  []string
	rank   func(url string) Rank
	closed map[string]bool // hosts that are left alone
	flying map[string]int  // items handed out and not released, by host
	pushed int

	chains map[string]*chain // by list
	offers sums
	lists  trap.Lists
	ids    trap.VisitIDs
	bodies trap.Bodies
	traps  map[string]int // addresses left out, by reason
	told   int            // of the reasons
}

// chain is what is known of a list and its further pages.
type chain struct {
	things *sums // products it has shown; nil for a narrowed list
	known  int   // pages in a row without a product that is new to the source
}

// NewFrontier returns the frontier of a source over q; hosts are those of Hosts. rank says how soon a product page is
// wanted; nil says Rest of all.
func NewFrontier(s market.Source, hosts []string, q Queue, rank func(url string) Rank) *Frontier {
	if rank == nil {
		rank = func(string) Rank { return Rest }
	}
	f := &Frontier{
		Queue: q, source: s, hosts: hosts, rank: rank, closed: map[string]bool{}, flying: map[string]int{},
		chains: map[string]*chain{}, traps: map[string]int{},
	}
	f.pushed = f.Left()
	return f
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
			switch role {
			case parsers.RoleList, parsers.RoleJSON:
				it.Chain = u
			case parsers.RoleProduct:
				it.Rank = f.rank(u)
			}
			f.Push(f.key(u), it)
		}
	}
}

// idPrefix begins the patterns in Meta.Traps that are ids of a visit.
const idPrefix = "id "

// Resume takes up what an interrupted run knew of traps.
func (f *Frontier) Resume(m Meta) {
	for _, name := range m.Traps {
		if id, ok := strings.CutPrefix(name, idPrefix); ok {
			f.ids.Known = append(f.ids.Known, id)
		} else {
			f.lists.Shut(name)
		}
	}
}

// Save keeps the frontier, and the traps that it knows.
func (f *Frontier) Save(ctx context.Context, m Meta) error {
	m.Traps = f.lists.Names()
	for _, id := range f.ids.Known {
		m.Traps = append(m.Traps, idPrefix+id)
	}
	return f.Queue.Save(ctx, m)
}

// key is under what an address is filed: without what is an id of the visit.
func (f *Frontier) key(u string) string { return f.ids.Strip(keyOf(u)) }

// keyOf is under what an address is filed: two of one key are the same page.
func keyOf(u string) string {
	if k, err := link.Canonical(u); err == nil {
		return k
	}
	return u
}

// Next is the next item of a host that is not left alone and has a request to spare. It counts as in flight until
// Release.
func (f *Frontier) Next() (Item, bool) {
	for {
		it, ok := f.Pop(f.free)
		if !ok {
			return it, false
		}
		if reason := f.leftOut(it); reason != "" {
			f.leave(reason)
			f.Done(it)
			continue
		}
		if f.Skip != nil && it.Role == string(parsers.RoleProduct) && it.Rank != Asked && f.Skip(it.URL) {
			f.Done(it)
			continue
		}
		f.flying[HostOf(it.URL)]++
		return it, true
	}
}

func (f *Frontier) free(host string) bool {
	return !f.closed[host] && f.flying[host] < max(f.source.Pace.Parallel, 1)
}

// leftOut is why a list that waits is not visited after all: a trap was found since it went in.
func (f *Frontier) leftOut(it Item) string {
	switch {
	case it.Depth == 0 || it.Role != string(parsers.RoleList):
		return ""
	case it.Depth > maxHops:
		return tooDeep(it.URL)
	case it.URL != it.Chain && !f.narrowed(it):
		return ""
	}
	return f.lists.Left(it.Chain)
}

// Release says that the fetch of an item from Next has ended, well or not: its host has a request to spare.
func (f *Frontier) Release(it Item) {
	host := HostOf(it.URL)
	if f.flying[host]--; f.flying[host] <= 0 {
		delete(f.flying, host)
	}
}

// First puts a page before all others because somebody asks for it now, whatever the scope says of it. It reports
// false for a page that is in flight or was visited in this run, and for one at a host that is left alone or not the
// source's.
func (f *Frontier) First(address string) bool {
	u, err := link.Resolve("", address)
	if err != nil || !f.ours(u) || f.closed[HostOf(u)] {
		return false
	}
	return f.Push(f.key(u), Item{URL: u, Role: string(parsers.RoleProduct), Rank: Asked})
}

// Close leaves a host to the next run.
func (f *Frontier) Close(host string) { f.closed[host] = true }

// Len is how many items wait that Next may hand out in this run.
func (f *Frontier) Len() int { return f.Waiting(func(host string) bool { return !f.closed[host] }) }

// Left is how many items were not handed out, those of hosts that are left alone among them.
func (f *Frontier) Left() int { return f.Waiting(func(string) bool { return true }) }

// SameBody is how many products' pages may bring the same body before the run is not to be believed.
const SameBody = trap.SameBody

// Saw notes that the product page at url, its address after redirects, brought a body of that sum with success, and
// returns how many different products' pages have brought it in this run. From SameBody on the shop sends one page
// for everything: parse_drift.
func (f *Frontier) Saw(url string, body uint64) int { return f.bodies.Saw(url, body) }

// Report logs what was left out, so that nothing is skipped in silence.
func (f *Frontier) Report(log *slog.Logger) {
	for reason, n := range f.traps {
		log.Info("addresses left out", "source", f.source.ID, "reason", reason, "count", n)
	}
}

// HostOf is the host of an address, with its port where that is not the usual one.
func HostOf(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		host := rest[:max(strings.IndexAny(rest, "/?#"), 0)]
		if host != "" && !strings.ContainsAny(host, "@[]%") { // plain, as nearly all are
			return host
		}
	}
	if u, err := url.Parse(address); err == nil {
		return u.Host
	}
	return link.Host(address)
}
