package watch_test

import (
	"fmt"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/store"
)

// TestNothingIsToldAgain restarts a hundred times over thirty days in which the rival asks the same, while retention removes
// what is older than a week: what was told once is told once (AL3).
func TestNothingIsToldAgain(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	for n := range 60 { // so that there is more than the store leaves in the log, of which retention removes nothing
		o := market.Offer{SKU: fmt.Sprint("X", n), Title: market.NewText(fmt.Sprint("Krijt ", n)), Price: eur(t, "2.00"), URL: fmt.Sprint("https://rival.example/p/x", n)}
		w.shop.offers[o.URL] = []market.Offer{o}
	}
	w.crawl()
	w.crawl() // the second look
	if n := len(w.said.messages); n != 1 {
		t.Fatalf("%d messages at first", n)
	}
	var observations, runs uint64
	for i := range 100 {
		w.now = w.now.Add(30 * 24 * time.Hour / 100)
		w.restart()
		w.catalog("10.00")
		w.crawl()
		if i%10 == 9 {
			p, err := w.store.Prune(t.Context(), store.Pruning{Retention: store.Retention{Forget: 7 * 24 * time.Hour, Daily: 24 * time.Hour}, Now: w.now}, nil)
			if err != nil {
				t.Fatal(err)
			}
			observations, runs = observations+p.Observations, runs+p.Runs
		}
		if _, err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(w.said.messages); n != 1 {
			t.Fatalf("%d messages after restart %d: %+v", n, i+1, w.said.messages[n-1])
		}
	}
	if observations == 0 || runs == 0 {
		t.Errorf("retention removed %d observations and %d runs", observations, runs)
	}
	w.shop.offers[page1] = []market.Offer{w.offer("10.50")}
	w.crawl()
	if n := len(w.said.messages); n != 2 || len(w.said.messages[1].Resolved) != 1 {
		t.Errorf("%d messages when it was over", n)
	}
}
