package visit

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/store"
)

var day0 = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// began returns a run of a source of which nothing is known.
func began(t *testing.T) *visit {
	t.Helper()
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	v, err := begin(t.Context(), Options{
		Store: st, Site: crawler.Site{Source: market.Source{ID: "rival", Parser: "test"}},
		Clock: func() time.Time { return day0 }, Tell: func(Step) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// shown is a page that shows offers of those products, at that price.
func shown(url string, role parsers.Role, cents int64, products ...int) crawler.Visit {
	v := crawler.Visit{Request: crawler.Request{URL: url, Role: role}, Page: market.Page{Asked: url, URL: url, Status: 200, FetchedAt: day0}}
	for _, n := range products {
		v.Result.Offers = append(v.Result.Offers, market.Offer{
			SKU: fmt.Sprint("R", n), URL: fmt.Sprint("https://rival.example/p/", n), Price: money.New(cents*10_000, "EUR"),
			Title: market.NewText("Marker “Méga” <2>"), Stock: market.StockIn,
		})
	}
	return v
}

// TestTiles: tiles are held for listings that no page of their own has shown, and no longer than that; the first list
// counts, and what it said is recorded as it was.
func TestTiles(t *testing.T) {
	t.Parallel()
	v := began(t)
	for i, step := range []struct {
		crawler.Visit
		held int
	}{
		{shown("https://rival.example/c/1", parsers.RoleList, 500, 1, 2, 3), 3},
		{shown("https://rival.example/p/1", parsers.RoleProduct, 510, 1), 2},
		{shown("https://rival.example/c/2", parsers.RoleList, 520, 1, 2, 4), 3},
		{shown("https://rival.example/p/4", parsers.RoleProduct, 510, 4), 2},
	} {
		if err := v.take(t.Context(), step.Visit); err != nil {
			t.Fatal(err)
		}
		if len(v.tiles) != step.held {
			t.Errorf("after page %d %d tiles are held, want %d", i, len(v.tiles), step.held)
		}
	}
	if err := v.settleTiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := v.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(v.tiles) != 0 || len(v.open) != 0 {
		t.Errorf("%d tiles and %d listings are held after the end", len(v.tiles), len(v.open))
	}
	got := map[market.ListingID]money.Amount{}
	for o, err := range v.o.Store.Latest(t.Context(), store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		got[o.Listing] = o.Offer.Price
		if want := shown("", "", 0, 1).Result.Offers[0]; o.Offer.Title != want.Title || o.Offer.Stock != want.Stock {
			t.Errorf("recorded %+v", o.Offer)
		}
	}
	want := map[market.ListingID]money.Amount{
		"rival/sku:R1": money.New(5_100_000, "EUR"), "rival/sku:R2": money.New(5_000_000, "EUR"),
		"rival/sku:R3": money.New(5_000_000, "EUR"), "rival/sku:R4": money.New(5_100_000, "EUR"),
	}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b money.Amount) bool { return a == b })); d != "" {
		t.Error(d)
	}
}

// TestHeld: of listings that no further look can release a run holds nothing once they are recorded.
func TestHeld(t *testing.T) {
	t.Parallel()
	v := began(t)
	for _, step := range []struct {
		crawler.Visit
		open int
	}{
		{shown("https://rival.example/p/1", parsers.RoleProduct, 500, 1), 0},
		{shown("https://rival.example/p/2", parsers.RoleProduct, 0, 2), 0},    // nought is never released
		{shown("https://rival.example/p/1", parsers.RoleProduct, 5000, 1), 1}, // a factor of ten waits for two looks
	} {
		step.Page.FetchedAt = step.Page.FetchedAt.Add(time.Hour * time.Duration(v.run.Pages))
		if err := v.take(t.Context(), step.Visit); err != nil {
			t.Fatal(err)
		}
		if err := v.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(v.open) != step.open {
			t.Errorf("after %s %d listings are open, want %d", step.Request.URL, len(v.open), step.open)
		}
	}
}
