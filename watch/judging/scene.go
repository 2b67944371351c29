package judging

import (
	"context"
	"slices"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
)

// scene is what is known of some products, to be asked how they stood at many moments, which are read in one go.
type scene struct {
	*Judge
	products map[market.ProductID]market.Product
	matches  map[market.ProductID][]market.Match
	asked    []question
	moments  []store.Moment
}

// question is how a product stands at a moment. Its listings are so many moments of the scene.
type question struct {
	id       market.ProductID
	at       time.Time
	listings int
}

// sceneOf reads products and their matches.
func (j *Judge) sceneOf(ctx context.Context, ids ...market.ProductID) (*scene, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	s := &scene{Judge: j, products: make(map[market.ProductID]market.Product, len(ids)), matches: make(map[market.ProductID][]market.Match, len(ids))}
	if len(ids) == 0 {
		return s, nil
	}
	for p, err := range j.Store.Products(ctx, ids...) {
		if err != nil {
			return nil, err
		}
		s.products[p.ID] = p
	}
	all := make([]market.Match, 0, len(ids)*(len(j.Shops)+1))
	first := 0 // of the product that is read
	for m, err := range j.Store.Matches(ctx, ids...) {
		if err != nil {
			return nil, err
		}
		if all = append(all, m); m.Product != all[first].Product {
			first = len(all) - 1
		}
		s.matches[m.Product] = all[first:len(all):len(all)]
	}
	return s, nil
}

// ask asks how a product stands at a moment, by what was seen until asOf; zero is all that was seen. See answers.
func (s *scene) ask(id market.ProductID, asOf, at time.Time) {
	q := question{id: id, at: at}
	for _, m := range s.matches[id] {
		if m.Decision == market.Accept {
			s.moments = append(s.moments, store.Moment{Listing: m.Listing, AsOf: asOf})
			q.listings++
		}
	}
	s.asked = append(s.asked, q)
}

// answers are how the products stand of which was asked, in that order. One that is not known has a standing without a product.
func (s *scene) answers(ctx context.Context) ([]compare.Standing, error) {
	seen, err := s.Store.Then(ctx, s.moments)
	if err != nil {
		return nil, err
	}
	out := make([]compare.Standing, 0, len(s.asked))
	for _, q := range s.asked {
		board := compare.NewBoard(s.Shops, s.matches[q.id], q.at, s.Compare)
		for _, looks := range seen[:q.listings] {
			for i := range looks {
				board.See(&looks[i])
			}
		}
		seen = seen[q.listings:]
		out = append(out, board.Standing(s.products[q.id]))
	}
	return out, nil
}

// others are the listings of the shop of a change that sell the same products, where the one that changed names its seller.
func (s *scene) others(c *market.Change, products []market.ProductID) (out []market.ListingID) {
	if !c.After.Offer.Seller.Known() {
		return nil
	}
	for _, id := range products {
		for _, m := range s.matches[id] {
			if m.Source == c.After.Source && m.Decision == market.Accept {
				out = append(out, m.Listing)
			}
		}
	}
	return out
}

// Standing is one product's standing, one without a product where it is not known; asOf zero reads the present. It is safe for
// concurrent use.
func (j *Judge) Standing(ctx context.Context, id market.ProductID, asOf, at time.Time) (compare.Standing, error) {
	s, err := j.sceneOf(ctx, id)
	if err != nil {
		return compare.Standing{}, err
	}
	s.ask(id, asOf, at)
	out, err := s.answers(ctx)
	if err != nil {
		return compare.Standing{}, err
	}
	return out[0], nil
}
