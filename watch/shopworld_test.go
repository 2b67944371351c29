package watch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/compare"
	"pricegap/crawler"
	"pricegap/crawler/shoptest"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch"
)

// readings are how the fictional shops are read: with structured data, with nothing but selectors, and by page state.
var readings = map[market.SourceID]string{
	shoptest.Voltavia: `{}`, shoptest.Snoerderij: `{}`,
	shoptest.Stekkerkelder: `{"fields":{"name":"#product h1","brand":".merk","sku":".artnr","mpn":".type","gtin":".ean","price":".prijs","reference_price":"del","availability":".voorraad"},
		"split":{"price":{"whole":".prijs:has(sup)","cents":".prijs sup"}}}`,
	shoptest.Zoemhal: `{"state":{"var":"window.__STATE__","item":"product","fields":{"sku":"id","gtin":"ean","brand":"brand","mpn":"mpn","name":"title",
		"price":"price.current","reference_price":"price.was","currency":"price.currency","availability":"stock.status"}}}`,
}

// shopWorld is a Watcher over the fictional shops, whose pages may be changed on their way. There is no network: pages are
// asked of the server as a handler, and a page that is byte for byte the one before is not modified.
type shopWorld struct {
	*watch.Watcher
	t       *testing.T
	world   *shoptest.World
	server  *shoptest.Server
	store   store.Store
	now     time.Time
	said    *told
	bodies  map[string]string
	truth   map[string]bool           // address and price of every page on every day that was crawled
	read    map[string]parsers.Result // by body
	visited int
	// mutate changes a page; fresh is a second look. hidden pages are not listed yet.
	mutate func(url, body string, fresh bool) string
	hidden func(f shoptest.Fact) bool
	// glitched says whether what is read of a page is wrong this time, and glitch makes it so.
	glitched func(fresh bool) bool
	glitch   func(url string, res *parsers.Result)
}

// handled are the pages of a shopWorld.
type handled struct{ *shopWorld }

// Crawl implements crawler.Crawls.
func (w handled) Crawl(_ context.Context, s crawler.Site) iter.Seq2[crawler.Visit, error] {
	return func(yield func(crawler.Visit, error) bool) {
		for _, f := range w.world.Truth(w.world.Day()) {
			if f.Shop != s.Source.ID || w.hidden != nil && w.hidden(f) {
				continue
			}
			v, err := w.visit(s, crawler.Request{URL: f.URL, Role: parsers.RoleProduct})
			v.Fetched = 1
			if !yield(v, err) {
				return
			}
		}
	}
}

// Look implements crawler.Crawls.
func (w handled) Look(_ context.Context, s crawler.Site, r crawler.Request) (crawler.Visit, error) {
	return w.visit(s, r)
}

// First implements crawler.Crawls: nothing is under way.
func (w handled) First(context.Context, market.SourceID, string) (crawler.Visit, bool) {
	return crawler.Visit{}, false
}

func (w handled) visit(s crawler.Site, r crawler.Request) (v crawler.Visit, err error) {
	w.visited++
	rec := httptest.NewRecorder()
	w.server.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, r.URL, nil))
	body := rec.Body.String()
	if w.mutate != nil {
		body = w.mutate(r.URL, body, r.Fresh)
	}
	plain := body
	wrong := w.glitched != nil && w.glitched(r.Fresh)
	if wrong {
		body += fmt.Sprint("<!-- ", w.visited, " -->")
	}
	v = crawler.Visit{Request: r, Page: market.Page{Source: s.Source.ID, Asked: r.URL, URL: r.URL, Status: rec.Code, Header: rec.Header(), FetchedAt: w.clock()}, Bytes: int64(len(body))}
	if rec.Code != http.StatusOK {
		v.Page, v.Failure = market.Page{}, &crawler.FetchError{URL: r.URL, Kind: market.FailServerError, Status: rec.Code}
		return v, nil
	}
	if !r.Fresh {
		if w.bodies[r.URL] == body {
			v.Page.NotModified = true
			return v, nil
		}
		w.bodies[r.URL] = body
	}
	v.Page.Body = []byte(plain)
	known, ok := w.read[plain]
	if !ok {
		if known, err = crawler.Read(s, v.Page, r); err == nil {
			w.read[plain] = known
		}
	}
	v.Page.Body, v.Result = []byte(body), known
	v.Result.Offers = slices.Clone(known.Offers)
	if wrong && err == nil {
		w.glitch(r.URL, &v.Result)
	}
	return v, err
}

func (w *shopWorld) clock() time.Time {
	w.now = w.now.Add(time.Second)
	return w.now
}

// newShopWorld makes the shops with so many products of ours, and what happens in them, and brings our catalogue.
func newShopWorld(t *testing.T, products int, story []shoptest.Event) *shopWorld {
	t.Helper()
	w := &shopWorld{
		t: t, world: shoptest.New(shoptest.Options{Products: products, Story: story}), now: time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC),
		said: &told{}, bodies: map[string]string{}, truth: map[string]bool{}, read: map[string]parsers.Result{},
	}
	var err error
	if w.server, err = shoptest.Start(w.world); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.server.Close() })
	if w.store, err = store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	o := watch.Options{
		Store: w.store, Crawler: func(bool) (crawler.Crawls, error) { return handled{w}, nil }, Clock: w.clock,
		Channels: []alerts.Channel{{Name: "floor", Language: "en", Notifier: w.said}}, Quality: quality.Policy{ConfirmAfter: time.Millisecond},
	}
	for name, options := range map[string]string{"undercut": `{"percent":"2%"}`, "price_change": `{}`, "shop_changed": `{}`} {
		r, err := rule.New(name, func(v any) error { return json.Unmarshal([]byte(options), v) })
		if err != nil {
			t.Fatal(err)
		}
		o.Rules = append(o.Rules, alerts.Configured{Name: name, Kind: name, Rule: r, TellResolved: true})
	}
	for _, s := range w.world.Shops() {
		o.Shops = append(o.Shops, compare.Shop{ID: s.ID, Name: s.Name, Own: s.Own, VAT: money.VATIncluded, Interval: 24 * time.Hour})
		if s.Own {
			continue
		}
		name := "auto"
		if s.Markup == shoptest.Bare {
			name = "selectors"
		}
		p, err := parsers.New(name, func(v any) error { return json.Unmarshal([]byte(readings[s.ID]), v) })
		if err != nil {
			t.Fatal(err)
		}
		o.Sites = append(o.Sites, crawler.Site{Parser: p, Source: market.Source{
			ID: s.ID, Name: s.Name, Parser: name, Locale: money.Locale{Language: "nl", Currency: "EUR"}, VAT: money.VATIncluded, Starts: []market.Start{{Kind: market.StartProducts}},
		}})
	}
	if w.Watcher, err = watch.New(o); err != nil {
		t.Fatal(err)
	}
	return w
}

// catalog brings our products with the prices of the day.
func (w *shopWorld) catalog() {
	w.t.Helper()
	own := map[market.ProductID]shoptest.Fact{}
	for _, f := range w.world.Truth(w.world.Day()) {
		if f.Shop == shoptest.Own {
			own[f.Product] = f
		}
	}
	var items []watch.CatalogItem
	for i, p := range w.world.Products() {
		items = append(items, watch.CatalogItem{
			Product: market.Product{ID: p.ID, GTIN: p.GTIN, MPN: p.MPN, Brand: market.NewText(p.Brand), Title: market.NewText(p.Title), Rank: market.CountOf(int64(i))},
			Offer:   market.Offer{Price: own[p.ID].Price, Stock: market.StockIn},
		})
	}
	if _, err := w.ImportCatalog(w.t.Context(), items); err != nil {
		w.t.Fatal(err)
	}
}

// run crawls shops, all when none is named, on that day, and returns the runs.
func (w *shopWorld) run(day int, shops ...market.SourceID) map[market.SourceID]market.Run {
	w.t.Helper()
	w.world.SetDay(day)
	w.now = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC).AddDate(0, 0, day)
	w.catalog()
	for _, f := range w.world.Truth(day) {
		w.truth[f.URL+f.Price.String()] = true
	}
	out := map[market.SourceID]market.Run{}
	for _, s := range w.Sites {
		if id := s.Source.ID; len(shops) > 0 && !slices.Contains(shops, id) {
			continue
		}
		for p, err := range w.Crawl(w.t.Context(), watch.CrawlRequest{Sources: []market.SourceID{s.Source.ID}, Wait: 1500 * time.Millisecond}) {
			if err != nil {
				w.t.Fatal(err)
			}
			if p.Run != nil {
				out[p.Run.Source] = *p.Run
			}
		}
	}
	return out
}

// firings counts what the channel was told of products, and how often that a shop changed and is as before again.
func (w *shopWorld) firings() (products, changed, asBefore int) {
	for _, m := range w.said.messages {
		for _, a := range m.Firing {
			if a.Kind == "shop_changed" {
				changed++
			} else {
				products++
			}
		}
		for _, a := range m.Resolved {
			if a.Kind == "shop_changed" {
				asBefore++
			}
		}
	}
	return products, changed, asBefore
}

// trusted are the newest trusted prices by page.
func (w *shopWorld) trusted() map[string]money.Amount {
	w.t.Helper()
	out := map[string]money.Amount{}
	for o, err := range w.store.Latest(w.t.Context(), store.Query{Trusted: true}) {
		if err != nil {
			w.t.Fatal(err)
		}
		out[o.Page] = o.Offer.Price
	}
	delete(out, "") // our catalogue
	return out
}

// wrong returns the trusted prices of pages that are those of no day up to this one.
func (w *shopWorld) wrong() map[string]money.Amount {
	w.t.Helper()
	out := w.trusted()
	maps.DeleteFunc(out, func(page string, p money.Amount) bool { return w.truth[page+p.String()] })
	return out
}
