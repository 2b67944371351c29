package crawler_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/shoptest/hostile"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// den is what the child process serves: the hostile hosts, and good ones beside them.
type den struct {
	hostile.Place
	Good string // host and port
}

// latency is how long a good host takes for a page, as a shop on the Internet does.
const latency = 250 * time.Millisecond

// memoryLimit is what the program tries to stay below: main sets it.
const memoryLimit = 256 << 20

// goodPage is a page of a common size.
var goodPage = "<!doctype html><html lang=nl><head><meta charset=utf-8><title>Lamp</title><script type=\"application/ld+json\">" +
	`{"@context":"https://schema.org","@type":"Product","name":"Lamp","sku":"LAMP","offers":{"@type":"Offer","price":"19.99","priceCurrency":"EUR"}}` +
	"</script></head><body><h1>Lamp</h1>" + strings.Repeat("<p class=review>Een prima lamp, die doet wat hij moet doen.</p>\n", 400) + "</body></html>\n"

// goodLarge is a product page of about n bytes, as harmless as one of its size can be.
func goodLarge(n int) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(goodPage, "</body></html>\n"))
	for i := 0; b.Len() < n-600; i++ {
		fmt.Fprintf(&b, "<p>Bespreking %d.", i)
		for w := range 80 {
			fmt.Fprintf(&b, " %x", (i*80+w)*2654435761%99991)
		}
		b.WriteString("</p>\n")
	}
	return b.String() + "</body></html>\n"
}

// goodSitemap is a sitemap of about n bytes that names 100 pages, and of each a lot.
func goodSitemap(n int) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for i := range 100 {
		fmt.Fprintf(&b, "<url><loc>http://good-0.example/p/%d</loc>", i)
		for size := 0; size < n/100-150; size += 40 {
			b.WriteString("<changefreq>daily</changefreq>          ")
		}
		b.WriteString("</url>\n")
	}
	return b.String() + "</urlset>\n"
}

// serveDen is the child process: it serves until its standard input ends, so that what is measured is the crawler alone.
func serveDen(t *testing.T, o hostile.Options) {
	s, err := hostile.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.66.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	good := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		n, _ := strconv.Atoi(r.URL.Query().Get("bytes"))
		switch {
		case r.URL.Path == "/sitemap.xml":
			w.Header().Set("Content-Type", "application/xml")
			io.WriteString(w, goodSitemap(n))
			return
		case n > 0:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, goodLarge(n))
			z.Close()
			return
		}
		time.Sleep(latency)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, strings.ReplaceAll(goodPage, "Lamp", "Lamp "+strings.TrimPrefix(r.URL.Path, "/p/")))
	})}
	done := make(chan error)
	go func() { done <- good.Serve(l) }()
	raw, err := json.Marshal(den{s.Place, l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("den %s\n", raw)
	io.Copy(io.Discard, os.Stdin)
	good.Close()
	<-done
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

const denVariable = "PRICEGAP_HOSTILE_DEN"

// openDen starts the child process.
func openDen(t *testing.T, kind string) (den, *lair) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.timeout=0") //nolint:gosec // this very binary
	cmd.Env = append(os.Environ(), denVariable+"="+kind)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	t.Cleanup(func() {
		in.Close()
		rest, _ := io.ReadAll(lines)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the hostile server: %v\n%s", err, rest)
		}
	})
	for {
		line, err := lines.ReadString('\n')
		if raw, ok := strings.CutPrefix(line, "den "); ok {
			var d den
			if err := json.Unmarshal([]byte(raw), &d); err != nil {
				t.Fatal(err)
			}
			return d, newLair(t, d.Place)
		}
		if err != nil {
			t.Fatalf("the hostile server does not start: %v", err)
		}
	}
}

// gauge watches what this process holds.
type gauge struct {
	statm *os.File
	peak  atomic.Int64
	stop  chan struct{}
	wg    sync.WaitGroup
}

// resident is the resident memory of this process, in bytes.
func (g *gauge) resident() int64 {
	var b [128]byte
	n, _ := g.statm.ReadAt(b[:], 0)
	fields := strings.Fields(string(b[:n]))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

func newGauge(t testing.TB) *gauge {
	f, err := os.Open("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &gauge{statm: f}
}

// watch notes the peak until rest.
func (g *gauge) watch() {
	g.peak.Store(g.resident())
	g.stop = make(chan struct{})
	g.wg.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				g.peak.Store(max(g.peak.Load(), g.resident()))
			case <-g.stop:
				return
			}
		}
	})
}

func (g *gauge) rest() int64 {
	close(g.stop)
	g.wg.Wait()
	return g.peak.Load()
}

// descriptors counts the open files of this process.
func descriptors(t testing.TB) int {
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

// cpu is the processor time of this process.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// dearest is the processor time that a case may cost.
func dearest(c hostile.Case) time.Duration {
	switch c.ID {
	case "H10":
		return time.Second
	case "H38":
		return 50 * time.Millisecond
	case "H52", "H59":
		return 2 * time.Second
	}
	return 0
}

// TestHarnessHostile holds each case alone to its memory, its processor time and what it leaves behind; then all of them
// together, beside good hosts, to hurt nobody.
func TestHarnessHostile(t *testing.T) {
	switch os.Getenv(denVariable) {
	case "hurried":
		serveDen(t, hurried)
		return
	case "":
	default:
		t.Fatal("no such server")
	}
	hosts, each := 20, 40
	switch os.Getenv("PRICEGAP_HARNESS") {
	case "prove":
	case "ci":
		hosts, each = 6, 30
	default:
		t.Skip("PRICEGAP_HARNESS is not set")
	}
	d, l := openDen(t, "hurried")
	t.Run("alone", func(t *testing.T) { alone(t, d, l) })
	t.Run("together", func(t *testing.T) { together(t, d, l, hosts, each) })
}

// bounds are how long one try of a case may take with the bounds that hold where nobody lowers them, and how many tries
// a page has then.
var bounds = map[string]struct {
	try   time.Duration
	tries int
}{
	"H01/silent": {10 * time.Second, 3}, "H06/silent": {20 * time.Second, 3}, "H09/slow": {10 * time.Second, 3}, "H14/hints": {20 * time.Second, 3},
	"H15/switching": {60 * time.Second, 3}, "H16/drip": {20 * time.Second, 3}, "H40/drip": {30 * time.Second, 1}, "H41/stall": {60 * time.Second, 3},
}

// TestHarnessHostileBounds meets the cases that end at a bound of time with nothing lowered, neither here nor there.
func TestHarnessHostileBounds(t *testing.T) {
	if os.Getenv("PRICEGAP_HARNESS") != "prove" {
		t.Skip("PRICEGAP_HARNESS is not prove: it takes three minutes")
	}
	_, l := startHostile(t, hostile.Options{Addr: "127.66.0.1:0"})
	c := l.crawler(t, crawler.Options{})
	var wg sync.WaitGroup
	for _, hc := range hostilePages() {
		bound, ok := bounds[hc.Name()]
		if !ok {
			if timed(hc) && hc.ID != "H04" && hc.ID != "H10" {
				t.Errorf("%s has no bound", hc.Name())
			}
			continue
		}
		wg.Go(func() {
			site := l.site(hc)
			site.Source.Limits, site.Source.Pace.Timeout = market.Limits{}, 0
			began := time.Now()
			_, err := c.Fetch(t.Context(), site, crawler.Request{URL: hc.URL(), Role: parsers.RoleProduct})
			took, most := time.Since(began), time.Duration(bound.tries)*bound.try+5*time.Second
			fe, ok := errors.AsType[*crawler.FetchError](err)
			if !ok || !hc.Allows(fe.Kind) || took > most {
				t.Errorf("%s: %v after %s, want one of %q within %s", hc.Name(), err, took, hc.Want, most)
			}
			t.Logf("%s: %s", hc.Name(), took.Round(time.Second/10))
		})
	}
	wg.Wait()
}

// raidOf is what comes of any case: a page, or a site within the budget of a few seconds.
func (l *lair) raidOf(ctx context.Context, c *crawler.Crawler, hc hostile.Case) (raid, error) {
	site := l.site(hc)
	if hc.Site == nil {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		if hc.Alone > 0 {
			ctx, cancel = context.WithTimeout(ctx, time.Second)
			defer cancel()
		}
		o, err := l.fetch(ctx, c, hc)
		return raid{failures: map[market.FailureKind]int{o.kind: 1}}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	site.Source.Scope.MaxPages = 200
	r := l.crawl(ctx, c, site)
	return r, nil
}

// spent is what something cost: resident memory at its peak, and processor time.
type spent struct {
	memory int64
	cpu    time.Duration
}

// cost measures f.
func (g *gauge) cost(f func()) spent {
	runtime.GC()
	debug.FreeOSMemory()
	before, began := g.resident(), cpu()
	g.watch()
	f()
	return spent{g.rest() - before, cpu() - began}
}

// reading is what it costs to read one harmless page, or one sitemap, of so many bytes.
func reading(t *testing.T, d den, l *lair, g *gauge, bytes int, sitemap bool) spent {
	t.Helper()
	site := d.good(t, "good-0.example", l)
	address, role := fmt.Sprintf("http://good-0.example/p/1?bytes=%d", bytes), parsers.RoleProduct
	if sitemap {
		address, role = fmt.Sprintf("http://good-0.example/sitemap.xml?bytes=%d", bytes), crawler.RoleSitemap
	}
	return g.cost(func() {
		c := l.crawler(t, crawler.Options{})
		if sitemap {
			site.Source.Starts, site.Source.Scope.MaxPages = []market.Start{{Kind: market.StartSitemap, URLs: []string{address}}}, 1
			if r := l.crawl(t.Context(), c, site); r.err != nil || r.pages != 1 {
				t.Errorf("%s: %d pages, %v, %v", address, r.pages, r.failures, r.err)
			}
			return
		}
		req := crawler.Request{URL: address, Role: role}
		page, err := c.Fetch(t.Context(), site, req)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := crawler.Read(site, page, req); err != nil || len(res.Offers) != 1 {
			t.Errorf("%s: %d offers, %v, %v", address, len(res.Offers), res.Failure, err)
		}
	})
}

// extra is what a case may cost beyond a harmless page of its size.
const extra = 32 << 20

// alone judges each case by itself.
func alone(t *testing.T, d den, l *lair) {
	g := newGauge(t)
	c := l.crawler(t, crawler.Options{})
	reading(t, d, l, g, 0, false) // to be warm
	for _, hc := range hostile.Cases() {
		t.Run(hc.Name(), func(t *testing.T) {
			var harmless spent
			if hc.Bytes > 0 {
				harmless = reading(t, d, l, g, hc.Bytes, hc.Site != nil)
			}
			runtime.GC()
			goroutines, files := runtime.NumGoroutine(), descriptors(t)
			var r raid
			var err error
			cost := g.cost(func() { r, err = l.raidOf(t.Context(), c, hc) })
			if err != nil || r.err != nil && !errors.Is(r.err, context.DeadlineExceeded) {
				t.Errorf("%v, %v", err, r.err)
			}
			if dear := dearest(hc); dear > 0 && cost.cpu > dear {
				t.Errorf("%s of processor time, want at most %s", cost.cpu, dear)
			}
			if cost.memory > harmless.memory+extra {
				t.Errorf("%.1f MiB, want at most %.1f MiB, 32 beyond a harmless page of its size", mib(cost.memory), mib(harmless.memory+extra))
			}
			t.Logf("%5.1f MiB (%.1f a harmless one), %.1f ms of processor time, %v", mib(cost.memory), mib(harmless.memory), float64(cost.cpu.Microseconds())/1000, r.failures)
			leaves(t, goroutines, files)
		})
	}
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// leaves waits up to 5 s until nothing is left of what a case began.
func leaves(t *testing.T, goroutines, files int) {
	t.Helper()
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		g, f := runtime.NumGoroutine(), descriptors(t)
		if g <= goroutines+2 && f <= files+2 {
			return
		}
		if time.Now().After(until) {
			t.Errorf("%d goroutines and %d descriptors after 5 s, %d and %d before", g, f, goroutines, files)
			return
		}
	}
}

// together crawls good hosts alone, then beside every hostile one.
func together(t *testing.T, d den, l *lair, hosts, each int) {
	g := newGauge(t)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
	goroutines, files := runtime.NumGoroutine(), descriptors(t)
	best := 0.0
	for try := range 3 {
		runtime.GC()
		debug.FreeOSMemory()
		base := crowd(t, d, l, l.crawler(t, crawler.Options{}), hosts, each)
		c := l.crawler(t, crawler.Options{})
		g.watch()
		var wg sync.WaitGroup
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		turn := make(chan struct{}, 12)
		var begun atomic.Int32
		for _, hc := range hostile.Cases() {
			wg.Go(func() {
				turn <- struct{}{}
				defer func() { <-turn }()
				begun.Add(1)
				r, err := l.raidOf(ctx, c, hc)
				for k := range r.failures {
					if err != nil || k == market.FailInternalPanic {
						t.Errorf("%s: %v, %v", hc.Name(), r.failures, err)
					}
				}
			})
		}
		took := crowd(t, d, l, c, hosts, each)
		beside := begun.Load()
		wg.Wait()
		cancel()
		peak := mib(g.rest())
		ratio := took.Seconds() / base.Seconds()
		t.Logf("try %d: good hosts %.2f s alone, %.2f s beside %d of %d hostile ones: %.3f; %.0f MiB at most", try+1, base.Seconds(), took.Seconds(), beside, len(hostile.Cases()), ratio, peak)
		if peak > mib(memoryLimit) {
			t.Errorf("%.0f MiB of memory, want at most 256", peak)
		}
		if best == 0 || ratio < best {
			best = ratio
		}
		if best <= 1.10 {
			break
		}
	}
	if best > 1.10 {
		t.Errorf("good hosts took %.3f times as long as without hostile ones, want at most 1.10", best)
	}
	leaves(t, goroutines, files)
}

// crowd crawls the good hosts at once and returns how long it took until the last was done.
func crowd(t *testing.T, d den, l *lair, c *crawler.Crawler, hosts, each int) time.Duration {
	t.Helper()
	var wg sync.WaitGroup
	began := time.Now()
	for i := range hosts {
		name := fmt.Sprintf("good-%d.example", i)
		start := market.Start{Kind: market.StartProducts}
		for n := range each {
			start.URLs = append(start.URLs, fmt.Sprintf("http://%s/p/%d", name, n))
		}
		site := d.good(t, name, l)
		site.Source.Starts = []market.Start{start}
		wg.Go(func() {
			pages := 0
			for v, err := range c.Crawl(t.Context(), site) {
				if err != nil || v.Failure != nil || len(v.Result.Offers) != 1 {
					t.Errorf("%s: %v, %v, %d offers", name, err, v.Failure, len(v.Result.Offers))
				}
				pages++
			}
			if pages != each {
				t.Errorf("%s: %d pages, want %d", name, pages, each)
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// good is the source of a good host.
func (d den) good(t *testing.T, name string, l *lair) crawler.Site {
	t.Helper()
	host, port, err := net.SplitHostPort(d.Good)
	if err != nil {
		t.Fatal(err)
	}
	return crawler.Site{Parser: l.parser, Source: market.Source{
		ID: market.SourceID(name), Name: name, Locale: money.Locale{Language: "nl-NL", Currency: "EUR"},
		Network: market.Network{
			ConnectTo: []market.ConnectTo{{Host: name, ToHost: host, ToPort: port}},
			Allow:     []netip.Prefix{netip.MustParsePrefix(host + "/32")},
		},
	}}
}
