package shelf

import (
	"context"
	"encoding/binary"

	"pricegap/market"
	"pricegap/store/sealed"
)

// Salvage copies what is intact of the documents of a file in which some are missing. At says where a cursor is to stand.
func Salvage(ctx context.Context, from, to *sealed.File, at func(seq uint64) uint64) error {
	s := &Shelf{File: to}
	for _, step := range []func() error{
		func() error { return salvage(ctx, from, products, s.PutProducts) },
		func() error { return salvage(ctx, from, matches, s.PutMatches) },
		func() error {
			return salvage(ctx, from, alerts, func(ctx context.Context, as ...market.Alert) error { return s.PutAlerts(ctx, "", 0, as...) })
		},
		func() error {
			return salvage(ctx, from, runs, func(ctx context.Context, rs ...market.Run) error {
				for _, r := range rs {
					if err := s.PutRun(ctx, r); err != nil {
						return err
					}
				}
				return nil
			})
		},
		func() error {
			return eachOf(ctx, from, cursors, func(key, payload []byte) error {
				seq, n := binary.Uvarint(payload)
				if n != len(payload) || n == 0 {
					return nil
				}
				return s.PutAlerts(ctx, string(key), at(seq))
			})
		},
		func() error {
			return eachOf(ctx, from, state, func(key, payload []byte) error { return s.PutState(ctx, string(key), payload) })
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// salvage copies documents; one that is none is passed over.
func salvage[T any](ctx context.Context, from *sealed.File, bucket string, put func(context.Context, ...T) error) error {
	var some []T
	for v, err := range (sealed.Scan[T]{Bucket: bucket, Load: func(_ *sealed.Tx, key, payload []byte) (T, bool, error) {
		v, err := document[T](bucket, key, payload)
		return v, err == nil, nil
	}}).Run(ctx, from) {
		if err != nil {
			return err
		}
		if some = append(some, v); len(some) == together {
			if err := put(ctx, some...); err != nil {
				return err
			}
			some = some[:0]
		}
	}
	return put(ctx, some...)
}

// together is how many documents are written at a time.
const together = 1000

// eachOf calls do for the records of a bucket, outside of any transaction.
func eachOf(ctx context.Context, from *sealed.File, bucket string, do func(key, payload []byte) error) error {
	type pair struct{ key, payload []byte }
	for p, err := range (sealed.Scan[pair]{Bucket: bucket, Load: func(_ *sealed.Tx, key, payload []byte) (pair, bool, error) {
		return pair{key, append([]byte(nil), payload...)}, true, nil
	}}).Run(ctx, from) {
		if err == nil {
			err = do(p.key, p.payload)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Newer reports whether a record of a file, found where it stood formerly, may stand for the one that is lost.
func Newer(bucket string, was, payload []byte) bool {
	if bucket != cursors {
		return false
	}
	before, _ := binary.Uvarint(was)
	is, _ := binary.Uvarint(payload)
	return was == nil || is > before // none moves back
}

// SourcesOfRuns are the sources whose journal has a run, by run.
func SourcesOfRuns(ctx context.Context, from *sealed.File) (map[market.RunID][]market.SourceID, error) {
	out := map[market.RunID][]market.SourceID{}
	err := eachOf(ctx, from, runs, func(_, payload []byte) error {
		if r, err := document[market.Run](runs, nil, payload); err == nil {
			out[r.ID] = append(out[r.ID], r.Source)
		}
		return nil
	})
	return out, err
}
