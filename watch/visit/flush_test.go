package visit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/store"
)

// TestFailuresAreRedacted: what an address has of secrets is kept in no failure.
func TestFailuresAreRedacted(t *testing.T) {
	t.Parallel()
	const address = "https://rival.example/p/1?token=s3cr3t-s3cr3t-s3cr3t"
	f := wrong(crawler.Visit{Request: crawler.Request{URL: address}, Result: parsers.Result{Failure: market.FailPriceMissing}})
	for _, url := range []string{f.URL, failure(address, errors.New("refused")).URL} {
		if strings.Contains(url, "s3cr3t") || !strings.HasPrefix(url, "https://rival.example/p/1") {
			t.Errorf("%s", url)
		}
	}
}

// TestLastCheckpoint: at the last checkpoint what lists showed is recorded before the frontier says that they were visited,
// though somebody has stopped the run.
func TestLastCheckpoint(t *testing.T) {
	t.Parallel()
	for _, last := range []bool{false, true} {
		v := began(t)
		if err := v.take(t.Context(), shown("https://rival.example/c/1", parsers.RoleList, 500, 1, 2, 3)); err != nil {
			t.Fatal(err)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		recorded := -1
		err := v.checkpoint(stopped, crawler.Visit{Checkpoint: true, Last: last, Frontier: func(context.Context) ([]crawler.Value, error) {
			recorded = len(latest(t, v))
			return nil, nil
		}})
		if want := map[bool]int{true: 3}[last]; err != nil || recorded != want {
			t.Errorf("last %t: %d of 3 offers of a list are recorded before the frontier, %v", last, recorded, err)
		}
	}
}

// latest are the listings that are recorded.
func latest(t *testing.T, v *visit) (ids []market.ListingID) {
	t.Helper()
	for o, err := range v.o.Store.Latest(t.Context(), store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, o.Listing)
	}
	return ids
}

// choosy is a store that refuses what belongs to some listings.
type choosy struct {
	Store
	refuses map[market.ListingID]error
	state   bool // it keeps no state
}

func (c choosy) Keep(ctx context.Context, b store.Batch) ([]market.Change, error) {
	for _, o := range b.Observations {
		if err := c.refuses[o.Listing]; err != nil {
			return nil, err
		}
	}
	for _, g := range b.Sightings {
		if err := c.refuses[g.Listing]; err != nil {
			return nil, err
		}
	}
	if c.state && len(b.State) > 0 {
		return nil, store.ErrCorrupt
	}
	return c.Store.Keep(ctx, b)
}

// TestRefused: what the store refuses of a batch is a failure of its page, and the rest is kept with the frontier; other errors,
// a frontier that is refused, and very many of them end the run.
func TestRefused(t *testing.T) {
	t.Parallel()
	full := fmt.Errorf("%w: no room", store.ErrFull)
	for name, c := range map[string]struct {
		choosy
		offers int
		kept   int
		err    error
	}{
		"an observation and a sighting": {choosy{refuses: map[market.ListingID]error{"rival/sku:R1": store.ErrCorrupt, "rival/sku:R3": store.ErrInvalid}}, 4, 2, nil},
		"no room":                       {choosy{refuses: map[market.ListingID]error{"rival/sku:R1": full}}, 4, 0, full},
		"the frontier":                  {choosy{refuses: map[market.ListingID]error{"rival/sku:R1": store.ErrCorrupt}, state: true}, 4, 3, store.ErrCorrupt},
		"very many":                     {choosy{refuses: all(150)}, 150, 0, store.ErrCorrupt},
	} {
		v := began(t)
		c.Store = v.o.Store
		v.o.Store = c.choosy
		var page crawler.Visit
		for n := range c.offers {
			one := shown(fmt.Sprint("https://rival.example/p/", n+1), parsers.RoleProduct, 500, n+1)
			o := v.observation(one.Result.Offers[0], one.Page)
			o.Trust.State = market.Trusted
			v.pending = append(v.pending, o)
			page = one
		}
		v.sighted = append(v.sighted, market.Sighting{Listing: "rival/sku:R3", SeenAt: page.Page.FetchedAt, Run: v.run.ID})
		err := v.flush(t.Context(), crawler.Value{Key: "frontier/x", Value: []byte("x")})
		kept := latest(t, v)
		if !errors.Is(err, c.err) || len(kept) != c.kept {
			t.Errorf("%s: %v, kept %v", name, err, kept)
		}
		if c.err != nil {
			continue
		}
		if raw, err := v.o.Store.GetState(t.Context(), "frontier/x"); string(raw) != "x" || err != nil {
			t.Errorf("%s: the frontier: %q, %v", name, raw, err)
		}
		if v.run.Failed() != 3 || !slices.ContainsFunc(v.run.Samples, func(f market.Failure) bool { return f.URL == "https://rival.example/p/1" }) {
			t.Errorf("%s: failures %v, %v", name, v.run.Failures, v.run.Samples)
		}
	}
}

func all(n int) map[market.ListingID]error {
	out := map[market.ListingID]error{}
	for i := range n {
		out[market.ListingID(fmt.Sprint("rival/sku:R", i+1))] = store.ErrCorrupt
	}
	return out
}
