package limits_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/quality"
	"pricegap/watch/limits"
)

// catalog is a catalogue of ours that counts how often it is read whole.
type catalog struct {
	products []market.Product
	matches  []market.Match
	whole    int
	failing  error // of products or of matches, whichever is read next
}

func (c *catalog) Products(_ context.Context, ids ...market.ProductID) iter.Seq2[market.Product, error] {
	if len(ids) == 0 {
		c.whole++
	}
	return each(c.products, c.failing, func(p market.Product) bool { return len(ids) == 0 || slices.Contains(ids, p.ID) })
}

func (c *catalog) Matches(context.Context, ...market.ProductID) iter.Seq2[market.Match, error] {
	return each(c.matches, c.failing, func(market.Match) bool { return true })
}

// each yields what is wanted, or a failure.
func each[T any](all []T, failing error, want func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if failing != nil {
			yield(none, failing)
			return
		}
		for _, v := range all {
			if want(v) && !yield(v, nil) {
				return
			}
		}
	}
}

var (
	drill = market.Product{ID: "drill", GTIN: "08712345678906", Title: market.NewText("Boormachine Kolibri")}
	saw   = market.Product{ID: "saw", GTIN: "08712345678913", Title: market.NewText("Zaag Merel"), Category: market.NewText("Gereedschap > Zagen")}

	ofDrill = quality.Limit{Products: []market.ProductID{"drill"}, Lowest: money.New(50e6, "EUR")}
	ofSaws  = quality.Limit{Categories: []string{"gereedschap > zagen"}, Highest: money.New(90e6, "EUR")}
)

func seen(listing market.ListingID, gtin string) market.Observation {
	return market.Observation{Source: "shop", Listing: listing, SeenAt: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Offer: market.Offer{GTIN: gtin}}
}

// matched says which products a listing is matched to.
func matched(ids map[market.ListingID][]market.ProductID) func(context.Context, market.ListingID) ([]market.ProductID, error) {
	return func(_ context.Context, id market.ListingID) ([]market.ProductID, error) { return ids[id], nil }
}

func TestOf(t *testing.T) {
	c := &catalog{products: []market.Product{drill, saw}}
	b := limits.New(quality.Policy{Limits: []quality.Limit{ofDrill, ofSaws}}, c, matched(map[market.ListingID][]market.ProductID{"shop/1": {"drill"}, "shop/2": {"saw"}, "shop/3": {"gone"}}), "ours")
	for _, x := range []struct {
		name string
		o    market.Observation
		want quality.Limit
	}{
		{"matched", seen("shop/1", ""), ofDrill},
		{"by the match and not by the number on the page", seen("shop/1", saw.GTIN), ofDrill},
		{"in a category", seen("shop/2", ""), ofSaws},
		{"an article that is ours no more", seen("shop/3", ""), quality.Limit{}},
		{"no match yet", seen("shop/4", drill.GTIN), ofDrill},
		{"the same again, of which nothing new is found", seen("shop/4", drill.GTIN), ofDrill},
		{"another article", seen("shop/5", "08712345678999"), quality.Limit{}},
		{"no number", seen("shop/6", ""), quality.Limit{}},
	} {
		got, err := b.Of(t.Context(), x.o)
		if err != nil || !same(got, x.want) {
			t.Errorf("%s: %+v, %v", x.name, got, err)
		}
	}
	if c.whole != 1 {
		t.Errorf("the catalogue was read %d times", c.whole)
	}
}

func same(a, b quality.Limit) bool {
	return slices.Equal(a.Products, b.Products) && slices.Equal(a.Categories, b.Categories) && a.Lowest == b.Lowest && a.Highest == b.Highest
}

// TestOfDecided: what a person has refused is not tied again.
func TestOfDecided(t *testing.T) {
	c := &catalog{products: []market.Product{drill}, matches: []market.Match{{Product: "drill", Source: "shop", Listing: "shop/1", Decision: market.Reject, DecidedBy: market.NewText("jo")}}}
	b := limits.New(quality.Policy{Limits: []quality.Limit{ofDrill}}, c, matched(nil), "ours")
	if got, err := b.Of(t.Context(), seen("shop/1", drill.GTIN)); err != nil || !same(got, quality.Limit{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestOfNothing: without limits nobody is asked.
func TestOfNothing(t *testing.T) {
	c := &catalog{failing: errors.New("asked")}
	b := limits.New(quality.Policy{}, c, func(context.Context, market.ListingID) ([]market.ProductID, error) { return nil, c.failing }, "ours")
	if got, err := b.Of(t.Context(), seen("shop/1", drill.GTIN)); err != nil || !same(got, quality.Limit{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestOfFailing: what cannot be read is no limit of nought but an error, and is read anew the next time.
func TestOfFailing(t *testing.T) {
	broken := errors.New("broken")
	c := &catalog{products: []market.Product{drill}, failing: broken}
	policy := quality.Policy{Limits: []quality.Limit{ofDrill}}
	b := limits.New(policy, c, matched(map[market.ListingID][]market.ProductID{"shop/1": {"drill"}}), "ours")
	for _, id := range []market.ListingID{"shop/1", "shop/2"} {
		if _, err := b.Of(t.Context(), seen(id, drill.GTIN)); !errors.Is(err, broken) {
			t.Errorf("%s: %v", id, err)
		}
	}
	c.failing = nil
	for _, id := range []market.ListingID{"shop/1", "shop/2"} {
		if got, err := b.Of(t.Context(), seen(id, drill.GTIN)); err != nil || !same(got, ofDrill) {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
	b = limits.New(policy, c, func(context.Context, market.ListingID) ([]market.ProductID, error) { return nil, broken }, "ours")
	if _, err := b.Of(t.Context(), seen("shop/1", drill.GTIN)); !errors.Is(err, broken) {
		t.Errorf("who sells it: %v", err)
	}
}

// TestOfMoved: a listing whose page names another article goes by the first one until a person has said which it is.
func TestOfMoved(t *testing.T) {
	c := &catalog{products: []market.Product{drill, saw}}
	b := limits.New(quality.Policy{Limits: []quality.Limit{ofSaws, ofDrill}}, c, matched(nil), "ours")
	for _, x := range []struct {
		gtin string
		want quality.Limit
	}{{drill.GTIN, ofDrill}, {saw.GTIN, ofDrill}, {drill.GTIN, ofDrill}} {
		if got, err := b.Of(t.Context(), seen("shop/1", x.gtin)); err != nil || !same(got, x.want) {
			t.Errorf("%s: %+v, %v", x.gtin, got, err)
		}
	}
}
