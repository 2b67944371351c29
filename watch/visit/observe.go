package visit

import (
	"context"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/quality"
	"pricegap/watch/visit/sights"
)

// observe doubts an observation and queues it for the store. Time is kept to the second: a listing that is shown
// again within the second of its newest observation is seen and not recorded twice; where it says something else, it
// is recorded as of the next second, since nothing that a shop says may be lost.
func (v *visit) observe(ctx context.Context, o market.Observation) error {
	l, err := v.past(ctx, o.Listing)
	if err != nil {
		return err
	}
	known, before := l.newest.Listing != "", l.newest.Offer
	if known && !o.SeenAt.After(l.newest.SeenAt) {
		if len(before.Differs(o.Offer)) == 0 || o.SeenAt.Before(l.newest.SeenAt.Add(-time.Second)) {
			if g := v.sights.Of(o.Listing); !g.Is(sights.SeenNow) {
				g.Flags |= sights.SeenNow
				v.run.Offers++
			}
			return nil
		}
		o.SeenAt = l.newest.SeenAt.Add(time.Second)
	}
	verdict, err := v.judge(ctx, l, o)
	if err != nil {
		return err
	}
	o.Trust = verdict.Trust
	behind := v.staged.Has(o.Listing)
	news := o.Trust.State == market.Trusted && (o.Offer.Price != l.Trusted.Offer.Price || behind)
	if news && len(v.run.Odd) > 0 {
		o.Trust = market.Trust{State: market.Quarantined, Reason: quality.ShopChanged}
	}
	if v.beside && (news || o.Trust.State != market.Trusted) && v.o.Gate.Leave(o) {
		return nil
	}
	v.run.Offers++
	v.run.Dropped += len(verdict.Refused)
	if o.Trust.State == market.Quarantined {
		v.run.Quarantined++
	}
	l.add(o)
	i := v.sights.Put(sighting(o))
	if !known || before.GTIN != o.Offer.GTIN || before.MPN != o.Offer.MPN || before.Brand != o.Offer.Brand {
		v.fresh = append(v.fresh, i)
	}
	if behind || news && v.waiting() {
		return v.hold(ctx, o)
	}
	v.pending = append(v.pending, o)
	return nil
}

// judge doubts an observation by all that is known of its listing.
func (v *visit) judge(ctx context.Context, l *listing, o market.Observation) (verdict quality.Verdict, err error) {
	if quality.Moved(o, l.Trusted) {
		if err := v.recall(ctx, o.Listing, l); err != nil {
			return verdict, err
		}
	}
	if v.o.Limit != nil && o.Offer.Price != l.Trusted.Offer.Price {
		if l.Limit, err = v.o.Limit(context.WithoutCancel(ctx), o); err != nil {
			return verdict, err
		}
	}
	if g := v.sights.Of(o.Listing); g == nil || !g.Is(sights.SeenNow) {
		v.tally.Move(l.Trusted.Offer, o.Offer)
	}
	return quality.Judge(o, l.Past, v.o.Quality), nil
}

// add notes a further look at a listing, the newest. One without a price releases nothing.
func (l *listing) add(o market.Observation) {
	switch {
	case o.Trust.State == market.Quarantined:
		l.Held = append(l.Held, o)
	case o.Offer.Price.Known():
		l.Trusted, l.Held = o, nil
	}
	l.newest = o
	if l.read {
		l.Recent = append(l.Recent, o)
	}
}

// sighting is what an observation says at a glance.
func sighting(o market.Observation) market.Sighting {
	return market.Sighting{Listing: o.Listing, SeenAt: o.SeenAt, Page: o.Page, Trust: o.Trust.State, Priced: o.Offer.Price.Known()}
}

// gone notes the listings that were last seen on a page that has ended for good, those of products of ours by name. It is said
// once: until something newer is seen of them they are known to be gone.
func (v *visit) gone(vis crawler.Visit) {
	if vis.Failure.Kind != market.FailGone {
		return
	}
	for g := range v.sights.On(vis.Request.URL) {
		id := g.ID
		g.Flags |= sights.Gone
		v.sighted = append(v.sighted, market.Sighting{Listing: id, Gone: true})
		if g.Is(sights.Matched) && len(v.run.Gone) < market.MaxGone {
			v.run.Gone = append(v.run.Gone, id)
		}
	}
}
