package client_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/web/control"

	"github.com/google/go-cmp/cmp"
)

// TestWatcherFromAfar asks a real Watcher over a real file everything twice: directly, and through the socket.
func TestWatcherFromAfar(t *testing.T) {
	ctx := t.Context()
	st, err := store.Open(ctx, "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w, err := watch.New(watch.Options{
		Store: st, Clock: func() time.Time { return noon.Add(time.Hour) },
		Shops: []compare.Shop{
			{ID: "fonkelplein", Name: "Fonkelplein", Own: true, Interval: 24 * time.Hour}, {ID: "voltavia", Name: "Voltavia", Interval: 24 * time.Hour},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, control.New(w))

	ours := observation().Offer
	ours.SKU, ours.Price, ours.Stock = "FP1", amount("14.50"), market.StockIn
	if got, err := c.ImportCatalog(ctx, []watch.CatalogItem{{Product: product(), Offer: ours}}); err != nil || got.Products != 1 {
		t.Fatalf("catalogue: %+v, %v", got, err)
	}
	theirs := observation()
	theirs.Trust = market.Trust{State: market.Trusted}
	if got, err := c.ImportObservations(ctx, func(yield func(market.Observation, error) bool) { yield(theirs, nil) }); err != nil || got.Observations != 1 {
		t.Fatalf("observations: %+v, %v", got, err)
	}
	tie := market.Match{Product: "FP1", Source: "voltavia", Listing: theirs.Listing, Exact: true, Method: "explicit", Decision: market.Accept, DecidedAt: noon}
	if got, err := c.ImportMatches(ctx, []market.Match{tie}); err != nil || got.Matches != 1 {
		t.Fatalf("matches: %+v, %v", got, err)
	}

	for st, err := range c.Standings(ctx, watch.StandingQuery{}) {
		if err != nil || len(st.Rivals) != 1 || st.Rivals[0].Gap != amount("-2.154322") {
			t.Errorf("standing %+v, %v", st, err)
		}
	}
	for name, q := range map[string]func(context.Context, watch.Service) answer{
		"Standings": func(ctx context.Context, s watch.Service) answer {
			return gather(s.Standings(ctx, watch.StandingQuery{}))
		},
		"Standings of a product that is not there": func(ctx context.Context, s watch.Service) answer {
			return gather(s.Standings(ctx, watch.StandingQuery{Products: []market.ProductID{"none"}}))
		},
		"Standings of a shop that is not there": func(ctx context.Context, s watch.Service) answer {
			return gather(s.Standings(ctx, watch.StandingQuery{Sources: []market.SourceID{"none"}}))
		},
		"History": func(ctx context.Context, s watch.Service) answer {
			return result(s.History(ctx, "FP1", time.Time{}, time.Time{}))
		},
		"Find":                        questions["Find"],
		"Sources":                     questions["Sources"],
		"Alerts":                      questions["Alerts"],
		"Matches":                     questions["Matches"],
		"Info":                        questions["Info"],
		"Deliver":                     questions["Deliver"],
		"Backup":                      questions["Backup"],
		"a channel that is not there": questions["TestChannel"],
		"a crawl of a shop that is not there": func(ctx context.Context, s watch.Service) answer {
			return gather(s.Crawl(ctx, watch.CrawlRequest{Sources: []market.SourceID{"none"}}))
		},
	} {
		if d := cmp.Diff(q(ctx, w), q(ctx, c), exact); d != "" {
			t.Errorf("%s (-near +far)\n%s", name, d)
		}
	}
}
