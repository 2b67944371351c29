// Package judging brings what was seen before the rules: the changes of the log, what stands now, and how the sources are.
package judging

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/ahead"
	"pricegap/watch/lookback"
	"pricegap/watch/ties"
)

// newsFor is how long a change is news. An older one, from an import or from runs without alerts, is judged by
// what holds now and not told as something that happened.
const newsFor = 24 * time.Hour

// judgeBatch is how many events are read together, and those of changes judged in one transaction.
const judgeBatch = 200

// Options are the parts of a Judge.
type Options struct {
	Store   store.Store
	Shops   []compare.Shop
	Compare compare.Options
	// Desk is where the rules are, Ties know what sells what.
	Desk Desk
	Ties *ties.Ties
	// Runs returns what the runs of a source have come to.
	Runs  func(context.Context, market.SourceID) (lookback.Runs, error)
	Clock market.Clock
}

// Desk judges events and keeps what follows; *alerts.Desk is one.
type Desk interface {
	Judge(ctx context.Context, seq uint64, events ...alerts.Event) error
	Tick(ctx context.Context, now time.Time, lookup func([]market.ProductID) ([]compare.Standing, error)) error
	Back(c *market.Change) time.Duration
}

// Judge brings what was seen before the rules. It must not be used by two at once, but for Standing.
type Judge struct{ Options }

// New returns a judge of those parts.
func New(o Options) *Judge { return &Judge{o} }

// CatchUp brings the alerts up to the end of the log: changes first, each against the prices of its time, then
// products with new matches, the health of the sources, and what only waited for time to pass. It costs as much
// as there is to judge, however many products there are.
func (j *Judge) CatchUp(ctx context.Context) error {
	now, err := j.judgeChanges(ctx)
	if err != nil {
		return err
	}
	if err := j.Ties.Judge(ctx, func(ids []market.ProductID) error { return j.presentAt(ctx, ids, now) }); err != nil {
		return err
	}
	if err := j.judgeSources(ctx, now); err != nil {
		return err
	}
	return j.Desk.Tick(ctx, now, func(ids []market.ProductID) ([]compare.Standing, error) { return j.standings(ctx, ids, now) })
}

// judgeChanges judges the log, and returns the moment of its last word: whatever the log said was seen by then. What follows is judged
// at that moment, too, so that nothing is judged twice in it.
func (j *Judge) judgeChanges(ctx context.Context) (now time.Time, err error) {
	after, err := j.Store.Cursor(ctx, alerts.Cursor)
	if err != nil {
		return now, err
	}
	from, noted, err := owed(ctx, j.Store, after)
	if err != nil {
		return now, err
	}
	l := log{Judge: j, from: from, after: after, until: j.Clock(), last: from, touched: map[market.ProductID]bool{}}
	for some, err := range ahead.Of(1, l.parts(ctx)) {
		if err != nil {
			return now, err
		}
		if err := owe(ctx, j.Store, after, &noted); err != nil {
			return now, err
		}
		if err := j.Desk.Judge(ctx, some.last, some.events...); err != nil {
			return now, err
		}
	}
	if now = j.Clock(); l.last == from {
		return now, nil
	}
	return now, j.lastWord(ctx, now, l.last, l.news, slices.Sorted(maps.Keys(l.touched)), noted)
}

// log is what is read of the log of changes behind from. Those up to after are judged already, and those of long before until are
// not news.
type log struct {
	*Judge
	from, after uint64
	until       time.Time

	last    uint64                    // the change that was read last
	news    []change                  // what no part has yet
	touched map[market.ProductID]bool // by all that was read
}

// part is a part of the log, and the last change in it.
type part struct {
	last   uint64
	events []alerts.Event
}

// parts yields the parts of the log but for what is left at its end.
func (l *log) parts(ctx context.Context) iter.Seq2[part, error] {
	return func(yield func(part, error) bool) {
		size := 0
		for c, err := range l.Store.Changes(ctx, l.from) {
			var products []market.ProductID
			if err == nil {
				l.last = c.Seq
				products, err = l.Ties.SoldAs(ctx, c.After.Listing)
			}
			if err != nil {
				yield(part{}, err)
				return
			}
			for _, id := range products {
				l.touched[id] = true
			}
			if c.Seq <= l.after || len(products) == 0 || l.until.Sub(c.After.SeenAt) > newsFor {
				continue
			}
			l.news = append(l.news, change{c, products})
			if size += len(products); size < judgeBatch {
				continue
			}
			events, err := l.eventsOf(ctx, l.news)
			if !yield(part{l.last, events}, err) || err != nil {
				return
			}
			l.news, size = make([]change, 0, judgeBatch), 0 // the events point to those before
		}
	}
}

// lastWord judges the last part of a log, and the products that the log touches as they stand now: sources are read side by side,
// so the log is not in the order of time. That goes with the cursor, unless a part has gone before it: then it is owed until it is given.
func (j *Judge) lastWord(ctx context.Context, now time.Time, last uint64, news []change, touched []market.ProductID, noted bool) error {
	events, err := j.eventsOf(ctx, news)
	if err != nil {
		return err
	}
	if noted {
		if err := j.Desk.Judge(ctx, last, events...); err != nil {
			return err
		}
		if err := j.presentAt(ctx, touched, now); err != nil {
			return err
		}
		return j.Store.DeleteState(ctx, owedKey)
	}
	present, err := j.present(ctx, touched, now, "")
	if err != nil {
		return err
	}
	return j.Desk.Judge(ctx, last, append(events, present...)...)
}

// change is a change of the log with the products that it touches.
type change struct {
	market.Change
	products []market.ProductID
}

// eventsOf are changes as rules judge them, each once for each product that it touches.
func (j *Judge) eventsOf(ctx context.Context, news []change) ([]alerts.Event, error) {
	var ids []market.ProductID
	for i := range news {
		ids = append(ids, news[i].products...)
	}
	s, err := j.sceneOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for i := range news {
		for _, id := range news[i].products {
			s.ask(id, news[i].After.SeenAt, news[i].After.SeenAt)
		}
	}
	standings, err := s.answers(ctx)
	if err != nil {
		return nil, err
	}
	past, err := j.pastOf(ctx, news)
	if err != nil {
		return nil, err
	}
	out := make([]alerts.Event, 0, len(standings))
	for i := range news {
		c := &news[i].Change
		runs, err := j.Runs(ctx, c.After.Source)
		if err != nil {
			return nil, err
		}
		e, err := lookback.Event(ctx, j.Store, c, s.others(c, news[i].products), runs)
		if err != nil {
			return nil, err
		}
		e.Past = past[i]
		for range news[i].products {
			e.Standing, standings = standings[0], standings[1:]
			out = append(out, e)
		}
	}
	return out, nil
}

// pastOf is what was seen of the listings of changes before them, as far back as the rules must know it.
func (j *Judge) pastOf(ctx context.Context, news []change) ([][]market.Observation, error) {
	spans, places := lookback.Spans(len(news), func(i int) *market.Change { return &news[i].Change }, j.Desk.Back)
	out := make([][]market.Observation, len(news))
	if len(spans) == 0 {
		return out, nil
	}
	courses, err := j.Store.Courses(ctx, spans)
	for i := range courses {
		out[places[i]] = courses[i]
	}
	return out, err
}

func (j *Judge) judgeSources(ctx context.Context, now time.Time) error {
	var events []alerts.Event
	for _, s := range j.Shops {
		past, err := j.Runs(ctx, s.ID)
		if err != nil {
			return err
		}
		if past.Last.ID == "" {
			continue // never crawled: nothing to miss
		}
		if err := past.Gone(ctx, j.Store, func(r market.Run) error { return j.judgeGone(ctx, r, now) }); err != nil {
			return err
		}
		if err := lookback.Recovered(ctx, j.Store, s.ID, past.GoodAt, 2*s.Interval, func() error {
			ids, err := j.Ties.SoldBy(ctx, s.ID)
			if err != nil {
				return err
			}
			return j.presentAt(ctx, ids, now)
		}); err != nil {
			return err
		}
		events = append(events, alerts.Event{
			Now: now, Run: &past.Last,
			Source: alerts.SourceState{ID: s.ID, Name: s.Name, Own: s.Own, Interval: s.Interval, LastGoodAt: past.GoodAt},
		})
	}
	return j.Desk.Judge(ctx, 0, events...)
}

// judgeGone judges that the pages of listings have ended for good, as a run saw. One that was seen again since then is there.
func (j *Judge) judgeGone(ctx context.Context, r market.Run, now time.Time) error {
	var events []alerts.Event
	since := r.EndedAt
	if since.IsZero() {
		since = r.StartedAt // it was killed
	}
	for _, listing := range r.Gone {
		ids, err := j.Ties.SoldAs(ctx, listing)
		if err != nil {
			return err
		}
		present, err := j.present(ctx, ids, now, listing)
		if err != nil {
			return err
		}
		events = append(events, slices.DeleteFunc(present, func(e alerts.Event) bool {
			return slices.ContainsFunc(e.Standing.Rivals, func(p compare.Position) bool { return p.Listing == listing && p.Seen.SeenAt.After(since) })
		})...)
	}
	return j.Desk.Judge(ctx, 0, events...)
}

// Present judges products as they stand now.
func (j *Judge) Present(ctx context.Context, ids []market.ProductID) error {
	return j.presentAt(ctx, ids, j.Clock())
}

func (j *Judge) presentAt(ctx context.Context, ids []market.ProductID, now time.Time) error {
	some := func(yield func([]alerts.Event, error) bool) {
		for some := range slices.Chunk(ids, judgeBatch) {
			if events, err := j.present(ctx, some, now, ""); !yield(events, err) || err != nil {
				return
			}
		}
	}
	for events, err := range ahead.Of(1, some) {
		if err != nil {
			return err
		}
		if err := j.Desk.Judge(ctx, 0, events...); err != nil {
			return err
		}
	}
	return nil
}

// present are products as they stand now, as rules judge them.
func (j *Judge) present(ctx context.Context, ids []market.ProductID, now time.Time, gone market.ListingID) ([]alerts.Event, error) {
	standings, err := j.standings(ctx, ids, now)
	if err != nil {
		return nil, err
	}
	out := make([]alerts.Event, 0, len(ids))
	for i := range standings {
		out = append(out, alerts.Event{Now: now, Tick: true, Standing: standings[i], Gone: gone})
	}
	return out, nil
}

// standings is how products stand now.
func (j *Judge) standings(ctx context.Context, ids []market.ProductID, now time.Time) ([]compare.Standing, error) {
	out := make([]compare.Standing, 0, len(ids))
	for some := range slices.Chunk(ids, judgeBatch) {
		s, err := j.sceneOf(ctx, some...)
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			s.ask(id, time.Time{}, now)
		}
		answers, err := s.answers(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, answers...)
	}
	return out, nil
}
