package watch_test

import (
	"context"
	"iter"
	"testing"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/quality"
)

// ending is a crawler whose last visit is no page.
type ending struct {
	*pages
	left int
}

func (e ending) Crawl(ctx context.Context, s crawler.Site) iter.Seq2[crawler.Visit, error] {
	return func(yield func(crawler.Visit, error) bool) {
		for v, err := range e.pages.Crawl(ctx, s) {
			if !yield(v, err) {
				return
			}
		}
		yield(crawler.Visit{Bytes: 7, Done: 1, Known: 1 + e.left, Left: e.left, Checkpoint: true}, nil)
	}
}

// TestLastVisit: a last visit that is no page counts as none, and says how the run ended.
func TestLastVisit(t *testing.T) {
	for left, want := range map[int]market.RunOutcome{0: market.RunDone, 3: market.RunPartial} {
		w := newWorld(t)
		w.rewire(t, w.store, ending{w.shop, left}, quality.Policy{})
		w.shop.offers["https://rival.example/p/1"] = []market.Offer{w.offer("8")}
		if r := w.crawl(); r.Pages != 1 || r.Bytes != 17 || r.Failed() != 0 || r.Outcome != want {
			t.Errorf("%d left: %+v", left, r)
		}
	}
}
