package watch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/watch/lookback"
)

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
	if err := w.ties.Judge(ctx, func(ids []market.ProductID) error { return w.judgePresent(ctx, ids) }); err != nil {
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
		products, err := w.ties.SoldAs(ctx, c.After.Listing)
		if err != nil {
			return err
		}
		for _, id := range products {
			again[id] = true
		}
		if len(products) == 0 || now.Sub(c.After.SeenAt) > newsFor {
			continue
		}
		found, err := w.eventsOf(ctx, c, products)
		if err != nil {
			return err
		}
		events = append(events, found...)
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
	present, err := w.present(ctx, slices.Sorted(maps.Keys(again)), "")
	if err != nil {
		return err
	}
	events = append(events, present...)
	return flush()
}

// eventsOf is a change as rules judge it, once for each product that it touches.
func (w *Watcher) eventsOf(ctx context.Context, c market.Change, products []market.ProductID) ([]alerts.Event, error) {
	runs, err := w.past(ctx, c.After.Source)
	if err != nil {
		return nil, err
	}
	e, err := lookback.Event(ctx, w.Store, &c, w.desk.Back(&c), runs)
	if err != nil {
		return nil, err
	}
	out := make([]alerts.Event, 0, len(products))
	for _, id := range products {
		if e.Standing, err = w.standing(ctx, id, c.After.SeenAt, c.After.SeenAt); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (w *Watcher) judgeSources(ctx context.Context) error {
	var events []alerts.Event
	for _, s := range w.Shops {
		past, err := w.past(ctx, s.ID)
		if err != nil {
			return err
		}
		if past.Last.ID == "" {
			continue // never crawled: nothing to miss
		}
		if err := lookback.Gone(ctx, w.Store, past.Last, func(gone []market.ListingID) error { return w.judgeGone(ctx, gone) }); err != nil {
			return err
		}
		if err := lookback.Recovered(ctx, w.Store, s.ID, past.GoodAt, 2*s.Interval, func() error {
			ids, err := w.ties.SoldBy(ctx, s.ID)
			if err != nil {
				return err
			}
			return w.judgePresent(ctx, ids)
		}); err != nil {
			return err
		}
		events = append(events, alerts.Event{
			Now: w.Clock(), Run: &past.Last,
			Source: alerts.SourceState{ID: s.ID, Name: s.Name, Own: s.Own, Interval: s.Interval, LastGoodAt: past.GoodAt},
		})
	}
	return w.desk.Judge(ctx, 0, events...)
}

// judgeGone judges that the pages of listings have ended for good.
func (w *Watcher) judgeGone(ctx context.Context, gone []market.ListingID) error {
	var events []alerts.Event
	for _, listing := range gone {
		ids, err := w.ties.SoldAs(ctx, listing)
		if err != nil {
			return err
		}
		present, err := w.present(ctx, ids, listing)
		if err != nil {
			return err
		}
		events = append(events, present...)
	}
	return w.desk.Judge(ctx, 0, events...)
}

// judgePresent judges products as they stand now.
func (w *Watcher) judgePresent(ctx context.Context, ids []market.ProductID) error {
	for some := range slices.Chunk(ids, judgeBatch) {
		events, err := w.present(ctx, some, "")
		if err != nil {
			return err
		}
		if err := w.desk.Judge(ctx, 0, events...); err != nil {
			return err
		}
	}
	return nil
}

// present are products as they stand now, as rules judge them.
func (w *Watcher) present(ctx context.Context, ids []market.ProductID, gone market.ListingID) ([]alerts.Event, error) {
	now := w.Clock()
	out := make([]alerts.Event, 0, len(ids))
	for _, id := range ids {
		s, err := w.standing(ctx, id, time.Time{}, now)
		if err != nil {
			return nil, err
		}
		out = append(out, alerts.Event{Now: now, Tick: true, Standing: s, Gone: gone})
	}
	return out, nil
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
