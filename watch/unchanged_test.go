package watch_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch"
)

// day is what pages show on a day; unchanged pages answer 304.
type day struct {
	shows     map[string][]market.Offer
	unchanged []string
	fails     []string
}

// live lets days pass, a crawl each, and returns when the last one began.
func (w *world) live(days ...day) time.Time {
	w.t.Helper()
	for _, d := range days {
		w.now = w.now.Add(24 * time.Hour).Truncate(time.Hour)
		maps.Copy(w.shop.offers, d.shows)
		clear(w.shop.same)
		for _, url := range d.unchanged {
			w.shop.same[url] = true
		}
		clear(w.shop.fail)
		for _, url := range d.fails {
			delete(w.shop.offers, url)
			w.shop.fail[url] = market.FailServerError
		}
		w.crawl()
	}
	return w.now.Truncate(time.Hour)
}

// seenSince returns the listings that were seen since then, in order.
func (w *world) seenSince(at time.Time) []market.ListingID {
	w.t.Helper()
	var out []market.ListingID
	for o, err := range w.store.Latest(w.t.Context(), store.Query{Sources: []market.SourceID{"rival"}}) {
		if err != nil {
			w.t.Fatal(err)
		}
		if !o.SeenAt.Before(at) {
			out = append(out, o.Listing)
		}
	}
	return out
}

// TestUnchangedPageConfirmsWhatItShows: a page that did not change confirms what its last full read showed, and no more,
// however often it was confirmed since.
func TestUnchangedPageConfirmsWhatItShows(t *testing.T) {
	const page2 = "https://rival.example/p/2"
	offer := func(w *world, sku, seller, variant, price string) market.Offer {
		o := market.Offer{SKU: sku, Seller: market.NewText(seller), Variant: market.NewText(variant), URL: page1}
		if price != "" {
			o.Price = eur(w.t, price)
		}
		return o
	}
	one := func(offers ...market.Offer) map[string][]market.Offer {
		return map[string][]market.Offer{page1: offers}
	}
	same := day{unchanged: []string{page1}}
	for name, tt := range map[string]struct {
		days func(w *world) []day
		want []market.ListingID
	}{
		"an offer that ended": {func(w *world) []day {
			return []day{{shows: one(offer(w, "R1", "A", "", "9.00"))}, {shows: one(offer(w, "R1", "B", "", "8.50"))}, same}
		}, []market.ListingID{"rival/sku:R1|s=b"}},
		"confirmed many times": {func(w *world) []day {
			return []day{{shows: one(offer(w, "R1", "A", "", "9.00"))}, same, {shows: one(offer(w, "R1", "B", "", "8.50"))}, same, same, same}
		}, []market.ListingID{"rival/sku:R1|s=b"}},
		"a variant delisted": {func(w *world) []day {
			red, blue := offer(w, "R1", "", "red", "9.00"), offer(w, "R1", "", "blue", "9.00")
			return []day{{shows: one(red, blue)}, {shows: one(red)}, same}
		}, []market.ListingID{"rival/sku:R1|v=red"}},
		"a variant without a price": {func(w *world) []day {
			red, blue := offer(w, "R1", "", "red", "9.00"), offer(w, "R1", "", "blue", "9.00")
			return []day{{shows: one(red, blue)}, {shows: one(red, offer(w, "R1", "", "blue", ""))}, same}
		}, []market.ListingID{"rival/sku:R1|v=red"}},
		"an article number appeared": {func(w *world) []day {
			return []day{{shows: one(offer(w, "", "", "", "9.00"))}, {shows: one(offer(w, "R1", "", "", "9.00"))}, same}
		}, []market.ListingID{"rival/sku:R1"}},
		"nothing any more": {func(w *world) []day {
			return []day{{shows: one(offer(w, "R1", "", "", "9.00"))}, {shows: one()}, same}
		}, nil},
		"gone and come back": {func(w *world) []day {
			a, b := offer(w, "R1", "A", "", "9.00"), offer(w, "R1", "B", "", "8.50")
			return []day{{shows: one(a, b)}, {shows: one(b)}, same, {shows: one(a, b)}, same}
		}, []market.ListingID{"rival/sku:R1|s=a", "rival/sku:R1|s=b"}},
		"moved to a page that fails": {func(w *world) []day {
			a, b := offer(w, "R1", "", "", "9.00"), offer(w, "R2", "", "", "5.00")
			return []day{
				{shows: map[string][]market.Offer{page1: {a}, page2: {b}}},
				{shows: map[string][]market.Offer{page1: {b}, page2: {a}}},
				{unchanged: []string{page1}, fails: []string{page2}},
			}
		}, []market.ListingID{"rival/sku:R2"}},
		"moved": {func(w *world) []day {
			a, b := offer(w, "R1", "", "", "9.00"), offer(w, "R2", "", "", "5.00")
			return []day{
				{shows: map[string][]market.Offer{page1: {a}, page2: {b}}},
				{shows: map[string][]market.Offer{page1: {b}, page2: {a}}},
				{unchanged: []string{page1, page2}},
			}
		}, []market.ListingID{"rival/sku:R1", "rival/sku:R2"}},
		"imported": {func(w *world) []day {
			o := market.Observation{Source: "rival", SeenAt: w.now, Page: page1, Offer: offer(w, "OLD", "", "", "9.00")}
			if _, err := w.ImportObservations(w.t.Context(), stream([]market.Observation{o})); err != nil {
				w.t.Fatal(err)
			}
			return []day{{shows: one(offer(w, "R1", "", "", "9.00"))}, same}
		}, []market.ListingID{"rival/sku:R1"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if got := w.seenSince(w.live(tt.days(w)...)); !slices.Equal(got, tt.want) {
				t.Errorf("seen on the last day: %q, want %q", got, tt.want)
			}
		})
	}
}

// looking is a shop that counts fresh looks, which may fail.
type looking struct {
	*pages
	looks int
	down  bool
}

func (l *looking) Look(ctx context.Context, s crawler.Site, r crawler.Request) (crawler.Visit, error) {
	if l.looks++; l.down {
		return crawler.Visit{Request: r, Failure: &crawler.FetchError{URL: r.URL, Kind: market.FailServerError}}, nil
	}
	return l.pages.Look(ctx, s, r)
}

// TestUnchangedPageReleasesNothing: a held price waits for a fresh look at its page; that the page did not change is
// none (a jump needs a witness).
func TestUnchangedPageReleasesNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		held, fresh string // what the page says, and what a fresh look at it
		down        bool   // the fresh look fails
		price       string
		looks       int
		seen        bool
	}{
		"the fresh look fails":     {held: "4.00", down: true, price: "9.00", looks: 1},
		"it says the same":         {held: "4.00", fresh: "4.00", price: "4.00", looks: 1, seen: true},
		"it was a glitch":          {held: "4.00", fresh: "9.00", price: "9.00", looks: 1, seen: true},
		"no look releases nought":  {held: "0.00", fresh: "0.00", price: "9.00", looks: 0, seen: true},
		"the page is settled also": {held: "9.10", fresh: "4.00", price: "9.10", looks: 0, seen: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			shop := &looking{pages: w.shop, down: tt.down}
			w.rewire(t, w.store, shop, quality.Policy{ConfirmAfter: time.Hour})
			w.catalog("10.00")
			crawl := func() {
				w.now = w.now.Add(24 * time.Hour)
				for _, err := range w.Crawl(t.Context(), watch.CrawlRequest{}) {
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			other := market.Offer{SKU: "R2", Price: eur(t, "5.00"), URL: page1}
			for _, price := range []string{"9.00", tt.held} {
				w.shop.offers[page1] = []market.Offer{w.offer(price), other}
				crawl()
			}
			w.shop.same[page1] = true
			if tt.fresh != "" {
				w.shop.offers[page1] = []market.Offer{w.offer(tt.fresh), other}
			}
			crawl()
			if p := w.standing(time.Time{}).Rivals[0]; p.Price != eur(t, tt.price) || shop.looks != tt.looks {
				t.Errorf("%s after %d fresh looks, want %s after %d", p.Price, shop.looks, tt.price, tt.looks)
			}
			want := []market.ListingID{"rival/sku:R1", "rival/sku:R2"}
			if !tt.seen {
				want = want[1:] // what is not doubted is confirmed all the same
			}
			if got := w.seenSince(w.now.Add(-time.Hour)); !slices.Equal(got, want) {
				t.Errorf("seen: %q, want %q", got, want)
			}
		})
	}
}

// writes is a store that remembers what each of its transactions keeps of which listings, and may die before one.
type writes struct {
	store.Store
	each  [][]market.ListingID
	dieAt int // at this transaction; 0 is never
}

func (w *writes) enter(ids []market.ListingID) error {
	if len(ids) == 0 {
		return nil
	}
	if w.each = append(w.each, ids); w.dieAt > 0 && len(w.each) >= w.dieAt {
		return errors.New("the process dies here")
	}
	return nil
}

func (w *writes) Keep(ctx context.Context, b store.Batch) ([]market.Change, error) {
	var ids []market.ListingID
	for _, o := range b.Observations {
		ids = append(ids, o.Listing)
	}
	for _, g := range b.Sightings {
		ids = append(ids, g.Listing)
	}
	if err := w.enter(ids); err != nil {
		return nil, err
	}
	return w.Store.Keep(ctx, b)
}

// TestKilledAtAnyWrite: whatever transaction a process dies before, of each unchanged page all that it confirms is recorded
// or nothing, since who goes on with the run takes any of it for all; and what its page shows no more is not revived.
func TestKilledAtAnyWrite(t *testing.T) {
	const page2 = "https://rival.example/p/2"
	other := func(w *world) market.Offer { return market.Offer{SKU: "R2", Price: eur(w.t, "5.00"), URL: page1} }
	third := func(w *world) market.Offer { return market.Offer{SKU: "R3", Price: eur(w.t, "6.00"), URL: page1} }
	ended := func(w *world) market.Offer { return market.Offer{SKU: "OLD", Price: eur(w.t, "7.00"), URL: page2} }
	fresh := func(w *world) market.Offer { return market.Offer{SKU: "NEW", Price: eur(w.t, "7.00"), URL: page2} }
	for dieAt, died := 1, true; died; dieAt++ {
		w := newWorld(t)
		st := &writes{Store: w.store}
		shop := checkpointing{w.shop, func() {}}
		w.rewire(t, st, shop, quality.Policy{ConfirmAfter: time.Hour})
		crawl := func() error {
			w.now = w.now.Add(24 * time.Hour)
			var failed error
			for _, err := range w.Crawl(t.Context(), watch.CrawlRequest{}) {
				failed = errors.Join(failed, err)
			}
			return failed
		}
		for _, price := range []string{"9.00", "4.00"} { // the second is held
			w.shop.offers[page1] = []market.Offer{w.offer(price), other(w), third(w)}
			w.shop.offers[page2] = []market.Offer{ended(w)}
			if err := crawl(); err != nil {
				t.Fatal(err)
			}
		}
		w.shop.same[page1] = true
		w.shop.offers[page2] = []market.Offer{fresh(w)}
		st.each, st.dieAt = nil, dieAt
		died = crawl() != nil
		seen := w.seenSince(w.now.Add(-time.Hour))
		if a, b := slices.Contains(seen, "rival/sku:R2"), slices.Contains(seen, "rival/sku:R3"); a != b || !a && slices.Contains(seen, "rival/sku:R1") {
			t.Errorf("died at %d: of the unchanged page %q are recorded", dieAt, seen)
		}
		// The crawler keeps validators at a checkpoint that the loop goes past: here the next look at the page would be a
		// full one, or an unchanged one where the run went on behind it.
		st.dieAt = 0
		w.shop.same[page2] = !died
		if err := crawl(); err != nil {
			t.Fatal(err)
		}
		w.shop.same[page2] = true
		if err := crawl(); err != nil {
			t.Fatal(err)
		}
		if seen := w.seenSince(w.now.Add(-time.Hour)); slices.Contains(seen, "rival/sku:OLD") || !slices.Contains(seen, "rival/sku:NEW") {
			t.Errorf("died at %d: two days later %q are seen", dieAt, seen)
		}
		if !died && dieAt < 4 {
			t.Errorf("only %d transactions: %q", dieAt-1, st.each)
		}
	}
}
