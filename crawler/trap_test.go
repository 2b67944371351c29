package crawler_test

import (
	"fmt"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"

	"pricegap/crawler"
	"pricegap/crawler/shoptest/trapshop"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// lost is how many addresses of one trap may be fetched (H60, H61).
const lost = 200

// doolhof is the trap shop as a source, served on loopback.
func doolhof(t *testing.T, shop *trapshop.Shop, starts ...market.Start) crawler.Site {
	t.Helper()
	srv := httptest.NewServer(shop)
	t.Cleanup(srv.Close)
	host, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	parser, err := parsers.New("auto", func(into any) error {
		into.(*parsers.Rules).List = &parsers.List{Tile: ".tegel", Link: "a.naam", Next: "a.volgende"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return crawler.Site{
		Source: market.Source{
			ID: "doolhof", Name: "Doolhof", Locale: money.Locale{Language: "nl-NL", Currency: "EUR"}, Starts: starts,
			Scope: market.Scope{
				Products: []string{"/p/", "/s/*/p/"}, Lists: []string{"/c/", "/m/", "/s/*/c/", "/agenda/", "/kalender", "/zoeken"}, MaxPages: 5000,
			},
			Pace: market.Pace{Parallel: 2},
			Network: market.Network{
				ConnectTo: []market.ConnectTo{{ToHost: host, ToPort: port}}, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			},
		},
		Parser: parser,
	}
}

// visits crawls a site and returns how many pages were had, what was told of traps, and the failures by kind.
func visits(t *testing.T, site crawler.Site) (pages int, traps []string, failed map[market.FailureKind]int) {
	t.Helper()
	c, err := crawler.New(crawler.Options{Contact: "https://watcher.example/contact"})
	if err != nil {
		t.Fatal(err)
	}
	failed = map[market.FailureKind]int{}
	for v, err := range c.Crawl(t.Context(), site) {
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case v.Failure == nil:
			pages++
		case v.Failure.Kind == market.FailTrapDetected:
			traps = append(traps, v.Failure.Err.Error())
			fallthrough
		default:
			failed[v.Failure.Kind]++
		}
	}
	return pages, traps, failed
}

// mazes crawls the whole trap shop from its top list.
func mazes(t *testing.T, products int) {
	shop := trapshop.New(trapshop.Options{Products: products})
	pages, traps, failed := visits(t, doolhof(t, shop, market.Start{Kind: market.StartCategory, URLs: []string{trapshop.Top}}))
	t.Logf("%d products: %d pages, %d requests, lost %v, failures %v", products, pages, len(shop.Requests()), shop.Lost(), failed)
	for _, tr := range traps {
		t.Log(tr)
	}
	if missing := shop.Missing(); len(missing) > 0 {
		t.Errorf("%d of %d products were not found, such as %s", len(missing), products, missing[0])
	}
	if d := shop.Disallowed(); len(d) > 0 {
		t.Errorf("%d requests that robots.txt forbids, such as %s", len(d), d[0].URI)
	}
	if failed[market.FailBudgetExhausted] > 0 {
		t.Error("the budget was used up")
	}
	for maze, n := range shop.Lost() {
		if n > lost {
			t.Errorf("%s: %d addresses were fetched, want at most %d", maze, n, lost)
		}
	}
	for maze, pattern := range map[trapshop.Trap]string{
		trapshop.Calendar: "/agenda/{date}", trapshop.Dates: "/kalender?date=…", trapshop.Endless: "/c/nieuw?page=…",
		trapshop.Facets: "/c/afd-", trapshop.PathFacet: "/m/", trapshop.VisitID: "?bezoek=…", trapshop.PathID: "/s/{id}/…", trapshop.Loop: "…/extra/extra/extra/…",
	} {
		if !strings.Contains(strings.Join(traps, "\n"), pattern) {
			t.Errorf("%s: nothing that was told names %s", maze, pattern)
		}
	}
}

// TestTrapShop: every product of a shop full of traps is found, and the traps are left early and by their name.
func TestTrapShop(t *testing.T) { mazes(t, 200) }

// TestHarnessTraps is the same with the whole shop, and 10,000 addresses many of which are redirected to where
// robots.txt forbids to go.
func TestHarnessTraps(t *testing.T) {
	addresses := 1000
	switch os.Getenv("PRICEGAP_HARNESS") {
	case "prove":
		addresses = 10_000
	case "ci":
	default:
		t.Skip("needs PRICEGAP_HARNESS=ci or prove")
	}
	t.Run("mazes", func(t *testing.T) { mazes(t, 2000) })
	t.Run("redirects", func(t *testing.T) { redirects(t, addresses) })
}

// TestRedirectsObeyRobots: no hop of a redirect goes where robots.txt forbids it.
func TestRedirectsObeyRobots(t *testing.T) { redirects(t, 200) }

func redirects(t *testing.T, n int) {
	shop := trapshop.New(trapshop.Options{Products: max(n, 2000)})
	start := market.Start{Kind: market.StartProducts}
	for i := range n {
		start.URLs = append(start.URLs, fmt.Sprintf("http://%s/ga/%d", trapshop.Host, i))
	}
	site := doolhof(t, shop, start)
	site.Source.Scope.MaxPages = n
	pages, _, failed := visits(t, site)
	asked := shop.Requests()
	t.Logf("%d addresses: %d pages, %d requests, failures %v", n, pages, len(asked), failed)
	if d := shop.Disallowed(); len(d) > 0 {
		t.Errorf("%d requests that robots.txt forbids, such as %s", len(d), d[0].URI)
	}
	if pages != n/2 || failed[market.FailRobotsDisallowed] != n/2 {
		t.Errorf("%d pages and %d kept to itself by robots.txt, want %d of each", pages, failed[market.FailRobotsDisallowed], n/2)
	}
}
