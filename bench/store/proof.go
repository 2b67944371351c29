package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"pricegap/bench/store/peer"
	"pricegap/bench/store/work"
	"pricegap/market"
)

// proofs is how many listings give back their whole history in each proof.
const proofs = 200

// prover holds a contestant against one truth, or two: that of what it has acknowledged, and that with the batch on
// which it was killed.
type prover struct {
	peer.Contestant
	kind   peer.Kind
	truths []work.Truth
	names  map[market.ListingID]uint32
}

func newProver(c peer.Contestant, k peer.Kind, truths ...work.Truth) *prover {
	p := &prover{c, k, truths, map[market.ListingID]uint32{}}
	for n, l := range truths[0].Listings {
		p.names[l.ID] = uint32(n)
	}
	return p
}

// prove asks for everything that is known of now and then, and for the histories of some listings.
func (p *prover) prove(ctx context.Context) error {
	t := p.truths[0]
	asOf := t.Middle()
	return errors.Join(
		p.same("latest", p.Latest(ctx, 0), t.Numbers(), func(t work.Truth, n uint32) work.Point { return t.Last(n, 0) }),
		p.same("as of", p.Latest(ctx, asOf), t.Numbers(), func(t work.Truth, n uint32) work.Point { return t.Last(n, asOf) }),
		p.proveRivals(ctx), p.proveHistories(ctx))
}

// proveChanged asks for what the last run changed.
func (p *prover) proveChanged(ctx context.Context) error {
	t := p.truths[0]
	return p.same("changed", p.Changed(ctx, t.Since()), t.Numbers(), func(t work.Truth, n uint32) work.Point { return t.Moved(n, p.kind.Texts) })
}

func (p *prover) proveRivals(ctx context.Context) error {
	for i := range uint64(proofs) {
		product := work.Pick(i, p.truths[0].Products)
		what := fmt.Sprintf("rivals of product %d", product)
		err := p.same(what, p.Rivals(ctx, product), slices.Values(p.truths[0].Rivals[product]), func(t work.Truth, n uint32) work.Point { return t.Last(n, 0) })
		if err != nil {
			return err
		}
	}
	return nil
}

// same reports what an answer about those listings has too much, too little or otherwise. Where a truth has the zero
// Point, nothing may be said of a listing.
func (p *prover) same(what string, got iter.Seq2[work.Point, error], numbers iter.Seq[uint32], want func(work.Truth, uint32) work.Point) error {
	said := map[uint32]work.Point{}
	for g, err := range got {
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if g.Listing != "" {
			n, ok := p.names[g.Listing]
			if !ok {
				return fmt.Errorf("%s: no such listing: %s", what, g.Listing)
			}
			g.Series, g.Listing = n, ""
		}
		g.Text = ""
		if other, twice := said[g.Series]; twice {
			return fmt.Errorf("%s: listing %d twice: %+v, %+v", what, g.Series, other, g)
		}
		said[g.Series] = g
	}
	for n := range numbers {
		g := said[n]
		delete(said, n)
		if !slices.ContainsFunc(p.truths, func(t work.Truth) bool { return want(t, n) == g }) {
			return fmt.Errorf("%s: listing %d: it says %+v, right is %+v", what, n, g, want(p.truths[0], n))
		}
	}
	for n, g := range said {
		return fmt.Errorf("%s: listing %d was not asked for: %+v", what, n, g)
	}
	return nil
}

func (p *prover) proveHistories(ctx context.Context) error {
	for i := range uint64(proofs) {
		n := work.Pick(i, p.truths[0].Series)
		var got []work.Point
		for g, err := range p.History(ctx, n) {
			if err != nil {
				return fmt.Errorf("history of listing %d: %w", n, err)
			}
			g.Series, g.Listing = n, ""
			got = append(got, g)
		}
		right := false
		var want []work.Point
		for _, t := range p.truths {
			want = t.History(n)
			if !p.kind.Texts {
				for i := range want {
					want[i].Text = ""
				}
			}
			right = right || reflect.DeepEqual(got, want)
		}
		if !right {
			return fmt.Errorf("history of listing %d: %d points, right are %d\n%+v\n%+v", n, len(got), len(want), got, want)
		}
		if err := p.proveOffers(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// proveOffers compares whole observations with their evidence, where the contestant keeps them.
func (p *prover) proveOffers(ctx context.Context, n uint32) error {
	whole, ok := p.Contestant.(interface {
		offers(context.Context, uint32) iter.Seq2[market.Observation, error]
	})
	if !ok {
		return nil
	}
	next, stop := iter.Pull2(whole.offers(ctx, n))
	defer stop()
	seen, acknowledged := 0, len(p.truths[0].History(n))
	for want := range p.truths[len(p.truths)-1].Offers(n) {
		got, err, ok := next()
		if !ok && seen == acknowledged {
			return nil // what was not acknowledged need not be there
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			return fmt.Errorf("offers of listing %d: %w\n%+v\n%+v", n, err, got, want)
		}
		seen++
	}
	return nil
}
