package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/match"
	"pricegap/store"
)

// touchedKey keeps the products whose matches changed since the last judgement.
const touchedKey = "judge/products"

// newsFor is how long a change is news. An older one, from an import or from runs without alerts, is judged by
// what holds now and not told as something that happened.
const newsFor = 24 * time.Hour

// judgeBatch is how many changes are judged in one transaction.
const judgeBatch = 200

// Deliver implements Doer.
func (w *Watcher) Deliver(ctx context.Context) (Delivery, error) {
	w.judging.Lock()
	defer w.judging.Unlock()
	if err := w.judge(ctx); err != nil {
		return Delivery{}, fmt.Errorf("watch: judge: %w", err)
	}
	r, err := w.desk.Deliver(ctx)
	return Delivery{Messages: r.Messages, Alerts: r.Alerts, Waiting: r.Waiting, Errors: r.Errors}, err
}

// judge brings the alerts up to the end of the log: changes first, each against the prices of its time, then
// products with new matches, the health of the sources, and what only waited for time to pass. It costs as much
// as there is to judge, however many products there are.
func (w *Watcher) judge(ctx context.Context) error {
	if err := w.judgeChanges(ctx); err != nil {
		return err
	}
	if err := w.judgeTouched(ctx); err != nil {
		return err
	}
	if err := w.judgeSources(ctx); err != nil {
		return err
	}
	now := w.Clock()
	return w.desk.Tick(ctx, now, func(id market.ProductID) (compare.Standing, error) {
		return w.standing(ctx, id, time.Time{}, now)
	})
}

// soldAs returns the products for which a listing is accepted, in order.
func (w *Watcher) soldAs(ctx context.Context, id market.ListingID) ([]market.ProductID, error) {
	w.tying.Lock()
	defer w.tying.Unlock()
	if w.sellers == nil {
		all := map[market.ListingID][]market.ProductID{}
		for m, err := range w.Store.Matches(ctx) {
			if err != nil {
				return nil, err
			}
			if m.Decision == market.Accept {
				all[m.Listing] = append(all[m.Listing], m.Product)
			}
		}
		w.sellers = all
	}
	return w.sellers[id], nil
}

func (w *Watcher) judgeChanges(ctx context.Context) error {
	after, err := w.Store.Cursor(ctx, alerts.Cursor)
	if err != nil {
		return err
	}
	now := w.Clock()
	again := map[market.ProductID]bool{}
	var events []alerts.Event
	last := after
	flush := func() error {
		err := w.desk.Judge(ctx, last, events...)
		events = events[:0]
		return err
	}
	for c, err := range w.Store.Changes(ctx, after) {
		if err != nil {
			return err
		}
		last = c.Seq
		products, err := w.soldAs(ctx, c.After.Listing)
		if err != nil {
			return err
		}
		for _, id := range products {
			again[id] = true
		}
		if len(products) == 0 || now.Sub(c.After.SeenAt) > newsFor {
			continue
		}
		previous, err := w.previous(ctx, c)
		if err != nil {
			return err
		}
		for _, id := range products {
			s, err := w.standing(ctx, id, c.After.SeenAt, c.After.SeenAt)
			if err != nil {
				return err
			}
			events = append(events, alerts.Event{Now: c.After.SeenAt, Change: &c, Previous: previous, Standing: s})
		}
		if len(events) >= judgeBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if last == after {
		return nil
	}
	// Sources are read side by side, so the log is not in the order of time. The last word on each product is that
	// of the prices as they stand now; it goes with the cursor.
	for _, id := range slices.Sorted(maps.Keys(again)) {
		s, err := w.standing(ctx, id, time.Time{}, now)
		if err != nil {
			return err
		}
		events = append(events, alerts.Event{Now: now, Tick: true, Standing: s})
	}
	return flush()
}

// previous returns the newest trusted observation before a change that follows an untrusted one; zero when
// Change.Before is trusted itself, or when there is none.
func (w *Watcher) previous(ctx context.Context, c market.Change) (market.Observation, error) {
	if c.First() || c.Before.Trust.State == market.Trusted {
		return market.Observation{}, nil
	}
	q := store.Query{Listings: []market.ListingID{c.After.Listing}, Trusted: true, AsOf: c.After.SeenAt.Add(-time.Second)}
	for o, err := range w.Store.Latest(ctx, q) {
		return o, err
	}
	return market.Observation{}, nil
}

// judgeTouched judges products whose matches are new: nothing in the log speaks of them.
func (w *Watcher) judgeTouched(ctx context.Context) error {
	w.tying.Lock()
	ids, err := w.touched(ctx)
	tied := w.tied
	w.tying.Unlock()
	if err != nil || len(ids) == 0 {
		return err
	}
	now := w.Clock()
	var events []alerts.Event
	for _, id := range ids {
		s, err := w.standing(ctx, id, time.Time{}, now)
		if err != nil {
			return err
		}
		events = append(events, alerts.Event{Now: now, Tick: true, Standing: s})
	}
	if err := w.desk.Judge(ctx, 0, events...); err != nil {
		return err
	}
	w.tying.Lock()
	defer w.tying.Unlock()
	if w.tied != tied {
		return nil // there are new matches since: all are judged once more, which is harmless
	}
	return w.Store.DeleteState(ctx, touchedKey)
}

func (w *Watcher) touched(ctx context.Context) ([]market.ProductID, error) {
	raw, err := w.Store.GetState(ctx, touchedKey)
	if err != nil || raw == nil {
		return nil, err
	}
	var ids []market.ProductID
	if err := json.Unmarshal(raw, &ids); err != nil {
		return nil, fmt.Errorf("%w: state %s: %w", store.ErrCorrupt, touchedKey, err)
	}
	return ids, nil
}

func (w *Watcher) judgeSources(ctx context.Context) error {
	var events []alerts.Event
	for _, s := range w.Shops {
		past, err := w.past(ctx, s.ID)
		if err != nil {
			return err
		}
		if past.last.ID == "" {
			continue // never crawled: nothing to miss
		}
		events = append(events, alerts.Event{
			Now: w.Clock(), Run: &past.last,
			Source: alerts.SourceState{ID: s.ID, Name: s.Name, Interval: s.Interval, LastGoodAt: past.goodAt},
		})
	}
	return w.desk.Judge(ctx, 0, events...)
}

// standing is one product's standing, one without a product where it is not known; asOf zero reads the present.
func (w *Watcher) standing(ctx context.Context, id market.ProductID, asOf, at time.Time) (compare.Standing, error) {
	p, err := w.product(ctx, id)
	if err != nil && !errors.Is(err, ErrUnknownProduct) {
		return compare.Standing{}, err
	}
	matches, err := collect(w.Store.Matches(ctx, id))
	if err != nil {
		return compare.Standing{}, err
	}
	board := compare.NewBoard(w.Shops, matches, at, w.Compare)
	if err := w.fillWith(ctx, board, matches, asOf); err != nil {
		return compare.Standing{}, err
	}
	return board.Standing(p), nil
}

// match ties offers to products and remembers which products have something new.
func (w *Watcher) match(ctx context.Context, offers iter.Seq2[market.Observation, error]) error {
	var x *match.Index // made at the first offer: most runs bring nothing new
	var found []market.Match
	for o, err := range offers {
		if err != nil {
			return err
		}
		if x == nil {
			if x, err = match.Load(w.Store.Products(ctx), w.Store.Matches(ctx), w.own); err != nil {
				return err
			}
			if x.Empty() {
				return nil
			}
		}
		found = append(found, x.Find(&o, w.Clock())...)
	}
	return w.putMatches(ctx, found)
}

func (w *Watcher) putMatches(ctx context.Context, ms []market.Match) error {
	if len(ms) == 0 {
		return nil
	}
	w.tying.Lock()
	defer w.tying.Unlock()
	w.tied++
	ids, err := w.touched(ctx)
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
	// The note comes first: a crash in between judges a product once more, which is harmless.
	if err := w.Store.PutState(ctx, touchedKey, raw); err != nil {
		return err
	}
	if err := w.Store.PutMatches(ctx, ms...); err != nil {
		w.sellers = nil // nobody knows what was written
		return err
	}
	if w.sellers == nil {
		return nil
	}
	for _, m := range ms {
		others := slices.DeleteFunc(slices.Clone(w.sellers[m.Listing]), func(id market.ProductID) bool { return id == m.Product })
		if m.Decision == market.Accept {
			others = append(others, m.Product)
		}
		slices.Sort(others)
		w.sellers[m.Listing] = others
	}
	return nil
}
