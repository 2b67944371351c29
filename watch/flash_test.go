package watch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"pricegap/market"
	"pricegap/quality"
	"pricegap/watch"
)

// TestFlashSale: a price that is hard to believe and true is told within 25 minutes of the first look, and not before another
// look 5 to 20 minutes later says the same; a page that is wrong once is not told.
func TestFlashSale(t *testing.T) {
	newWorld(t).catalog("10.00") // what the store starts for good, such as its compressor, is no part of the bubble
	for name, tt := range map[string]struct {
		price  string
		looks  int // beside the first
		glitch bool
	}{
		"four tenths off":        {"6.60", 1, false},
		"past a limit":           {"8.45", 1, false},
		"a tenth":                {"1.10", 2, false},
		"a fifth":                {"2.20", 2, false},
		"wrong once":             {"6.60", 1, true},
		"wrong once, by a tenth": {"1.10", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.shop.now = time.Now
				at := time.Now()
				o := w.Options
				o.Clock, o.Quality = nil, quality.Policy{Limits: []quality.Limit{{Products: []market.ProductID{"100"}, Lowest: eur(t, "9.95")}}}
				var err error
				if w.Watcher, err = watch.New(o); err != nil {
					t.Fatal(err)
				}
				see := func() {
					for _, err := range w.Crawl(t.Context(), watch.CrawlRequest{Wait: 25 * time.Minute}) {
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				w.catalog("10.00")
				w.shop.offers[page1] = []market.Offer{w.offer("11.00")}
				see()
				time.Sleep(24 * time.Hour)
				w.catalog("10.00")
				w.shop.offers[page1] = []market.Offer{w.offer(tt.price)}
				var looked []time.Duration
				w.shop.fetch = func(string) []market.Offer {
					looked = append(looked, time.Since(at))
					if tt.glitch {
						return []market.Offer{w.offer("11.00")}
					}
					return []market.Offer{w.offer(tt.price)}
				}
				at = time.Now()
				told := w.said.at
				see()
				if len(looked) != tt.looks || looked[0] < 5*time.Minute || looked[0] > 20*time.Minute {
					t.Errorf("looked again after %s", looked)
				}
				switch news := w.said.at.Sub(at); {
				case tt.glitch && w.said.at != told:
					t.Errorf("a glitch was told: %+v", w.said.messages)
				case !tt.glitch && (len(w.said.messages) != 1 || news < looked[len(looked)-1] || news > 25*time.Minute):
					t.Errorf("told %d times, after %s", len(w.said.messages), news)
				}
			})
		})
	}
}
