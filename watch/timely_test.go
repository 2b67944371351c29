package watch_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/market"
	"pricegap/quality"
	"pricegap/watch"
)

// TestToldInTime records prices at random moments while the daemon runs: staff are told within two seconds (AL7).
func TestToldInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, stop := daemon(t)
		defer stop()
		rnd := rand.New(rand.NewPCG(7, 0))
		var took []time.Duration
		for i := range 50 {
			time.Sleep(7*time.Minute + time.Duration(rnd.IntN(60_000))*time.Millisecond) // ten messages an hour are not paced
			at := time.Now()
			w.catalog([]string{"10.00", "8.00"}[i%2])
			time.Sleep(time.Minute)
			if len(w.said.messages) != i+1 {
				t.Fatalf("%d messages of %d", len(w.said.messages), i+1)
			}
			took = append(took, w.said.at.Sub(at))
		}
		slices.Sort(took)
		t.Logf("from commit to send: median %s, the longest %s", took[len(took)/2], took[len(took)-1])
		if took[len(took)-1] > 2*time.Second {
			t.Error("that is more than two seconds")
		}
	})
}

// daemon is a world whose schedule is served, after a first crawl in which the rival asks 9.00 and we 8.00.
func daemon(t *testing.T) (*world, func()) {
	w := newWorld(t)
	w.shop.now = time.Now
	w.o.Clock, w.o.Quality = nil, quality.Policy{}
	w.restart()
	w.catalog("8.00")
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	w.crawl()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = w.RunSchedule(ctx) }()
	return w, func() { cancel(); <-done }
}

// TestRunIsToldOnce lets a run bring what is news page by page, for half an hour: staff are told at its end, in one message.
func TestRunIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, stop := daemon(t)
		defer stop()
		var items []watch.CatalogItem
		codes := []string{"04006381333948", "04006381333955", "04006381333962"}
		for i, c := range codes {
			items = append(items, watch.CatalogItem{
				Product: market.Product{ID: market.ProductID("10" + string(rune('1'+i))), GTIN: c, Title: market.NewText("Marker")},
				Offer:   market.Offer{GTIN: c, Price: eur(t, "10.00"), Stock: market.StockIn},
			})
			o := w.offer("10.50")
			o.SKU, o.GTIN = "R"+string(rune('2'+i)), c
			o.URL = strings.TrimSuffix(page1, "1") + string(rune('2'+i))
			w.shop.offers[o.URL] = []market.Offer{o}
		}
		if _, err := w.ImportCatalog(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		w.crawl()
		before := len(w.said.messages)
		for u := range w.shop.offers {
			w.shop.offers[u][0].Price = eur(t, "9.20")
		}
		w.shop.pause = 8 * time.Minute
		begin := time.Now()
		w.crawl()
		run := time.Since(begin)
		if run < 24*time.Minute {
			t.Fatalf("the run took %s", run)
		}
		ms := w.said.messages[before:]
		if len(ms) != 1 || len(ms[0].Firing) != len(codes) {
			t.Errorf("%d messages", len(ms))
			for _, m := range ms {
				t.Logf("after %s: %d alerts", m.At.Sub(begin), len(m.Firing))
			}
		}
	})
}
