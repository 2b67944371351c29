package crawler

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shop is a small shop on loopback, reached as shop.example. Each request is noted.
type shop struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]http.HandlerFunc
	asked []string
	times []time.Time
}

// newShop serves pages by path; a path that is missing is 404, robots.txt too.
func newShop(t testing.TB, pages map[string]http.HandlerFunc) *shop {
	t.Helper()
	s := &shop{pages: pages}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.RequestURI())
		s.times = append(s.times, time.Now())
		h, ok := s.pages[r.URL.RequestURI()]
		if !ok {
			h, ok = s.pages["*"]
		}
		s.mu.Unlock()
		if !ok {
			h = http.NotFound
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// set changes a page while the shop is open; nil takes it away.
func (s *shop) set(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages[path] = h; h == nil {
		delete(s.pages, path)
	}
}

// log returns the paths that were asked for, robots.txt left out.
func (s *shop) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, a := range s.asked {
		if a != "/robots.txt" {
			out = append(out, a)
		}
	}
	return out
}

func (s *shop) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.asked {
		if a == path {
			n++
		}
	}
	return n
}

// site is the source that is served by s.
func (s *shop) site(starts ...market.Start) Site {
	host, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	return Site{
		Source: market.Source{
			ID: "shop", Name: "Shop", Locale: money.Locale{Language: "nl-NL", Currency: "EUR"}, Starts: starts,
			Network: market.Network{
				ConnectTo: []market.ConnectTo{{ToHost: host, ToPort: port}},
				Allow:     []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
			},
		},
		Parser: lines{},
	}
}

// lines is a parser for tests: "product URL", "next URL" and "other URL" are links, "title T" is an offer, "fail K" a
// failure, "panic" panics.
type lines struct{}

func (lines) Parse(d *parsers.Doc) (parsers.Result, error) {
	var r parsers.Result
	for l := range strings.Lines(string(d.Page.Body)) {
		key, value, _ := strings.Cut(strings.TrimSpace(l), " ")
		switch key {
		case "product", "next", "other":
			r.Links = append(r.Links, parsers.Link{URL: "http://shop.example" + value, Kind: parsers.LinkKind(key)})
		case "title":
			r.Offers = append(r.Offers, market.Offer{URL: d.Page.URL, Title: market.NewText(value)})
		case "fail":
			r.Failure = market.FailureKind(value)
		case "panic":
			panic("a reader panics")
		case "error":
			return r, errors.New("nothing can be read")
		}
	}
	return r, nil
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

func newCrawler(t testing.TB, o Options) *Crawler {
	t.Helper()
	if o.Contact == "" {
		o.Contact = "https://us.example/bot"
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// told writes a visit as one word a page.
func told(v Visit) string {
	p := strings.TrimPrefix(v.Request.URL, "http://shop.example")
	switch {
	case v.Failure != nil:
		return p + "!" + string(v.Failure.Kind)
	case v.Page.NotModified:
		return p + "="
	case v.Result.Failure != "":
		return p + "?" + string(v.Result.Failure)
	}
	return p
}

func crawl(t testing.TB, visits iter.Seq2[Visit, error]) []string {
	t.Helper()
	var out []string
	for v, err := range visits {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, told(v))
	}
	return out
}

func starts(kind market.StartKind, paths ...string) market.Start {
	s := market.Start{Kind: kind}
	for _, p := range paths {
		s.URLs = append(s.URLs, "http://shop.example"+p)
	}
	return s
}

func TestNewWantsContact(t *testing.T) {
	for contact, want := range map[string]string{
		"":                       "",
		"nobody":                 "",
		"http://us.example/bot":  "",
		"https://us.example/bot": "pricegap/1.2 (+https://us.example/bot)",
		"bot@us.example":         "pricegap/1.2 (+mailto:bot@us.example)",
		"a@b\r\nX: y":            "",
	} {
		c, err := New(Options{Contact: contact, Version: "1.2"})
		if want == "" {
			if !errors.Is(err, ErrNoContact) {
				t.Errorf("contact %q gave %v, want ErrNoContact", contact, err)
			}
		} else if err != nil || c.UserAgent() != want {
			t.Errorf("contact %q gave %q, %v", contact, c.UserAgent(), err)
		}
	}
}

func TestCrawlCategory(t *testing.T) {
	s := newShop(t, map[string]http.HandlerFunc{
		"/tv":        text("product /p/1\nproduct /p/2\nnext /tv?page=2\nother /about\n"),
		"/tv?page=2": text("product /p/2\nproduct /p/3\n"),
		"/p/1":       text("title one"), "/p/2": text("panic"), "/p/3": text("fail price_missing"),
	})
	got := crawl(t, newCrawler(t, Options{}).Crawl(context.Background(), s.site(starts(market.StartCategory, "/tv"))))
	want := []string{"/tv", "/p/1", "/p/2!internal_panic", "/tv?page=2", "/p/3?price_missing"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("visits %q, want %q", got, want)
	}
}

// TestTwoSourcesOnOneHost: crawled at once by one crawler, they keep the host's pause together, and never ask twice
// at a time.
func TestTwoSourcesOnOneHost(t *testing.T) {
	t.Parallel()
	const pause = 20 * time.Millisecond
	var flying, most atomic.Int32
	s := newShop(t, map[string]http.HandlerFunc{"*": func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), flying.Add(1)))
		defer flying.Add(-1)
		if r.URL.Path == "/robots.txt" {
			status(404)(w, r)
			return
		}
		text("title x")(w, r)
	}})
	c := newCrawler(t, Options{})
	var wg sync.WaitGroup
	for i, host := range []string{"shop.example", "SHOP.example:80"} {
		site := s.site()
		site.Source.ID, site.Source.Pace.Pause = market.SourceID(host), pause
		start := market.Start{Kind: market.StartProducts}
		for n := range 5 {
			start.URLs = append(start.URLs, fmt.Sprintf("http://%s/p/%d-%d", host, i, n))
		}
		site.Source.Starts = []market.Start{start}
		wg.Go(func() {
			for v, err := range c.Crawl(t.Context(), site) {
				if err != nil || v.Failure != nil {
					t.Errorf("%v, %v", v.Failure, err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(s.log()); n != 10 || s.count("/robots.txt") != 1 || most.Load() != 1 {
		t.Errorf("%d pages, %d robots.txt, %d at a time", n, s.count("/robots.txt"), most.Load())
	}
	for i := 1; i < len(s.times); i++ {
		if gap := s.times[i].Sub(s.times[i-1]); gap < pause {
			t.Errorf("only %s between two requests", gap)
		}
	}
}

// TestOneBreaker: a host that asked one source to leave it alone is left alone by the other.
func TestOneBreaker(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]http.HandlerFunc{"*": status(429, "Retry-After", "3600")})
	c := newCrawler(t, Options{})
	one, other := s.site(starts(market.StartProducts, "/p/1")), s.site(starts(market.StartProducts, "/p/2"))
	other.Source.ID = "other"
	crawl(t, c.Crawl(t.Context(), one))
	asked := len(s.times)
	got := crawl(t, c.Crawl(t.Context(), other))
	if len(s.times) != asked || !strings.HasSuffix(got[0], "!robots_unavailable") {
		t.Errorf("%d requests more, visits %q", len(s.times)-asked, got)
	}
}

// TestRefreshed: robots.txt is asked for anew once by host and run, whatever is known of it; pace is shared, and
// the crawler that it was made from learns of it.
func TestRefreshed(t *testing.T) {
	pages, start := products(3)
	pages["/robots.txt"] = text("User-agent: *\nDisallow:\n")
	s := newShop(t, pages)
	c := newCrawler(t, Options{})
	crawl(t, c.Crawl(t.Context(), s.site(start)))
	s.set("/robots.txt", text("User-agent: *\nDisallow: /p/01\n"))
	if got := crawl(t, c.Crawl(t.Context(), s.site(start))); got[1] != "/p/01=" || s.count("/robots.txt") != 1 {
		t.Errorf("within 24 hours: %q", got)
	}
	anew := c.Refreshed()
	for range 2 {
		if got := crawl(t, anew.Crawl(t.Context(), s.site(start))); got[1] != "/p/01!robots_disallowed" || s.count("/robots.txt") != 2 {
			t.Errorf("refreshed: %q, robots.txt asked for %d times", got, s.count("/robots.txt"))
		}
	}
	if got := crawl(t, c.Crawl(t.Context(), s.site(start))); got[1] != "/p/01!robots_disallowed" || s.count("/robots.txt") != 2 {
		t.Errorf("afterwards: %q, robots.txt asked for %d times", got, s.count("/robots.txt"))
	}
	s.set("/robots.txt", status(503))
	anew = c.Refreshed()
	for range 2 {
		if got := crawl(t, anew.Crawl(t.Context(), s.site(start))); !strings.HasSuffix(got[0], "!robots_unavailable") {
			t.Errorf("without robots.txt: %q", got)
		}
	}
	asked := s.count("/robots.txt")
	s.set("/robots.txt", text("User-agent: *\nDisallow:\n"))
	if got := crawl(t, c.Crawl(t.Context(), s.site(start))); len(got) == 0 || strings.Contains(got[0], "robots_unavailable") || s.count("/robots.txt") != asked {
		t.Errorf("within the hour the copy of before stands in: %q", got)
	}
	if got := crawl(t, c.Refreshed().Crawl(t.Context(), s.site(start))); len(got) != 3 || got[1] != "/p/01=" {
		t.Errorf("refreshed within the hour: %q", got)
	}
}
