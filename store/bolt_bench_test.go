package store_test

import (
	"testing"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest"
)

const benchListings = 1000

// BenchmarkRecord records one observation of each of 1,000 listings in batches of 100; a tenth have changed.
func BenchmarkRecord(b *testing.B) {
	s := openBolt(b, b.TempDir())
	defer s.Close()
	b.ReportAllocs()
	round := 0
	for b.Loop() {
		round++
		for n := 0; n < benchListings; n += 100 {
			obs := make([]market.Observation, 100)
			for i := range obs {
				obs[i] = storetest.Observe("acme", n+i, storetest.At(round), int64(1000+(round+n+i)/10))
			}
			if _, err := s.Record(b.Context(), obs...); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(round*benchListings)/b.Elapsed().Seconds(), "obs/s")
	info, err := s.Info(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Bytes)/float64(info.Observations), "B/obs")
}

// BenchmarkLatest reads the newest observation of 1,000 listings.
func BenchmarkLatest(b *testing.B) {
	s := openBolt(b, b.TempDir())
	defer s.Close()
	for h := range 5 {
		obs := make([]market.Observation, benchListings)
		for n := range obs {
			obs[n] = storetest.Observe("acme", n, storetest.At(h), int64(1000+h))
		}
		if _, err := s.Record(b.Context(), obs...); err != nil {
			b.Fatal(err)
		}
	}
	for name, q := range map[string]store.Query{"now": {}, "as-of": {AsOf: storetest.At(2)}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range s.Latest(b.Context(), q) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != benchListings {
					b.Fatalf("%d listings", n)
				}
			}
		})
	}
}

// BenchmarkCompact rewrites a store of 120,000 observations, and verifies it before and after, which is most of it. The aim is 15 s of
// a gibibyte.
func BenchmarkCompact(b *testing.B) {
	path := grown(b, b.TempDir(), salvageListings/10, 20)
	var bytes int64
	for b.Loop() {
		before, _, err := store.Compact(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		bytes += before
	}
	b.ReportMetric(b.Elapsed().Seconds()/(float64(bytes)/(1<<30)), "s/GiB")
}

// BenchmarkPrune looks for what is to be thinned in a store of 120,000 observations, of which most is.
func BenchmarkPrune(b *testing.B) {
	dir := b.TempDir()
	grown(b, dir, salvageListings/10, 20)
	s := openBolt(b, dir)
	defer s.Close()
	for b.Loop() {
		if p, err := s.Prune(b.Context(), "", store.Retention{Daily: time.Hour}, storetest.At(40), true); err != nil || p.Observations == 0 {
			b.Fatalf("%+v, %v", p, err)
		}
	}
	b.ReportMetric(120_000*float64(b.N)/b.Elapsed().Seconds(), "obs/s")
}
