package shelf

import (
	"bytes"
	"context"

	"pricegap/market"
	"pricegap/store/sealed"
)

// Verify reads every document, and adds to n how many there are of what and to ordered how many runs stand in
// the order of time.
func (s *Shelf) Verify(ctx context.Context, n *Counts, ordered *uint64) error {
	for _, step := range []func() error{
		func() error {
			return verifyDocuments(ctx, s, products, &n.Products, func(p market.Product) []byte { return []byte(p.ID) })
		},
		func() error {
			return verifyDocuments(ctx, s, matches, &n.Matches, func(m market.Match) []byte { return Pair(string(m.Product), string(m.Listing)) })
		},
		func() error {
			return verifyDocuments(ctx, s, alerts, &n.Alerts, func(a market.Alert) []byte { return []byte(a.ID) })
		},
		func() error { return s.verifyRuns(ctx, n) },
		func() error { return s.verifyRest(ctx, ordered) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Each runs load for every record of a bucket, that many in a transaction, 0 for as many as usual.
func Each(ctx context.Context, f *sealed.File, bucket string, batch int, load func(t *sealed.Tx, key, payload []byte) error) error {
	q := sealed.Scan[struct{}]{Bucket: bucket, Batch: batch, Load: func(t *sealed.Tx, key, payload []byte) (struct{}, bool, error) {
		return struct{}{}, true, load(t, key, payload)
	}}
	for _, err := range q.Run(ctx, f) {
		if err != nil {
			return err
		}
	}
	return nil
}

// verifyDocuments reads a bucket of JSON.
func verifyDocuments[T any](ctx context.Context, s *Shelf, bucket string, n *uint64, keyOf func(T) []byte) error {
	return Each(ctx, s.File, bucket, 0, func(_ *sealed.Tx, key, payload []byte) error {
		*n++
		v, err := document[T](bucket, key, payload)
		if err == nil && !bytes.Equal(keyOf(v), key) {
			err = sealed.Damaged(bucket, key, "it is %q", keyOf(v))
		}
		return err
	})
}

// verifyRuns reads the runs and their order.
func (s *Shelf) verifyRuns(ctx context.Context, n *Counts) error {
	err := verifyDocuments(ctx, s, runs, &n.Runs, func(r market.Run) []byte { return Pair(string(r.Source), string(r.ID)) })
	if err != nil {
		return err
	}
	return Each(ctx, s.File, runs, 0, func(t *sealed.Tx, key, payload []byte) error {
		r, err := document[market.Run](runs, key, payload)
		if err != nil {
			return err
		}
		p, err := t.Get(runTimes, runTime(r.StartedAt, key))
		if err == nil && p == nil {
			err = sealed.Damaged(runs, key, "it is not in the order of time")
		}
		return err
	})
}

// verifyRest reads what has no form of its own.
func (s *Shelf) verifyRest(ctx context.Context, ordered *uint64) error {
	for _, bucket := range []string{sealed.Main, cursors, state} {
		if err := Each(ctx, s.File, bucket, 0, func(*sealed.Tx, []byte, []byte) error { return nil }); err != nil {
			return err
		}
	}
	return Each(ctx, s.File, runTimes, 0, func(*sealed.Tx, []byte, []byte) error {
		*ordered++
		return nil
	})
}
