package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/match"
	"pricegap/store"
)

// cursorName is the alert loop's place in the change log.
const cursorName = "alerts"

// touchedKey keeps the products whose matches changed since the last judgement.
const touchedKey = "judge/products"

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
// products with new matches, the health of the sources, and what only waited for time to pass.
func (w *Watcher) judge(ctx context.Context) error {
	ties, err := w.ties(ctx)
	if err != nil {
		return err
	}
	if err := w.judgeChanges(ctx, ties); err != nil {
		return err
	}
	if err := w.judgeTouched(ctx, ties); err != nil {
		return err
	}
	if err := w.judgeSources(ctx); err != nil {
		return err
	}
	now := w.Clock()
	return w.desk.Tick(ctx, now, func(id market.ProductID) (compare.Standing, error) {
		return w.standing(ctx, ties, id, time.Time{}, now)
	})
}

// ties are products and their accepted matches, both ways.
type ties struct {
	products  map[market.ProductID]market.Product
	matches   map[market.ProductID][]market.Match
	byListing map[market.ListingID][]market.ProductID
}

func (w *Watcher) ties(ctx context.Context) (ties, error) {
	t := ties{map[market.ProductID]market.Product{}, map[market.ProductID][]market.Match{}, map[market.ListingID][]market.ProductID{}}
	for p, err := range w.Store.Products(ctx) {
		if err != nil {
			return t, err
		}
		t.products[p.ID] = p
	}
	for m, err := range w.Store.Matches(ctx) {
		if err != nil {
			return t, err
		}
		if m.Decision != market.Accept {
			continue
		}
		t.matches[m.Product] = append(t.matches[m.Product], m)
		t.byListing[m.Listing] = append(t.byListing[m.Listing], m.Product)
	}
	return t, nil
}

func (w *Watcher) judgeChanges(ctx context.Context, t ties) error {
	after, err := w.Store.Cursor(ctx, cursorName)
	if err != nil {
		return err
	}
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
		previous, err := w.previous(ctx, c)
		if err != nil {
			return err
		}
		for _, id := range t.byListing[c.After.Listing] {
			s, err := w.standing(ctx, t, id, c.After.SeenAt, c.After.SeenAt)
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
func (w *Watcher) judgeTouched(ctx context.Context, t ties) error {
	ids, err := w.touched(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	now := w.Clock()
	var events []alerts.Event
	for _, id := range ids {
		s, err := w.standing(ctx, t, id, time.Time{}, now)
		if err != nil {
			return err
		}
		events = append(events, alerts.Event{Now: now, Tick: true, Standing: s})
	}
	if err := w.desk.Judge(ctx, 0, events...); err != nil {
		return err
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
		run, ok, err := w.lastRun(ctx, s.ID)
		if err != nil {
			return err
		}
		if !ok {
			continue // never crawled: nothing to miss
		}
		good, err := w.lastGood(ctx, s.ID)
		if err != nil {
			return err
		}
		events = append(events, alerts.Event{
			Now: w.Clock(), Run: &run,
			Source: alerts.SourceState{ID: s.ID, Name: s.Name, Interval: s.Interval, LastGoodAt: good},
		})
	}
	return w.desk.Judge(ctx, 0, events...)
}

// lastRun returns the newest run of a source that has ended.
func (w *Watcher) lastRun(ctx context.Context, id market.SourceID) (market.Run, bool, error) {
	for r, err := range w.Store.Runs(ctx, id) {
		if err != nil {
			return market.Run{}, false, err
		}
		if r.Outcome != market.RunGoing {
			return r, true, nil
		}
	}
	return market.Run{}, false, nil
}

// standing is one product's standing; asOf zero reads the present.
func (w *Watcher) standing(ctx context.Context, t ties, id market.ProductID, asOf, at time.Time) (compare.Standing, error) {
	ms := t.matches[id]
	board := compare.NewBoard(w.Shops, ms, at, w.Compare)
	if len(ms) == 0 {
		return board.Standing(t.products[id]), nil
	}
	q := store.Query{AsOf: asOf}
	for _, m := range ms {
		q.Listings = append(q.Listings, m.Listing)
	}
	if err := w.fill(ctx, board, q); err != nil {
		return compare.Standing{}, err
	}
	return board.Standing(t.products[id]), nil
}

// fill shows a board the newest observations, trusted or not, that q selects.
func (w *Watcher) fill(ctx context.Context, board *compare.Board, q store.Query) error {
	for _, q.Trusted = range []bool{false, true} {
		for o, err := range w.Store.Latest(ctx, q) {
			if err != nil {
				return err
			}
			board.See(o)
		}
	}
	return nil
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
			products, err := collect(w.Store.Products(ctx))
			if err != nil {
				return err
			}
			existing, err := collect(w.Store.Matches(ctx))
			if err != nil {
				return err
			}
			x = match.NewIndex(products, existing, w.own)
		}
		found = append(found, x.Find(&o, w.Clock())...)
	}
	return w.putMatches(ctx, found)
}

func (w *Watcher) putMatches(ctx context.Context, ms []market.Match) error {
	if len(ms) == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
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
	return w.Store.PutMatches(ctx, ms...)
}
