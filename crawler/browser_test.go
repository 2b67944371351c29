package crawler

import (
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler/browser"
	"pricegap/market"
	"pricegap/parsers"
)

// jsPage is a page of which a script makes everything out of JSON.
const jsPage = `<!doctype html><html><head><meta charset="utf-8"><script src="http://cdn.example/lib.js"></script>
<script src="http://cdn.example/private/spy.js"></script><script src="http://other.example/spy.js"></script><script src="/app.js"></script></head><body><div id="app">laden</div></body></html>`

const jsApp = `
const ld = p => '<script type="application/ld+json">' + JSON.stringify({'@context': 'https://schema.org', '@type': 'Product', name: p.name, sku: sku(p),
	offers: {'@type': 'Offer', price: p.price, priceCurrency: 'EUR', availability: 'https://schema.org/InStock'}}) + '</' + 'script>'
addEventListener('DOMContentLoaded', async () => {
	const app = document.getElementById('app')
	try { await fetch('/private' + location.pathname) } catch (e) {}
	const p = await (await fetch('/api' + location.pathname)).json()
	document.title = p.name
	app.innerHTML = '<h1>' + p.name + '</h1><p class="price">€ ' + p.price + '</p><img src="/photo.jpg">'
	document.head.insertAdjacentHTML('beforeend', ld(p))
})`

// newJSShop has products whose pages are empty without their scripts.
func newJSShop(t testing.TB) *shop {
	t.Helper()
	js := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, body)
		}
	}
	pages := map[string]http.HandlerFunc{
		"/robots.txt":  text("User-agent: *\nDisallow: /private/\nDisallow: /p/hidden\n"),
		"/sitemap.xml": js("application/xml", `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://shop.example/p/1</loc></url><url><loc>http://shop.example/p/2</loc></url><url><loc>http://shop.example/p/hidden</loc></url><url><loc>http://shop.example/p/old</loc></url></urlset>`),
		"/app.js":      js("text/javascript", jsApp),
		"/lib.js":      js("text/javascript", "const sku = p => p.sku"),
		"/p/old":       to("/p/3"),
	}
	for i, price := range []string{"12.95", "129.00", "1299.00"} {
		path := fmt.Sprintf("/p/%d", i+1)
		pages[path] = text(jsPage)
		pages["/api"+path] = js("application/json", fmt.Sprintf(`{"name":"Boormachine %d","sku":"B%d","price":"%s"}`, i+1, i+1, price))
	}
	return newShop(t, pages)
}

// TestRenderBrowser crawls a shop that is nothing without its scripts, through a real browser, into offers.
func TestRenderBrowser(t *testing.T) {
	if _, err := browser.Find(); err != nil {
		if os.Getenv("CI") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	s := newJSShop(t)
	start := starts(market.StartSitemap, "/sitemap.xml")
	site := s.site(start)
	var err error
	if site.Parser, err = parsers.New("auto", nil); err != nil {
		t.Fatal(err)
	}
	site.Source.Render, site.Source.Pace.Pause = market.RenderBrowser, 200*time.Millisecond
	site.Source.Scope.Hosts = []string{"shop.example", "cdn.example"}
	c := newCrawler(t, Options{})
	got := map[string]string{}
	for v, err := range c.Crawl(t.Context(), site) {
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(v.Request.URL, "http://shop.example")
		if v.Failure != nil {
			got[path] = string(v.Failure.Kind)
			continue
		}
		for _, o := range v.Result.Offers {
			got[path] += fmt.Sprintf("%s %s %s", o.SKU, o.Price, o.Stock)
		}
		if v.Bytes < int64(len(jsPage)+len(jsApp)) {
			t.Errorf("%s: %d bytes are counted", path, v.Bytes)
		}
	}
	want := map[string]string{
		"/p/1": "B1 12.95 EUR in_stock", "/p/2": "B2 129.00 EUR in_stock", "/p/old": "B3 1299.00 EUR in_stock", "/p/hidden": "robots_disallowed",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, asked := range s.log() {
		if strings.HasPrefix(asked, "/private/") || asked == "/photo.jpg" || asked == "/spy.js" || asked == "/p/hidden" {
			t.Errorf("the shop was asked for %s", asked)
		}
	}
	if n := s.count("/robots.txt"); n != 2 {
		t.Errorf("robots.txt was asked for %d times by two hosts", n)
	}
	for i, asked := range s.asked {
		if gap := s.times[i].Sub(s.times[max(i-1, 0)]); i > 0 && strings.HasPrefix(asked, "/p/") && gap < site.Source.Pace.Pause {
			t.Errorf("%s was asked for %s after %s", asked, gap, s.asked[i-1])
		}
	}

	again := crawl(t, c.Crawl(t.Context(), site))
	slices.Sort(again)
	if want := []string{"/p/1=", "/p/2=", "/p/hidden!robots_disallowed", "/p/old="}; !slices.Equal(again, want) {
		t.Errorf("the second run visits %q, want %q", again, want)
	}
}

// TestRenderNeedsBrowser: a run that needs a browser says at once that there is none, and a fetch as well.
func TestRenderNeedsBrowser(t *testing.T) {
	if p, err := browser.Find(); os.Getenv("CI") == "" && err == nil && !strings.HasPrefix(p, "/usr/") && !strings.HasPrefix(p, "/opt/") {
		t.Skip("there is a browser outside PATH")
	}
	t.Setenv("PATH", t.TempDir())
	s := newJSShop(t)
	site := s.site(starts(market.StartProducts, "/p/1"))
	site.Source.Render = market.RenderBrowser
	c := newCrawler(t, Options{})
	runs := 0
	for v, err := range c.Crawl(t.Context(), site) {
		runs++
		if fe, ok := errors.AsType[*FetchError](err); !ok || fe.Kind != market.FailBrowserUnavailable || !errors.Is(err, browser.ErrNotFound) || v.Failure != nil {
			t.Errorf("got %+v, %v", v, err)
		}
	}
	if runs != 1 {
		t.Errorf("%d visits", runs)
	}
	_, fe := fetched(t, c, site, "/p/1")
	if fe == nil || fe.Kind != market.FailBrowserUnavailable || !errors.Is(fe, browser.ErrNotFound) || !strings.Contains(fe.Error(), "apt-get install chromium") {
		t.Errorf("a fetch gives %v", fe)
	}
	if asked := s.log(); len(asked) > 0 {
		t.Errorf("the shop was asked for %q", asked)
	}
	site.Source.Render = market.RenderNone
	if got := crawl(t, c.Crawl(t.Context(), site)); !slices.Equal(got, []string{"/p/1?price_missing"}) {
		t.Errorf("without rendering: %q", got)
	}
}

// TestRenderAfterPlain: what is known of the page before its scripts ran, its validators and its packed bytes, says
// nothing of the rendered one.
func TestRenderAfterPlain(t *testing.T) {
	if _, err := browser.Find(); err != nil && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	asked := 0
	s := newShop(t, map[string]http.HandlerFunc{"/p/1": func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked > 1 && (r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "") {
			t.Error("a page that is to be rendered is asked for conditionally")
		}
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, "<script>document.write('<p>\\ntitle rendered\\n')</script>\ntitle plain\n"+strings.Repeat("<p>Een boormachine voor in huis.</p>\n", 40))
		z.Close()
	}})
	site := s.site(starts(market.StartProducts, "/p/1"))
	c := newCrawler(t, Options{})
	if got := crawl(t, c.Crawl(t.Context(), site)); !slices.Equal(got, []string{"/p/1"}) {
		t.Errorf("plain: %q", got)
	}
	site.Source.Render = market.RenderBrowser
	for _, want := range []string{"/p/1", "/p/1="} {
		for v, err := range c.Crawl(t.Context(), site) {
			if err != nil {
				t.Fatal(err)
			}
			if got := told(v); got != want || want == "/p/1" && (len(v.Result.Offers) != 2 || v.Result.Offers[0].Title.Plain() != "rendered") {
				t.Errorf("rendered: %q with %+v, want %q", got, v.Result.Offers, want)
			}
		}
	}
}
