package watch_test

import (
	"testing"

	"pricegap/market"
)

// TestWhatWasMissedWhileStale: a gap that opened while our own prices, or those of the rival, were stale is told when they are seen
// again, although they are as they were and nothing in the log speaks of them.
func TestWhatWasMissedWhileStale(t *testing.T) {
	for _, c := range []struct {
		name           string
		stale, recover func(w *world)
	}{
		{"our own feed", func(w *world) {
			for range 5 {
				w.now = w.now.AddDate(0, 0, 1)
				w.crawl()
			}
			w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
			w.crawl()
		}, func(w *world) { w.catalog("10.00") }},
		{"the rival", func(w *world) {
			w.now = w.now.AddDate(0, 0, 5)
			w.catalog("12.00")
			w.deliver()
		}, func(w *world) { w.crawl() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.catalog("10.00")
			w.shop.offers[page1] = []market.Offer{w.offer("11.00")}
			w.crawl()
			c.stale(w)
			if len(w.said.messages) != 0 {
				t.Fatalf("told of stale prices: %+v", w.said.messages)
			}
			for i, want := range []int{1, 1} {
				c.recover(w)
				w.deliver()
				if len(w.said.messages) != want {
					t.Fatalf("after %d good looks there are %d messages, want %d", i+1, len(w.said.messages), want)
				}
			}
		})
	}
}
