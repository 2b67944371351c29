package watch_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch"
)

// The size of the benchmarks' world: products, and shops that sell each of them, ours among them.
const (
	benchProducts = 10_000
	benchShops    = 4
)

var benchDay = time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)

// benchOffer has as many fields, and evidence, as a well made shop gives.
func benchOffer(shop, n int, cents int64) market.Offer {
	o := market.Offer{
		URL: fmt.Sprintf("https://shop%d.example/p/%d", shop, n), SKU: fmt.Sprint("S", n), GTIN: fmt.Sprintf("%014d", n), MPN: fmt.Sprint("M-", n),
		Brand: market.NewText("Zwiepa"), Title: market.NewText(fmt.Sprint("Waterkoker Nova ", n)), Category: market.NewText("Keuken > Waterkokers"),
		Image: fmt.Sprintf("https://shop%d.example/i/%d.jpg", shop, n), Price: money.New(cents*10_000, "EUR"), Reference: money.New(cents*12_000, "EUR"),
		Shipping: money.New(4_950_000, "EUR"), Stock: market.StockIn, DeliveryText: market.NewText("morgen in huis"), Condition: market.ConditionNew,
		WarrantyMonths: market.CountOf(24), ReturnsDays: market.CountOf(30), Evidence: map[market.Field]market.Evidence{},
	}
	for _, f := range []market.Field{market.FieldPrice, market.FieldReference, market.FieldName, market.FieldBrand, market.FieldGTIN, market.FieldAvailability, market.FieldSKU, market.FieldMPN} {
		o.Evidence[f] = market.Evidence{Reader: "json-ld", Where: "$.offers[0]." + string(f), Raw: market.NewText("12,34")}
	}
	return o
}

func benchSource(shop int) market.SourceID { return market.SourceID(fmt.Sprint("shop", shop)) }

// benchWatcher is a Watcher over a store in which every shop sells every product.
func benchWatcher(b *testing.B) *watch.Watcher {
	b.Helper()
	st, err := store.Open(b.Context(), "bolt:"+filepath.Join(b.TempDir(), "prices.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	var ps []market.Product
	var ms []market.Match
	var shops []compare.Shop
	for shop := range benchShops {
		var obs []market.Observation
		shops = append(shops, compare.Shop{ID: benchSource(shop), Name: fmt.Sprint("Shop ", shop), Own: shop == 0, Interval: 24 * time.Hour})
		for n := range benchProducts {
			o := benchOffer(shop, n, int64(1000+n%500+shop))
			id := market.Identify(benchSource(shop), o.URL, o)
			obs = append(obs, market.Observation{
				Source: benchSource(shop), Listing: id, SeenAt: benchDay.Add(time.Duration(n) * time.Second), Run: "r", Page: o.URL, Offer: o,
				Parser: "auto/1", Body: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", Trust: market.Trust{State: market.Trusted},
			})
			if shop == 0 {
				ps = append(ps, market.Product{ID: market.ProductID(fmt.Sprint(n)), GTIN: o.GTIN, Brand: o.Brand, MPN: o.MPN, Title: o.Title, Category: o.Category})
			}
			ms = append(ms, market.Match{
				Product: market.ProductID(fmt.Sprint(n)), Source: benchSource(shop), Listing: id, Exact: true, Method: "gtin",
				ScoreBasisPoints: 9990, Decision: market.Accept, DecidedAt: benchDay, Why: []string{"same GTIN"},
			})
		}
		if _, err := st.Record(b.Context(), obs...); err != nil {
			b.Fatal(err)
		}
	}
	if err := st.PutProducts(b.Context(), ps...); err != nil {
		b.Fatal(err)
	}
	if err := st.PutMatches(b.Context(), ms...); err != nil {
		b.Fatal(err)
	}
	w, err := watch.New(watch.Options{
		Store: st, Shops: shops, Crawler: func(bool) (crawler.Crawls, error) { return nil, nil },
		Rules: []alerts.Configured{{Name: "cheaper", Kind: "test", Rule: always{}, Channels: []string{"floor"}}},
		Clock: func() time.Time { return benchDay.Add(12 * time.Hour) }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// BenchmarkStandings compares all products, now and at a moment in the past, and one of them.
func BenchmarkStandings(b *testing.B) {
	w := benchWatcher(b)
	for name, q := range map[string]watch.StandingQuery{
		"now": {}, "as-of": {AsOf: benchDay.Add(11 * time.Hour)}, "one": {Products: []market.ProductID{"77"}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range w.Standings(b.Context(), q) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n == 0 {
					b.Fatal("no standing")
				}
			}
		})
	}
}

// BenchmarkHistory asks for the history of one product after the other, as an export of all of them does.
func BenchmarkHistory(b *testing.B) {
	w := benchWatcher(b)
	n := 0
	for b.Loop() {
		n++
		id := market.ProductID(fmt.Sprint(n % benchProducts))
		if s, err := w.History(b.Context(), id, time.Time{}, time.Time{}); err != nil || len(s) != benchShops {
			b.Fatal(len(s), err)
		}
	}
}

// BenchmarkDeliver judges the whole log once, and then finds nothing to do, as every 20 s between runs.
func BenchmarkDeliver(b *testing.B) {
	w := benchWatcher(b)
	begin := time.Now()
	if _, err := w.Deliver(b.Context()); err != nil {
		b.Fatal(err)
	}
	whole := time.Since(begin)
	for b.Loop() {
		if _, err := w.Deliver(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(whole.Microseconds())/(benchProducts*benchShops), "µs/change")
}
