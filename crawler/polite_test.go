package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/guard"
	"pricegap/crawler/keep"
	"pricegap/crawler/shoptest/memory"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// public is an address that is not special. Nothing is ever sent to it: the network of these tests is a web.
const public = "93.184.215.14"

// web is a network in memory, whose hosts note how they are visited. It is for one synctest bubble: all time is
// virtual.
type web struct {
	listener *memory.Listener
	hosts    map[string]http.HandlerFunc

	mu      sync.Mutex
	log     []*asked
	process int
	onAsked func(n int)
}

// asked is one request as its host saw it.
type asked struct {
	host, path string
	process    int
	at, end    time.Time
	status     int
	retryAfter time.Duration
}

// newWeb serves hosts until the test ends.
func newWeb(t *testing.T, hosts map[string]http.HandlerFunc) *web {
	t.Helper()
	w := &web{listener: memory.Listen(), hosts: hosts}
	server := &http.Server{Handler: w, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan error)
	go func() { done <- server.Serve(w.listener) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return w
}

// ServeHTTP implements http.Handler.
func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	a := &asked{host: r.Host, path: r.URL.RequestURI(), process: w.process, at: time.Now()}
	w.log = append(w.log, a)
	n, on := len(w.log), w.onAsked
	w.mu.Unlock()
	if on != nil {
		on(n)
	}
	rec := &status{ResponseWriter: rw, code: http.StatusOK}
	defer func() {
		w.mu.Lock()
		a.end, a.status = time.Now(), rec.code
		if s, err := strconv.Atoi(rw.Header().Get("Retry-After")); err == nil {
			a.retryAfter = time.Duration(s) * time.Second
		}
		w.mu.Unlock()
	}()
	if h, ok := w.hosts[r.Host]; ok {
		h(rec, r)
		return
	}
	http.Error(rec, "no such host", http.StatusMisdirectedRequest)
}

type status struct {
	http.ResponseWriter
	code int
}

// WriteHeader implements http.ResponseWriter.
func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// seen returns what a host was asked, in order; all hosts for "".
func (w *web) seen(host string) []*asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.log), func(a *asked) bool { return host != "" && a.host != host })
}

// crawler returns a new process that keeps its state in k.
func (w *web) crawler(t *testing.T, k crawler.Keeper) *crawler.Crawler {
	t.Helper()
	c, err := crawler.New(crawler.Options{Contact: "https://watcher.example/contact", Keep: k, Net: guard.Net{Dial: w.listener.Dial}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// site is a source of this web.
func site(id string, p market.Pace, starts ...market.Start) crawler.Site {
	return crawler.Site{
		Source: market.Source{
			ID: market.SourceID(id), Name: id, Locale: money.Locale{Language: "nl-NL", Currency: "EUR"}, Starts: starts, Pace: p,
			Network: market.Network{ConnectTo: []market.ConnectTo{{ToHost: public, ToPort: "80"}}},
		},
		Parser: words{},
	}
}

// words is a parser: "title T" is an offer, "fail K" a failure of the page.
type words struct{}

// Parse implements parsers.Parser.
func (words) Parse(d *parsers.Doc) (parsers.Result, error) {
	var r parsers.Result
	for l := range strings.Lines(string(d.Page.Body)) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(l), " "); key {
		case "title":
			r.Offers = append(r.Offers, market.Offer{URL: d.Page.URL, Title: market.NewText(value)})
		case "fail":
			r.Failure = market.FailureKind(value)
		}
	}
	return r, nil
}

// pages starts at n product pages of a host.
func pages(host string, n int) market.Start {
	s := market.Start{Kind: market.StartProducts}
	for i := range n {
		s.URLs = append(s.URLs, fmt.Sprintf("http://%s/p/%d", host, i))
	}
	return s
}

// page is a product page.
func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html>\ntitle the thing at %s\n", r.URL.Path)
}

// run crawls s to its end and returns its visits.
func run(t *testing.T, c *crawler.Crawler, s crawler.Site) (visits []crawler.Visit) {
	t.Helper()
	for v, err := range c.Crawl(t.Context(), s) {
		if err != nil {
			t.Error(err)
			break
		}
		visits = append(visits, v)
	}
	return visits
}

// figure is how large a harness is: all of it to prove the promise, a tenth in CI; else it is skipped.
func figure(t *testing.T, full int) int {
	t.Helper()
	switch os.Getenv("PRICEGAP_HARNESS") {
	case "prove":
		return full
	case "ci":
		return full / 10
	}
	t.Skip("PRICEGAP_HARNESS is not set")
	return 0
}

// mortal is a Keeper that keeps nothing any more once its process has died.
type mortal struct {
	crawler.Keeper
	dead atomic.Bool
}

// PutState implements keep.Keeper.
func (m *mortal) PutState(ctx context.Context, key string, value []byte) error {
	if m.dead.Load() {
		return nil
	}
	return m.Keeper.PutState(ctx, key, value)
}

// DeleteState implements keep.Keeper.
func (m *mortal) DeleteState(ctx context.Context, key string) error {
	if m.dead.Load() {
		return nil
	}
	return m.Keeper.DeleteState(ctx, key)
}

// trying is a shop that has everything that a crawl meets: a sitemap index, redirects within the host and to another,
// pages that robots.txt forbids, by name and by redirect, failures, resets, and pages that did not change.
func trying(host string, latency time.Duration, robots string) http.HandlerFunc {
	const each = 40
	var count atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(latency):
		case <-r.Context().Done():
			return
		}
		kind, number, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch n := count.Add(1); {
		case kind == "robots.txt":
			io.WriteString(w, "User-agent: *\nDisallow: /hidden/\n"+robots)
		case n%97 == 0:
			http.Error(w, "not now", http.StatusServiceUnavailable)
		case n%89 == 0:
			w.Header().Set("Retry-After", "9")
			http.Error(w, "not so fast", http.StatusTooManyRequests)
		case n%83 == 0:
			panic(http.ErrAbortHandler)
		case kind == "index.xml":
			io.WriteString(w, `<?xml version="1.0"?><sitemapindex>`)
			for _, k := range []string{"p", "old", "away", "hidden", "moved", "gone"} {
				fmt.Fprintf(w, "<sitemap><loc>http://%s/map/%s</loc></sitemap>", host, k)
			}
			io.WriteString(w, "</sitemapindex>")
		case kind == "map":
			io.WriteString(w, `<?xml version="1.0"?><urlset>`)
			for i := range each {
				fmt.Fprintf(w, "<url><loc>http://%s/%s/%d</loc></url>", host, number, i)
			}
			io.WriteString(w, "</urlset>")
		case kind == "old":
			http.Redirect(w, r, "/p/"+number+"00", http.StatusMovedPermanently)
		case kind == "away":
			http.Redirect(w, r, "http://www."+host+"/p/"+number, http.StatusFound)
		case kind == "moved":
			http.Redirect(w, r, "/hidden/"+number, http.StatusFound)
		case kind == "gone":
			http.NotFound(w, r)
		case r.Header.Get("If-None-Match") != "":
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"`+number+`"`)
			page(w, r)
		}
	}
}

func TestPolite(t *testing.T) { polite(t, 1000) }

// TestHarnessPolite measures politeness over 10,000 requests.
func TestHarnessPolite(t *testing.T) { polite(t, figure(t, 10_000)) }

// polite crawls through n requests in many processes, of which some end well and some crash, and then looks at what
// the hosts have seen.
func polite(t *testing.T, n int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		hosts := map[string]http.HandlerFunc{}
		for host, h := range map[string]struct {
			latency time.Duration
			robots  string
		}{
			"auto.example": {700 * time.Millisecond, ""}, "set.example": {20 * time.Millisecond, ""},
			"delay.example": {300 * time.Millisecond, "Crawl-delay: 7\n"}, "both.example": {50 * time.Millisecond, ""},
		} {
			hosts[host] = trying(host, h.latency, h.robots)
			hosts["www."+host] = hosts[host]
		}
		index := func(host string) market.Start {
			return market.Start{Kind: market.StartSitemap, URLs: []string{"http://" + host + "/index.xml"}}
		}
		sites := []crawler.Site{
			site("auto", market.Pace{}, index("auto.example")),
			site("set", market.Pace{Pause: 1500 * time.Millisecond}, index("set.example")),
			site("delay", market.Pace{Pause: time.Second}, index("delay.example")),
			site("brisk", market.Pace{Pause: 3 * time.Second}, index("both.example")),
			site("calm", market.Pace{Pause: 5 * time.Second, Parallel: 3}, market.Start{Kind: market.StartSitemap, URLs: []string{"http://both.example/map/calm"}}),
		}
		w := newWeb(t, hosts)
		ends := processes(t, w, sites, n)
		if ends.crashed < 3 || ends.stopped < 3 {
			t.Errorf("processes: %+v", ends)
		}
		judge(t, w)
	})
}

type ends struct{ crashed, stopped, done int }

// processes crawls sites again and again until n requests were made: each process ends after some of them, in good
// order or by a crash, of which the keeper hears nothing.
func processes(t *testing.T, w *web, sites []crawler.Site, n int) (out ends) {
	t.Helper()
	chance := rand.New(rand.NewPCG(1, 2))
	var k keep.Memory
	for total := 0; total < n; total = len(w.seen("")) {
		w.mu.Lock()
		w.process++
		last := len(w.log) + 1 + chance.IntN(max(n/10, 2))
		w.mu.Unlock()
		mine := &mortal{Keeper: &k}
		crash := chance.IntN(2) == 0
		ctx, cancel := context.WithCancel(t.Context())
		w.mu.Lock()
		w.onAsked = func(n int) {
			if n >= last {
				mine.dead.CompareAndSwap(false, crash)
				cancel()
			}
		}
		w.mu.Unlock()
		c := w.crawler(t, mine)
		var wg sync.WaitGroup
		for _, s := range sites {
			wg.Go(func() {
				for _, err := range c.Crawl(ctx, s) {
					if err != nil && ctx.Err() == nil {
						t.Errorf("%s: %v", s.Source.ID, err)
					}
				}
			})
		}
		wg.Wait()
		switch {
		case ctx.Err() == nil:
			out.done++
		case crash:
			out.crashed++
		default:
			out.stopped++
		}
		cancel()
		time.Sleep(time.Duration(chance.IntN(8000)) * time.Millisecond)
	}
	return out
}

// judge holds what the hosts saw against what they were promised.
func judge(t *testing.T, w *web) {
	t.Helper()
	least := map[string]time.Duration{
		"auto.example": 3500 * time.Millisecond, "set.example": 1500 * time.Millisecond, "delay.example": 7 * time.Second, "both.example": 3 * time.Second,
	}
	kinds := map[string]int{}
	for name, promise := range least {
		for _, host := range []string{name, "www." + name} {
			var before *asked
			calm := 0 // the last process in which the calm source asked
			for _, a := range w.seen(host) {
				kind, _, _ := strings.Cut(strings.TrimPrefix(a.path, "/"), "/")
				kinds[kind]++
				kinds[strconv.Itoa(a.status)]++
				if kind == "hidden" {
					t.Errorf("%s%s was fetched", host, a.path)
				}
				wait := promise
				if calm == a.process {
					wait = max(wait, 5*time.Second)
				}
				if before != nil {
					wait = max(wait, before.retryAfter)
					if gap := a.at.Sub(before.end); before.end.IsZero() || gap < wait {
						t.Errorf("%s%s (process %d) came %s after the end of %s (process %d), promised were %s", host, a.path, a.process, gap, before.path, before.process, wait)
					}
				}
				if strings.Contains(a.path, "calm") {
					calm = a.process
				}
				before = a
			}
		}
	}
	for _, kind := range []string{"robots.txt", "index.xml", "map", "p", "old", "away", "moved", "gone", "200", "304", "404", "429", "503"} {
		if kinds[kind] == 0 {
			t.Errorf("no request of kind %s", kind)
		}
	}
	t.Log(kinds)
}
