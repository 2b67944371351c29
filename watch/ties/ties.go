// Package ties knows which listings sell which products of ours, and of which products that is new.
package ties

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"pricegap/market"
	"pricegap/match"
	"pricegap/store"
)

// Store keeps matches; every store.Store does.
type Store interface {
	store.Catalog
	store.State
}

// Ties are the matches of a store, of which they are the only writer. They are safe for concurrent use.
type Ties struct {
	store Store
	own   market.SourceID
	clock market.Clock

	mu   sync.Mutex
	tied uint64 // counts the changes of matches
	// sellers says for which products each listing is accepted; nil until it is first needed.
	sellers map[market.ListingID][]market.ProductID
}

// New returns the matches of a store; own is our own source, "" where there is none.
func New(st Store, own market.SourceID, clock market.Clock) *Ties {
	return &Ties{store: st, own: own, clock: clock}
}

// SoldAs returns the products for which a listing is accepted, in order.
func (t *Ties) SoldAs(ctx context.Context, id market.ListingID) ([]market.ProductID, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sellers == nil {
		all := map[market.ListingID][]market.ProductID{}
		for m, err := range t.store.Matches(ctx) {
			if err != nil {
				return nil, err
			}
			if m.Decision == market.Accept {
				id := market.ListingID(strings.Clone(string(m.Listing))) // a match is one text
				all[id] = append(all[id], market.ProductID(strings.Clone(string(m.Product))))
			}
		}
		t.sellers = all
	}
	return t.sellers[id], nil
}

// SoldBy returns the products of which a listing of a source is accepted, in order.
func (t *Ties) SoldBy(ctx context.Context, source market.SourceID) ([]market.ProductID, error) {
	var out []market.ProductID
	for m, err := range t.store.Matches(ctx) {
		if err != nil {
			return nil, err
		}
		if m.Source == source && m.Decision == market.Accept {
			out = append(out, m.Product)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Find ties offers to products.
func (t *Ties) Find(ctx context.Context, offers iter.Seq2[market.Observation, error]) error {
	var x *match.Index // made at the first offer: most runs bring nothing new
	var found []market.Match
	for o, err := range offers {
		if err != nil {
			return err
		}
		if x == nil {
			if x, err = match.Load(t.store.Products(ctx), t.store.Matches(ctx), t.own); err != nil {
				return err
			}
			if x.Empty() {
				return nil
			}
		}
		found = append(found, x.Find(&o, t.clock())...)
	}
	return t.Put(ctx, found)
}

// Put keeps matches and remembers which products have something new.
func (t *Ties) Put(ctx context.Context, ms []market.Match) error {
	if len(ms) == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tied++
	// The note comes first: a crash in between judges a product once more, which is harmless.
	if err := t.touch(ctx, ms); err != nil {
		return err
	}
	if err := t.store.PutMatches(ctx, ms...); err != nil {
		t.sellers = nil // nobody knows what was written
		return err
	}
	if t.sellers == nil {
		return nil
	}
	for _, m := range ms {
		others := slices.DeleteFunc(slices.Clone(t.sellers[m.Listing]), func(id market.ProductID) bool { return id == m.Product })
		if m.Decision == market.Accept {
			others = append(others, m.Product)
		}
		slices.Sort(others)
		t.sellers[m.Listing] = others
	}
	return nil
}

// Judge calls judge with the products whose matches changed since it last did so without an error: nothing in the log speaks of
// them. It forgets them then, unless there are new matches meanwhile: all are judged once more, which is harmless.
func (t *Ties) Judge(ctx context.Context, judge func([]market.ProductID) error) error {
	t.mu.Lock()
	ids, err := t.touched(ctx)
	tied := t.tied
	t.mu.Unlock()
	if err != nil || len(ids) == 0 {
		return err
	}
	if err := judge(ids); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tied != tied {
		return nil
	}
	return t.store.DeleteState(ctx, touchedKey)
}

// touchedKey keeps the products whose matches changed since the last judgement.
const touchedKey = "judge/products"

// touched are the products that touchedKey keeps. The caller holds mu.
func (t *Ties) touched(ctx context.Context) ([]market.ProductID, error) {
	raw, err := t.store.GetState(ctx, touchedKey)
	if err != nil || raw == nil {
		return nil, err
	}
	var ids []market.ProductID
	if err := json.Unmarshal(raw, &ids); err != nil {
		return nil, fmt.Errorf("%w: state %s: %w", store.ErrCorrupt, touchedKey, err)
	}
	return ids, nil
}

// touch notes that the matches of products have changed. The caller holds mu.
func (t *Ties) touch(ctx context.Context, ms []market.Match) error {
	ids, err := t.touched(ctx)
	if err != nil {
		return err
	}
	for _, m := range ms {
		ids = append(ids, m.Product)
	}
	slices.Sort(ids)
	raw, err := json.Marshal(slices.Compact(ids))
	if err != nil {
		return err
	}
	return t.store.PutState(ctx, touchedKey, raw)
}
