package store_test

import (
	"testing"

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
