package watch_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/rule"
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
	if n%5 > 0 { // most shops announce few reductions
		o.Reference = money.Amount{}
	}
	for _, f := range []market.Field{market.FieldPrice, market.FieldReference, market.FieldName, market.FieldBrand, market.FieldGTIN, market.FieldAvailability, market.FieldSKU, market.FieldMPN} {
		o.Evidence[f] = market.Evidence{Reader: "json-ld", Where: "$.offers[0]." + string(f), Raw: market.NewText("12,34")}
	}
	return o
}

func benchSource(shop int) market.SourceID { return market.SourceID(fmt.Sprint("shop", shop)) }

// benchWatcher is a Watcher over a store in which every shop sells every one of benchProducts products.
func benchWatcher(b *testing.B) *watch.Watcher { return benchWatcherOf(b, benchProducts, 15) }

// benchWatcherOf is one of so many products, of each fifteen of which the rivals sell some.
func benchWatcherOf(b *testing.B, products, sold int) *watch.Watcher {
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
		for n := range products {
			if n%15 >= sold && shop > 0 {
				continue
			}
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
		Clock: func() time.Time { return benchDay.Add(16 * time.Hour) }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// BenchmarkStandings compares all products, now and at a moment in the past, and one of them.
func BenchmarkStandings(b *testing.B) {
	benchStandings(b, benchWatcher(b))
}

// BenchmarkStandingsOfMany is BenchmarkStandings of 50,000 products with 180,000 listings.
func BenchmarkStandingsOfMany(b *testing.B) { benchStandings(b, benchWatcherOf(b, 50_000, 13)) }

func benchStandings(b *testing.B, w *watch.Watcher) {
	b.Helper()
	for name, q := range map[string]watch.StandingQuery{
		"now": {}, "as-of": {AsOf: benchDay.Add(15 * time.Hour)}, "one": {Products: []market.ProductID{"77"}},
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

// benchRules are twenty rules as a chain may have them.
func benchRules(b *testing.B) (out []alerts.Configured) {
	b.Helper()
	for i, x := range [][2]string{
		{"undercut", `{"percent":"5%"}`},
		{"undercut", `{"percent":"15%"}`},
		{"gap", `{"against":"lowest","percent":"3%"}`},
		{"gap", `{"against":"median","percent":"10%"}`},
		{"gap", `{"side":"dearer","percent":"20%"}`},
		{"gap", `{"basis":"delivered","percent":"8%"}`},
		{"price_change", `{"min_percent":"5%"}`},
		{"price_change", `{"whose":"own","min_percent":"5%"}`},
		{"new_lowest", `{}`},
		{"rank", `{}`},
		{"index", `{}`},
		{"stock", `{}`},
		{"delivery", `{}`},
		{"promotion", `{}`},
		{"reference_inflated", `{}`},
		{"new_listing", `{}`},
		{"listing_gone", `{}`},
		{"seller_changed", `{}`},
		{"unstable", `{}`},
		{"expression", `{"when":"gap_percent <= -4 and their_stock == 'in_stock'"}`},
	} {
		r, err := rule.New(x[0], func(v any) error { return json.Unmarshal([]byte(x[1]), v) })
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, alerts.Configured{Name: fmt.Sprint(i, " ", x[0]), Kind: x[0], Rule: r, Channels: []string{"floor"}})
	}
	return out
}

// crawlAgain records a further day: all shops side by side, each begins some minutes after the one before, page by page; of each
// product one shop has changed its price, few of them by much.
func crawlAgain(b *testing.B, st store.Store, day time.Time, run market.RunID) {
	b.Helper()
	const pages = 32 // that a run records together
	for n := 0; n < benchProducts+pages*benchShops; n += pages {
		for shop := range benchShops {
			batch := store.Batch{Source: benchSource(shop)}
			for i := max(0, n-shop*pages); i < min(benchProducts, n-shop*pages+pages); i++ {
				at := day.Add(time.Duration(i)*time.Second + time.Duration(shop)*7*time.Minute)
				o := benchOffer(shop, i, int64(1000+i%500+shop))
				id := market.Identify(batch.Source, o.URL, o)
				if i%benchShops != shop {
					batch.Sightings = append(batch.Sightings, market.Sighting{Listing: id, SeenAt: at, Run: run})
					continue
				}
				percent := int64(98 + i%5)
				if i%37 == 0 {
					percent = 88
				}
				o = benchOffer(shop, i, int64(1000+i%500+shop)*percent/100)
				batch.Observations = append(batch.Observations, market.Observation{
					Source: batch.Source, Listing: id, SeenAt: at, Run: run, Page: o.URL, Offer: o, Parser: "auto/1",
					Body: "fedcba9876543210fedcba9876543210", Trust: market.Trust{State: market.Trusted},
				})
			}
			if _, err := st.Keep(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkDeliver judges what a day has changed, 10,000 prices, by twenty rules, and then finds nothing to do, as every 20 s between
// runs.
func BenchmarkDeliver(b *testing.B) {
	w := benchWatcher(b)
	o := w.Options
	day := benchDay.AddDate(0, 0, 1)
	crawlAgain(b, o.Store, day, "2")
	if err := o.Store.PutAlerts(b.Context(), alerts.Cursor, benchProducts*benchShops); err != nil { // the first day is told
		b.Fatal(err)
	}
	o.Rules, o.Clock = benchRules(b), func() time.Time { return day.Add(5 * time.Hour) }
	w, err := watch.New(o)
	if err != nil {
		b.Fatal(err)
	}
	begin, cpu := time.Now(), spent(b)
	if _, err := w.Deliver(b.Context()); err != nil {
		b.Fatal(err)
	}
	whole, busy := time.Since(begin), spent(b)-cpu
	for b.Loop() {
		if _, err := w.Deliver(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	n := 0
	for _, err := range o.Store.Alerts(b.Context()) {
		if n++; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n), "alerts")
	b.ReportMetric(float64(whole.Microseconds())/benchProducts, "µs/change")
	b.ReportMetric(float64(busy.Microseconds())/benchProducts, "cpu-µs/change")
}

// spent is the CPU time that this process has used.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
