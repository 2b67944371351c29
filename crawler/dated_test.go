package crawler

import (
	"io"
	"net/http"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// TestDated holds that a page which states until when its price holds is read again when that is over, however little it changed.
func TestDated(t *testing.T) {
	t.Parallel()
	body := `<html><head><title>TV X1</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"TV X1","sku":"X1",
"offers":{"@type":"Offer","priceCurrency":"EUR","availability":"https://schema.org/InStock","priceSpecification":[
{"@type":"UnitPriceSpecification","price":"79.00","priceCurrency":"EUR","validThrough":"2026-03-03"},
{"@type":"UnitPriceSpecification","price":"99.00","priceCurrency":"EUR","validFrom":"2026-03-04"}]}}</script></head><body><h1>TV X1</h1><p>A fine television for all of the family.</p></body></html>`
	s := newShop(t, map[string]http.HandlerFunc{"/p/1": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, body)
	}})
	site := s.site(starts(market.StartProducts, "/p/1"))
	p, err := parsers.New("auto", nil)
	if err != nil {
		t.Fatal(err)
	}
	site.Parser = p
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	c := newCrawler(t, Options{Clock: func() time.Time { return now }})
	for i, want := range []money.Amount{money.New(79_000_000, "EUR"), {}, money.New(99_000_000, "EUR"), {}} {
		for v, err := range c.Crawl(t.Context(), site) {
			var price money.Amount
			if len(v.Result.Offers) > 0 {
				price = v.Result.Offers[0].Price
			}
			if err != nil || v.Failure != nil || v.Page.NotModified != !want.Known() || price != want {
				t.Errorf("run %d: %s, not modified: %t, %v, want %s", i, price, v.Page.NotModified, err, want)
			}
		}
		now = now.Add([]time.Duration{time.Hour, 5 * 24 * time.Hour, time.Hour, time.Hour}[i])
	}
}
