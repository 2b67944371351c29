package watch_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pages is a shop whose pages are lists of offers as JSON; it stands in for crawler and parser.
type pages struct {
	now    func() time.Time
	offers map[string][]market.Offer
	fail   map[string]market.FailureKind
	role   map[string]parsers.Role
	same   map[string]bool // answered with 304
	// disputed are pages on which another reader says another price.
	disputed map[string]bool
	header   http.Header // of every page
	fetch    func(url string) []market.Offer
	first    func(url string) (crawler.Visit, bool) // nil: no run is under way
	// stop ends the crawl with this error after that many visits.
	stop  error
	after int
	pause time.Duration // between two pages
	left  int           // pages that the last visit says to wait for the next run
}

func (p *pages) Parse(d *parsers.Doc) (parsers.Result, error) {
	var r parsers.Result
	return r, json.Unmarshal(d.Page.Body, &r.Offers)
}

func (p *pages) page(url string, offers []market.Offer) market.Page {
	body, _ := json.Marshal(offers)
	return market.Page{Asked: url, URL: url, Status: 200, Header: p.header, Body: body, FetchedAt: p.now()}
}

func (p *pages) Look(_ context.Context, s crawler.Site, r crawler.Request) (crawler.Visit, error) {
	offers := p.offers[r.URL]
	if p.fetch != nil {
		offers = p.fetch(r.URL)
	}
	v := crawler.Visit{Request: r, Page: p.page(r.URL, offers), Bytes: 10}
	var err error
	v.Result, err = crawler.Read(s, v.Page, r)
	if fe, ok := errors.AsType[*crawler.FetchError](err); ok {
		v.Page, v.Failure = market.Page{}, fe
		return v, nil
	}
	return v, err
}

func (p *pages) First(_ context.Context, _ market.SourceID, address string) (crawler.Visit, bool) {
	if p.first == nil {
		return crawler.Visit{}, false
	}
	return p.first(address)
}

func (p *pages) Crawl(ctx context.Context, _ crawler.Site) iter.Seq2[crawler.Visit, error] {
	return func(yield func(crawler.Visit, error) bool) {
		urls := []string{}
		for u := range p.offers {
			urls = append(urls, u)
		}
		for u := range p.fail {
			urls = append(urls, u)
		}
		slices.Sort(urls)
		for i, u := range urls {
			if i > 0 {
				time.Sleep(p.pause) // in a bubble of synctest
			}
			if p.stop != nil && i >= p.after {
				yield(crawler.Visit{}, p.stop)
				return
			}
			v := crawler.Visit{Request: crawler.Request{URL: u, Role: p.role[u]}, Done: i + 1, Known: len(urls), Bytes: 10}
			if i == len(urls)-1 {
				v.Left = p.left
			}
			if k, ok := p.fail[u]; ok {
				v.Failure = &crawler.FetchError{URL: u, Kind: k}
			} else {
				v.Page = p.page(u, p.offers[u])
				v.Result.Offers = p.offers[u]
				if p.disputed[u] {
					v.Result = parsers.Result{Disputed: p.offers[u][0], Failure: market.FailPriceAmbiguous, Message: "two prices"}
				}
				if p.same[u] {
					v.Page.NotModified, v.Page.Body, v.Result = true, nil, parsers.Result{}
				}
			}
			if !yield(v, ctx.Err()) || ctx.Err() != nil {
				return
			}
		}
	}
}

// told is a channel that remembers what it was told.
type told struct {
	messages []alerts.Message
	at       time.Time // of the last
}

func (t *told) Notify(_ context.Context, m alerts.Message) (string, error) {
	t.messages, t.at = append(t.messages, m), time.Now()
	return "ref", nil
}

// world is a Watcher over a real store with one rival, whose time is moved by hand.
type world struct {
	*watch.Watcher
	t     *testing.T
	shop  *pages
	now   time.Time
	said  *told
	store store.Store
	o     watch.Options
}

// always finds every comparable rival who is cheaper.
type always struct{}

func (always) Judge(e *alerts.Event) []alerts.Finding {
	var out []alerts.Finding
	for _, p := range e.Standing.Rivals {
		if !p.Comparable {
			continue
		}
		f := alerts.Finding{Topic: market.Topic{Product: e.Standing.Product.ID, Source: p.Source}, Holds: alerts.No}
		if p.Gap.Sign() < 0 {
			f.Holds = alerts.Yes
		}
		out = append(out, f)
	}
	return out
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC), said: &told{}}
	w.shop = &pages{now: w.clock, offers: map[string][]market.Offer{}, fail: map[string]market.FailureKind{}, role: map[string]parsers.Role{}, same: map[string]bool{}}
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w.store = st
	site := crawler.Site{Source: market.Source{ID: "rival", Parser: "test", Starts: []market.Start{{Kind: market.StartProducts}}}, Parser: w.shop}
	w.o = watch.Options{
		Store: st, Crawler: func(bool) (crawler.Crawls, error) { return w.shop, nil },
		Sites:    []crawler.Site{site},
		Shops:    []compare.Shop{{ID: "us", Name: "Us", Own: true, Interval: 48 * time.Hour}, {ID: "rival", Name: "Rival", Interval: 24 * time.Hour}},
		Rules:    []alerts.Configured{{Name: "cheaper", Kind: "test", Rule: always{}, Channels: []string{"floor"}, TellResolved: true}},
		Channels: []alerts.Channel{{Name: "floor", Language: "en", Notifier: w.said}},
		Quality:  quality.Policy{ConfirmAfter: time.Millisecond}, Clock: w.clock,
	}
	w.restart()
	return w
}

// restart makes a new Watcher over the same store.
func (w *world) restart() {
	w.t.Helper()
	var err error
	if w.Watcher, err = watch.New(w.o); err != nil {
		w.t.Fatal(err)
	}
}

// clock moves a second at each look, since observations are kept to the second.
func (w *world) clock() time.Time {
	w.now = w.now.Add(time.Second)
	return w.now
}

func eur(t *testing.T, s string) money.Amount {
	t.Helper()
	a, err := money.FromDecimal(s, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const barcode = "04006381333931"

func (w *world) offer(price string) market.Offer {
	return market.Offer{SKU: "R1", GTIN: barcode, Title: market.NewText("Marker"), Price: eur(w.t, price), URL: "https://rival.example/p/1"}
}

func (w *world) catalog(price string) {
	w.t.Helper()
	_, err := w.ImportCatalog(w.t.Context(), []watch.CatalogItem{{
		Product: market.Product{ID: "100", GTIN: barcode, Title: market.NewText("Marker"), Rank: market.CountOf(1)},
		Offer:   market.Offer{GTIN: barcode, Price: eur(w.t, price), Stock: market.StockIn},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// crawl runs once and returns the rival's run.
func (w *world) crawl() market.Run {
	w.t.Helper()
	return w.run(watch.CrawlRequest{Wait: time.Hour})
}

// crawlUntold crawls without a word to anybody.
func (w *world) crawlUntold() {
	w.t.Helper()
	w.run(watch.CrawlRequest{Wait: time.Hour, NoAlerts: true})
}

func (w *world) run(r watch.CrawlRequest) market.Run {
	w.t.Helper()
	var run market.Run
	for p, err := range w.Crawl(w.t.Context(), r) {
		if err != nil {
			w.t.Fatal(err)
		}
		if p.Run != nil {
			run = *p.Run
		}
	}
	return run
}

func (w *world) standing(asOf time.Time) compare.Standing {
	w.t.Helper()
	for s, err := range w.Standings(w.t.Context(), watch.StandingQuery{AsOf: asOf}) {
		if err != nil {
			w.t.Fatal(err)
		}
		return s
	}
	w.t.Fatal("no standing")
	return compare.Standing{}
}

const page1 = "https://rival.example/p/1"

func TestGapIsToldOnceAndItsEndToo(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	run := w.crawl()
	if run.Outcome != market.RunDone || run.Offers != 1 || run.Changes != 1 {
		t.Fatalf("run %+v", run)
	}
	if got := w.standing(time.Time{}); !got.Rivals[0].Comparable || got.Rivals[0].Gap != eur(t, "-1.00") {
		t.Fatalf("standing %+v", got.Rivals[0])
	}
	w.crawl()
	if n := len(w.said.messages); n != 1 || len(w.said.messages[0].Firing) != 1 {
		t.Fatalf("%d messages: %+v", n, w.said.messages)
	}
	w.catalog("8.50")
	w.crawl()
	if n := len(w.said.messages); n != 2 || len(w.said.messages[1].Resolved) != 1 {
		t.Fatalf("%d messages: %+v", n, w.said.messages)
	}
}

func TestCatalogAfterTheCrawlStillTells(t *testing.T) {
	w := newWorld(t)
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	w.crawl()
	w.catalog("10.00")
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.said.messages) != 1 {
		t.Fatalf("%d messages", len(w.said.messages))
	}
}

func TestGlitchIsDroppedAndAJumpIsConfirmed(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	w.shop.offers[page1] = []market.Offer{w.offer("11.00")}
	w.crawl()
	before := w.now

	w.shop.offers[page1] = []market.Offer{w.offer("1.10")}
	w.shop.fetch = func(string) []market.Offer { return []market.Offer{w.offer("11.00")} }
	if run := w.crawl(); run.Quarantined != 1 {
		t.Fatalf("glitch: %+v", run)
	}
	if got := w.standing(time.Time{}).Rivals[0]; got.Price != eur(t, "11.00") || len(w.said.messages) != 0 {
		t.Fatalf("glitch: price %s, %d messages", got.Price, len(w.said.messages))
	}

	w.shop.offers[page1] = []market.Offer{w.offer("7.00")}
	w.shop.fetch = nil
	if run := w.crawl(); run.Quarantined != 1 {
		t.Fatalf("jump: %+v", run)
	}
	if got := w.standing(time.Time{}).Rivals[0]; got.Price != eur(t, "7.00") || len(w.said.messages) != 1 {
		t.Fatalf("jump: price %s, %d messages", got.Price, len(w.said.messages))
	}
	if got := w.standing(before).Rivals[0]; got.Price != eur(t, "11.00") {
		t.Fatalf("as of before: %s", got.Price)
	}
}

func TestFailuresNeverBecomeOffers(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	w.crawl()
	delete(w.shop.offers, page1)
	for _, k := range []market.FailureKind{market.FailClientError, market.FailServerError, market.FailRateLimited, market.FailPriceMissing} {
		w.shop.fail = map[string]market.FailureKind{page1: k}
		run := w.crawl()
		if run.Outcome != market.RunFailed || run.Failures[k] != 1 || run.Missing != 1 || run.Offers != 0 {
			t.Errorf("%s: %+v", k, run)
		}
	}
	got := w.standing(time.Time{}).Rivals[0]
	if got.Price != eur(t, "9.00") || got.Seen.Offer.Stock != market.StockUnknown {
		t.Errorf("last good value: %s, stock %q", got.Price, got.Seen.Offer.Stock)
	}
	hs, err := w.Sources(t.Context())
	if err != nil || hs[1].Last.Outcome != market.RunFailed || hs[1].LastGoodAt.IsZero() {
		t.Errorf("health %+v, %v", hs[1], err)
	}
}

func TestOffersWithoutAPriceAreNotRecorded(t *testing.T) {
	w := newWorld(t)
	o := w.offer("9.00")
	o.Price = money.Amount{}
	w.shop.offers[page1] = []market.Offer{o}
	if run := w.crawl(); run.Offers != 0 || run.Changes != 0 {
		t.Errorf("run %+v", run)
	}
}

func TestUnchangedPageIsSeenAgain(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	w.crawl()
	first := w.standing(time.Time{}).Rivals[0].Seen.SeenAt
	w.shop.same[page1] = true
	run := w.crawl()
	if run.Unchanged != 1 || run.Changes != 0 || run.Missing != 0 {
		t.Errorf("run %+v", run)
	}
	if again := w.standing(time.Time{}).Rivals[0]; !again.Seen.SeenAt.After(first) || again.Price != eur(t, "9.00") {
		t.Errorf("seen %s after %s, price %s", again.Seen.SeenAt, first, again.Price)
	}
}

func TestTileNeverReplacesItsPage(t *testing.T) {
	w := newWorld(t)
	page := w.offer("9.00")
	page.Stock = market.StockIn
	tile := w.offer("9.00")
	w.shop.offers["https://rival.example/c/all"] = []market.Offer{tile, {SKU: "R2", Price: eur(t, "5.00"), URL: "https://rival.example/p/2"}}
	w.shop.role["https://rival.example/c/all"] = parsers.RoleList
	w.shop.offers[page1] = []market.Offer{page}
	for range 2 {
		w.crawl()
	}
	info, err := w.Info(t.Context())
	if err != nil || info.Listings != 2 || info.Changes != 2 {
		t.Fatalf("info %+v, %v", info, err)
	}
	for o, err := range w.store.Latest(t.Context(), store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if o.Offer.SKU == "R1" && o.Offer.Stock != market.StockIn {
			t.Errorf("the tile replaced the page: %+v", o.Offer)
		}
	}
}

func TestTwoRunsWithinASecondMissNothing(t *testing.T) {
	w := newWorld(t)
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	at := w.now.Add(time.Hour)
	w.shop.now = func() time.Time { return at }
	w.crawl()
	if run := w.crawl(); run.Missing != 0 || run.Offers != 1 || !run.Good() {
		t.Errorf("run %+v", run)
	}
}

func TestInterruptedRunKeepsWhatItRead(t *testing.T) {
	w := newWorld(t)
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	w.shop.offers["https://rival.example/p/2"] = []market.Offer{{SKU: "R2", Price: eur(t, "5.00")}}
	w.shop.stop, w.shop.after = context.Canceled, 1
	var run market.Run
	for p, err := range w.Crawl(t.Context(), watch.CrawlRequest{}) {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if p.Run != nil {
			run = *p.Run
		}
	}
	if run.Outcome != market.RunInterrupted || run.Offers != 1 {
		t.Fatalf("run %+v", run)
	}
	info, err := w.Info(t.Context())
	if err != nil || info.Observations != 1 {
		t.Fatalf("info %+v, %v", info, err)
	}
}

func TestUnknownNames(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	var got error
	for _, err := range w.Crawl(ctx, watch.CrawlRequest{Sources: []market.SourceID{"nobody"}}) {
		got = err
	}
	if !errors.Is(got, watch.ErrUnknownSource) {
		t.Errorf("crawl: %v", got)
	}
	if _, err := w.History(ctx, "nothing", time.Time{}, time.Time{}); !errors.Is(err, watch.ErrUnknownProduct) {
		t.Errorf("history: %v", err)
	}
	if err := w.TestChannel(ctx, "nowhere"); !errors.Is(err, watch.ErrUnknownChannel) {
		t.Errorf("channel: %v", err)
	}
	if _, err := w.ImportMatches(ctx, []market.Match{{Product: "nothing", Source: "rival", Listing: "x"}}); !errors.Is(err, watch.ErrUnknownProduct) {
		t.Errorf("matches: %v", err)
	}
}

func TestFind(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	for _, text := range []string{"100", "4006381333931", "marker"} {
		ps, err := w.Find(t.Context(), text, 5)
		if err != nil || len(ps) != 1 || ps[0].ID != "100" {
			t.Errorf("find %q: %v, %v", text, ps, err)
		}
	}
	if ps, err := w.Find(t.Context(), "stapler", 5); err != nil || len(ps) != 0 {
		t.Errorf("find stapler: %v, %v", ps, err)
	}
}

// TestCatalogFileIsReadByEveryCrawl: our prices stay fresh without anybody importing them, and follow the file.
func TestCatalogFileIsReadByEveryCrawl(t *testing.T) {
	w := newWorld(t)
	price, stamp := "10.00", "1"
	w.Catalog = watch.CatalogFile{
		Stamp: func() (string, error) { return stamp, nil },
		Read: func() ([]watch.CatalogItem, int, error) {
			return []watch.CatalogItem{{Product: market.Product{ID: "100", GTIN: barcode}, Offer: market.Offer{GTIN: barcode, Price: eur(t, price)}}}, 0, nil
		},
	}
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	for range 3 {
		w.crawl()
		w.now = w.now.Add(20 * time.Hour)
	}
	if got := w.standing(time.Time{}); !got.Rivals[0].Comparable || got.Rivals[0].Gap != eur(t, "-1.00") {
		t.Fatalf("three days later: %+v", got.Rivals[0])
	}
	price, stamp = "8.00", "2"
	w.crawl()
	if got := w.standing(time.Time{}); got.Ours.Price != eur(t, "8.00") {
		t.Errorf("our price is %s", got.Ours.Price)
	}
	w.Catalog.Read = func() ([]watch.CatalogItem, int, error) { return nil, 0, errors.New("half a file") }
	stamp = "3"
	if run := w.crawl(); run.Outcome != market.RunDone {
		t.Errorf("a catalogue that cannot be read stopped the crawl: %+v", run)
	}
}
