package store_test

import (
	"fmt"
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

// BenchmarkCompact rewrites a store of 120,000 observations, which is opened for it. The aim is 15 s of a gibibyte.
func BenchmarkCompact(b *testing.B) {
	path := grown(b, b.TempDir(), salvageListings/10, 20)
	var bytes int64
	for b.Loop() {
		before, _, err := store.Compact(b.Context(), path, nil)
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
		if p, err := s.Prune(b.Context(), store.Pruning{Retention: store.Retention{Daily: time.Hour}, Now: storetest.At(40), Dry: true}, nil); err != nil || p.Observations == 0 {
			b.Fatalf("%+v, %v", p, err)
		}
	}
	b.ReportMetric(120_000*float64(b.N)/b.Elapsed().Seconds(), "obs/s")
}

// BenchmarkLate records observations of one listing that are older than its newest, as an import of its history does: what one costs
// does not depend on how many came late before it.
func BenchmarkLate(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				s := openBolt(b, b.TempDir())
				obs := make([]market.Observation, n)
				for i := range obs {
					obs[i] = storetest.Observe("acme", 1, storetest.At(i), int64(i%7))
				}
				if _, err := s.Record(b.Context(), storetest.Observe("acme", 1, storetest.At(n), 1)); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if _, err := s.Record(b.Context(), obs...); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "obs/s")
		})
	}
}
