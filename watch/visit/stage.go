package visit

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch/visit/sights"
	"pricegap/watch/visit/stage"
)

const (
	// maxStaged is how many new prices wait for the end of a run at most; then what was seen so far decides. stagedFor is how
	// long they wait where nothing is odd so far.
	maxStaged = 1000
	stagedFor = 10 * time.Minute
)

// staging is what decides whether new prices wait for the end of a run, and whether the whole shop is odd.
type staging struct {
	tally quality.Tally
	usual quality.Usual
	// staged is what waits; nil where nothing ever does. since is when the oldest of it came.
	staged *stage.Stage
	since  time.Time
	// over says that the crawl is at its end and nothing waits any more.
	over bool
}

// unstage reads what is usual of the shop, and what waited when the process died that saw it.
func (v *visit) unstage(ctx context.Context) error {
	v.staged, v.since = stage.New(v.run.Source, v.o.Store), v.o.Clock()
	if err := v.state(ctx, quality.Key(v.run.Source), &v.usual); err != nil {
		return err
	}
	err := v.staged.Load(ctx, func(o market.Observation) (waits bool, err error) {
		if !v.staged.Has(o.Listing) {
			l, err := v.past(ctx, o.Listing)
			if err != nil {
				return false, err
			}
			delete(v.open, o.Listing)
			if !o.SeenAt.After(l.newest.SeenAt) { // somebody asked since, or it is recorded already
				v.pending = append(v.pending, o)
				return false, nil
			}
			v.tally.Move(l.Trusted.Offer, o.Offer)
		}
		v.sights.Put(sighting(o))
		v.run.Offers++
		if o.Trust.State == market.Quarantined {
			v.run.Quarantined++
		}
		return true, nil
	})
	return errors.Join(err, v.flush(ctx))
}

// waitingOf are the observations of a listing that the store does not have yet, in order of time.
func (v *visit) waitingOf(id market.ListingID) (out []market.Observation, err error) {
	for _, o := range v.pending {
		if o.Listing == id {
			out = append(out, o)
		}
	}
	staged, err := v.staged.Of(id)
	return append(out, staged...), err
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
	if v.staged.Len() == 0 {
		v.since = v.o.Clock()
	}
	if err := v.staged.Put(o); err != nil || v.staged.Len() < maxStaged {
		return err
	}
	return v.release(ctx)
}

// releaseDue ends the waiting of what has waited long enough; it is for the end of a page. Where the shop is odd so far it
// waits on: that may be one corner of it, such as a sale.
func (v *visit) releaseDue(ctx context.Context) error {
	if v.staged.Len() == 0 || v.o.Clock().Sub(v.since) < stagedFor {
		return nil
	}
	if v.since = v.o.Clock(); len(v.tally.Odd(v.usual, v.run.Offers, v.run.Quarantined)) > 0 {
		return nil
	}
	return v.release(ctx)
}

// takeLeft observes what looks beside the run have said.
func (v *visit) takeLeft(ctx context.Context) error {
	for _, o := range v.o.Gate.Take(v.run.Source) {
		if _, ok := v.firsts[o.Page]; !ok {
			v.firsts[o.Page] = first{request: v.o.Site.Request(o.Page)}
		}
		if err := v.observe(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// settle ends the waiting: the crawl is over.
func (v *visit) settle(ctx context.Context) error {
	if v.over {
		return nil
	}
	err := errors.Join(v.takeLeft(ctx), v.release(ctx))
	v.over = true
	v.o.Gate.Settle(v.run.Source, v.run.Odd)
	return errors.Join(err, v.takeLeft(ctx))
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
	if len(v.run.Odd) == 0 && v.staged.Len() > 0 { // who judges what is recorded in the midst of a run must know what it sells
		if err := v.o.Match(ctx, v.staged.Newest(v.ids(v.fresh))); err != nil {
			return err
		}
	}
	if err := v.staged.Empty(func(id market.ListingID, looks []market.Observation) error { return v.releaseOne(ctx, id, looks) }); err != nil {
		return err
	}
	v.holdWaiting()
	if err := v.flush(ctx); err != nil {
		return err
	}
	return v.staged.Recorded(ctx)
}

// releaseOne queues what waits of a listing. Of an odd shop all that is new is held back; what the listing asked before is not
// new.
func (v *visit) releaseOne(ctx context.Context, id market.ListingID, looks []market.Observation) error {
	if len(v.run.Odd) > 0 {
		delete(v.open, id)
		l, err := v.past(ctx, id)
		if err != nil {
			return err
		}
		for i, o := range looks {
			if o.Trust.Needs > 0 || o.Trust.State == market.Trusted && o.Offer.Price != l.Trusted.Offer.Price {
				looks[i] = v.heldBack(o)
			}
		}
		v.sights.Put(sighting(looks[len(looks)-1]))
		delete(v.open, id)
	}
	v.pending = append(v.pending, looks...)
	return v.flushDue(ctx)
}

// heldBack returns an observation as held back with all that is new of the shop.
func (v *visit) heldBack(o market.Observation) market.Observation {
	if o.Trust.State == market.Trusted {
		v.run.Quarantined++
	}
	o.Trust = market.Trust{State: market.Quarantined, Reason: quality.ShopChanged}
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
		v.sights.Put(sighting(o))
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
			same = same || market.Identify(v.run.Source, vis.Page.URL, offer) == g.ID
		}
	}
	for _, offer := range vis.Result.Offers {
		priced = priced || recordable(offer)
	}
	sum := vis.Page.Digest()
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
