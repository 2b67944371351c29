package queue

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"pricegap/market"
)

// BenchmarkFrontier learns of 100,000 product pages from a sitemap, visits them, and says what a page costs: while it
// waits, and when it was visited.
func BenchmarkFrontier(b *testing.B) {
	const n = 100_000
	src := market.Source{Starts: []market.Start{{Kind: market.StartSitemap, URLs: []string{"https://www.shop.example/map.xml"}}}, Pace: market.Pace{Parallel: 1}}
	save := func(q Queue) {
		if err := q.Save(b.Context(), Meta{}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		before := heap()
		f := NewFrontier(src, Hosts(src), New(&nothing{}, "f"), nil)
		f.Starts()
		from, _ := f.Next()
		f.Release(from)
		for i := range n {
			f.Named(from, slices.Values([]string{fmt.Sprintf("https://www.shop.example/nl/p/een-lamp-met-een-lange-naam-%d/%d", i%977, i)}), nil)
			if i%10_000 == 0 {
				save(f)
			}
		}
		save(f)
		b.ReportMetric(float64(heap()-before)/n, "bytes/waiting")
		for it, ok := f.Next(); ok; it, ok = f.Next() {
			f.Release(it)
			f.Saw(it.URL, sumOf(it.URL))
			f.Done(it)
			if f.Unsaved() >= chunkBytes {
				save(f)
			}
		}
		save(f)
		b.ReportMetric(float64(heap()-before)/n, "bytes/visited")
		runtime.KeepAlive(f)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
