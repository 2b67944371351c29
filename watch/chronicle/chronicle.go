// Package chronicle keeps what was seen elsewhere and tells what was seen: all of it, observation by observation, or a part.
package chronicle

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store"
)

// ErrUnknownRun is returned for a run that nobody made.
var ErrUnknownRun = errors.New("watch: unknown run")

// Query selects observations. The zero Query asks for every observation of every listing.
type Query struct {
	// Products, Category and Brand ask for the listings that sell such products of ours.
	Products []market.ProductID `json:"products,omitzero"`
	Category string             `json:"category,omitzero"`
	Brand    string             `json:"brand,omitzero"`
	// Sources are the sources to tell of, our own where it is named; empty means all.
	Sources []market.SourceID `json:"sources,omitzero"`
	// From ≤ SeenAt < To; zero times are open ends.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Run asks for those alone by which a run of the sources changed what was known of a listing, in the order in which they were
	// recorded. ErrUnknownRun is returned for one that the sources did not make.
	Run market.RunID `json:"run,omitzero"`
}

// OfProducts reports whether q asks for listings that sell products of ours alone.
func (q Query) OfProducts() bool { return len(q.Products) > 0 || q.Category != "" || q.Brand != "" }

// of reports whether q asks for what is of a source.
func (q Query) of(s market.SourceID) bool {
	return len(q.Sources) == 0 || slices.Contains(q.Sources, s)
}

// Seen is an observation with the product of ours that its listing sells, the first by id where it sells several; empty
// where it sells none.
type Seen struct {
	Product     market.ProductID   `json:"product,omitzero"`
	Observation market.Observation `json:"observation"`
	// Before is the observation that this one changed, where a Run is asked for; empty at the first sight of a listing.
	Before market.Observation `json:"before,omitzero"`
}

// Observations yields the observations that q selects, by source, listing (in the order in which they were first recorded) and time. The products are those that q selects
// where it is OfProducts; else they are not read. Those of a Run are read in the log of changes.
func Observations(ctx context.Context, st store.Store, q Query, products []market.Product) iter.Seq2[Seen, error] {
	return func(yield func(Seen, error) bool) {
		if err := each(ctx, st, q, products, func(s Seen) bool { return yield(s, nil) }); err != nil {
			yield(Seen{}, err)
		}
	}
}

// each calls do with what q selects until it returns false.
func each(ctx context.Context, st store.Store, q Query, products []market.Product, do func(Seen) bool) error {
	sells, err := sold(ctx, st, q, products)
	if err != nil {
		return err
	}
	if q.Run != "" {
		return changes(ctx, st, q, sells, do)
	}
	var ids []market.ListingID
	for id, err := range st.Listings(ctx, q.Sources...) {
		if err != nil {
			return err
		}
		if _, known := sells[id]; known || !q.OfProducts() {
			ids = append(ids, id)
		}
	}
	for o, err := range st.Histories(ctx, ids, q.From, q.To) {
		if err != nil {
			return err
		}
		if !do(Seen{Product: sells[o.Listing], Observation: o}) {
			return nil
		}
	}
	return nil
}

// changes calls do with the changes of the run that q names until it returns false.
func changes(ctx context.Context, st store.Store, q Query, sells map[market.ListingID]market.ProductID, do func(Seen) bool) error {
	made := false
	for c, err := range st.Changes(ctx, 0) {
		if err != nil {
			return err
		}
		o := c.After
		if o.Run != q.Run || !q.of(o.Source) {
			continue
		}
		made = true
		product, known := sells[o.Listing]
		switch {
		case !known && q.OfProducts(),
			o.SeenAt.Before(q.From), !q.To.IsZero() && !o.SeenAt.Before(q.To):
			continue
		}
		if !do(Seen{product, o, c.Before}) {
			return nil
		}
	}
	if made {
		return nil
	}
	for r, err := range st.Runs(ctx, "") { // it may have changed nothing
		if err != nil || r.ID == q.Run && q.of(r.Source) {
			return err
		}
	}
	return fmt.Errorf("%w: %s", ErrUnknownRun, q.Run)
}

// sold says which product each listing sells, of those that q selects.
func sold(ctx context.Context, st store.Store, q Query, products []market.Product) (map[market.ListingID]market.ProductID, error) {
	selected := make(map[market.ProductID]bool, len(products))
	for _, p := range products {
		selected[p.ID] = true
	}
	sells := map[market.ListingID]market.ProductID{}
	for m, err := range st.Matches(ctx, q.Products...) {
		if err != nil {
			return nil, err
		}
		if _, told := sells[m.Listing]; !told && m.Decision == market.Accept && (selected[m.Product] || !q.OfProducts()) {
			sells[m.Listing] = m.Product
		}
	}
	return sells, nil
}
