// Package limits ties what people say that articles cost to the listings that sell them.
package limits

import (
	"context"
	"iter"
	"slices"
	"sync"

	"pricegap/market"
	"pricegap/match"
	"pricegap/quality"
)

// Catalog is what a Book reads; store.Store satisfies it.
type Catalog interface {
	Products(ctx context.Context, ids ...market.ProductID) iter.Seq2[market.Product, error]
	Matches(ctx context.Context, products ...market.ProductID) iter.Seq2[market.Match, error]
}

// Book says what the articles cost that listings sell: those that a listing is matched to, and where it has no match yet
// those that it will have. It is safe for concurrent use.
type Book struct {
	limits  []quality.Limit
	catalog Catalog
	sold    func(context.Context, market.ListingID) ([]market.ProductID, error)
	own     market.SourceID

	mu    sync.Mutex
	index *match.Index // made for the first listing without a match
	found map[market.ListingID][]market.ProductID
}

// New returns the book of the limits of p. sold returns the products that a listing is matched to, own is our own shop.
func New(p quality.Policy, c Catalog, sold func(context.Context, market.ListingID) ([]market.ProductID, error), own market.SourceID) *Book {
	return &Book{limits: p.Limits, catalog: c, sold: sold, own: own, found: map[market.ListingID][]market.ProductID{}}
}

// Of returns the limit of the article that an observation is about, the zero Limit where there is none.
func (b *Book) Of(ctx context.Context, o market.Observation) (quality.Limit, error) {
	if len(b.limits) == 0 {
		return quality.Limit{}, nil
	}
	ids, err := b.sold(ctx, o.Listing)
	if err == nil && len(ids) == 0 {
		ids, err = b.find(ctx, o)
	}
	if err != nil || len(ids) == 0 {
		return quality.Limit{}, err
	}
	var products []market.Product
	for p, err := range b.catalog.Products(ctx, ids...) {
		if err != nil {
			return quality.Limit{}, err
		}
		products = append(products, p)
	}
	return quality.Policy{Limits: b.limits}.LimitOf(products...), nil
}

// find returns the products that a listing will be matched to.
func (b *Book) find(ctx context.Context, o market.Observation) ([]market.ProductID, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.index == nil {
		x, err := match.Load(b.catalog.Products(ctx), b.catalog.Matches(ctx), b.own)
		if err != nil {
			return nil, err
		}
		b.index = x
	}
	for _, m := range b.index.Find(&o, o.SeenAt) { // it names each match once
		ids := slices.DeleteFunc(b.found[o.Listing], func(id market.ProductID) bool { return id == m.Product })
		if m.Decision == market.Accept {
			ids = append(ids, m.Product)
		}
		b.found[o.Listing] = ids
	}
	return b.found[o.Listing], nil
}
