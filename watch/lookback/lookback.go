// Package lookback reads what was seen before a change or a run: what rules that look back need of the store.
package lookback

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/market"
	"pricegap/store"
)

// Runs is what the runs of a source have come to.
type Runs struct {
	// Last is the newest run that has ended, the zero Run when there is none; GoodAt is the start of the newest one
	// that brought something trusted.
	Last   market.Run
	GoodAt time.Time
	// gone are the newest runs that saw listings to be gone, those of the day before Last, newest first.
	gone []market.Run
	// wholeAt are the ends of the newest two runs that saw all they were asked for, among the newest pastRuns.
	wholeAt []time.Time
}

// pastRuns is how many runs are looked at for one that saw all of a shop.
const pastRuns = 50

// goneFor is how long before the last run others are asked what they saw to be gone, where nobody has: a run says it once, and
// another one may have ended before the rules were asked.
const goneFor = 24 * time.Hour

// RunsOf reads what the runs of a source have come to; running says that one is under way.
func RunsOf(ctx context.Context, st store.Journal, id market.SourceID, running bool) (Runs, error) {
	var p Runs
	seen := 0
	for r, err := range st.Runs(ctx, id) {
		if err != nil {
			return Runs{}, err
		}
		if r.Outcome == market.RunGoing {
			if running {
				continue
			}
			r.Outcome = market.RunInterrupted // a process that was killed left it; one process owns the store
		}
		if p.Last.ID == "" {
			p.Last = r
		}
		if r.Good() && p.GoodAt.IsZero() {
			p.GoodAt = r.StartedAt
		}
		if len(r.Gone) > 0 && p.Last.StartedAt.Sub(r.StartedAt) <= goneFor {
			p.gone = append(p.gone, r)
		}
		if r.Good() && r.Outcome == market.RunDone && len(p.wholeAt) < 2 {
			p.wholeAt = append(p.wholeAt, r.EndedAt)
		}
		known := len(p.wholeAt) == 2 && p.Last.StartedAt.Sub(r.StartedAt) > goneFor
		if seen++; !p.GoodAt.IsZero() && (known || seen >= pastRuns) {
			break
		}
	}
	return p, nil
}

// familiar reports whether a run before the one that saw c had seen all of the shop: what is new in c is new there.
func (p Runs) familiar(c *market.Change) bool {
	return c.First() && slices.ContainsFunc(p.wholeAt, func(t time.Time) bool { return t.Before(c.After.SeenAt) })
}

// previous returns the newest trusted observation before a change that follows an untrusted one; zero when
// Change.Before is trusted itself, or when there is none.
func previous(ctx context.Context, st store.Prices, c *market.Change) (market.Observation, error) {
	if c.First() || c.Before.Trust.State == market.Trusted {
		return market.Observation{}, nil
	}
	q := store.Query{Listings: []market.ListingID{c.After.Listing}, Trusted: true, AsOf: c.After.SeenAt.Add(-time.Second), Bare: true}
	for o, err := range st.Latest(ctx, q) {
		return o, err
	}
	return market.Observation{}, nil
}

// Spans are the times before changes of which the rules must know the past of their listings, back says how long, and the places of
// those changes.
func Spans(n int, at func(int) *market.Change, back func(*market.Change) time.Duration) (spans []store.Span, places []int) {
	for i := range n {
		c := at(i)
		if d := back(c); d > 0 && !c.First() {
			spans = append(spans, store.Span{Listing: c.After.Listing, From: c.After.SeenAt.Add(-d), To: c.After.SeenAt})
			places = append(places, i)
		}
	}
	return spans, places
}

// former returns what the shop said of the thing of c under the one other seller whom the last look at its page before showed, and
// the run of c does not; zero where there is none. others are listings that may be that.
func former(ctx context.Context, st store.Prices, c *market.Change, others []market.ListingID) (market.Observation, error) {
	now := &c.After
	same := []market.ListingID{now.Listing}
	for _, id := range others {
		if id != now.Listing && market.SameThing(id, now.Listing) {
			same = append(same, id)
		}
	}
	if now.Trust.State != market.Trusted || len(same) == 1 {
		return market.Observation{}, nil
	}
	looks, err := newest(ctx, st, same, now.SeenAt.Add(-time.Second))
	looks = slices.DeleteFunc(looks, func(o market.Observation) bool { return o.Page != now.Page })
	if err != nil || len(looks) == 0 || len(looks) > 1 && !looks[0].Succeeds(&looks[1]) || !now.Succeeds(&looks[0]) {
		return market.Observation{}, err
	}
	last := looks[0]
	one := []market.ListingID{last.Listing}
	in, err := newest(ctx, st, one, now.SeenAt)
	if err != nil || len(in) == 0 || in[0].SeenAt.After(last.SeenAt) {
		return market.Observation{}, err
	}
	since, err := newest(ctx, st, one, time.Time{}) // the run may have come by a page of it later
	if err != nil || len(since) > 0 && now.Run != "" && since[0].Run == now.Run {
		return market.Observation{}, err
	}
	for o, err := range st.Latest(ctx, store.Query{Listings: one, Trusted: true, AsOf: last.SeenAt, Bare: true}) {
		return o, err
	}
	return market.Observation{}, nil
}

// newest returns the newest look at each of some listings, trusted or not, the newest of them first.
func newest(ctx context.Context, st store.Prices, ids []market.ListingID, asOf time.Time) ([]market.Observation, error) {
	var out []market.Observation
	for o, err := range st.Latest(ctx, store.Query{Listings: ids, AsOf: asOf, Bare: true}) {
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b market.Observation) int { return b.SeenAt.Compare(a.SeenAt) })
	return out, nil
}

// Event is a change as rules judge it, without its standing and its past; runs are those of its source, and others listings of its
// shop that sell the same product.
func Event(ctx context.Context, st store.Prices, c *market.Change, others []market.ListingID, runs Runs) (alerts.Event, error) {
	previous, err := previous(ctx, st, c)
	if err != nil {
		return alerts.Event{}, err
	}
	former, err := former(ctx, st, c, others)
	return alerts.Event{Now: c.After.SeenAt, Change: c, Previous: previous, Former: former, Familiar: runs.familiar(c)}, err
}

// Gone calls judge with each run that saw listings to be gone, oldest first and once for each run. A crash between the two judges
// it once more: what nobody was told of yet is told once all the same.
func (p Runs) Gone(ctx context.Context, st store.State, judge func(market.Run) error) error {
	if len(p.gone) == 0 {
		return nil
	}
	key := "judge/gone/" + string(p.Last.Source)
	done, err := st.GetState(ctx, key)
	if err != nil {
		return err
	}
	fresh := p.gone
	if i := slices.IndexFunc(fresh, func(r market.Run) bool { return string(done) == string(r.ID) }); i >= 0 {
		fresh = fresh[:i]
	}
	for _, r := range slices.Backward(fresh) {
		if err := judge(r); err != nil {
			return err
		}
		if err := st.PutState(ctx, key, []byte(r.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Recovered calls judge when a source is seen well again after it had not been for that long: what is said of its prices was
// not known meanwhile, and nothing in the log speaks of those that are as they were. A crash between the two judges them once
// more, which is harmless.
func Recovered(ctx context.Context, st store.State, id market.SourceID, goodAt time.Time, stale time.Duration, judge func() error) error {
	key := "judge/good/" + string(id)
	raw, err := st.GetState(ctx, key)
	if err != nil || goodAt.IsZero() {
		return err
	}
	var before time.Time
	if raw != nil {
		if err := before.UnmarshalText(raw); err != nil {
			return fmt.Errorf("%w: state %s: %w", store.ErrCorrupt, key, err)
		}
	}
	if !goodAt.After(before) {
		return nil
	}
	if stale > 0 && !before.IsZero() && goodAt.Sub(before) > stale {
		if err := judge(); err != nil {
			return err
		}
	}
	now, err := goodAt.UTC().MarshalText()
	if err != nil {
		return err
	}
	return st.PutState(ctx, key, now)
}
