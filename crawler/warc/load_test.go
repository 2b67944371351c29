package warc

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"pricegap/market"
)

// TestConcurrent: many goroutines keep pages of several sources and begin runs; every page is there, each file is sound.
func TestConcurrent(t *testing.T) {
	b := newBench(t, Options{MaxFileBytes: 20_000})
	var wg sync.WaitGroup
	const workers, pages = 8, 25
	for w := range workers {
		wg.Go(func() {
			source := market.SourceID(fmt.Sprintf("s%d", w%3))
			for i := range pages {
				if i%10 == 9 {
					b.Begin(source)
				}
				b.page(source, fmt.Sprintf("https://s.example/%d/%d", w, i), text(uint64(w*pages+i), 3_000))
			}
		})
	}
	wg.Wait()
	b.close()
	got := map[string]bool{}
	for _, n := range b.names() {
		for _, r := range records(t, filepath.Join(b.dir, n)) {
			if err := r.Verify(); err != nil {
				t.Error(err)
			}
			if r.Type == typeResponse {
				got[r.URL] = true
			}
		}
	}
	if len(got) != workers*pages || len(b.warned) > 0 {
		t.Errorf("%d pages, %v", len(got), b.warned)
	}
	r := replay(t, b.dir)
	for w := range workers {
		wg.Go(func() {
			for i := range pages {
				if got := asked(t, r, fmt.Sprintf("https://s.example/%d/%d", w, i)); !strings.HasPrefix(got, "200 "+text(uint64(w*pages+i), 3_000)) {
					t.Errorf("%d/%d is another page", w, i)
				}
			}
		})
	}
	wg.Wait()
	b.Keep("late", answerOf(200, "https://s.example/"), []byte("x"), netip.Addr{}, b.now) // after Close: nothing happens
	b.Begin("late")
}

// text is prose-like text that packs about as well as pages do.
func text(seed uint64, size int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	words := strings.Fields("lamp stoel tafel <div> </div> class= prijs € 12,95 <span> wit zwart groot klein leverbaar morgen")
	var b strings.Builder
	for b.Len() < size {
		fmt.Fprintf(&b, "%s %d ", words[r.IntN(len(words))], r.IntN(1000))
	}
	return b.String()[:size]
}

// heap is how much is in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestMemory: what a Writer and a reader hold does not grow with what was kept, but for about 100 bytes an address.
func TestMemory(t *testing.T) {
	b := newBench(t, Options{})
	body := text(1, 8_000)
	write := func(from, to int) {
		for i := from; i < to; i++ {
			b.page("them", fmt.Sprintf("https://them.example/%d", i), body)
		}
	}
	write(0, 20)
	before := heap()
	write(20, 320) // 2.4 MB of pages
	if grown := heap() - before; grown > 256<<10 {
		t.Errorf("300 pages more, and %d bytes more in use", grown)
	}
	before = heap()
	r := replay(t, b.dir)
	if grown := heap() - before; grown > 256<<10 {
		t.Errorf("an index of %d addresses holds %d bytes", len(r.kept), grown)
	}
	runtime.KeepAlive(b)
}

// BenchmarkKeep keeps pages of 60 KB.
func BenchmarkKeep(bench *testing.B) {
	b := newBench(bench, Options{})
	bodies := [8][]byte{}
	for i := range bodies {
		bodies[i] = []byte(text(uint64(i), 60_000))
	}
	bench.SetBytes(60_000)
	bench.ReportAllocs()
	i := 0
	for bench.Loop() {
		b.Keep("them", answerOf(200, fmt.Sprintf("https://them.example/%d", i), "Content-Type", "text/html"), bodies[i%8], netip.Addr{}, b.now)
		i++
	}
	if len(b.warned) > 0 {
		bench.Error(b.warned)
	}
}

// BenchmarkTenThousand writes and indexes 10,000 pages of 20 KB, and reports what is in use then.
func BenchmarkTenThousand(bench *testing.B) {
	body := []byte(text(1, 20_000))
	for bench.Loop() {
		b := newBench(bench, Options{})
		before := heap()
		for i := range 10_000 {
			b.Keep("them", answerOf(200, fmt.Sprintf("https://them.example/%d", i), "Content-Type", "text/html"), body, netip.Addr{}, b.now)
		}
		bench.ReportMetric(float64(heap()-before)/(1<<20), "writer-MiB")
		before = heap()
		r := replay(bench, b.dir)
		bench.ReportMetric(float64(heap()-before)/(1<<20), "index-MiB")
		if len(r.kept) != 10_000 {
			bench.Fatal(len(r.kept))
		}
	}
}
