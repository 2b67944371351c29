package watch_test

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"pricegap/market"
)

// TestAsked is C48: what pages ask of programs is counted, kept with the run and shown; it keeps nothing from being
// recorded. What the configuration says about the shop's agreement is shown beside it.
func TestAsked(t *testing.T) {
	w := newWorld(t)
	day := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	w.Sites[0].Source.RobotsOverride = market.RobotsOverride{Reason: "they asked us to", Who: "buyer", Date: day}
	w.Sites[0].Source.TermsReviewed = market.TermsReviewed{URL: "https://rival.example/terms", Date: day}
	w.shop.header = http.Header{"X-Robots-Tag": {"noarchive, otherbot: noindex"}, "Tdm-Reservation": {"1"}}
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	w.shop.offers["https://rival.example/p/2"] = nil
	if run := w.crawl(); run.Offers != 1 {
		t.Errorf("run %+v", run)
	}
	hs, err := w.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h := hs[1]
	if want := map[string]int{"noarchive": 2, "tdm-reservation": 2}; !maps.Equal(h.Last.Notes, want) {
		t.Errorf("notes %v", h.Last.Notes)
	}
	if h.RobotsOverride.Who != "buyer" || !h.TermsReviewed.Date.Equal(day) || hs[0].TermsReviewed.URL != "" {
		t.Errorf("health %+v", h)
	}
}
