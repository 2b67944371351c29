package watch

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/chronicle"
)

// collect gathers an iterator into a slice, up to its first error.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Standings implements Asker.
func (w *Watcher) Standings(ctx context.Context, q StandingQuery) iter.Seq2[compare.Standing, error] {
	return func(yield func(compare.Standing, error) bool) {
		board, products, err := w.board(ctx, q)
		if err != nil {
			yield(compare.Standing{}, err)
			return
		}
		for _, p := range products {
			if err := ctx.Err(); err != nil {
				yield(compare.Standing{}, err)
				return
			}
			if !yield(board.Standing(p), nil) {
				return
			}
		}
	}
}

// wholeFrom is the share of our products, as a divisor, from which it costs less to read all listings in one go.
const wholeFrom = 4

// board reads what a comparison needs, and the products that q selects in order of rank and id.
func (w *Watcher) board(ctx context.Context, q StandingQuery) (*compare.Board, []market.Product, error) {
	shops, err := w.shops(q.Sources)
	if err != nil {
		return nil, nil, err
	}
	all, err := collect(w.Store.Products(ctx, q.Products...))
	if err != nil {
		return nil, nil, err
	}
	products, err := pick(all, q)
	if err != nil {
		return nil, nil, err
	}
	at := q.AsOf
	if at.IsZero() {
		at = w.Clock()
	}
	opts := w.Compare
	if q.Basis != "" {
		opts.Basis = q.Basis
	}
	opts.Advantages = len(q.Products) > 0 // told on a card, not in a matrix
	var few []market.ProductID
	if len(q.Products) > 0 || len(products)*wholeFrom < len(all) {
		for _, p := range products {
			few = append(few, p.ID)
		}
		if len(few) == 0 {
			return compare.NewBoard(shops, nil, at, opts), nil, nil
		}
	}
	matches, err := collect(w.Store.Matches(ctx, few...))
	if err != nil {
		return nil, nil, err
	}
	board := compare.NewBoard(shops, matches, at, opts)
	seen := store.Query{AsOf: q.AsOf, Bare: !opts.Advantages} // and so is evidence
	if few != nil {
		if seen.Listings = accepted(matches); len(seen.Listings) == 0 {
			return board, products, nil
		}
	}
	return board, products, w.fill(ctx, board, seen)
}

// accepted are the listings that matches tie.
func accepted(matches []market.Match) (out []market.ListingID) {
	for _, m := range matches {
		if m.Decision == market.Accept {
			out = append(out, m.Listing)
		}
	}
	return out
}

// fill shows a board the newest observations, trusted or not, that q selects.
func (w *Watcher) fill(ctx context.Context, board *compare.Board, q store.Query) error {
	q.Both, q.AnyOrder = true, true
	var room []market.Observation // for many at a time
	for o, err := range w.Store.Latest(ctx, q) {
		if err != nil {
			return err
		}
		if len(room) == cap(room) {
			room = make([]market.Observation, 0, min(max(4, 2*cap(room)), 256))
		}
		room = append(room, o)
		board.See(&room[len(room)-1])
	}
	return nil
}

// known returns an error where id is no product of ours. Errors: ErrUnknownProduct.
func (w *Watcher) known(ctx context.Context, id market.ProductID) error {
	if id != "" {
		for _, err := range w.Store.Products(ctx, id) {
			return err
		}
	}
	return fmt.Errorf("%w: %s", ErrUnknownProduct, id)
}

// shops returns our own shop and the rivals named, all when none is. Errors: ErrUnknownSource.
func (w *Watcher) shops(ids []market.SourceID) ([]compare.Shop, error) {
	for _, id := range ids {
		if !w.hasShop(id) {
			return nil, fmt.Errorf("%w: %s", ErrUnknownSource, id)
		}
	}
	var out []compare.Shop
	for _, s := range w.Shops {
		if s.Own || len(ids) == 0 || slices.Contains(ids, s.ID) {
			out = append(out, s)
		}
	}
	return out, nil
}

// pick selects and orders products. Errors: ErrUnknownProduct for an id that is named and not there.
func pick(products []market.Product, q StandingQuery) ([]market.Product, error) {
	var out []market.Product
	found := map[market.ProductID]bool{}
	for _, p := range products {
		if len(q.Products) > 0 && !slices.Contains(q.Products, p.ID) ||
			!strings.HasPrefix(strings.ToLower(p.Category.Plain()), strings.ToLower(q.Category)) ||
			q.Brand != "" && !strings.EqualFold(p.Brand.Plain(), q.Brand) {
			continue
		}
		found[p.ID] = true
		out = append(out, p)
	}
	if q.Category == "" && q.Brand == "" {
		for _, id := range q.Products {
			if !found[id] {
				return nil, fmt.Errorf("%w: %s", ErrUnknownProduct, id)
			}
		}
	}
	slices.SortStableFunc(out, market.Product.Compare)
	return out, nil
}

// History implements Asker.
func (w *Watcher) History(ctx context.Context, id market.ProductID, from, to time.Time) ([]Series, error) {
	if err := w.known(ctx, id); err != nil {
		return nil, err
	}
	matches, err := collect(w.Store.Matches(ctx, id))
	if err != nil {
		return nil, err
	}
	var out []Series
	for _, own := range []bool{true, false} {
		for _, s := range w.Shops {
			if s.Own != own {
				continue
			}
			for _, m := range matches {
				if m.Source != s.ID || m.Decision != market.Accept {
					continue
				}
				points, err := collect(w.Store.History(ctx, m.Listing, from, to))
				if err != nil {
					return nil, err
				}
				out = append(out, Series{Source: s.ID, Name: s.Name, Own: s.Own, Match: m, Points: points})
			}
		}
	}
	return out, nil
}

// Observations implements Asker.
func (w *Watcher) Observations(ctx context.Context, q PastQuery) iter.Seq2[Past, error] {
	return func(yield func(Past, error) bool) {
		_, err := w.shops(q.Sources)
		var products []market.Product
		if err == nil && q.OfProducts() {
			products, err = w.products(ctx, StandingQuery{Products: q.Products, Category: q.Category, Brand: q.Brand})
		}
		if err != nil {
			yield(Past{}, err)
			return
		}
		chronicle.Observations(ctx, w.Store, q, products)(yield)
	}
}

// products returns the products that q selects in order of rank and id.
func (w *Watcher) products(ctx context.Context, q StandingQuery) ([]market.Product, error) {
	all, err := collect(w.Store.Products(ctx, q.Products...))
	if err != nil {
		return nil, err
	}
	return pick(all, q)
}

// Find implements Asker.
func (w *Watcher) Find(ctx context.Context, text string, limit int) ([]market.Product, error) {
	return w.names.Find(ctx, text, limit)
}

// Alerts implements Asker.
func (w *Watcher) Alerts(ctx context.Context) ([]market.Alert, error) {
	var out []market.Alert
	for a, err := range w.Store.Alerts(ctx) {
		if err != nil {
			return nil, err
		}
		if a.State != market.AlertInactive {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b market.Alert) int { return b.Since.Compare(a.Since) })
	return out, nil
}

// Matches implements Asker.
func (w *Watcher) Matches(ctx context.Context) iter.Seq2[market.Match, error] {
	return w.Store.Matches(ctx)
}
