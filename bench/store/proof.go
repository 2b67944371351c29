package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"reflect"
	"sort"

	"pricegap/market"
)

// proofs is how many listings give back their whole history in each proof.
const proofs = 200

// truth says what a contestant that has kept so many batches must answer.
type truth struct {
	*feed
	batches int
}

// runsOf is how many runs of a listing are kept.
func (t truth) runsOf(n uint32) int {
	full, rest := t.batches/len(t.plan), t.batches%len(t.plan)
	if sort.Search(len(t.plan), func(i int) bool { return t.plan[i].to > n }) < rest {
		full++
	}
	return full
}

// lastRun is the last run of which anything is kept.
func (t truth) lastRun() int { return (t.batches - 1) / len(t.plan) }

// observations is how many are kept.
func (t truth) observations() int {
	kept := t.batches / len(t.plan) * t.series
	if rest := t.batches % len(t.plan); rest > 0 {
		kept += int(t.plan[rest-1].to)
	}
	return kept
}

// states yields the state of a listing in each run, and whether it changed.
func (t truth) states(n uint32) iter.Seq2[state, bool] {
	return func(yield func(state, bool) bool) {
		var s state
		for run := range t.runsOf(n) {
			if changed := t.step(n, run, &s); !yield(s, changed) {
				return
			}
		}
	}
}

// history is all points of a listing.
func (t truth) history(n uint32) []point {
	var out []point
	for s := range t.states(n) {
		out = append(out, point{series: n, at: t.seenAt(n, len(out)), price: s.micros(), stock: s.stock(), text: t.text(n, s).Plain()})
	}
	return out
}

// last is the newest point of a listing until that second, 0 for now.
func (t truth) last(n uint32, until int64) (p point, ok bool) {
	if until == 0 {
		until = math.MaxInt64
	}
	run := 0
	for s := range t.states(n) {
		at := t.seenAt(n, run)
		if at > until {
			break
		}
		p, ok = point{series: n, at: at, price: s.micros(), stock: s.stock()}, true
		run++
	}
	return p, ok
}

// moved is the point of a listing in the last run where it is another than the one before, in price and stock or, with
// texts, in its text.
func (t truth) moved(n uint32, texts bool) (p point, ok bool) {
	if t.runsOf(n) <= t.lastRun() {
		return p, false
	}
	var before, now state
	for s := range t.states(n) {
		before, now = now, s
	}
	p = point{series: n, at: t.seenAt(n, t.lastRun()), price: now.micros(), stock: now.stock()}
	return p, t.lastRun() == 0 || before.price != now.price || before.out != now.out || texts && before.text != now.text
}

// since is when the last run begins.
func (t truth) since() int64 { return t.begins(t.lastRun()).Unix() }

// prover holds a contestant against one truth, or two: that of what it has acknowledged, and that with the batch on
// which it was killed.
type prover struct {
	contestant
	kind   kind
	truths []truth
	names  map[market.ListingID]uint32
}

func newProver(c contestant, k kind, truths ...truth) *prover {
	p := &prover{c, k, truths, map[market.ListingID]uint32{}}
	for n, l := range truths[0].listings {
		p.names[l.id] = uint32(n)
	}
	return p
}

// sample yields the numbers of some listings, spread over all.
func (p *prover) sample(count int) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		all := uint64(p.truths[0].series)
		for i := range uint64(count) {
			if !yield(uint32(mix(i, 1<<46) % all)) {
				return
			}
		}
	}
}

// prove asks for everything that is known of now and then, and for the histories of some listings.
func (p *prover) prove(ctx context.Context) error {
	t := p.truths[0]
	asOf := t.middle()
	return errors.Join(
		p.proveAll("latest", p.latest(ctx, 0), func(t truth, n uint32) (point, bool) { return t.last(n, 0) }),
		p.proveAll("as of", p.latest(ctx, asOf), func(t truth, n uint32) (point, bool) { return t.last(n, asOf) }),
		p.proveRivals(ctx), p.proveHistories(ctx))
}

// middle is a moment in the midst of a run in the midst of all.
func (t truth) middle() int64 { return t.begins((t.lastRun() + 1) / 2).Add(t.every / 4).Unix() }

// proveAll compares an answer about all listings.
func (p *prover) proveAll(what string, got iter.Seq2[point, error], want func(truth, uint32) (point, bool)) error {
	said := make([]point, p.truths[0].series)
	for g, err := range got {
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if g.listing != "" {
			n, ok := p.names[g.listing]
			if !ok {
				return fmt.Errorf("%s: no such listing: %s", what, g.listing)
			}
			g.series, g.listing = n, ""
		}
		g.text = ""
		if said[g.series].at != 0 {
			return fmt.Errorf("%s: listing %d twice: %+v, %+v", what, g.series, said[g.series], g)
		}
		said[g.series] = g
	}
	wrong := 0
	var first error
	for n, g := range said {
		right := false
		for _, t := range p.truths {
			w, ok := want(t, uint32(n))
			right = right || g == w || !ok && g.at == 0
		}
		if !right {
			if wrong++; first == nil {
				w, _ := want(p.truths[0], uint32(n))
				first = fmt.Errorf("%s: listing %d: it says %+v, right is %+v", what, n, g, w)
			}
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%w (and %d more)", first, wrong-1)
	}
	return nil
}

// proveChanged asks for what the last run changed.
func (p *prover) proveChanged(ctx context.Context) error {
	return p.proveAll("changed", p.changed(ctx, p.truths[0].since()), func(t truth, n uint32) (point, bool) {
		if g, ok := t.moved(n, p.kind.texts); ok {
			return g, true
		}
		return point{}, false
	})
}

func (p *prover) proveRivals(ctx context.Context) error {
	for i := range uint64(proofs) {
		product := uint32(mix(i, 1<<47) % uint64(p.truths[0].products))
		numbers := map[uint32]bool{}
		for _, n := range p.truths[0].rivals[product] {
			numbers[n] = true
		}
		err := p.proveAll(fmt.Sprintf("rivals of product %d", product), p.rivals(ctx, product), func(t truth, n uint32) (point, bool) {
			if !numbers[n] {
				return point{}, false
			}
			return t.last(n, 0)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *prover) proveHistories(ctx context.Context) error {
	for n := range p.sample(proofs) {
		var got []point
		for g, err := range p.history(ctx, n) {
			if err != nil {
				return fmt.Errorf("history of listing %d: %w", n, err)
			}
			g.series, g.listing = n, ""
			got = append(got, g)
		}
		right := false
		var want []point
		for _, t := range p.truths {
			want = t.history(n)
			if !p.kind.texts {
				for i := range want {
					want[i].text = ""
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
	whole, ok := p.contestant.(interface {
		offers(context.Context, uint32) iter.Seq2[market.Observation, error]
	})
	if !ok {
		return nil
	}
	run := 0
	t := p.truths[len(p.truths)-1]
	next, stop := iter.Pull2(whole.offers(ctx, n))
	defer stop()
	var last state
	for s, changed := range t.states(n) {
		if changed {
			last = s
		}
		got, err, ok := next()
		if !ok && run == p.truths[0].runsOf(n) {
			return nil // what was not acknowledged need not be there
		}
		want := t.observation(n, last, run)
		if err != nil || !reflect.DeepEqual(got, want) {
			return fmt.Errorf("offers of listing %d, run %d: %w\n%+v\n%+v", n, run, err, got, want)
		}
		run++
	}
	return nil
}
