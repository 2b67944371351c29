package watch_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/watch"
)

// looks is a shop of which a run says what it fetched, and whose pages may be wrong at the first look and at the second.
type looks struct {
	*pages
	fetched int // by the run
	first   market.FailureKind
	second  *crawler.Visit // what stands in a second look, besides its Request and Bytes; nil: the page as it is
	looked  []string
}

func (l *looks) Crawl(ctx context.Context, s crawler.Site) iter.Seq2[crawler.Visit, error] {
	return func(yield func(crawler.Visit, error) bool) {
		for v, err := range l.pages.Crawl(ctx, s) {
			v.Fetched, v.Result.Failure = l.fetched, l.first
			if !yield(v, err) {
				return
			}
		}
	}
}

func (l *looks) Look(ctx context.Context, s crawler.Site, r crawler.Request) (crawler.Visit, error) {
	l.looked = append(l.looked, r.URL)
	v, err := l.pages.Look(ctx, s, r)
	if l.second != nil {
		page := v.Page
		v.Page, v.Result, v.Failure = market.Page{}, l.second.Result, l.second.Failure
		if v.Failure == nil {
			v.Page = page
		}
	}
	return v, err
}

func wrongWith(kind market.FailureKind) parsers.Result { return parsers.Result{Failure: kind} }

// crawlFor runs once and stays that long for confirming looks.
func (w *world) crawlFor(wait time.Duration) (run market.Run) {
	w.t.Helper()
	for p, err := range w.Crawl(w.t.Context(), watch.CrawlRequest{Wait: wait}) {
		if err != nil {
			w.t.Fatal(err)
		}
		if p.Run != nil {
			run = *p.Run
		}
	}
	return run
}

// oneRound is a stay in which the clock, which moves a second at each look, lets doubtful pages be looked at once.
const oneRound = 1500 * time.Millisecond

// TestLooksKeepToTheBudget: second looks have what the run has left of its budget, and a few always. Pages that the run
// did not fetch use none of it.
func TestLooksKeepToTheBudget(t *testing.T) {
	const known, most = 30, 5
	for name, tt := range map[string]struct {
		scope   market.Scope
		limits  market.Limits
		fetched int // by the run
		unread  int
		jumps   int // pages whose price is held back
		want    int // looks
		outcome market.RunOutcome
	}{
		"pages that are spared use nothing":       {scope: market.Scope{MaxPages: 20}, unread: 12, want: 12, outcome: market.RunDone},
		"the pages that are left":                 {scope: market.Scope{MaxPages: 20}, fetched: 11, unread: 12, want: 9, outcome: market.RunPartial},
		"no page is left":                         {scope: market.Scope{MaxPages: 20}, fetched: 20, unread: 12, want: most, outcome: market.RunPartial},
		"no page is left, and few are unread":     {scope: market.Scope{MaxPages: 20}, fetched: 20, unread: most, want: most, outcome: market.RunDone},
		"the bytes that are left":                 {limits: market.Limits{RunBytes: 10*(known+12) + 65}, unread: 12, want: 7, outcome: market.RunPartial},
		"no time is left":                         {limits: market.Limits{RunTime: 1}, unread: 12, want: most, outcome: market.RunPartial},
		"confirming: the budget of who says none": {jumps: 12, want: 12, outcome: market.RunDone},
		"confirming: the pages that are left":     {scope: market.Scope{MaxPages: 20}, fetched: 11, jumps: 12, want: 9, outcome: market.RunDone},
		"confirming: no time is left":             {limits: market.Limits{RunTime: 1}, jumps: 12, want: most, outcome: market.RunDone},
		"both, and nothing is left":               {limits: market.Limits{RunTime: 1}, unread: most, jumps: 12, want: 2 * most, outcome: market.RunDone},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			l := &looks{pages: w.shop}
			w.Sites[0].Source.Scope, w.Sites[0].Source.Limits = tt.scope, tt.limits
			w.rewire(t, w.store, l, quality.Policy{ConfirmAfter: time.Millisecond})
			put := func(kind string, i int, price string) string {
				o := w.offer(price)
				o.SKU, o.URL = fmt.Sprint(kind, i), fmt.Sprintf("https://rival.example/%s/%02d", kind, i)
				w.shop.offers[o.URL] = []market.Offer{o}
				return o.URL
			}
			for i := range known {
				put("p", i, "9.00")
			}
			w.crawlFor(0)
			for i := range known {
				w.shop.same[put("p", i, "9.00")] = i >= tt.jumps
				if i < tt.jumps {
					put("p", i, fmt.Sprintf("%d.%d0", 2+i*3/10, i*3%10)) // each by another factor: one for all is held
				}
			}
			for i := range tt.unread {
				w.shop.same[put("new", i, "9.00")] = true
			}
			l.fetched, l.looked = tt.fetched, nil
			w.now = w.now.Add(24 * time.Hour)
			run := w.crawlFor(oneRound)
			if len(l.looked) != tt.want || run.Outcome != tt.outcome || run.Pages != known+tt.unread+tt.want {
				t.Errorf("%d looks, want %d: %q; %s after %d pages, want %s", len(l.looked), tt.want, l.looked, run.Outcome, run.Pages, tt.outcome)
			}
			if want := int64(10 * run.Pages); run.Bytes != want {
				t.Errorf("%d bytes, want %d", run.Bytes, want)
			}
		})
	}
}

// TestLooksThatFail: what is wrong with a page that is looked at again is counted, once, and what was held stays held.
func TestLooksThatFail(t *testing.T) {
	for name, tt := range map[string]struct {
		first  market.FailureKind
		second crawler.Visit
		want   map[market.FailureKind]int
	}{
		"a captcha": {
			second: crawler.Visit{Result: wrongWith(market.FailBlockedCaptcha)}, want: map[market.FailureKind]int{market.FailBlockedCaptcha: 1},
		},
		"another page": {
			second: crawler.Visit{Result: wrongWith(market.FailSoft404)}, want: map[market.FailureKind]int{market.FailSoft404: 1},
		},
		"no price": {
			first: market.FailPriceImplausible, second: crawler.Visit{Result: wrongWith(market.FailPriceMissing)},
			want: map[market.FailureKind]int{market.FailPriceImplausible: 1, market.FailPriceMissing: 1},
		},
		"what was wrong before": {
			first: market.FailPriceImplausible, second: crawler.Visit{Result: wrongWith(market.FailPriceImplausible)},
			want: map[market.FailureKind]int{market.FailPriceImplausible: 1},
		},
		"nothing comes": {
			second: crawler.Visit{Failure: &crawler.FetchError{URL: page1, Kind: market.FailServerError, Status: 503}},
			want:   map[market.FailureKind]int{market.FailServerError: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			l := &looks{pages: w.shop}
			w.rewire(t, w.store, l, quality.Policy{ConfirmAfter: time.Millisecond})
			w.catalog("10.00")
			w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
			w.crawlFor(0)
			w.now = w.now.Add(24 * time.Hour)
			w.shop.offers[page1] = []market.Offer{w.offer("0.90")}
			l.first, l.second = tt.first, &tt.second
			run := w.crawlFor(oneRound)
			pages := 1
			if tt.second.Failure == nil {
				pages += len(l.looked)
			}
			if len(l.looked) == 0 || run.Pages != pages || run.Quarantined != 1 {
				t.Errorf("%d looks, %d pages, %d held", len(l.looked), run.Pages, run.Quarantined)
			}
			if d := cmp.Diff(tt.want, run.Failures); d != "" {
				t.Errorf("failures (-want +got)\n%s", d)
			}
			if p := w.standing(time.Time{}).Rivals[0]; p.Price != eur(t, "9.00") || p.Held == nil {
				t.Errorf("afterwards %s, held %+v", p.Price, p.Held)
			}
		})
	}
}
