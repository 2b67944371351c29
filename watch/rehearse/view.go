package rehearse

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"sort"
	"time"

	"pricegap/alerts/calm"
	"pricegap/market"
	"pricegap/store"
)

// The steps of time: a minute in which something was seen, or a longer one in which nothing was.
const (
	busy = time.Minute
	idle = 10 * time.Minute
)

// view is a store as it was at a moment that moves on. What judging writes stays in it; nothing else may write. The matches are those
// of today. It is for one desk, which asks for one thing at a time.
type view struct {
	store.Store
	now    time.Time
	log    []seen                           // the changes, in order of time
	runs   map[market.SourceID][]market.Run // that have ended, newest first
	ends   []time.Time                      // of the runs, in order
	alerts map[string]market.Alert
	cursor uint64 // into log
	state  map[string][]byte
}

// seen is a change of the log of the store, and when it was seen.
type seen struct {
	at  time.Time
	seq uint64
}

// runsBefore is how many runs of a source before the first moment are known.
const runsBefore = 50

// newView returns the store of c as it was at a moment. What was written to the log out of order, as history from elsewhere is, it
// has in the order of time.
func newView(ctx context.Context, c Company, from time.Time) (*view, error) {
	v := &view{Store: c.Store, now: from, runs: map[market.SourceID][]market.Run{}, alerts: map[string]market.Alert{}, state: map[string][]byte{}}
	for x, err := range c.Store.Changes(ctx, 0) {
		if err != nil {
			return nil, err
		}
		if at := x.After.SeenAt; at.After(from) && !at.After(c.Now) {
			v.log = append(v.log, seen{at, x.Seq})
		}
	}
	slices.SortFunc(v.log, func(a, b seen) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.seq, b.seq)) })
	for _, id := range c.Shops {
		before := 0
		for r, err := range c.Store.Runs(ctx, id) {
			if err != nil {
				return nil, err
			}
			if r.EndedAt.IsZero() || r.EndedAt.After(c.Now) {
				continue
			}
			r.Samples = nil
			v.runs[id], v.ends = append(v.runs[id], r), append(v.ends, r.EndedAt)
			if !r.EndedAt.After(from) {
				before++
			}
			if before == runsBefore {
				break
			}
		}
	}
	slices.SortFunc(v.ends, time.Time.Compare)
	silences, err := c.Store.GetState(ctx, calm.SilencesKey)
	if err != nil {
		return nil, err
	}
	v.state[calm.SilencesKey] = silences
	return v, nil
}

func (v *view) clock() time.Time { return v.now }

// step moves on, to end at the latest, and reports whether a run has ended meanwhile.
func (v *view) step(end time.Time) bool {
	next := v.now.Truncate(idle).Add(idle)
	soon := func(at time.Time) {
		if at = at.Truncate(busy).Add(busy); at.Before(next) {
			next = at
		}
	}
	if i := sort.Search(len(v.log), func(i int) bool { return v.log[i].at.After(v.now) }); i < len(v.log) {
		soon(v.log[i].at)
	}
	i := sort.Search(len(v.ends), func(i int) bool { return v.ends[i].After(v.now) })
	if i < len(v.ends) {
		soon(v.ends[i])
	}
	if v.now = next; v.now.After(end) {
		v.now = end
	}
	return i < len(v.ends) && !v.ends[i].After(v.now)
}

// Changes implements store.Prices.
func (v *view) Changes(ctx context.Context, after uint64) iter.Seq2[market.Change, error] {
	return func(yield func(market.Change, error) bool) {
		for after < uint64(len(v.log)) && !v.log[after].at.After(v.now) {
			until := after
			for until < uint64(len(v.log)) && until-after < 1000 && !v.log[until].at.After(v.now) {
				until++
			}
			found, err := v.read(ctx, v.log[after:until])
			if err != nil {
				yield(market.Change{}, err)
				return
			}
			for _, s := range v.log[after:until] {
				after++
				if c, ok := found[s.seq]; ok {
					c.Seq = after
					if !yield(c, nil) {
						return
					}
				}
			}
		}
	}
}

// read returns changes by their number in the store; those that were removed meanwhile are not among them.
func (v *view) read(ctx context.Context, want []seen) (map[uint64]market.Change, error) {
	out := make(map[uint64]market.Change, len(want))
	seqs := make([]uint64, 0, len(want))
	for _, s := range want {
		seqs = append(seqs, s.seq)
	}
	slices.Sort(seqs)
	for len(seqs) > 0 {
		first := seqs[0]
		for c, err := range v.Store.Changes(ctx, first-1) {
			if err != nil {
				return nil, err
			}
			if len(seqs) == 0 || c.Seq != seqs[0] {
				break
			}
			out[c.Seq], seqs = c, seqs[1:]
		}
		if len(seqs) > 0 && seqs[0] == first {
			seqs = seqs[1:]
		}
	}
	return out, nil
}

// Latest implements store.Prices.
func (v *view) Latest(ctx context.Context, q store.Query) iter.Seq2[market.Observation, error] {
	if q.AsOf.IsZero() || q.AsOf.After(v.now) {
		q.AsOf = v.now
	}
	return v.Store.Latest(ctx, q)
}

// Then implements store.Past.
func (v *view) Then(ctx context.Context, ms []store.Moment) ([][]market.Observation, error) {
	ms = slices.Clone(ms)
	for i := range ms {
		if ms[i].AsOf.IsZero() || ms[i].AsOf.After(v.now) {
			ms[i].AsOf = v.now
		}
	}
	return v.Store.Then(ctx, ms)
}

// Runs implements store.Journal.
func (v *view) Runs(_ context.Context, id market.SourceID) iter.Seq2[market.Run, error] {
	return func(yield func(market.Run, error) bool) {
		for _, r := range v.runs[id] {
			if !r.EndedAt.After(v.now) && !yield(r, nil) {
				return
			}
		}
	}
}

// PutAlerts implements store.Journal.
func (v *view) PutAlerts(_ context.Context, name string, seq uint64, as ...market.Alert) error {
	if name != "" {
		v.cursor = max(v.cursor, seq)
	}
	for _, a := range as {
		v.alerts[a.ID] = a
	}
	return nil
}

// Alerts implements store.Journal.
func (v *view) Alerts(context.Context) iter.Seq2[market.Alert, error] {
	return func(yield func(market.Alert, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(v.alerts)) {
			if !yield(v.alerts[id], nil) {
				return
			}
		}
	}
}

// Cursor implements store.Journal.
func (v *view) Cursor(context.Context, string) (uint64, error) { return v.cursor, nil }

// GetState implements store.State.
func (v *view) GetState(_ context.Context, key string) ([]byte, error) { return v.state[key], nil }

// PutState implements store.State.
func (v *view) PutState(_ context.Context, key string, value []byte) error {
	v.state[key] = value
	return nil
}

// DeleteState implements store.State.
func (v *view) DeleteState(_ context.Context, key string) error {
	delete(v.state, key)
	return nil
}
