// Package trapshop is a fictional shop that is a maze as well: all its products can be found, among calendars without
// end, filters beyond number, ids of the visit in links, lists that never stop, and links that robots.txt forbids. Its
// log says who got lost.
package trapshop

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Host is the name of the shop, Top the address of its first list.
const (
	Host = "doolhof.example"
	Top  = "http://" + Host + "/c/"
)

const departments, perPage = 10, 20

// Options shape a Shop. The zero Options mean the defaults in brackets.
type Options struct {
	// Products is how many it sells [2,000].
	Products int
	// Facets is how many filters a list has [40], Values how many values each [5].
	Facets, Values int
}

// Shop is the shop, as a handler. It is safe for concurrent use.
type Shop struct {
	o Options

	mu     sync.Mutex
	visits uint64
	log    []Request
}

// Request is one request as the shop saw it; robots.txt is not among them.
type Request struct {
	At     time.Time
	URI    string // path and query
	Trap   Trap   // empty where the address is a part of the shop
	Status int
}

// Trap is one of the shop's mazes.
type Trap string

// The mazes.
const (
	Calendar  Trap = "calendar"       // /agenda/2026/11/21/, with a next day
	Dates     Trap = "dates"          // /kalender?date=2026-11-21
	Endless   Trap = "endless pages"  // /c/nieuw?page=N, the same products on each
	Facets    Trap = "facets"         // /c/afd-1?f07=3&f12=5
	PathFacet Trap = "facets in path" // /m/merk-3/kleur-4/maat-1/
	VisitID   Trap = "visit id"       // ?bezoek=…, new on each page
	PathID    Trap = "visit id path"  // /s/…/c/afd-1, new on each page
	Loop      Trap = "loop"           // /c/extra/extra/extra/
	Again     Trap = "product again"  // a product page that was fetched before under another address
)

// New returns a shop.
func New(o Options) *Shop {
	o.Products, o.Facets, o.Values = cmp.Or(o.Products, 2000), cmp.Or(o.Facets, 40), cmp.Or(o.Values, 5)
	return &Shop{o: o}
}

// Robots is the shop's robots.txt.
const Robots = "User-agent: *\nDisallow: /winkelwagen\nDisallow: /zoeken\nDisallow: /print/\nDisallow: /*sorteer=\n"

// forbidden reports whether Robots forbids an address; it is written by hand, so as not to lean on what is tested.
func forbidden(uri string) bool {
	return strings.HasPrefix(uri, "/winkelwagen") || strings.HasPrefix(uri, "/zoeken") || strings.HasPrefix(uri, "/print/") ||
		strings.Contains(uri, "sorteer=")
}

// product is the path of a product.
func (s *Shop) product(i int) string { return fmt.Sprintf("/p/lamp-%d-watt/%05d", 3+i%40, i) }

// draw is a number that belongs to its arguments.
func draw(parts ...any) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, parts...)
	return h.Sum64()
}

// ServeHTTP implements http.Handler.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/robots.txt" {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(Robots)) // a visitor who leaves is no concern of the shop
		return
	}
	s.mu.Lock()
	s.visits++
	visit := fmt.Sprintf("%012x", draw("visit", s.visits)>>16)
	s.mu.Unlock()
	body, to := s.page(r.URL, visit)
	req := Request{At: time.Now(), URI: r.URL.RequestURI(), Trap: s.trap(r.URL), Status: http.StatusOK}
	switch {
	case to != "":
		req.Status = http.StatusFound
	case body == "":
		req.Status = http.StatusNotFound
	}
	s.mu.Lock()
	s.log = append(s.log, req)
	s.mu.Unlock()
	if to != "" {
		http.Redirect(w, r, to, req.Status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(req.Status)
	_, _ = w.Write([]byte(body))
}

// Requests returns what was asked so far, in order.
func (s *Shop) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Disallowed returns the requests that robots.txt forbids.
func (s *Shop) Disallowed() []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool { return !forbidden(r.URI) })
}

// Missing returns the products that nobody asked for.
func (s *Shop) Missing() []string {
	seen := map[string]bool{}
	for _, r := range s.Requests() {
		path, _, _ := strings.Cut(r.URI, "?")
		seen[path] = true
	}
	var out []string
	for i := range s.o.Products {
		if !seen[s.product(i)] {
			out = append(out, s.product(i))
		}
	}
	return out
}

// Lost counts the requests by the maze they were lost in.
func (s *Shop) Lost() map[Trap]int {
	out, seen := map[Trap]int{}, map[string]bool{}
	for _, r := range s.Requests() {
		path, _, _ := strings.Cut(r.URI, "?")
		switch {
		case strings.HasPrefix(path, "/p/") && seen[path]:
			out[Again]++
		case r.Trap != "":
			out[r.Trap]++
		}
		seen[path] = true
	}
	return out
}
