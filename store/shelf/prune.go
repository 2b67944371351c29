package shelf

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"time"

	"pricegap/market"
	"pricegap/store/sealed"
)

// Passed returns the change up to which every cursor stands, and nobody reads the log any more.
func Passed(ctx context.Context, f *sealed.File) (uint64, error) {
	passed := uint64(math.MaxUint64)
	err := Each(ctx, f, cursors, 0, func(_ *sealed.Tx, key, payload []byte) error {
		seq, n := binary.Uvarint(payload)
		if n != len(payload) || n == 0 {
			return sealed.Damaged(cursors, key, "not a number")
		}
		passed = min(passed, seq)
		return nil
	})
	return passed, err
}

// PruneRuns removes the runs of a source that began before a moment, but for the newest of all, and returns how many; dry removes
// nothing.
func (s *Shelf) PruneRuns(ctx context.Context, source market.SourceID, before time.Time, dry bool) (gone uint64, err error) {
	var old [][]byte // keys of runTimes, the oldest last
	newest := true
	for key, err := range (sealed.Scan[[]byte]{Bucket: runTimes, Back: true, Load: func(_ *sealed.Tx, key, _ []byte) ([]byte, bool, error) {
		return key, len(key) > runTimeBytes && bytes.HasPrefix(key[runTimeBytes:], Pair(string(source), "")), nil
	}}).Run(ctx, s.File) {
		if err != nil {
			return 0, err
		}
		if !newest && bytes.Compare(key, runTime(before, nil)) < 0 {
			old = append(old, key)
		}
		newest = false
	}
	if dry || len(old) == 0 {
		return uint64(len(old)), nil
	}
	return uint64(len(old)), Update(ctx, s.File, func(t Txn) error {
		n, err := t.Count()
		if err != nil {
			return err
		}
		for _, key := range old {
			id := key[runTimeBytes:]
			is, err := t.Get(runs, id)
			if err != nil {
				return err
			}
			if is != nil {
				n.Runs--
			}
			if err := t.Delete(runs, id); err != nil {
				return err
			}
			if err := t.Delete(runTimes, key); err != nil {
				return err
			}
		}
		return nil
	})
}
