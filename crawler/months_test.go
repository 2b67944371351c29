package crawler_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler"
	"pricegap/crawler/guard"
	"pricegap/crawler/keep"
	"pricegap/crawler/shoptest"
	"pricegap/crawler/shoptest/memory"
	"pricegap/market"
	"pricegap/parsers"
)

// TestMonth is a first look at what TestHarnessMonths holds for longer.
func TestMonth(t *testing.T) { months(t, 4) }

// TestHarnessMonths: a process that crawls a shop daily for 90 days needs no more of anything than after two days.
func TestHarnessMonths(t *testing.T) { months(t, max(figure(t, 90), 20)) }

// footprint is what a process holds when nothing is going on.
type footprint struct {
	heap                    int64 // bytes
	goroutines, descriptors int
}

func measured(t *testing.T) (f footprint) {
	t.Helper()
	synctest.Wait()
	runtime.GC()
	runtime.GC() // what a finalizer or a pool held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f.heap, f.goroutines = int64(m.HeapAlloc), runtime.NumGoroutine()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Logf("descriptors are not counted: %v", err)
	}
	f.descriptors = len(open)
	return f
}

func months(t *testing.T, days int) {
	t.Helper()
	parser, err := parsers.New("auto", func(any) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		listener, world := memory.Listen(), shoptest.New(shoptest.Options{})
		server := shoptest.StartOn(world, listener)
		defer server.Close()
		var k keep.Memory
		c, err := crawler.New(crawler.Options{Contact: "watcher@watcher.example", Keep: &k, Net: guard.Net{Dial: listener.Dial}})
		if err != nil {
			t.Fatal(err)
		}
		s := site("voltavia", market.Pace{}, market.Start{Kind: market.StartSitemap, URLs: []string{"http://voltavia.example/sitemap_index.xml"}})
		s.Parser = parser
		var second, now footprint
		for day := range days {
			began := time.Now()
			world.SetDay(day)
			pages, offers := 0, 0
			for v, err := range c.Crawl(t.Context(), s) {
				if err != nil || v.Failure != nil {
					t.Fatalf("day %d: %v %v", day, err, v.Failure)
				}
				pages++
				offers += len(v.Result.Offers)
			}
			if pages < 150 || offers == 0 {
				t.Fatalf("day %d: %d pages, %d offers", day, pages, offers)
			}
			asked := server.Requests()
			for i := 1; i < len(asked); i++ {
				if gap := asked[i].At.Sub(asked[i-1].At); gap < 2*time.Second {
					t.Fatalf("day %d: %s came %s after %s", day, asked[i].Path, gap, asked[i-1].Path)
				}
			}
			server.ResetLog()
			time.Sleep(time.Until(began.Add(24 * time.Hour)))
			if now = measured(t); day == 1 {
				second = now
			}
		}
		said := fmt.Sprintf("after 2 days %+v, after %d days %+v", second, days, now)
		t.Log(said)
		if now.heap > second.heap+second.heap/20 || now.goroutines != second.goroutines || now.descriptors != second.descriptors {
			t.Error(said)
		}
	})
}
