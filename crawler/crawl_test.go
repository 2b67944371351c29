package crawler

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler/keep"
	"pricegap/crawler/pace"
	"pricegap/market"
	"pricegap/parsers"
)

// products serves n product pages and a list of them.
func products(n int) (map[string]http.HandlerFunc, market.Start) {
	pages := map[string]http.HandlerFunc{}
	var paths []string
	for i := range n {
		p := fmt.Sprintf("/p/%02d", i)
		pages[p] = text(fmt.Sprintf("title %d", i))
		paths = append(paths, p)
	}
	return pages, starts(market.StartProducts, paths...)
}

func sortedCrawl(t testing.TB, c *Crawler, s Site) []string {
	t.Helper()
	got := crawl(t, c.Crawl(t.Context(), s))
	slices.Sort(got)
	return got
}

func TestCrawlSitemaps(t *testing.T) {
	urlset := func(paths ...string) string {
		var b strings.Builder
		b.WriteString(`<?xml version="1.0" encoding="ISO-8859-1"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
		for _, p := range paths {
			fmt.Fprintf(&b, "<url><loc>http://shop.example%s</loc></url>", p)
		}
		return b.String() + "</urlset>"
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, urlset("/p/3"))
	w.Close()
	s := newShop(t, map[string]http.HandlerFunc{
		"/robots.txt": text("User-agent: *\nDisallow: /hidden.xml\n"),
		"/index.xml": text(`<?xml version="1.0"?><sitemapindex><sitemap><loc>http://shop.example/a.xml</loc></sitemap><sitemap><loc>http://shop.example/b.xml.gz</loc></sitemap>` +
			`<sitemap><loc>http://shop.example/hidden.xml</loc></sitemap><sitemap><loc>http://shop.example/cut.xml</loc></sitemap><sitemap><loc>http://evil.example/x.xml</loc></sitemap></sitemapindex>`),
		"/a.xml": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/xml; charset=iso-8859-1")
			io.WriteString(w, urlset("/p/1", "/p/2?\xe9", "/about", "/p/1"))
		},
		"/b.xml.gz": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-gzip")
			w.Write(z.Bytes())
		},
		"/cut.xml": text(strings.TrimSuffix(urlset("/p/4", "/p/5"), "l></urlset>")),
		"/p/1":     text("title 1"), "/p/2?%C3%A9": text("title 2"), "/p/3": text("title 3"), "/p/4": text("title 4"), "/p/5": text("title 5"),
	})
	start := starts(market.StartSitemap, "/index.xml")
	start.Include = []string{"/p/"}
	want := []string{"/cut.xml!decode_error", "/hidden.xml!robots_disallowed", "/p/1", "/p/2?%C3%A9", "/p/3", "/p/4"}
	got := sortedCrawl(t, newCrawler(t, Options{}), s.site(start))
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	if s.count("/hidden.xml") > 0 {
		t.Error("robots.txt does not hold for sitemaps")
	}
}

// jsonPages is a parser that shows what it is given.
type jsonPages struct{}

func (jsonPages) Parse(d *parsers.Doc) (parsers.Result, error) {
	if d.Role != parsers.RoleJSON || d.JSON.Items != "items" || d.Locale.Currency != "EUR" {
		return parsers.Result{}, errors.New("the input is incomplete")
	}
	r, err := lines{}.Parse(d)
	return r, err
}

func TestCrawlJSON(t *testing.T) {
	s := newShop(t, map[string]http.HandlerFunc{"/api": text("title 1\nnext /api?page=2\n"), "/api?page=2": text("title 2\n")})
	start := starts(market.StartJSON, "/api")
	start.JSON = market.JSONPaths{Items: "items"}
	site := s.site(starts(market.StartProducts), start)
	site.Parser = jsonPages{}
	if got := sortedCrawl(t, newCrawler(t, Options{}), site); !slices.Equal(got, []string{"/api", "/api?page=2"}) {
		t.Errorf("visits %q", got)
	}
}

func TestCrawlUnchanged(t *testing.T) {
	etag := func(body, tag string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			io.WriteString(w, body)
		}
	}
	price := "title 1"
	pages := map[string]http.HandlerFunc{
		"/list":  text("product /p/tag\nproduct /p/same\nproduct /p/moves\nproduct /p/fails\nproduct /p/panics\n"),
		"/p/tag": etag("title tag", `"v1"`), "/p/same": text("title same"), "/p/fails": text("fail price_missing"), "/p/panics": text("panic"),
		"/p/moves": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, price) },
	}
	s := newShop(t, pages)
	var k keep.Memory
	c := newCrawler(t, Options{Keep: &k})
	site := s.site(starts(market.StartCategory, "/list"))
	first := []string{"/list", "/p/fails?price_missing", "/p/moves", "/p/panics!internal_panic", "/p/same", "/p/tag"}
	if got := sortedCrawl(t, c, site); !cmp.Equal(got, first) {
		t.Error(cmp.Diff(first, got))
	}
	price = "title 2"
	second := []string{"/list", "/p/fails?price_missing", "/p/moves", "/p/panics!internal_panic", "/p/same=", "/p/tag="}
	for v, err := range newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), site) { // another process
		if err != nil {
			t.Fatal(err)
		}
		if v.Page.NotModified && (len(v.Page.Body) > 0 || len(v.Result.Offers) > 0 || v.Page.URL == "" || v.Page.FetchedAt.IsZero()) {
			t.Errorf("%s: an unchanged page has %+v", v.Request.URL, v)
		}
		if w := told(v); !slices.Contains(second, w) {
			t.Errorf("visit %q, want one of %q", w, second)
		}
	}
	p, err := c.Fetch(t.Context(), site, Request{URL: "http://shop.example/p/tag", Role: parsers.RoleProduct})
	if err != nil || p.NotModified || len(p.Body) == 0 {
		t.Errorf("Fetch asks conditionally: %+v, %v", p, err)
	}
	site.Reading = "another parser"
	if got := sortedCrawl(t, c, site); !cmp.Equal(got, first) {
		t.Errorf("with another way of reading: %s", cmp.Diff(first, got))
	}
}

// TestUnrecordedIsReadAgain: a page whose visit was not answered by a request for the next is read again in full.
func TestUnrecordedIsReadAgain(t *testing.T) {
	pages, start := products(3)
	s := newShop(t, pages)
	c := newCrawler(t, Options{})
	for range c.Crawl(t.Context(), s.site(start)) {
		break
	}
	if got, want := crawl(t, c.Crawl(t.Context(), s.site(start))), []string{"/p/00", "/p/01", "/p/02"}; !slices.Equal(got, want) {
		t.Errorf("after a page that was not recorded: %q, want %q", got, want)
	}
	got := crawl(t, c.Crawl(t.Context(), s.site(start)))
	if want := []string{"/p/00=", "/p/01=", "/p/02="}; !slices.Equal(got, want) {
		t.Errorf("visits %q, want %q", got, want)
	}
}

// TestResumeAfterBreak: who breaks out of the loop may have recorded nothing since the last checkpoint, least of
// all the page at which it broke; all of that is visited again.
func TestResumeAfterBreak(t *testing.T) {
	pages, start := products(6)
	s := newShop(t, pages)
	var k keep.Memory
	var first []string
	for v, err := range newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), s.site(start)) {
		if err != nil || v.Resumed {
			t.Fatal(v, err)
		}
		if first = append(first, told(v)); len(first) == 2 {
			break
		}
	}
	var rest []string
	var last Visit
	for v, err := range newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), s.site(start)) {
		if err != nil || !v.Resumed {
			t.Fatal(v, err)
		}
		rest, last = append(rest, told(v)), v
	}
	if !slices.Equal(first, []string{"/p/00", "/p/01"}) || !slices.Equal(rest, []string{"/p/00", "/p/01", "/p/02", "/p/03", "/p/04", "/p/05"}) {
		t.Errorf("first %q, then %q", first, rest)
	}
	if last.Done != 6 || last.Known != 6 || !last.Checkpoint {
		t.Errorf("the last visit says %+v", last)
	}
	for v := range newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), s.site(start)) {
		if v.Resumed {
			t.Error("a run that is done is resumed")
		}
		break
	}
}

// TestBreakAtCheckpoint: a batch whose recording failed at its checkpoint is visited again.
func TestBreakAtCheckpoint(t *testing.T) {
	pages, start := products(3)
	s := newShop(t, pages)
	c := newCrawler(t, Options{})
	for v, err := range c.Crawl(t.Context(), s.site(start)) {
		if err != nil {
			t.Fatal(err)
		}
		if v.Checkpoint {
			break
		}
	}
	if got, want := crawl(t, c.Crawl(t.Context(), s.site(start))), []string{"/p/00", "/p/01", "/p/02"}; !slices.Equal(got, want) {
		t.Errorf("visits %q, want %q", got, want)
	}
}

// TestResumeAfterCancel: a run that is stopped ends with a checkpoint, so that what was recorded by then is not
// asked for again; unless the loop breaks there.
func TestResumeAfterCancel(t *testing.T) {
	for name, c := range map[string]struct {
		breaks, lends, keeps bool
		want                 []string
	}{
		"recorded":                      {false, false, false, []string{"/p/05", "/p/06", "/p/07"}},
		"not":                           {true, false, false, []string{"/p/00", "/p/01", "/p/02", "/p/03", "/p/04", "/p/05", "/p/06", "/p/07"}},
		"recorded with the frontier":    {false, true, true, []string{"/p/05", "/p/06", "/p/07"}},
		"not known whether it was, was": {true, true, true, []string{"/p/05", "/p/06", "/p/07"}},
		"not known whether it was, not": {true, true, false, []string{"/p/00", "/p/01", "/p/02", "/p/03", "/p/04", "/p/05", "/p/06", "/p/07"}},
	} {
		t.Run(name, func(t *testing.T) {
			resumeAfterCancel(t, c.breaks, func(k *keep.Memory, v Visit) {
				if !c.lends {
					return
				}
				lent, err := v.Frontier(t.Context())
				if err != nil || len(lent) == 0 {
					t.Errorf("the frontier: %d values, %v", len(lent), err)
				}
				for _, x := range lent {
					if c.keeps {
						k.PutState(t.Context(), x.Key, x.Value)
					}
				}
			}, c.want)
		})
	}
}

func resumeAfterCancel(t *testing.T, breaks bool, kept func(*keep.Memory, Visit), want []string) {
	t.Helper()
	pages, start := products(8)
	pages["/p/05"] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	s := newShop(t, pages)
	var k keep.Memory
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []string
	var last error
	for v, err := range newCrawler(t, Options{Keep: &k}).Crawl(ctx, s.site(start)) {
		if err != nil {
			last = err
			continue
		}
		if got = append(got, told(v)); len(got) == 5 {
			cancel()
		}
		if !v.Checkpoint {
			continue
		}
		if kept(&k, v); breaks {
			break
		}
	}
	if !errors.Is(last, context.Canceled) && !breaks || !slices.Equal(got, []string{"/p/00", "/p/01", "/p/02", "/p/03", "/p/04", "!cancelled"}) {
		t.Fatalf("visits %q, then %v", got, last)
	}
	s.set("/p/05", text("title 5"))
	if got := crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), s.site(start))); !slices.Equal(got, want) {
		t.Errorf("resumed with %q, want %q", got, want)
	}
}

// frozen is a keeper whose state was copied at one moment, as a crash leaves it.
func frozen(t *testing.T, k *keep.Memory, keys ...string) *keep.Memory {
	t.Helper()
	var out keep.Memory
	for _, key := range keys {
		raw, _ := k.GetState(t.Context(), key)
		if raw != nil {
			out.PutState(t.Context(), key, raw)
		}
	}
	return &out
}

// TestResumeAfterCrash: what was yielded up to a checkpoint is not fetched again, everything else is.
func TestResumeAfterCrash(t *testing.T) {
	t.Parallel()
	const n = 120
	pages, start := products(n)
	slow := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(10 * time.Millisecond) // 100 pages pass a checkpoint
			h(w, r)
		}
	}
	for p, h := range pages {
		pages[p] = slow(h)
	}
	s := newShop(t, pages)
	var k keep.Memory
	done, checked := 0, 0
	var crashed *keep.Memory
	for v, err := range newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), s.site(start)) {
		if err != nil {
			t.Fatal(err)
		}
		if checked > 0 && crashed == nil { // the loop went on, so the frontier is kept now
			crashed = frozen(t, &k, "frontier/shop", "frontier/shop/0")
		}
		if done++; v.Checkpoint && checked == 0 {
			checked = done
		}
	}
	if done != n || checked < checkpointPages || checked >= n {
		t.Fatalf("%d visits, the first checkpoint at %d", done, checked)
	}
	got := crawl(t, newCrawler(t, Options{Keep: crashed}).Crawl(t.Context(), s.site(start)))
	if len(got) != n-checked || got[0] != fmt.Sprintf("/p/%02d", checked) {
		t.Errorf("resumed with %d pages from %s, want %d", len(got), got[0], n-checked)
	}
}

func TestOldFrontierIsDropped(t *testing.T) {
	pages, start := products(3)
	s := newShop(t, pages)
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		later   time.Duration
		change  func(*Site)
		resumed bool
	}{
		"soon":         {time.Hour, nil, true},
		"next day":     {24 * time.Hour, nil, false},
		"other plan":   {0, func(s *Site) { s.Source.Scope.Exclude = []string{"/x"} }, false},
		"clock behind": {-2 * time.Hour, nil, false},
	} {
		clock := now
		k := &keep.Memory{}
		o := Options{Keep: k, Clock: func() time.Time { return clock }}
		site := s.site(start)
		for range newCrawler(t, o).Crawl(t.Context(), site) {
			break
		}
		clock = clock.Add(c.later)
		if c.change != nil {
			c.change(&site)
		}
		for v, err := range newCrawler(t, o).Crawl(t.Context(), site) {
			if err != nil || v.Resumed != c.resumed {
				t.Errorf("%s: %+v, %v", name, v, err)
			}
		}
	}
}

func TestBudget(t *testing.T) {
	pages, start := products(5)
	s := newShop(t, pages)
	site := s.site(start)
	site.Source.Scope.MaxPages = 2
	var k keep.Memory
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	for day, want := range [][]string{{"/p/00", "/p/01", "!budget_exhausted"}, {"/p/02", "/p/03", "!budget_exhausted"}, {"/p/04"}, {"/p/00=", "/p/01=", "!budget_exhausted"}} {
		c := newCrawler(t, Options{Keep: &k, Clock: func() time.Time { return now.AddDate(0, 0, day) }})
		if got := crawl(t, c.Crawl(t.Context(), site)); !slices.Equal(got, want) {
			t.Errorf("day %d: %q, want %q", day, got, want)
		}
	}
}

// TestClosedHost: a host that asked to be left alone ends the run of its source; the rest waits for the next, which
// begins anew behind it.
func TestClosedHost(t *testing.T) {
	t.Parallel()
	pages, start := products(6)
	good := pages["/p/02"]
	pages["/p/02"] = status(429, "Retry-After", "3600")
	s := newShop(t, pages)
	var k keep.Memory
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	o := Options{Keep: &k, Clock: func() time.Time { return now }}
	if got, want := crawl(t, newCrawler(t, o).Crawl(t.Context(), s.site(start))), []string{"/p/00", "/p/01", "/p/02!rate_limited"}; !slices.Equal(got, want) {
		t.Errorf("visits %q, want %q", got, want)
	}
	pages["/p/02"] = good
	if got, want := crawl(t, newCrawler(t, o).Crawl(t.Context(), s.site(start))), []string{"/p/03!rate_limited"}; !slices.Equal(got, want) {
		t.Errorf("at once: visits %q, want %q", got, want)
	}
	now = now.Add(2 * time.Hour)
	if got, want := crawl(t, newCrawler(t, o).Crawl(t.Context(), s.site(start))), []string{"/p/04", "/p/05", "/p/02", "/p/03", "/p/00=", "/p/01="}; !slices.Equal(got, want) {
		t.Errorf("two hours later: visits %q, want %q", got, want)
	}
}

// TestBlockedShop: 403 for everything opens the breaker after five, and the run ends.
func TestBlockedShop(t *testing.T) {
	t.Parallel()
	pages, start := products(30)
	for i := 3; i < 30; i++ {
		pages[fmt.Sprintf("/p/%02d", i)] = status(403)
	}
	s := newShop(t, pages)
	got := crawl(t, newCrawler(t, Options{}).Crawl(t.Context(), s.site(start)))
	if asked := len(s.log()); asked > 3+pace.MaxTries+5 || len(got) != asked || !strings.HasSuffix(got[len(got)-1], "!client_error") {
		t.Errorf("%d requests, visits %q", asked, got)
	}
}

func TestRobotsUnavailableEndsRun(t *testing.T) {
	t.Parallel()
	pages, start := products(5)
	pages["/robots.txt"] = status(503)
	s := newShop(t, pages)
	if got, want := crawl(t, newCrawler(t, Options{}).Crawl(t.Context(), s.site(start))), []string{"/p/00!robots_unavailable"}; !slices.Equal(got, want) || len(s.log()) > 0 {
		t.Errorf("visits %q and requests %q", got, s.log())
	}
}

func TestRefreshRobots(t *testing.T) {
	pages, start := products(1)
	pages["/robots.txt"] = text("User-agent: *\nDisallow:\n")
	s := newShop(t, pages)
	var k keep.Memory
	crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), s.site(start)))
	s.set("/robots.txt", text("User-agent: *\nDisallow: /\n"))
	if got := crawl(t, newCrawler(t, Options{Keep: &k}).Crawl(t.Context(), s.site(start))); got[0] != "/p/00=" {
		t.Errorf("within 24 hours: %q", got)
	}
	if got := crawl(t, newCrawler(t, Options{Keep: &k, RefreshRobots: true}).Crawl(t.Context(), s.site(start))); got[0] != "/p/00!robots_disallowed" {
		t.Errorf("refreshed: %q", got)
	}
}

func TestParallelVisits(t *testing.T) {
	pages, start := products(40)
	s := newShop(t, pages)
	site := s.site(start)
	site.Source.Pace.Parallel = 8
	got := sortedCrawl(t, newCrawler(t, Options{}), site)
	if len(got) != 40 || len(slices.Compact(got)) != 40 {
		t.Errorf("%d visits", len(got))
	}
}

// TestSlowShopDelaysNoOther: two sources of one crawler do not wait for each other.
func TestSlowShopDelaysNoOther(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	defer close(end)
	slow := newShop(t, map[string]http.HandlerFunc{"*": func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-end:
		case <-r.Context().Done():
		}
	}})
	pages, start := products(5)
	fast := newShop(t, pages)
	c := newCrawler(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		site := slow.site(market.Start{Kind: market.StartProducts, URLs: []string{"http://slow.example/"}})
		site.Source.ID = "slow"
		for range c.Crawl(ctx, site) { //nolint:revive // it ends by its context
		}
	}()
	if got := crawl(t, c.Crawl(t.Context(), fast.site(start))); len(got) != 5 {
		t.Errorf("visits %q", got)
	}
	cancel()
	<-done
}

func TestStoreThatFails(t *testing.T) {
	pages, start := products(2)
	s := newShop(t, pages)
	var last error
	for _, err := range newCrawler(t, Options{Keep: &full{}}).Crawl(t.Context(), s.site(start)) {
		last = err
	}
	if !errors.Is(last, errFull) {
		t.Errorf("got %v", last)
	}
}

type full struct{ keep.Memory }

var errFull = errors.New("disk full")

func (*full) PutState(context.Context, string, []byte) error { return errFull }

// TestNothingInSilence: what is left out is logged with its count.
func TestNothingInSilence(t *testing.T) {
	s := newShop(t, map[string]http.HandlerFunc{"/tv": text("product /a/a/a\nproduct /x/a/a/a\nproduct /p/1"), "/p/1": text("title 1")})
	var out strings.Builder
	c := newCrawler(t, Options{Log: slog.New(slog.NewTextHandler(&out, nil))})
	got := crawl(t, c.Crawl(t.Context(), s.site(starts(market.StartCategory, "/tv"))))
	if !slices.Contains(got, "/a/a/a!trap_detected") || len(got) != 3 || !strings.Contains(out.String(), "count=2") {
		t.Errorf("visits %q, log %s", got, out.String())
	}
}

// BenchmarkCrawl crawls 1,000 product pages of about 100 KB from loopback, without a pause.
func BenchmarkCrawl(b *testing.B) {
	const n = 1000
	body := []byte("<!doctype html><title>x</title>" + strings.Repeat("<p>€ 12,95 in stock, delivered tomorrow</p>\n", 2300))
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(body)
	}
	pages := map[string]http.HandlerFunc{"/robots.txt": status(404), "*": page}
	s := newShop(b, pages)
	start := market.Start{Kind: market.StartProducts}
	for i := range n {
		start.URLs = append(start.URLs, fmt.Sprintf("http://shop.example/p/%d", i))
	}
	site := s.site(start)
	site.Source.Pace.Parallel = 16
	b.ReportAllocs()
	for b.Loop() {
		c := newCrawler(b, Options{})
		if got := crawl(b, c.Crawl(b.Context(), site)); len(got) != n {
			b.Fatalf("%d visits", len(got))
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}

// TestPacked: a packed page without validators is known again by its bytes, without being unpacked, and read when they
// differ; one that is packed differently but says the same is known by what it says.
func TestPacked(t *testing.T) {
	t.Parallel()
	body, level := "title one", gzip.BestSpeed
	pages, start := products(1)
	pages["/p/00"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, level)
		io.WriteString(z, body)
		z.Close()
	}
	s := newShop(t, pages)
	c := newCrawler(t, Options{})
	for i, step := range []struct {
		body  string
		level int
		want  bool
	}{
		{"title one", gzip.BestSpeed, false},
		{"title one", gzip.BestSpeed, true},
		{"title one", gzip.NoCompression, true},
		{"title one", gzip.NoCompression, true},
		{"title two", gzip.NoCompression, false},
		{"title two", gzip.NoCompression, true},
	} {
		body, level = step.body, step.level
		for v, err := range c.Crawl(t.Context(), s.site(start)) {
			if err != nil || v.Failure != nil || v.Page.NotModified != step.want || v.Bytes == 0 {
				t.Errorf("step %d: %+v, %v, want not modified: %t", i, v, err, step.want)
			}
		}
	}
}

// TestLastmod: where a sitemap is trusted, what was not modified counts as seen without being fetched; a page that
// changed without a new date ends the trust.
func TestLastmod(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 6, 0, 0, 0, time.UTC)
	title := map[string]string{}
	pages := map[string]http.HandlerFunc{}
	const n = 100
	sitemap := `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`
	for i := range n {
		path := fmt.Sprintf("/p/%02d", i)
		title[path] = "title " + path
		pages[path] = func(w http.ResponseWriter, r *http.Request) { text(title[r.URL.Path])(w, r) }
		sitemap += "<url><loc>http://shop.example" + path + "</loc><lastmod>2026-03-01T10:00:00Z</lastmod></url>"
	}
	pages["/sitemap.xml"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		io.WriteString(w, sitemap+"</urlset>")
	}
	s := newShop(t, pages)
	start := starts(market.StartSitemap, "/sitemap.xml")
	start.TrustLastmod = true
	site := s.site(start)
	recorded := map[string]time.Time{}
	site.SeenAt = func(url string) time.Time { return recorded[url] }
	c := newCrawler(t, Options{Clock: func() time.Time { return now }})
	run := func() (fetched int, untrue bool) {
		asked := len(s.log())
		visits := 0
		var last Visit
		for v, err := range c.Crawl(t.Context(), site) {
			if err != nil || v.Failure != nil || !v.Page.FetchedAt.Equal(now) {
				t.Fatalf("%+v, %v", v, err)
			}
			visits++
			last = v
			recorded[v.Page.URL] = v.Page.FetchedAt
			untrue = untrue || v.Untrue
		}
		fetched = len(s.log()) - asked - 1
		if visits != n || last.Done != n || last.Fetched != fetched {
			t.Errorf("%d visits, want %d; %d were fetched, and the last visit says %d of %d", visits, n, fetched, last.Fetched, last.Done)
		}
		return fetched, untrue
	}
	if fetched, _ := run(); fetched != n {
		t.Errorf("first: %d pages are fetched", fetched)
	}
	for day := range 2 {
		now = now.Add(24 * time.Hour)
		if fetched, untrue := run(); fetched > n/10 || untrue {
			t.Errorf("%d days later: %d pages are fetched, untrue %t", day+1, fetched, untrue)
		}
	}
	site.Source.Starts[0].TrustLastmod = false
	if fetched, _ := run(); fetched != n {
		t.Errorf("without trust: %d pages are fetched", fetched)
	}
	site.Source.Starts[0].TrustLastmod = true
	now = now.Add(8 * 24 * time.Hour)
	if fetched, _ := run(); fetched != n {
		t.Errorf("a week later: %d pages are fetched", fetched)
	}
	now = now.Add(24 * time.Hour)
	for path := range title {
		title[path] += " changed"
	}
	untrue := false
	for range 64 { // the sample of some day has one of them
		var wrong bool
		if _, wrong = run(); wrong {
			untrue = true
			break
		}
		now = now.Add(time.Hour)
	}
	if !untrue {
		t.Error("pages that changed without a new date are never found out")
	}
}

// TestGone: a page that is not there in three runs has ended.
func TestGone(t *testing.T) {
	t.Parallel()
	pages, start := products(2)
	s := newShop(t, pages)
	c := newCrawler(t, Options{})
	crawl(t, c.Crawl(t.Context(), s.site(start)))
	s.set("/p/01", nil)
	for i, want := range []string{"/p/01!client_error", "/p/01!client_error", "/p/01!gone", "/p/01!gone"} {
		if got := crawl(t, c.Crawl(t.Context(), s.site(start))); !slices.Contains(got, want) {
			t.Errorf("run %d without the page: %q, want %q", i+1, got, want)
		}
	}
	s.set("/p/01", text("title back"))
	crawl(t, c.Crawl(t.Context(), s.site(start)))
	s.set("/p/01", nil)
	if got := crawl(t, c.Crawl(t.Context(), s.site(start))); !slices.Contains(got, "/p/01!client_error") {
		t.Errorf("missing again: %q", got)
	}
}

// TestSamePage: one page under many addresses is no shop: the run is held.
func TestSamePage(t *testing.T) {
	t.Parallel()
	pages, start := products(20)
	for path := range pages {
		pages[path] = text("title the same")
	}
	s := newShop(t, pages)
	drift, visits := 0, 0
	for v, err := range newCrawler(t, Options{}).Crawl(t.Context(), s.site(start)) {
		if err != nil {
			t.Fatal(err)
		}
		visits++
		if v.Result.Failure == market.FailParseDrift {
			drift++
			if v.Left != 15 {
				t.Errorf("%d pages are left", v.Left)
			}
		}
	}
	if drift != 1 || visits != 5 {
		t.Errorf("%d visits, %d of them parse_drift", visits, drift)
	}
}

// TestFirst: a page that somebody asks for is visited before all others of a run under way, and whoever asked hears
// what became of it once it is recorded, or that the run does not bring it.
func TestFirst(t *testing.T) {
	t.Parallel()
	pages, start := products(30)
	c := newCrawler(t, Options{})
	ask := func(page string) bool {
		_, ok := c.First(t.Context(), "shop", "http://shop.example"+page)
		return ok
	}
	told, again, second := make(chan (<-chan Visit), 1), false, pages["/p/01"]
	pages["/p/01"] = func(w http.ResponseWriter, r *http.Request) { // on its way while somebody asks
		told <- c.ask(t.Context(), "shop", "http://shop.example/p/29?utm_source=x")
		again = ask("/p/00") || ask("/p/01")
		second(w, r)
	}
	s := newShop(t, pages)
	if ask("/p/29") {
		t.Error("a page is put first in a run that is not under way")
	}
	var order []string
	for v, err := range c.Crawl(t.Context(), s.site(start)) {
		if err != nil {
			t.Fatal(err)
		}
		if order = append(order, v.Request.URL); v.Request.URL == "http://shop.example/p/29" && !v.Checkpoint {
			t.Error("the visit is no checkpoint")
		}
	}
	if v, ok := <-<-told; !ok || v.Request.URL != "http://shop.example/p/29" || v.Page.Status != http.StatusOK {
		t.Errorf("who asked heard: %v, %+v", ok, v)
	}
	if again {
		t.Error("a page is taken that was visited, or is on its way")
	}
	if i := slices.Index(order, "http://shop.example/p/29"); i < 1 || i > 5 || len(order) != 30 {
		t.Errorf("the page came as number %d of %d", i+1, len(order))
	}
	if ask("/p/29") {
		t.Error("a page is put first in a run that is over")
	}
}

// TestFirstOfAStoppedRun: who waits for a page hears when its run ends before it.
func TestFirstOfAStoppedRun(t *testing.T) {
	t.Parallel()
	pages, start := products(3)
	c := newCrawler(t, Options{})
	told, first := make(chan (<-chan Visit), 1), pages["/p/00"]
	pages["/p/00"] = func(w http.ResponseWriter, r *http.Request) {
		told <- c.ask(t.Context(), "shop", "http://shop.example/p/02")
		first(w, r)
	}
	for range c.Crawl(t.Context(), newShop(t, pages).site(start)) {
		break
	}
	if v, ok := <-<-told; ok {
		t.Errorf("who asked heard of %s", v.Request.URL)
	}
}

// TestMatchedFirst: pages of products of ours come before the rest.
func TestMatchedFirst(t *testing.T) {
	t.Parallel()
	pages, start := products(10)
	s := newShop(t, pages)
	site := s.site(start)
	site.Matched = func(url string) bool { return strings.HasSuffix(url, "7") || strings.HasSuffix(url, "9") }
	got := crawl(t, newCrawler(t, Options{}).Crawl(t.Context(), site))
	if len(got) != 10 || !strings.HasPrefix(got[0], "/p/07") || !strings.HasPrefix(got[1], "/p/09") || !strings.HasPrefix(got[2], "/p/00") {
		t.Errorf("visited in this order: %q", got)
	}
}

// TestManyStarts: what follows from the starting points alone is worked out once in a run, however many they are.
func TestManyStarts(t *testing.T) {
	const n = 20_000
	start := market.Start{Kind: market.StartProducts}
	for i := range n {
		start.URLs = append(start.URLs, fmt.Sprintf("https://shop.example/p/%d", i))
	}
	r, err := newCrawler(t, Options{}).begin(t.Context(), newShop(t, nil).site(start))
	if err != nil {
		t.Fatal(err)
	}
	defer r.free()
	if err := r.keep(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		if err := r.keep(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / 10; each > 100<<10 {
		t.Errorf("a checkpoint allocates %d bytes", each)
	}
}
