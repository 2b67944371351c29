package crawler

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pricegap/crawler/keep"
	"pricegap/crawler/seen"
	"pricegap/market"
)

// sitemaps serves an index of n sitemaps, of which the first names pages.
func sitemaps(into map[string]http.HandlerFunc, n int, modified string, pages ...string) market.Start {
	xml := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			io.WriteString(w, body)
		}
	}
	var index, names strings.Builder
	for i := range n {
		path := fmt.Sprintf("/map-%d.xml", i)
		fmt.Fprintf(&index, "<sitemap><loc>http://shop.example%s</loc></sitemap>", path)
		into[path] = xml(`<urlset></urlset>`)
	}
	for _, p := range pages {
		fmt.Fprintf(&names, "<url><loc>http://shop.example%s</loc>%s</url>", p, modified)
	}
	into["/map-0.xml"] = xml("<urlset>" + names.String() + "</urlset>")
	into["/index.xml"] = xml("<sitemapindex>" + index.String() + "</sitemapindex>")
	return starts(market.StartSitemap, "/index.xml")
}

// TestRunThatEndsWithASitemap: what a run told before its last sitemap is settled by a checkpoint of its own, unless the
// loop breaks there; and what waits for the next run is told with it.
func TestRunThatEndsWithASitemap(t *testing.T) {
	t.Parallel()
	pages, _ := products(2)
	site := newShop(t, pages).site(sitemaps(pages, 4, "", "/p/00", "/p/01"))
	c := newCrawler(t, Options{})
	for run, want := range [][]string{{"/p/00", "/p/01", ""}, {"/p/00", "/p/01", ""}, {"/p/00=", "/p/01=", ""}} {
		var got []string
		var last Visit
		for v, err := range c.Crawl(t.Context(), site) {
			if err != nil {
				t.Fatal(err)
			}
			if got, last = append(got, told(v)), v; v.Checkpoint && run == 0 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("run %d: %q, want %q", run, got, want)
		}
		if !last.Checkpoint || last.Done != 2 || last.Known != 2 || last.Bytes == 0 || last.Page.URL != "" || last.Left != 0 {
			t.Errorf("run %d: the last visit is %+v", run, last)
		}
	}
}

// TestLeftIsTold: how many pages wait for a host that is left alone is told though a sitemap of another came last.
func TestLeftIsTold(t *testing.T) {
	t.Parallel()
	pages, _ := products(0)
	asked := make(chan struct{})
	refuse := status(http.StatusTooManyRequests, "Retry-After", "3600")
	pages["/b/1"] = func(w http.ResponseWriter, r *http.Request) { close(asked); refuse(w, r) }
	s := newShop(t, pages)
	start := sitemaps(pages, 4, "")
	index := pages["/index.xml"]
	pages["/index.xml"] = func(w http.ResponseWriter, r *http.Request) { <-asked; index(w, r) }
	site := s.site(start, market.Start{Kind: market.StartProducts, URLs: []string{"http://blog.example/b/1", "http://blog.example/b/2", "http://blog.example/b/3"}})
	var last Visit
	for v, err := range newCrawler(t, Options{}).Crawl(t.Context(), site) {
		if err != nil {
			t.Fatal(err)
		}
		last = v
	}
	if asked := s.log(); asked[len(asked)-1] != "/map-3.xml" {
		t.Fatalf("asked for %q: the test proves nothing", asked)
	}
	if last.Left != 2 || !last.Checkpoint {
		t.Errorf("the last visit is %+v", last)
	}
}

// TestMarksAreOfTheFetch: what is remembered of a page is as old as its fetch, or as the sitemap that vouches for it,
// however late that is settled.
func TestMarksAreOfTheFetch(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 6, 0, 0, 5, time.UTC)
	pages, _ := products(1)
	start := sitemaps(pages, 1, "<lastmod>2026-03-01T10:00:00Z</lastmod>", "/p/00")
	start.TrustLastmod = true
	site := newShop(t, pages).site(start)
	var k keep.Memory
	c := newCrawler(t, Options{Keep: &k, Clock: func() time.Time { return now }})
	const page = "http://shop.example/p/00"
	var fetched time.Time
	for _, spared := range []bool{false, true} {
		at := now.Truncate(time.Second)
		if !spared {
			fetched = at
		}
		for v, err := range c.Crawl(t.Context(), site) {
			if err != nil || v.Page.NotModified != spared {
				t.Fatalf("%+v, %v", v, err)
			}
			now = now.Add(time.Hour) // before it is settled
		}
		known, err := seen.Open(t.Context(), &k, "seen/shop", c.agent+" "+site.Reading)
		if err != nil {
			t.Fatal(err)
		}
		if m, ok := known.Look(page); !ok || !m.FetchedAt.Equal(fetched) || !m.ConfirmedAt.Equal(at) {
			t.Errorf("spared %t: fetched at %s and confirmed at %s, want %s and %s", spared, m.FetchedAt, m.ConfirmedAt, fetched, at)
		}
		now = now.Add(24 * time.Hour)
	}
}
