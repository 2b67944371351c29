package sights

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"pricegap/market"
)

var day0 = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

// glance is what is known of a listing that was seen on a page.
func glance(id market.ListingID, page string) market.Sighting {
	return market.Sighting{Listing: id, Page: page, SeenAt: day0, Run: "run", Trust: market.Trusted, Priced: true}
}

// on returns the listings that a page shows, in order.
func on(s *Sights, page string) (ids []market.ListingID) {
	for g := range s.On(page) {
		ids = append(ids, g.ID)
	}
	slices.Sort(ids)
	return ids
}

// TestSights: a page shows what its last full read showed, unless another page showed it since.
func TestSights(t *testing.T) {
	t.Parallel()
	s := New()
	s.Load(glance("a", "/1"), false)
	s.Load(glance("b", "/1"), true)
	s.Load(glance("c", "/2"), false)
	ended, imported := glance("ended", "/1"), glance("imported", "/1")
	ended.Gone, imported.Run = true, ""
	s.Load(ended, false)
	s.Load(imported, false)
	if got := on(s, "/1"); !slices.Equal(got, []market.ListingID{"a", "b"}) {
		t.Errorf("on /1: %q", got)
	}
	if !s.Matched("/1") || s.Matched("/2") || s.Matched("/3") {
		t.Error("the pages of products of ours are not those of b")
	}
	if g := s.Of("a"); g == nil || g.Is(SeenNow) || !g.Is(Settled) || g.Is(Held) {
		t.Errorf("before the run: %+v", g)
	}
	if !s.SeenAt("/1").Equal(day0) || !s.SeenAt("/3").IsZero() {
		t.Errorf("/1 was seen at %s, /3 at %s", s.SeenAt("/1"), s.SeenAt("/3"))
	}
	doubted := glance("a", "/2")
	doubted.Trust = market.Quarantined
	s.Put(doubted)
	s.Put(glance("new", "/1"))
	s.Put(glance("ended", "/1"))
	if got := on(s, "/1"); !slices.Equal(got, []market.ListingID{"b", "ended", "new"}) {
		t.Errorf("on /1 after a moved: %q", got)
	}
	if g := s.Of("a"); !g.Is(SeenNow) || g.Is(Settled) || !g.Is(Held) || s.Of("c").Is(SeenNow) || s.Of("none") != nil {
		t.Errorf("in the run: %+v", g)
	}
	if !s.Of("new").Is(SeenNow) || s.Of("b").Is(SeenNow) {
		t.Error("new is seen in the run, b is not")
	}
}

// TestSightsMany: whatever moves where, each page has its listings, and each listing is found.
func TestSightsMany(t *testing.T) {
	t.Parallel()
	s, where := New(), map[market.ListingID]string{}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		id, page := market.ListingID(fmt.Sprint("shop/sku:", r.IntN(5000))), fmt.Sprint("/p/", r.IntN(3000))
		where[id] = page
		s.Put(glance(id, page))
	}
	pages := map[string][]market.ListingID{}
	for _, id := range slices.Sorted(maps.Keys(where)) {
		pages[where[id]] = append(pages[where[id]], id)
		if g := s.Of(id); g == nil || g.ID != id {
			t.Fatalf("%s is not found", id)
		}
	}
	for page, want := range pages {
		if got := on(s, page); !slices.Equal(got, want) {
			t.Errorf("on %s: %q, want %q", page, got, want)
		}
	}
	n := 0
	for range s.All() {
		n++
	}
	if n != len(where) || s.Of("none") != nil {
		t.Errorf("%d listings, want %d", n, len(where))
	}
}

// BenchmarkSights measures what a run holds of each listing of a large shop.
func BenchmarkSights(b *testing.B) {
	const listings = 100_000
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		s := New()
		for i := range listings {
			s.Load(glance(market.ListingID(fmt.Sprintf("rival/url:https://rival.example/p/%06d", i)), fmt.Sprint("https://rival.example/p/", i)), false)
		}
		b.ReportMetric(float64(heap()-before)/listings, "bytes/listing")
		runtime.KeepAlive(s)
	}
}
