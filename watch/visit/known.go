package visit

import (
	"context"
	"time"

	"pricegap/market"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch/visit/sights"
)

// leftWithin is among how many of the newest runs those are looked for that a killed process left behind.
const leftWithin = 10

// endLeft marks the runs of the source that a killed process left behind as interrupted, with what is known of
// them. Nobody else runs this source now: one process owns the store.
func (v *visit) endLeft(ctx context.Context, sums map[market.RunID]sum) error {
	n := 0
	for r, err := range v.o.Store.Runs(ctx, v.run.Source) {
		if err != nil {
			return err
		}
		// A run that the store refused could not match what it had recorded.
		v.matchAll = v.matchAll || r.Outcome == market.RunGoing || n == 0 && r.Outcome == market.RunFailed && r.Offers > 0
		if n == 0 && (r.Outcome == market.RunInterrupted || r.Outcome == market.RunGoing) {
			v.resumedFrom = r.StartedAt
		}
		if r.Outcome == market.RunGoing && r.ID != v.run.ID {
			r.Outcome, r.EndedAt = market.RunInterrupted, r.StartedAt
			if s, ok := sums[r.ID]; ok {
				r.Offers, r.Quarantined, r.EndedAt = s.offers, s.quarantined, s.last
			}
			if err := v.o.Store.PutRun(ctx, r); err != nil {
				return err
			}
		}
		if n++; n >= leftWithin {
			break
		}
	}
	return nil
}

// sum is what a run recorded, as far as no later run saw it again.
type sum struct {
	offers, quarantined int
	last                time.Time
}

// tooOld is how long a listing that was not seen is still looked for.
const tooOld = 7 * 24 * time.Hour

// expected reports whether a listing that was last seen at that second is still looked for.
func (v *visit) expected(sec int64) bool {
	return v.run.StartedAt.Unix()-sec <= int64(tooOld.Seconds())
}

// load reads what is known of the source at a glance, and sums it up by the runs that saw it.
func (v *visit) load(ctx context.Context) (map[market.RunID]sum, error) {
	sums := map[market.RunID]sum{}
	for g, err := range v.o.Store.Sightings(ctx, v.run.Source) {
		if err != nil {
			return nil, err
		}
		v.sights.Load(g, v.o.Matched != nil && v.o.Matched(g.Listing))
		if v.expected(g.SeenAt.Unix()) {
			v.run.Expected++
		}
		s := sums[g.Run]
		s.offers++
		if g.Trust == market.Quarantined {
			s.quarantined++
		}
		if g.SeenAt.After(s.last) {
			s.last = g.SeenAt
		}
		sums[g.Run] = s
	}
	return sums, nil
}

// past returns what is known of a listing in full: what is recorded, and what waits to be. It outlives a cancelled context, so
// that a stopped run records what it has read.
func (v *visit) past(ctx context.Context, id market.ListingID) (*listing, error) {
	if l := v.open[id]; l != nil && !l.recorded {
		return l, nil
	}
	ctx = context.WithoutCancel(ctx)
	l := new(listing)
	g := v.sights.Of(id)
	if g == nil {
		v.open[id] = l
		return l, nil
	}
	one := store.Query{Sources: []market.SourceID{v.run.Source}, Listings: []market.ListingID{id}, Both: true}
	for o, err := range v.o.Store.Latest(ctx, one) {
		if err != nil {
			return nil, err
		}
		l.newest = o // of two the newest comes last
		if o.Trust.State == market.Trusted {
			l.Trusted = o
		}
	}
	waiting, err := v.waitingOf(id)
	if err != nil {
		return nil, err
	}
	for _, o := range waiting {
		l.add(o)
	}
	if !g.Is(sights.Settled) {
		// What is doubted is held against the newest trusted price, which may be older than the newest trusted look.
		if err := v.recall(ctx, id, l); err != nil {
			return nil, err
		}
	}
	v.open[id] = l
	return l, nil
}

// recall reads the history of a listing. What was held before quality.Memory and never released still is.
func (v *visit) recall(ctx context.Context, id market.ListingID, l *listing) error {
	if l.read {
		return nil
	}
	l.read = true
	g := v.sights.Of(id)
	var since time.Time // all of it, where it is not known how old the newest trusted price is
	if g != nil && g.Is(sights.Settled) {
		since = v.o.Clock().Add(-quality.Memory)
	}
	for o, err := range v.o.Store.History(context.WithoutCancel(ctx), id, since, time.Time{}) {
		if err != nil {
			return err
		}
		l.Recent = append(l.Recent, o)
	}
	waiting, err := v.waitingOf(id)
	if err != nil {
		return err
	}
	l.Recent = append(l.Recent, waiting...)
	if since.IsZero() {
		l.Trusted, l.Held = quality.Baseline(l.Recent)
	}
	return nil
}

// waits reports whether its newest price is held and waits for a further look. One that no shop asks waits for none.
func (l *listing) waits() bool {
	return len(l.Held) > 0 && l.Held[len(l.Held)-1].Trust.Needs > 0
}

// waits reports whether a listing waits for a further look.
func (v *visit) waits(ctx context.Context, id market.ListingID) (bool, error) {
	open := v.open[id] != nil
	l, err := v.past(ctx, id)
	if err != nil {
		return false, err
	}
	if !open {
		delete(v.open, id)
	}
	return l.waits(), nil
}

// goesOn notes that the run goes on with others, the first of which began then.
func (v *visit) goesOn(since time.Time) {
	v.run.Resumed = true
	if !since.IsZero() {
		v.resumedFrom = since
	}
}

// recorded reports whether a page was recorded by one of the runs that this one goes on with, the first of which
// began then.
func (v *visit) recorded(url string, since time.Time) bool {
	v.goesOn(since)
	at := v.sights.SeenAt(url)
	return !at.IsZero() && !at.Before(since)
}
