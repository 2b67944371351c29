package judging_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch/judging"
	"pricegap/watch/lookback"
	"pricegap/watch/ties"
)

var errKilled = errors.New("killed")

// doomed is a desk of a process that dies after it has kept some judgements.
type doomed struct {
	desk
	lives int
}

func (d *doomed) Judge(ctx context.Context, seq uint64, events ...alerts.Event) error {
	if d.lives--; d.lives < 0 {
		return errKilled
	}
	return d.desk.Judge(ctx, seq, events...)
}

// TestPresentIsOwedAfterACrash holds that products of a long log are judged as they stand now, wherever a crash cuts the
// judgement in parts, and that this is done once and for all.
func TestPresentIsOwedAfterACrash(t *testing.T) {
	const many = 450
	for lives := range 8 {
		t.Run(fmt.Sprint(lives, " parts before the crash"), func(t *testing.T) {
			st, err := store.Open(t.Context(), "bolt:"+t.TempDir()+"/prices.db")
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := st.Close(); err != nil {
					t.Error(err)
				}
			}()
			record(t, st, many)
			d := &doomed{desk: desk{store: st}, lives: lives}
			judge := func() error {
				clock := func() time.Time { return start.Add(time.Hour) }
				return judging.New(judging.Options{
					Store: st, Shops: []compare.Shop{{ID: "lamp"}}, Desk: d, Ties: ties.New(st, "us", clock), Clock: clock,
					Runs: func(context.Context, market.SourceID) (lookback.Runs, error) { return lookback.Runs{}, nil },
				}).CatchUp(t.Context())
			}
			if err := judge(); err != nil && !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			d.lives = 100
			if err := judge(); err != nil {
				t.Fatal(err)
			}
			changed, present := map[market.ProductID]int{}, map[market.ProductID]int{}
			for _, e := range d.events {
				if e.Change != nil {
					changed[e.Standing.Product.ID]++
					delete(present, e.Standing.Product.ID)
				} else {
					present[e.Standing.Product.ID]++
				}
			}
			for i := range many {
				id := market.ProductID(fmt.Sprint(i))
				if changed[id] != 1 || present[id] < 1 {
					t.Fatalf("product %s: changes judged %d times, want 1; as it stands now %d times after that, want at least 1", id, changed[id], present[id])
				}
			}
			d.events = nil
			if err := judge(); err != nil {
				t.Fatal(err)
			}
			if len(d.events) > 0 {
				t.Errorf("%d products are judged though nothing is new", len(d.events))
			}
		})
	}
}

// record enters as many products, each with one listing that was seen once.
func record(t *testing.T, st store.Store, many int) {
	t.Helper()
	var ps []market.Product
	var ms []market.Match
	var obs []market.Observation
	for i := range many {
		id, listing := market.ProductID(fmt.Sprint(i)), market.ListingID(fmt.Sprint("lamp/sku:", i))
		ps = append(ps, market.Product{ID: id, Title: market.NewText("Lamp")})
		ms = append(ms, market.Match{Product: id, Source: "lamp", Listing: listing, Exact: true, Decision: market.Accept})
		obs = append(obs, market.Observation{
			Source: "lamp", Listing: listing, SeenAt: start, Run: "1", Page: "https://lamp.example/" + string(id),
			Offer: market.Offer{Price: money.New(1_000_000, "EUR")}, Trust: market.Trust{State: market.Trusted},
		})
	}
	if err := st.PutProducts(t.Context(), ps...); err != nil {
		t.Fatal(err)
	}
	if err := st.PutMatches(t.Context(), ms...); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Record(t.Context(), obs...); err != nil {
		t.Fatal(err)
	}
}
