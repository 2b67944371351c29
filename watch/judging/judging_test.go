package judging_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch/judging"
	"pricegap/watch/lookback"
	"pricegap/watch/ties"
)

var start = time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)

// back is how long before a change the rules of the desk must know the past.
const back = 5 * time.Hour

// desk notes what it is to judge.
type desk struct {
	store  store.Store
	events []alerts.Event
}

func (d *desk) Judge(ctx context.Context, seq uint64, events ...alerts.Event) error {
	d.events = append(d.events, events...)
	name := alerts.Cursor
	if seq == 0 {
		name = ""
	}
	return d.store.PutAlerts(ctx, name, seq)
}

func (*desk) Tick(context.Context, time.Time, func([]market.ProductID) ([]compare.Standing, error)) error {
	return nil
}

func (*desk) Back(c *market.Change) time.Duration {
	if c.After.Source == "us" {
		return 0
	}
	return back
}

// town is our shop and two rivals that sell three products, the first rival as a marketplace.
type town struct {
	store store.Store
	desk  *desk
	judge *judging.Judge
	now   time.Time
	shops []compare.Shop
	tied  []market.Match
	last  map[market.ListingID]time.Time
}

func newTown(t *rapid.T, dir string) *town {
	st, err := store.Open(t.Context(), "bolt:"+dir+"/prices.db")
	if err != nil {
		t.Fatal(err)
	}
	w := &town{store: st, desk: &desk{store: st}, now: start, last: map[market.ListingID]time.Time{}}
	for _, id := range []market.SourceID{"us", "lamp", "licht"} {
		w.shops = append(w.shops, compare.Shop{ID: id, Name: string(id), Own: id == "us", Interval: 3 * time.Hour})
	}
	for p := range 3 {
		id := market.ProductID(fmt.Sprint(p))
		if err := st.PutProducts(t.Context(), market.Product{ID: id, Title: market.NewText(fmt.Sprint("Lamp ", p))}); err != nil {
			t.Fatal(err)
		}
		for _, l := range []market.ListingID{"us/sku:%d", "lamp/sku:%d|s=ann", "lamp/sku:%d|s=bob", "lamp/sku:%d", "licht/sku:%d"} {
			l := market.ListingID(fmt.Sprintf(string(l), p))
			src, _, _ := splitListing(l)
			m := market.Match{Product: id, Source: src, Listing: l, Exact: true, Decision: market.Accept}
			if rapid.IntRange(0, 5).Draw(t, "tied") == 0 {
				m.Decision = market.Reject
			}
			w.tied = append(w.tied, m)
		}
	}
	if rapid.Bool().Draw(t, "a listing of two products") {
		w.tied = append(w.tied, market.Match{Product: "1", Source: "licht", Listing: "licht/sku:0", Exact: true, Decision: market.Accept})
	}
	if err := st.PutMatches(t.Context(), w.tied...); err != nil {
		t.Fatal(err)
	}
	w.judge = judging.New(judging.Options{
		Store: st, Shops: w.shops, Desk: w.desk, Ties: ties.New(st, "us", w.clock), Clock: w.clock,
		Runs: func(context.Context, market.SourceID) (lookback.Runs, error) { return lookback.Runs{}, nil },
	})
	return w
}

func (w *town) clock() time.Time { return w.now }

// splitListing returns the shop, the product and the seller of a listing of the town.
func splitListing(id market.ListingID) (shop market.SourceID, product, seller string) {
	var s string
	if n, _ := fmt.Sscanf(string(id), "us/sku:%s", &product); n == 1 {
		return "us", product, ""
	}
	if n, _ := fmt.Sscanf(string(id), "licht/sku:%s", &product); n == 1 {
		return "licht", product, ""
	}
	_, _ = fmt.Sscanf(string(id), "lamp/sku:%s", &s)
	if len(s) > 4 {
		seller = s[4:]
	}
	return "lamp", s[:1], seller
}

// see records looks at some listings, which may be of the past of others.
func (w *town) see(t *rapid.T) {
	var obs []market.Observation
	for range rapid.IntRange(1, 6).Draw(t, "looks") {
		id := rapid.SampledFrom(w.tied).Draw(t, "listing").Listing
		src, product, seller := splitListing(id)
		at := w.now.Add(-time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes ago")) * time.Minute)
		if !at.After(w.last[id]) {
			at = w.last[id].Add(time.Minute)
		}
		w.last[id] = at
		o := market.Observation{
			Source: src, Listing: id, SeenAt: at, Run: market.RunID(at.Format("15")), Page: "https://" + string(src) + ".example/" + product,
			Offer: market.Offer{Seller: market.NewText(seller), Price: money.New(int64(rapid.IntRange(1, 4).Draw(t, "euros"))*1_000_000, "EUR")},
			Trust: market.Trust{State: rapid.SampledFrom([]market.TrustState{market.Trusted, market.Trusted, market.Trusted, market.Quarantined, market.Refused}).Draw(t, "trust")},
		}
		obs = append(obs, o)
	}
	if _, err := w.store.Record(t.Context(), obs...); err != nil {
		t.Fatal(err)
	}
}

// standing reads one product by itself.
func (w *town) standing(t *rapid.T, id market.ProductID, asOf, at time.Time) compare.Standing {
	var ms []market.Match
	var listings []market.ListingID
	for m, err := range w.store.Matches(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		if ms = append(ms, m); m.Decision == market.Accept {
			listings = append(listings, m.Listing)
		}
	}
	b := compare.NewBoard(w.shops, ms, at, compare.Options{})
	if len(listings) > 0 {
		for o, err := range w.store.Latest(t.Context(), store.Query{AsOf: asOf, Listings: listings, Both: true}) {
			if err != nil {
				t.Fatal(err)
			}
			b.See(&o)
		}
	}
	for p, err := range w.store.Products(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		return b.Standing(p)
	}
	return b.Standing(market.Product{})
}

// sellers are the listings of a shop that a product is tied to.
func (w *town) sellers(c *market.Change, ids []market.ProductID) (out []market.ListingID) {
	for _, id := range ids {
		for _, m := range w.tied {
			if m.Product == id && m.Source == c.After.Source && m.Decision == market.Accept && c.After.Offer.Seller.Known() {
				out = append(out, m.Listing)
			}
		}
	}
	return out
}

// past is what was seen of the listing of a change before it, and what stood when the time that matters began.
func (w *town) past(t *rapid.T, c *market.Change) (out []market.Observation) {
	d := w.desk.Back(c)
	if d == 0 || c.First() {
		return nil
	}
	from := c.After.SeenAt.Add(-d)
	before := w.store.Latest(t.Context(), store.Query{Listings: []market.ListingID{c.After.Listing}, Trusted: true, AsOf: from.Add(-time.Second)})
	for _, seen := range []iter.Seq2[market.Observation, error]{before, w.store.History(t.Context(), c.After.Listing, from, c.After.SeenAt)} {
		for o, err := range seen {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, o)
		}
	}
	return ends(out)
}

// ends leaves out, of observations in a row that say the same, all but the first and the last, which rules do not look at.
func ends(all []market.Observation) (out []market.Observation) {
	for i, o := range all {
		if i == 0 || i == len(all)-1 || !o.Repeats(&all[i-1]) || !all[i+1].Repeats(&o) {
			out = append(out, o)
		}
	}
	return out
}

// oneByOne is what is to be judged, each event read by itself.
func (w *town) oneByOne(t *rapid.T) (out []alerts.Event) {
	after, err := w.store.Cursor(t.Context(), alerts.Cursor)
	if err != nil {
		t.Fatal(err)
	}
	again := map[market.ProductID]bool{}
	for c, err := range w.store.Changes(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		var ids []market.ProductID
		for _, m := range w.tied {
			if m.Listing == c.After.Listing && m.Decision == market.Accept {
				ids = append(ids, m.Product)
				again[m.Product] = true
			}
		}
		slices.Sort(ids)
		if w.now.Sub(c.After.SeenAt) > 24*time.Hour {
			continue
		}
		e, err := lookback.Event(t.Context(), w.store, &c, w.sellers(&c, ids), lookback.Runs{})
		if err != nil {
			t.Fatal(err)
		}
		e.Past = w.past(t, &c)
		for _, id := range ids {
			e.Standing = w.standing(t, id, c.After.SeenAt, c.After.SeenAt)
			out = append(out, e)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(again)) {
		out = append(out, alerts.Event{Now: w.now, Tick: true, Standing: w.standing(t, id, time.Time{}, w.now)})
	}
	return out
}

// TestTogetherAsOneByOne holds over random histories that events that are read together are those that each gives by itself.
func TestTogetherAsOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "judging")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		w := newTown(t, dir)
		defer func() {
			if err := w.store.Close(); err != nil {
				t.Error(err)
			}
		}()
		for range rapid.IntRange(1, 8).Draw(t, "times") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "minutes")) * time.Minute)
			for range rapid.IntRange(1, 5).Draw(t, "batches") {
				w.see(t)
			}
			want := w.oneByOne(t)
			w.desk.events = nil
			if err := w.judge.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := w.desk.events
			for i := range got {
				got[i].Past = ends(got[i].Past)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("together (-one by one +together):\n%s", cmp.Diff(want, got, cmpopts.EquateComparable(money.Amount{}, market.Text{}, market.Count{})))
			}
		}
	})
}
