package watch_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/compare"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/parsers/feed"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch"
)

func mustRule(t *testing.T, kind string) alerts.Rule {
	r, err := rule.New(kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type twoRivals struct {
	*watch.Watcher
	st   store.Store
	now  time.Time
	said *told
}

func newTwo(t *testing.T, kind string) *twoRivals {
	w := &twoRivals{now: time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC), said: &told{}}
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "p.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w.st = st
	w.Watcher, err = watch.New(watch.Options{
		Store:    st,
		Shops:    []compare.Shop{{ID: "us", Own: true, Interval: 48 * time.Hour}, {ID: "a", Interval: 24 * time.Hour}, {ID: "b", Interval: 24 * time.Hour}},
		Rules:    []alerts.Configured{{Name: "r", Kind: kind, Rule: mustRule(t, kind), TellResolved: true}},
		Channels: []alerts.Channel{{Name: "floor", Language: "en", Notifier: w.said}},
		Clock:    func() time.Time { return w.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.ImportCatalog(t.Context(), []watch.CatalogItem{{Product: market.Product{ID: "100"}, Offer: market.Offer{Price: eur(t, "100")}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.ImportMatches(t.Context(), []market.Match{
		{Product: "100", Source: "a", Listing: "a/1", Method: "file", Decision: market.Accept, Exact: true},
		{Product: "100", Source: "b", Listing: "b/1", Method: "file", Decision: market.Accept, Exact: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *twoRivals) see(t *testing.T, id string, at time.Time, price string) {
	t.Helper()
	_, err := w.st.Record(t.Context(), market.Observation{
		Source: market.SourceID(id), Listing: market.ListingID(id + "/1"), SeenAt: at,
		Offer: market.Offer{Price: eur(t, price), Stock: market.StockIn}, Trust: market.Trust{State: market.Trusted},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *twoRivals) deliver(t *testing.T) {
	t.Helper()
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// log order is not time order, since each visit records in batches of 32.
func TestOutOfOrder(t *testing.T) {
	for _, between := range []bool{false, true} {
		w := newTwo(t, "undercut")
		t0 := w.now
		w.see(t, "a", t0.Add(time.Second), "110")
		w.see(t, "b", t0.Add(time.Second), "110")
		w.now = t0.Add(time.Minute)
		w.deliver(t)
		w.see(t, "b", t0.Add(3*time.Minute), "90") // b's batch is full first
		w.now = t0.Add(4 * time.Minute)
		if between {
			w.deliver(t)
		}
		w.see(t, "a", t0.Add(2*time.Minute), "109") // a's batch is flushed later
		w.now = t0.Add(5 * time.Minute)
		w.deliver(t)
		firing, resolved := 0, 0
		for _, m := range w.said.messages {
			firing += len(m.Firing)
			resolved += len(m.Resolved)
		}
		if firing != 1 || resolved != 0 {
			t.Errorf("between=%v: told %d firing and %d resolved, want 1 and 0: b is 10 EUR cheaper still", between, firing, resolved)
		}
	}
}

// history of last year alerts nobody.
func TestHistoryAlerts(t *testing.T) {
	w := newTwo(t, "price_change")
	w.deliver(t)
	var obs []market.Observation
	for i, p := range []string{"100", "95", "90"} {
		obs = append(obs, market.Observation{Source: "a", Listing: "a/1", SeenAt: time.Date(2025, 1, 1+i, 0, 0, 0, 0, time.UTC), Offer: market.Offer{Price: eur(t, p)}})
	}
	if _, err := w.ImportObservations(t.Context(), stream(obs)); err != nil {
		t.Fatal(err)
	}
	w.deliver(t)
	for _, m := range w.said.messages {
		for _, a := range m.Firing {
			t.Errorf("told in March 2026: %s → %s, fired at %s", a.Facts.Before, a.Facts.Theirs.Price, a.FiredAt)
		}
	}
}

// an undercut long stale is told.
func TestStaleUndercut(t *testing.T) {
	w := newTwo(t, "undercut")
	w.deliver(t)
	w.see(t, "a", w.now.Add(time.Second), "90")
	w.now = w.now.Add(30 * 24 * time.Hour) // crawl --no-alerts, then the daemon was off
	w.deliver(t)
	for _, m := range w.said.messages {
		for range m.Firing {
			t.Error("told of a price of a month ago")
		}
	}
}

// an observation of the future hides the listing.
func TestFuture(t *testing.T) {
	w := newTwo(t, "undercut")
	_, err := w.ImportObservations(t.Context(), stream([]market.Observation{{Source: "a", Listing: "a/1", SeenAt: time.Date(2062, 1, 1, 0, 0, 0, 0, time.UTC), Offer: market.Offer{Price: eur(t, "100")}}}))
	t.Log("import:", err)
	w.see(t, "a", w.now.Add(time.Second), "90")
	w.now = w.now.Add(time.Minute)
	for s, err := range w.Standings(t.Context(), watch.StandingQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if !s.Rivals[0].Comparable {
			t.Error("the listing is gone:", s.Rivals[0].NotBecause)
		}
	}
}

// hooked is a store with a hook.
type hooked struct {
	store.Store
	onDelete func(key string)
	onPutRun func(r market.Run) error
}

func (h *hooked) DeleteState(ctx context.Context, key string) error {
	if h.onDelete != nil {
		h.onDelete(key)
	}
	return h.Store.DeleteState(ctx, key)
}

func (h *hooked) PutRun(ctx context.Context, r market.Run) error {
	if h.onPutRun != nil {
		if err := h.onPutRun(r); err != nil {
			return err
		}
	}
	return h.Store.PutRun(ctx, r)
}

func (w *world) rewire(t *testing.T, st store.Store, crawls crawler.Crawls, q quality.Policy) {
	var err error
	w.Watcher, err = watch.New(watch.Options{
		Store: st, Crawler: func(bool) (crawler.Crawls, error) { return crawls, nil },
		Sites: w.Sites,
		Shops: w.Shops, Rules: w.Rules, Channels: w.Channels,
		Quality: q, Clock: w.clock,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// a run that dies between recording and matching leaves listings without a match for ever.
func TestCrashBeforeMatch(t *testing.T) {
	w := newWorld(t)
	h := &hooked{Store: w.store}
	w.rewire(t, h, w.shop, quality.Policy{})
	w.catalog("10")
	w.shop.offers["https://rival.example/p/1"] = []market.Offer{w.offer("8")}
	h.onPutRun = func(r market.Run) error {
		if r.Outcome != market.RunGoing {
			return errors.New("the process dies here")
		}
		return nil
	}
	for range w.Crawl(t.Context(), watch.CrawlRequest{}) {
	}
	h.onPutRun = nil
	for range 3 {
		w.crawl()
	}
	s := w.standing(time.Time{})
	if s.Rivals[0].Listing == "" {
		t.Error("three good runs later the listing is tied to nothing")
	}
}

// a page that moved and is confirmed by 304 is not observed any more.
func TestMoved(t *testing.T) {
	w := newWorld(t)
	w.catalog("10")
	w.shop.offers["https://rival.example/p/1"] = []market.Offer{w.offer("8")}
	w.crawl()
	delete(w.shop.offers, "https://rival.example/p/1")
	moved := w.offer("8")
	moved.URL = "https://rival.example/p/new-name"
	w.shop.offers[moved.URL] = []market.Offer{moved}
	w.crawl()
	seen := w.standing(time.Time{}).Rivals[0].Seen
	if seen.Offer.URL != moved.URL || seen.Page != moved.URL {
		t.Errorf("links lead to %s", seen.Page)
	}
	w.shop.same[moved.URL] = true
	w.now = w.now.Add(24 * time.Hour)
	run := w.crawl()
	if got := w.standing(time.Time{}).Rivals[0].Seen.SeenAt; !got.After(seen.SeenAt) {
		t.Errorf("run %s with %d unchanged pages, %d missing, and the listing was last seen %s", run.Outcome, run.Unchanged, run.Missing, got)
	}
}

// a confirming fetch of a list writes tiles over what pages said.
func TestTileOverPage(t *testing.T) {
	w := newWorld(t)
	w.catalog("10")
	list := "https://rival.example/all"
	w.shop.role[list] = parsers.RoleList
	one := w.offer("8")
	one.Stock, one.Shipping = market.StockIn, eur(t, "3.95")
	tile1 := w.offer("8")
	tile2 := market.Offer{SKU: "R2", Title: market.NewText("Other"), Price: eur(t, "10"), URL: "https://rival.example/p/2"}
	w.shop.offers["https://rival.example/p/1"] = []market.Offer{one}
	w.shop.offers[list] = []market.Offer{tile1, tile2}
	w.crawl()
	tile2.Price = eur(t, "20")
	w.shop.offers[list] = []market.Offer{tile1, tile2}
	w.now = w.now.Add(24 * time.Hour)
	w.crawl()
	got := w.standing(time.Time{}).Rivals[0].Seen
	if got.Page == list || got.Offer.Stock != market.StockIn {
		t.Errorf("stock %q, shipping %s, from %s: the tile replaced the page", got.Offer.Stock, got.Offer.Shipping, got.Page)
	}
}

// a crawl that takes longer than --wait confirms nothing.
func TestWait(t *testing.T) {
	w := newWorld(t)
	w.catalog("10")
	u := "https://rival.example/p/1"
	w.shop.offers[u] = []market.Offer{w.offer("8")}
	w.crawl()
	w.shop.offers[u] = []market.Offer{w.offer("4")}
	fetched := 0
	w.shop.fetch = func(string) []market.Offer { fetched++; return w.shop.offers[u] }
	w.shop.now = func() time.Time { w.now = w.now.Add(30 * time.Minute); return w.clock() } // each page takes half an hour
	for p, err := range w.Crawl(t.Context(), watch.CrawlRequest{Wait: 25 * time.Minute}) {
		if err != nil {
			t.Fatal(err)
		}
		_ = p
	}
	if fetched == 0 {
		t.Error("no confirming fetch, although the crawl was told to stay 25 minutes for it")
	}
}

// checkpointing is a crawler whose every visit is a checkpoint.
type checkpointing struct {
	*pages
	after func()
}

func (c checkpointing) Crawl(ctx context.Context, s crawler.Site) iter.Seq2[crawler.Visit, error] {
	return func(yield func(crawler.Visit, error) bool) {
		for v, err := range c.pages.Crawl(ctx, s) {
			v.Checkpoint = true
			if !yield(v, err) {
				return
			}
			c.after() // here the real one keeps frontier and validators
		}
	}
}

// what was yielded before a checkpoint is not recorded.
func TestCheckpoint(t *testing.T) {
	w := newWorld(t)
	n := -1
	w.rewire(t, w.store, checkpointing{w.shop, func() {
		i, err := w.store.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n = i.Observations
	}}, quality.Policy{})
	w.shop.offers["https://rival.example/p/1"] = []market.Offer{w.offer("8")}
	w.crawl()
	if n != 1 {
		t.Errorf("%d observations recorded at the checkpoint, want 1", n)
	}
}

// failing is a store whose Keep fails once.
type failing struct {
	store.Store
	fail bool
}

func (f *failing) Keep(ctx context.Context, b store.Batch) ([]market.Change, error) {
	if f.fail {
		return nil, errors.New("the process dies here")
	}
	return f.Store.Keep(ctx, b)
}

// what is lost between the crawler's checkpoint and the next flush comes back as the old price, seen now.
func TestOldPriceAsNew(t *testing.T) {
	w := newWorld(t)
	f := &failing{Store: w.store}
	u := "https://rival.example/p/1"
	noted := false
	w.rewire(t, f, checkpointing{w.shop, func() { noted = true }}, quality.Policy{})
	w.catalog("10")
	w.shop.offers[u] = []market.Offer{w.offer("10")}
	w.crawl()
	w.shop.offers[u] = []market.Offer{w.offer("9")}
	f.fail, noted = true, false
	for range w.Crawl(t.Context(), watch.CrawlRequest{}) {
	}
	f.fail = false
	w.shop.same[u] = noted // the crawler asked and kept the new validators: the page answers 304 from now on
	w.now = w.now.Add(24 * time.Hour)
	w.crawl()
	if got := w.standing(time.Time{}).Rivals[0]; got.Price != eur(t, "9") {
		t.Errorf("the page says 9.00, the standing says %s, seen %s ago", got.Price, got.Age)
	}
}

func TestNullDate(t *testing.T) {
	w := newTwo(t, "undercut")
	obs, bad, err := feed.ReadObservations(strings.NewReader(`{"source":"a","sku":"A1","seen_at":"2026-03-01T10:00:00Z","price":"12.99","currency":"EUR"}
{"source":"a","sku":"A2","seen_at":"1970-01-01","price":"12.99","currency":"EUR"}
`))
	t.Log(len(obs), bad, err)
	done, err := w.ImportObservations(t.Context(), stream(obs))
	if done.Observations != 1 || len(bad) != 1 {
		t.Errorf("kept %d, bad rows %d, error %v; want the good row kept and one bad row", done.Observations, len(bad), err)
	}
}

// an undercut of a listing that ended is for ever.
func TestZombie(t *testing.T) {
	w := newTwo(t, "undercut")
	w.see(t, "a", w.now.Add(time.Second), "90")
	w.now = w.now.Add(time.Minute)
	w.deliver(t)
	for range 60 {
		w.now = w.now.Add(24 * time.Hour)
		if _, err := w.ImportCatalog(t.Context(), []watch.CatalogItem{{Product: market.Product{ID: "100"}, Offer: market.Offer{Price: eur(t, "100")}}}); err != nil {
			t.Fatal(err)
		}
		w.deliver(t)
	}
	as, err := w.Alerts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range as {
		if a.State == market.AlertFiring {
			t.Errorf("firing still: %s's price was last seen %s ago", a.Topic.Source, w.now.Sub(a.Facts.Theirs.SeenAt))
		}
	}
}

// one source's trouble with the store stops the alerts of all.
func TestOneStopsAll(t *testing.T) {
	w := newWorld(t)
	h := &hooked{Store: w.store}
	w.catalog("10")
	other := crawler.Site{Source: market.Source{ID: "other", Parser: "test", Starts: []market.Start{{Kind: market.StartProducts}}}, Parser: w.shop}
	sites := append(slices.Clone(w.Sites), other)
	shops := append(slices.Clone(w.Shops), compare.Shop{ID: "other", Interval: 24 * time.Hour})
	var err error
	w.Watcher, err = watch.New(watch.Options{
		Store: h, Crawler: func(bool) (crawler.Crawls, error) { return w.shop, nil }, Sites: sites, Shops: shops,
		Rules: w.Rules, Channels: w.Channels, Clock: func() time.Time { return time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.shop.offers["https://rival.example/p/1"] = []market.Offer{w.offer("8")}
	h.onPutRun = func(r market.Run) error {
		if r.Source == "other" {
			return errors.New("store_corrupt: run of other")
		}
		return nil
	}
	for range w.Crawl(t.Context(), watch.CrawlRequest{}) {
	}
	if len(w.said.messages) == 0 {
		t.Error("rival's undercut is not told, since a record of another source is damaged")
	}
}

// a store that hiccups once ends the schedule.

// a panic of the parser in a confirming fetch.
func TestConfirmPanics(t *testing.T) {
	w := newWorld(t)
	u := "https://rival.example/p/1"
	w.shop.offers[u] = []market.Offer{w.offer("8")}
	w.crawl()
	site := w.Sites[0]
	site.Parser = panics{}
	w.Sites[0] = site
	w.shop.offers[u] = []market.Offer{w.offer("80")}
	w.crawl()
}

type panics struct{}

func (panics) Parse(*parsers.Doc) (parsers.Result, error) { panic("parser") }

func TestUndoneDown(t *testing.T) {
	w := newTwo(t, "price_change")
	r, err := rule.New("price_change", func(v any) error { return json.Unmarshal([]byte(`{"direction":"down"}`), v) })
	if err != nil {
		t.Fatal(err)
	}
	w.Watcher, err = watch.New(watch.Options{
		Store: w.st, Shops: w.Shops, Channels: w.Channels, Clock: w.Clock,
		Rules: []alerts.Configured{{Name: "r", Kind: "price_change", Rule: r}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.deliver(t)
	for i, p := range []string{"100", "90", "100"} {
		w.see(t, "a", w.now.Add(time.Duration(i+1)*time.Minute), p)
	}
	w.now = w.now.Add(time.Hour)
	w.deliver(t)
	for _, m := range w.said.messages {
		for _, a := range m.Firing {
			t.Errorf("told %s → %s, and the price is 100 again", a.Facts.Before, a.Facts.Theirs.Price)
		}
	}
}

// stream yields observations as an import brings them.
func stream(obs []market.Observation) iter.Seq2[market.Observation, error] {
	return func(yield func(market.Observation, error) bool) {
		for _, o := range obs {
			if !yield(o, nil) {
				return
			}
		}
	}
}
