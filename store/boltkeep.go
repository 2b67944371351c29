package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pricegap/store/sealed"
	"pricegap/store/shelf"
)

// Info implements Keeping.
func (s *boltStore) Info(ctx context.Context) (Info, error) {
	i := Info{Path: s.file.Path(), Engine: "bolt", Schema: boltSchema}
	n, err := s.counts(ctx)
	if err != nil {
		return i, err
	}
	i.Listings, i.Observations, i.Changes = int(n.Listings), int(n.Observations), n.Changes
	i.Products, i.Matches, i.Runs, i.Alerts = int(n.Products), int(n.Matches), int(n.Runs), int(n.Alerts)
	if n.Observations > 0 {
		i.Oldest, i.Newest = time.Unix(n.Oldest, 0).UTC(), time.Unix(n.Newest, 0).UTC()
	}
	if i.Bytes, err = s.file.Size(); err != nil {
		return i, err
	}
	if i.Free, err = s.file.Free(ctx); err != nil {
		return i, err
	}
	if i.Sizes, err = s.file.Sizes(ctx, boltKind.Buckets...); errors.Is(err, ErrCorrupt) {
		i.Sizes, err = nil, nil // what can be counted is
	}
	if err == nil {
		i.Tended, err = s.tended(ctx)
	}
	return i, err
}

func (s *boltStore) counts(ctx context.Context) (n shelf.Counts, err error) {
	err = shelf.View(ctx, s.file, func(t shelf.Txn) error {
		p, err := t.Count()
		if err == nil {
			n = *p
		}
		return err
	})
	return n, err
}

// Verify implements Keeping: the pages first, then each record, and whether they bear each other out. What is found while
// somebody writes may be between two moments: it counts where it is found again.
func (s *boltStore) Verify(ctx context.Context, tell func(done, total int64)) error {
	tell = byPercent(tell)
	if err := s.file.CheckPages(ctx); err != nil {
		return err
	}
	var last error
	for {
		found, still, err := s.verify(ctx, tell)
		switch {
		case err != nil:
			return err
		case found == nil, still, last != nil && found.Error() == last.Error():
			return found
		}
		last = found
	}
}

// verify reads each record, and says what it found and whether nothing was written meanwhile; of what was, the sums belong to
// no one moment.
func (s *boltStore) verify(ctx context.Context, tell func(done, total int64)) (found error, still bool, err error) {
	before, err := s.counts(ctx)
	if err != nil {
		return nil, false, err
	}
	var n shelf.Counts
	var ordered uint64
	total := int64(before.Observations + before.Changes)
	if found = s.Prices.Verify(ctx, &n, func() { tell(min(int64(n.Observations+n.Changes), total), total) }); found == nil {
		found = s.Shelf.Verify(ctx, &n, &ordered)
	}
	tell(total, total)
	after, err := s.counts(ctx)
	still = before == after
	if n.Observations > 0 && after.Oldest <= n.Oldest { // when something is removed, the next may be younger
		n.Oldest = after.Oldest
	}
	if err == nil && found == nil && still && (n != after || ordered != after.Runs) {
		found = fmt.Errorf("store: %s: %w", s.file.Path(), sealed.Damaged(sealed.Main, shelf.Key, "%+v are kept, but there should be %+v", n, after))
	}
	return found, still, err
}

// byPercent passes on how much is done where it is a percent more, at least, than what was told before; nobody is told where tell
// is nil, nor where there is nothing to do.
func byPercent(tell func(done, total int64)) func(done, total int64) {
	told := int64(0)
	return func(done, total int64) {
		if tell == nil || total == 0 || 100*done/total <= told {
			return
		}
		told = 100 * done / total
		tell(done, total)
	}
}
