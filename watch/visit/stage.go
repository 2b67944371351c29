package visit

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch/visit/sights"
)

const (
	// maxStaged is how many new prices wait for the end of a run at most; then what was seen so far decides. stagedFor is how
	// long they wait where nothing is odd so far.
	maxStaged = 1000
	stagedFor = 10 * time.Minute
)

// stage holds the new prices of a run until it is known whether the whole shop is odd. Since what is recorded is never edited
// and may alert at once, they wait outside of the history: in memory, and in the state of the store for the case that
// the process dies.
type stage struct {
	tally quality.Tally
	usual quality.Usual
	// staged are the observations that wait, as JSON and in order of time, and looks is how many they are; unkept are those
	// of them that the store does not have yet, and kept is how many parts it has.
	staged map[market.ListingID][]json.RawMessage
	looks  int
	unkept []json.RawMessage
	kept   int
	since  time.Time
	// over says that the crawl is at its end and nothing waits any more.
	over bool
}

// stageKey is where a part of what waits is kept.
func stageKey(source market.SourceID, n int) string {
	return fmt.Sprintf("visit/staged/%s/%d", source, n)
}

// unstage reads what is usual of the shop, and what waited when the process died that saw it.
func (v *visit) unstage(ctx context.Context) error {
	v.staged, v.since = map[market.ListingID][]json.RawMessage{}, v.o.Clock()
	if err := v.state(ctx, quality.Key(v.run.Source), &v.usual); err != nil {
		return err
	}
	for ; ; v.kept++ {
		var part []market.Observation
		if err := v.state(ctx, stageKey(v.run.Source, v.kept), &part); err != nil || part == nil {
			return err
		}
		for _, o := range part {
			if len(v.staged[o.Listing]) == 0 {
				l, err := v.past(ctx, o.Listing)
				if err != nil {
					return err
				}
				v.tally.Move(l.Trusted.Offer, o.Offer)
				delete(v.open, o.Listing)
			}
			if _, err := v.put(o); err != nil {
				return err
			}
			v.sights.Put(sighting(o))
			v.run.Offers++
			if o.Trust.State == market.Quarantined {
				v.run.Quarantined++
			}
		}
	}
}

// put lets an observation wait behind those of its listing.
func (v *visit) put(o market.Observation) (json.RawMessage, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("watch: %s: %w", o.Listing, err)
	}
	v.staged[o.Listing] = append(v.staged[o.Listing], raw)
	v.looks++
	return raw, nil
}

// waitingOf are the observations of a listing that the store does not have yet, in order of time.
func (v *visit) waitingOf(id market.ListingID) (out []market.Observation, err error) {
	for _, o := range v.pending {
		if o.Listing == id {
			out = append(out, o)
		}
	}
	staged, err := v.stagedOf(id)
	return append(out, staged...), err
}

// stagedOf are the observations of a listing that wait for the end of the run.
func (v *visit) stagedOf(id market.ListingID) (out []market.Observation, err error) {
	for _, raw := range v.staged[id] {
		var o market.Observation
		if err := json.Unmarshal(raw, &o); err != nil {
			return nil, fmt.Errorf("watch: %s: %w", id, err)
		}
		out = append(out, o)
	}
	return out, nil
}

// state reads a value that the store keeps as JSON; without one, to stays as it is.
func (v *visit) state(ctx context.Context, key string, to any) error {
	raw, err := v.o.Store.GetState(ctx, key)
	if err != nil || raw == nil {
		return err
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("%w: state %s", store.ErrCorrupt, key)
	}
	return nil
}

// waiting reports whether new prices wait: in a run of a shop of which it is known what is usual.
func (v *visit) waiting() bool { return len(v.usual.Runs) > 0 && !v.over && len(v.run.Odd) == 0 }

// hold lets an observation wait for the end of the run: one that says something new, and all that its listing says then.
func (v *visit) hold(ctx context.Context, o market.Observation) error {
	if v.looks == 0 {
		v.since = v.o.Clock()
	}
	raw, err := v.put(o)
	if err != nil {
		return err
	}
	v.unkept = append(v.unkept, raw)
	if v.looks < maxStaged {
		return nil
	}
	return v.release(ctx)
}

// releaseDue ends the waiting of what has waited long enough; it is for the end of a page. Where the shop is odd so far it
// waits on: that may be one corner of it, such as a sale.
func (v *visit) releaseDue(ctx context.Context) error {
	if v.looks == 0 || v.o.Clock().Sub(v.since) < stagedFor {
		return nil
	}
	if v.since = v.o.Clock(); len(v.tally.Odd(v.usual, v.run.Offers, v.run.Quarantined)) > 0 {
		return nil
	}
	return v.release(ctx)
}

// keepStage keeps what waits for the case that the process dies.
func (v *visit) keepStage(ctx context.Context) error {
	if len(v.unkept) == 0 {
		return nil
	}
	raw, err := json.Marshal(v.unkept)
	if err == nil {
		err = v.o.Store.PutState(ctx, stageKey(v.run.Source, v.kept), raw)
	}
	if err != nil {
		return fmt.Errorf("watch: keep: %w", err)
	}
	v.kept++
	v.unkept = v.unkept[:0]
	return nil
}

// settle ends the waiting: the crawl is over.
func (v *visit) settle(ctx context.Context) error {
	if v.over {
		return nil
	}
	err := v.release(ctx)
	v.over = true
	return err
}

// release decides by what was seen so far whether the shop is odd, and queues what waits: as it was judged, or held back.
func (v *visit) release(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if len(v.run.Odd) == 0 && len(v.usual.Runs) > 0 {
		v.run.Odd = v.tally.Odd(v.usual, v.run.Offers, v.run.Quarantined)
		if drift := slices.DeleteFunc(slices.Clone(v.run.Odd), func(o market.Oddity) bool { return o.Kind == quality.OddMoved }); len(drift) > 0 {
			v.fail(market.Failure{Kind: market.FailParseDrift, Message: quality.Words(drift[0])})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(v.staged)) {
		if err := v.releaseOne(ctx, id); err != nil {
			return err
		}
	}
	v.looks, v.unkept = 0, v.unkept[:0]
	v.holdWaiting()
	if err := v.flush(ctx); err != nil {
		return err
	}
	for ; v.kept > 0; v.kept-- { // the first last: from there they are read
		if err := v.o.Store.DeleteState(ctx, stageKey(v.run.Source, v.kept-1)); err != nil {
			return err
		}
	}
	return nil
}

// releaseOne queues what waits of a listing. Of an odd shop all that is new is held back; what the listing asked before is not
// new.
func (v *visit) releaseOne(ctx context.Context, id market.ListingID) error {
	staged, err := v.stagedOf(id)
	if err != nil {
		return err
	}
	delete(v.staged, id)
	if len(v.run.Odd) > 0 {
		delete(v.open, id)
		l, err := v.past(ctx, id)
		if err != nil {
			return err
		}
		for i, o := range staged {
			if o.Trust.Needs > 0 || o.Trust.State == market.Trusted && o.Offer.Price != l.Trusted.Offer.Price {
				staged[i] = v.heldBack(o)
			}
		}
		delete(v.open, id)
	}
	v.pending = append(v.pending, staged...)
	return v.flushDue(ctx)
}

// heldBack returns an observation as held back with all that is new of the shop.
func (v *visit) heldBack(o market.Observation) market.Observation {
	if o.Trust.State == market.Trusted {
		v.run.Quarantined++
	}
	o.Trust = market.Trust{State: market.Quarantined, Reason: quality.ShopChanged}
	v.sights.Put(sighting(o))
	return o
}

// holdWaiting lets held prices of an odd shop wait no longer for further looks: those would say the same.
func (v *visit) holdWaiting() {
	if len(v.run.Odd) == 0 {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(v.open)) {
		l := v.open[id]
		if g := v.sights.Of(id); !l.waits() || g == nil || !g.Is(sights.SeenNow) || l.newest.Trust.State != market.Quarantined {
			continue
		}
		o := l.newest
		o.SeenAt = o.SeenAt.Add(time.Second)
		o = v.heldBack(o)
		l.newest, l.Held = o, append(l.Held, o)
		v.pending = append(v.pending, o)
	}
}

// tallyPage counts a page of a product that was read. A captcha and the like is no page of the shop's template.
func (v *visit) tallyPage(vis crawler.Visit) {
	switch vis.Result.Failure {
	case "", market.FailPriceMissing, market.FailPriceAmbiguous, market.FailPriceImplausible, market.FailParseDrift:
	default:
		return
	}
	known, same, priced := false, false, false
	for g := range v.sights.From(vis.Page.URL) {
		if !g.Is(sights.Settled) || g.Is(sights.SeenNow) {
			continue
		}
		known = true
		for _, offer := range vis.Result.Offers {
			same = same || market.Identify(v.run.Source, vis.Page.URL, offer) == v.sights.ID(g)
		}
	}
	for _, offer := range vis.Result.Offers {
		priced = priced || recordable(offer)
	}
	sum := sumOf(vis.Page)
	v.tally.Page(binary.LittleEndian.Uint64(sum[:]), known, same, priced)
}

// remember keeps what is usual of the shop after a run that came to its end.
func (v *visit) remember(ctx context.Context) error {
	if v.run.Outcome != market.RunDone && v.run.Outcome != market.RunPartial && len(v.run.Odd) == 0 {
		return nil
	}
	var now quality.Usual
	if err := v.state(ctx, quality.Key(v.run.Source), &now); err != nil {
		return err
	}
	if len(v.usual.Runs) > 0 && len(now.Runs) == 0 {
		return nil // a person said meanwhile that the shop is as it should be
	}
	next, changed := v.usual.Next(&v.tally, v.run.ID, v.run.Odd)
	if !changed {
		return nil
	}
	raw, err := json.Marshal(next)
	if err == nil {
		err = v.o.Store.PutState(ctx, quality.Key(v.run.Source), raw)
	}
	return err
}
