package crawler

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler/warc"
	"pricegap/market"
)

// archived is a shop in which everything stands that an archive meets.
func archived(t *testing.T) *shop {
	var tries atomic.Int32
	pages := map[string]http.HandlerFunc{
		"/robots.txt": text("User-agent: *\nDisallow: /basket\n"),
		"/sitemap.xml": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			_, _ = w.Write([]byte(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://shop.example/p/1</loc></url>` +
				`<url><loc>http://shop.example/p/2</loc></url><url><loc>http://shop.example/p/moved</loc></url><url><loc>http://shop.example/basket</loc></url>` +
				`<url><loc>http://shop.example/p/gone</loc></url><url><loc>http://shop.example/p/busy</loc></url><url><loc>http://shop.example/p/private</loc></url></urlset>`))
		},
		"/p/1": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", `"1"`)
			text("title one")(w, r)
		},
		"/p/2": func(w http.ResponseWriter, _ *http.Request) { // not in UTF-8
			w.Header().Set("Content-Type", "text/html; charset=iso-8859-15")
			_, _ = w.Write([]byte("title caf\xe9 \xa4 12,95"))
		},
		"/p/moved": status(302, "Location", "/p/new"),
		"/p/new":   text("title new"),
		"/p/gone":  status(410),
		"/p/busy": func(w http.ResponseWriter, r *http.Request) {
			if tries.Add(1) == 1 {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			text("title busy")(w, r)
		},
		"/p/private": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Robots-Tag", "noarchive")
			text("title private")(w, r)
		},
	}
	return newShop(t, pages)
}

// visited is what a run came to: pages with their bodies and times, and failures.
func visited(t *testing.T, c *Crawler, s Site) (out []string, pages map[string]market.Page) {
	t.Helper()
	pages = map[string]market.Page{}
	for v, err := range c.Crawl(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, told(v))
		if v.Failure == nil {
			pages[v.Request.URL] = v.Page
		}
	}
	slices.Sort(out)
	return out, pages
}

// kept checks what a file says about where its pages came from.
func kept(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := map[string]int{}
	for r, err := range warc.Read(f) {
		if err != nil {
			t.Fatal(err)
		}
		got[r.Type]++
		if host := r.Header.Get("WARC-IP-Address"); r.Type == "response" && host != "127.0.0.1" && host != "::1" {
			t.Errorf("%s came from %q", r.URL, host)
		}
		if r.Type == "request" && !bytes.Contains(r.Block, []byte("\r\nUser-Agent: pricegap/")) {
			t.Errorf("%s was asked for by %s", r.URL, r.Block)
		}
	}
	// robots.txt, the sitemap, two pages, a redirect and its target, one that has ended, and one at the second try.
	if d := cmp.Diff(map[string]int{"warcinfo": 1, "response": 9, "request": 9}, got); d != "" {
		t.Error(d)
	}
}

// TestArchiveAndReplay crawls a shop twice into an archive, closes the shop, and visits it again from what was kept: the
// same pages, at the times at which they came, and nothing is asked of anybody.
func TestArchiveAndReplay(t *testing.T) {
	t.Parallel()
	s, dir := archived(t), t.TempDir()
	now := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	w, err := warc.Open(warc.Options{Folder: dir, Clock: clock, Warn: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	site := s.site(starts(market.StartSitemap, "/sitemap.xml"))
	c := newCrawler(t, Options{Archive: w, Clock: clock})
	want := []string{"/basket!robots_disallowed", "/p/1", "/p/2", "/p/busy", "/p/gone!gone", "/p/moved", "/p/private"}
	got, first := visited(t, c, site)
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	now = now.Add(time.Hour)
	if got, _ := visited(t, c, site); !slices.Contains(got, "/p/1=") {
		t.Fatalf("the second run: %q", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "pricegap-shop-*.warc.gz"))
	if err != nil || len(files) != 2 {
		t.Fatalf("two runs left %q, %v", files, err)
	}
	kept(t, files[0])
	s.Close()
	asked := len(s.times)

	later := now.Add(30 * 24 * time.Hour)
	replay := func(paths ...string) ([]string, map[string]market.Page) {
		r, damaged, err := warc.OpenReplay(t.Context(), paths...)
		if err != nil || len(damaged) > 0 {
			t.Fatal(err, damaged)
		}
		defer r.Close()
		site := site
		site.Source.Pace.Pause, site.Source.Network = time.Minute, market.Network{} // nobody waits, nobody is asked
		return visited(t, newCrawler(t, Options{Replay: r, Clock: func() time.Time { return later }}), site)
	}
	want[len(want)-1] = "/p/private!client_error"
	got, pages := replay(files[0])
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	delete(first, "http://shop.example/p/private")
	if d := cmp.Diff(first, pages); d != "" {
		t.Errorf("the pages of the replay differ: %s", d)
	}
	got, pages = replay(dir)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for u, p := range pages {
		if !p.FetchedAt.Equal(now) || !bytes.Equal(p.Body, first[u].Body) || p.NotModified {
			t.Errorf("%s: fetched at %s, not modified %v", u, p.FetchedAt, p.NotModified)
		}
	}
	if len(s.times) != asked {
		t.Error("the shop was asked")
	}
}

// TestReplayMissing: a page that is not in the archive says so, and robots.txt that is not allows what is.
func TestReplayMissing(t *testing.T) {
	s := newShop(t, map[string]http.HandlerFunc{"/p/1": text("title one")})
	dir := t.TempDir()
	w, err := warc.Open(warc.Options{Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	site := s.site(starts(market.StartProducts, "/p/1", "/p/2"))
	only := site
	only.Source.Starts = []market.Start{starts(market.StartProducts, "/p/1")}
	c := newCrawler(t, Options{})
	crawl(t, c.Crawl(t.Context(), only)) // robots.txt is known from here on
	c.chain.Begin("nobody")
	again := newCrawler(t, Options{Keep: c.keep, Archive: w})
	crawl(t, again.Crawl(t.Context(), only))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, _, err := warc.OpenReplay(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for v, err := range newCrawler(t, Options{Replay: r}).Crawl(t.Context(), site) {
		if err != nil {
			t.Fatal(err)
		}
		if got := told(v); got != "/p/2!client_error" && got != "/p/1" {
			t.Errorf("visit %s: %v", got, v.Failure)
		}
		if v.Failure != nil && (v.Failure.Status != 0 || errors.Unwrap(v.Failure.Err) != nil || v.Failure.Err.Error() != "not in the archive") {
			t.Errorf("the failure says %v", v.Failure)
		}
	}
}
