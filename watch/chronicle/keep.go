package chronicle

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"golang.org/x/sync/errgroup"

	"pricegap/market"
	"pricegap/store"
)

// Kept counts what became of observations: those that are New, the Changes they made, and those passed over, since their listing
// was seen in that second already.
type Kept struct{ New, Changes, Known int }

// Keep records observations, so many in a transaction, each time in order of time. One chunk is recorded while the next is read.
// What came before an error, one of obs among them, stays and is counted.
func Keep(ctx context.Context, st store.Store, obs iter.Seq2[market.Observation, error], many int) (Kept, error) {
	var done Kept
	chunks := make(chan []market.Observation)
	g, going := errgroup.WithContext(ctx)
	g.Go(func() error {
		for chunk := range chunks {
			kept, changes, err := st.Import(ctx, chunk...)
			if err != nil {
				return err
			}
			done.New, done.Changes, done.Known = done.New+kept, done.Changes+changes, done.Known+len(chunk)-kept
		}
		return nil
	})
	err := chunked(obs, many, func(chunk []market.Observation) bool {
		select {
		case chunks <- byTime(chunk):
			return true
		case <-going.Done():
			return false
		}
	})
	close(chunks)
	err = errors.Join(err, g.Wait())
	return done, err
}

// chunked hands observations on, in a slice that it uses again, until put wants no more; also those before an error.
func chunked(obs iter.Seq2[market.Observation, error], many int, put func([]market.Observation) bool) error {
	chunk := make([]market.Observation, 0, many)
	for o, err := range obs {
		if err != nil {
			put(chunk)
			return err
		}
		if chunk = append(chunk, o); len(chunk) < many {
			continue
		}
		if !put(chunk) {
			return nil
		}
		chunk = chunk[:0]
	}
	put(chunk)
	return nil
}

// byTime returns the observations in order of time; those of one second stay in their order.
func byTime(obs []market.Observation) []market.Observation {
	type place struct {
		sec int64
		at  int
	}
	order := make([]place, len(obs))
	for i := range obs {
		order[i] = place{obs[i].SeenAt.Unix(), i}
	}
	slices.SortFunc(order, func(a, b place) int { return cmp.Or(cmp.Compare(a.sec, b.sec), cmp.Compare(a.at, b.at)) })
	out := make([]market.Observation, len(obs))
	for i, p := range order {
		out[i] = obs[p.at]
	}
	return out
}
