package watch_test

import (
	"testing"
	"time"

	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/quality"
	"pricegap/watch/feedback"
	"pricegap/watch/review"
)

// wrong says that the rival's price is wrong.
func (w *world) wrong(key string) feedback.Entry {
	w.t.Helper()
	e, err := w.Say(w.t.Context(), feedback.Word{
		Key: key, Verb: feedback.Wrong, By: feedback.By{ID: "U1", Role: policy.Staff, Store: "utrecht"}, Product: "100", Source: "rival",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// TestWrong: a price that staff say is wrong is compared with nothing from then on, ends what it alerted, stays so when it is seen
// again, and waits for a person; another price is judged for itself.
func TestWrong(t *testing.T) {
	w := newWorld(t)
	w.catalog("10.00")
	w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
	w.crawl()
	if n := w.deliver(); n != 1 {
		t.Fatalf("%d messages", n)
	}
	w.now = w.now.Add(time.Hour)
	if e := w.wrong("press"); e.Refused != "" || e.Ours != eur(t, "10.00") || e.Theirs != eur(t, "9.00") || e.Listing == "" {
		t.Fatalf("%+v", e)
	}
	for n := range 3 { // and the look that finds the same does not release it
		p, hs := w.standing(time.Time{}).Rivals[0], w.held(review.Query{})
		if p.Comparable || p.NotBecause != compare.Disputed || p.Held == nil || p.Gap.Known() {
			t.Errorf("look %d: %+v", n, p)
		}
		if len(hs) != 1 || hs[0].Seen.Trust.Reason != quality.Disputed || hs[0].Seen.Trust.By.Plain() != "U1" || hs[0].Release != "a person" {
			t.Errorf("look %d: held %+v", n, hs)
		}
		w.now = w.now.Add(time.Hour)
		w.shop.same[page1] = n == 1
		w.crawl()
	}
	if n := w.deliver(); n != 2 || len(w.said.messages[1].Resolved) != 1 {
		t.Errorf("%d messages: %+v", n, w.said.messages)
	}
	if e := w.wrong("another press"); e.Refused != feedback.Held {
		t.Errorf("said again: %+v", e)
	}
	w.shop.same[page1], w.shop.offers[page1] = false, []market.Offer{w.offer("9.40")}
	w.now = w.now.Add(time.Hour)
	w.crawl()
	if p := w.standing(time.Time{}).Rivals[0]; !p.Comparable || p.Price != eur(t, "9.40") || len(w.held(review.Query{})) != 0 {
		t.Errorf("another price: %+v", p)
	}
}

// TestWrongIsDecided: who accepts the price brings it back, who rejects it does not.
func TestWrongIsDecided(t *testing.T) {
	for _, accept := range []bool{true, false} {
		w := newWorld(t)
		w.catalog("10.00")
		w.shop.offers[page1] = []market.Offer{w.offer("9.00")}
		w.crawl()
		w.now = w.now.Add(time.Hour)
		w.wrong("press")
		if _, err := w.Decide(t.Context(), review.Decision{Values: []string{"rival/sku:R1"}, Accept: accept, By: market.NewText("anna")}); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Hour)
		w.crawl()
		if p := w.standing(time.Time{}).Rivals[0]; p.Comparable != accept {
			t.Errorf("accepted %v: %+v", accept, p)
		}
	}
}
