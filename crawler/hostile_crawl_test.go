package crawler_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/keep"
	"pricegap/crawler/shoptest/hostile"
	"pricegap/market"
)

// raid is what came of one crawl of a hostile site.
type raid struct {
	failures map[market.FailureKind]int
	// products are the numbers of the products that came with their offer.
	products map[string]bool
	// lists and pages came well.
	pages int
	bad   []string // messages that cannot be shown, offers that are none
	err   error    // the context's
}

// crawl crawls the site of a case within ctx.
func (l *lair) crawl(ctx context.Context, c *crawler.Crawler, site crawler.Site) raid {
	r := raid{failures: map[market.FailureKind]int{}, products: map[string]bool{}}
	for v, err := range c.Crawl(ctx, site) {
		if err != nil {
			r.err = err
			break
		}
		kind := v.Result.Failure
		if v.Failure != nil {
			kind = v.Failure.Kind
			if why := clean(v.Failure.Error()); why != "" {
				r.bad = append(r.bad, fmt.Sprintf("%s: %.200q", why, v.Failure.Error()))
			}
		}
		if kind != hostile.OK {
			r.failures[kind]++
			for _, of := range v.Result.Offers {
				if of.Price.Known() {
					r.bad = append(r.bad, fmt.Sprintf("%s: %s and an offer", v.Request.URL, kind))
				}
			}
			continue
		}
		r.pages++
		u, err := url.Parse(v.Request.URL)
		if _, n, ok := strings.Cut(fmt.Sprint(u), "/p/"); err == nil && ok {
			n, _, _ = strings.Cut(n, "?")
			n, _, _ = strings.Cut(n, ";")
			r.products[n] = r.products[n] || len(v.Result.Offers) == 1 && v.Result.Offers[0].Price.Known() || v.Page.NotModified
		}
	}
	return r
}

// judgeRaid holds a crawl against the case; log is what the server saw of it.
func judgeRaid(t testing.TB, c hostile.Case, r raid, log []hostile.Request) {
	t.Helper()
	for k := range r.failures {
		if !c.Allows(k) {
			t.Errorf("%s (%s): %d times %q, allowed are %q", c.Name(), c.Title, r.failures[k], k, c.Want)
		}
	}
	if len(r.failures) == 0 && !c.Allows(hostile.OK) {
		t.Errorf("%s (%s): nothing failed, want one of %q", c.Name(), c.Title, c.Want)
	}
	for _, b := range r.bad {
		t.Errorf("%s: %s", c.Name(), b)
	}
	for n := range c.Site.Products {
		if !r.products[fmt.Sprint(n+1)] {
			t.Errorf("%s (%s): product %d did not come; %d pages, %v", c.Name(), c.Title, n+1, r.pages, r.failures)
			break
		}
	}
	if c.Site.Requests > 0 && len(log) > c.Site.Requests {
		t.Errorf("%s (%s): %d requests, want at most %d", c.Name(), c.Title, len(log), c.Site.Requests)
	}
	judgeRequests(t, c, log)
}

// TestHostileSites crawls every case that is a site, all by one crawler.
func TestHostileSites(t *testing.T) {
	t.Parallel()
	s, l := startHostile(t, hurried)
	c := l.crawler(t, crawler.Options{})
	var wg sync.WaitGroup
	out := make([]raid, len(hostileSites()))
	for i, hc := range hostileSites() {
		if own[hc.Name()] != nil {
			continue
		}
		wg.Go(func() {
			site := l.site(hc)
			site.Source.Scope.MaxPages = 500
			out[i] = l.crawl(t.Context(), c, site)
		})
	}
	wg.Wait()
	for i, hc := range hostileSites() {
		t.Run(hc.Name(), func(t *testing.T) {
			if test := own[hc.Name()]; test != nil {
				t.Parallel()
				test(t, hc)
				return
			}
			if out[i].err != nil {
				t.Fatal(out[i].err)
			}
			judgeRaid(t, hc, out[i], s.Requests(hc.Host()))
			for _, r := range s.Requests("") {
				if strings.HasSuffix(r.Host, "."+hc.Host()) {
					t.Errorf("%s was asked, which is not listed", r.Host)
				}
			}
		})
	}
}

// own are the sites with a test of their own: what they promise spans several runs, or is about time.
var own = map[string]func(*testing.T, hostile.Case){
	"H26/outage": testOutage, "H56/turns": testTurns, "H66/tarpit": testTarpit, "H58/many": testMany,
	"H57/none": testDelay, "H57/tenth": testDelay, "H57/negative": testDelay, "H57/word": testDelay, "H57/minutes": testDelay,
}

var began = time.Now()

// clock is one that only we move.
type clock struct {
	mu     sync.Mutex
	passed time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return began.Add(c.passed)
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += d
}

func (c *clock) set(minute int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed = time.Duration(minute) * time.Minute
}

// testOutage: a shop that is down for ten minutes is left alone by a run a minute, and by a single probe found well. A
// run that begins when there are two minutes left would wait for them.
func testOutage(t *testing.T, hc hostile.Case) {
	now := &clock{}
	o := hurried
	o.Clock = now.Now
	s, l := startHostile(t, o)
	var kept keep.Memory
	for _, minute := range []int{0, 1, 2, 3, 4, 5, 6, 7, 11} {
		now.set(minute)
		r := l.crawl(t.Context(), l.crawler(t, crawler.Options{Clock: now.Now, Keep: &kept}), l.site(hc)) // another process each time
		if r.err != nil || r.products["1"] != (minute > 10) || minute > 10 && len(r.failures) > 0 {
			t.Errorf("minute %d: %d pages, %v, %v", minute, r.pages, r.failures, r.err)
		}
		if log := s.Requests(hc.Host()); minute < 10 {
			judgeRaid(t, hc, r, log)
		} else if len(log) > hc.Site.Requests {
			t.Errorf("%d requests, want at most %d", len(log), hc.Site.Requests)
		}
	}
}

// testTurns: a robots.txt that turns is obeyed after 24 hours, and at once by who asks anew.
func testTurns(t *testing.T, hc hostile.Case) {
	for _, c := range []struct {
		name    string
		after   time.Duration
		refresh bool
		want    market.FailureKind
	}{
		{"at once", 0, false, hostile.OK},
		{"after 23 hours", 23 * time.Hour, false, hostile.OK},
		{"after 24 hours", 24 * time.Hour, false, market.FailRobotsDisallowed},
		{"asked anew", 0, true, market.FailRobotsDisallowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := &clock{}
			s, l := startHostile(t, hurried)
			cr := l.crawler(t, crawler.Options{Clock: now.Now})
			r := l.crawl(t.Context(), cr, l.site(hc))
			judgeRaid(t, hc, r, s.Requests(hc.Host()))
			now.forward(c.after)
			s.ResetLog()
			if c.refresh {
				cr = cr.Refreshed()
			}
			r = l.crawl(t.Context(), cr, l.site(hc))
			if len(r.failures) > 0 != (c.want != hostile.OK) || c.want != hostile.OK && r.failures[c.want] == 0 || r.err != nil {
				t.Errorf("%v, %v, want %q", r.failures, r.err, c.want)
			}
			for _, q := range s.Requests(hc.Host()) {
				if c.want != hostile.OK && q.Path != "/robots.txt" {
					t.Errorf("%s was asked for", q.Path)
				}
			}
		})
	}
}

// testTarpit: a shop that slows down is left at the end of the budget, and asked ever more slowly until then.
func testTarpit(t *testing.T, hc hostile.Case) {
	s, l := startHostile(t, hurried)
	site := l.site(hc)
	site.Source.Scope.MaxPages = 20
	r := l.crawl(t.Context(), l.crawler(t, crawler.Options{}), site)
	judgeRaid(t, hc, r, s.Requests(hc.Host()))
	if r.failures[market.FailBudgetExhausted] != 1 || r.pages != 20 {
		t.Errorf("%d pages, %v", r.pages, r.failures)
	}
}

// testMany: a sitemap of 2 million addresses ends at its bounds, and what it names first may come.
func testMany(t *testing.T, hc hostile.Case) {
	s, l := startHostile(t, hurried)
	site := l.site(hc)
	site.Source.Scope.MaxPages = 5
	r := l.crawl(t.Context(), l.crawler(t, crawler.Options{}), site)
	if r.err != nil {
		t.Fatal(r.err)
	}
	judgeRaid(t, hc, r, s.Requests(hc.Host()))
	if len(r.failures) == 0 {
		t.Error("nobody was told that addresses are left out")
	}
}

// testDelay: a Crawl-delay never makes us faster than we are, and one of minutes is waited for.
func testDelay(t *testing.T, hc hostile.Case) {
	s, l := startHostile(t, hurried)
	site := l.site(hc)
	site.Source.Pace.Pause = 50 * time.Millisecond
	least := max(site.Source.Pace.Pause, hc.Alone)
	patience := time.Minute
	if least > patience {
		patience = time.Second
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r := l.crawl(ctx, l.crawler(t, crawler.Options{}), site)
	log := s.Requests(hc.Host())
	if patience < least {
		if len(log) != 1 || r.err == nil || !slices.Equal(slices.Collect(maps.Keys(r.failures)), []market.FailureKind{market.FailCancelled}) {
			t.Errorf("%s: %d requests within a second, %v, %v", hc.Title, len(log), r.failures, r.err)
		}
		return
	}
	if r.err != nil {
		t.Fatal(r.err)
	}
	judgeRaid(t, hc, r, log)
	for i := 1; i < len(log); i++ {
		if gap := log[i].At.Sub(log[i-1].At); gap < least {
			t.Errorf("%s: only %s between two requests, want %s", hc.Title, gap, least)
		}
	}
}

// TestHostileGone: a page that is not found is kept for two runs, and gone in the third.
func TestHostileGone(t *testing.T) {
	t.Parallel()
	_, l := startHostile(t, hurried)
	now := &clock{}
	c := l.crawler(t, crawler.Options{Clock: now.Now})
	i := slices.IndexFunc(hostilePages(), func(c hostile.Case) bool { return c.Name() == "H24/404" })
	for _, want := range []market.FailureKind{market.FailClientError, market.FailClientError, market.FailGone, market.FailGone} {
		r := l.crawl(t.Context(), c, l.site(hostilePages()[i]))
		if r.err != nil || len(r.failures) != 1 || r.failures[want] != 1 || len(r.bad) > 0 {
			t.Errorf("%v, %v, %q, want %q", r.failures, r.err, r.bad, want)
		}
		now.forward(24 * time.Hour)
	}
}
