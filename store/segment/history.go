package segment

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
)

// History implements store.Past.
func (h *Prices) History(ctx context.Context, id market.ListingID, from, to time.Time) iter.Seq2[market.Observation, error] {
	return h.histories(ctx, []market.ListingID{id}, from, to, past.Together)
}

// Histories implements store.Past.
func (h *Prices) Histories(ctx context.Context, ids []market.ListingID, from, to time.Time) iter.Seq2[market.Observation, error] {
	return h.histories(ctx, ids, from, to, 16*past.Together)
}

// histories reads so many observations or a few more in a transaction.
func (h *Prices) histories(ctx context.Context, ids []market.ListingID, from, to time.Time, atOnce int) iter.Seq2[market.Observation, error] {
	return func(yield func(market.Observation, error) bool) {
		left, err := h.placed(ctx, ids)
		var got []market.Observation
		for next, end := ceil(from, 0), ceil(to, math.MaxUint32); len(left) > 0 && err == nil; {
			source, rest, then := left[0].Source, left, next
			err = h.Read(ctx, source, nil, func(r *past.Reader) error {
				r.Frames, r.Wide = frame.Held{}, len(r.Spans)
				rest, then, got = left, next, got[:0]
				for len(rest) > 0 && rest[0].Source == source && len(got) < atOnce {
					some, done, err := r.History(rest[0].ordinal, then, end, false)
					if err != nil {
						return err
					}
					if got = append(got, some...); done {
						rest, then = rest[1:], ceil(from, 0)
					} else {
						then = uint32(some[len(some)-1].SeenAt.Unix()) + 1
					}
				}
				return nil
			})
			left, next = rest, then
			for _, o := range got {
				if err == nil && !yield(o, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(market.Observation{}, err)
		}
	}
}

// standing is where a listing is kept.
type standing struct {
	*memory.Source
	ordinal uint32
}

// placed returns where listings are kept, by source and first sight; of those that nobody saw nothing is.
func (h *Prices) placed(ctx context.Context, ids []market.ListingID) ([]standing, error) {
	if err := h.Ready(ctx); err != nil {
		return nil, err
	}
	out := make([]standing, 0, len(ids))
	for _, id := range ids {
		src, ordinal, err := h.Find(id)
		if err != nil {
			return nil, err
		}
		if src != nil {
			out = append(out, standing{src, ordinal})
		}
	}
	slices.SortFunc(out, func(a, b standing) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ordinal, b.ordinal)) })
	return out, nil
}

// Changes implements store.Prices.
func (h *Prices) Changes(ctx context.Context, after uint64) iter.Seq2[market.Change, error] {
	return func(yield func(market.Change, error) bool) {
		next := after + 1
		if next == 0 {
			return
		}
		n, err := h.batchOf(ctx, next)
		for err == nil {
			var events []logged
			if events, n, next, err = h.logFrom(ctx, n, next); len(events) == 0 {
				break
			}
			err = nil // what was read before it comes first, and then it again
			for some := range slices.Chunk(events, past.Together) {
				var got []market.Change
				if got, err = h.expand(ctx, some); err != nil {
					break
				}
				for _, c := range got {
					if !yield(c, nil) {
						return
					}
				}
			}
		}
		if err != nil {
			yield(market.Change{}, err)
		}
	}
}

// batchOf returns the batch in which a change stands.
func (h *Prices) batchOf(ctx context.Context, seq uint64) (n uint64, err error) {
	err = h.File.View(ctx, func(t *sealed.Tx) error {
		count, err := (past.Txn{Tx: t}).Count()
		if err != nil {
			return err
		}
		n = 1
		for beyond := count.Batches + 1; beyond-n > 1; {
			mid := n + (beyond-n)/2
			f, err := past.FrameOf(t, mid)
			if err != nil {
				return err
			}
			if f.First <= seq {
				n = mid
			} else {
				beyond = mid
			}
		}
		return nil
	})
	return n, err
}

// logged is an entry of the change log.
type logged struct {
	source uint32
	frame.Event
}

// logFrom returns entries of the log from next on, which stands in batch n or behind it, of as many batches as have some to be read
// together; and the batch and the change behind them.
func (h *Prices) logFrom(ctx context.Context, n, next uint64) (events []logged, after, behind uint64, err error) {
	err = h.File.View(ctx, func(t *sealed.Tx) error {
		count, err := (past.Txn{Tx: t}).Count()
		if err != nil {
			return err
		}
		for n <= count.Batches && len(events) < past.Together {
			f, err := past.FrameOf(t, n)
			if err != nil {
				return err
			}
			n = f.Behind()
			next = f.Known(next)
			if err := f.Each(math.MaxUint32, func(g frame.Group, _ market.RunID, e frame.Event) error {
				if e.Seq < next {
					return nil
				}
				if e.Seq != next {
					return fmt.Errorf("change %d is missing", next)
				}
				e.Data = nil
				events = append(events, logged{g.Source, e})
				next = f.Known(next + 1)
				return nil
			}); err != nil {
				return past.Spoiled(past.BucketLog, past.BatchKey(f.Number), err)
			}
		}
		if len(events) == 0 && next <= count.Changes {
			return sealed.Damaged(past.BucketLog, past.BatchKey(n), "change %d is missing", next)
		}
		return nil
	})
	return events, n, next, err
}

// expand returns changes in full: those of a source are read together.
func (h *Prices) expand(ctx context.Context, events []logged) ([]market.Change, error) {
	by := map[uint32][]int{}
	for i, e := range events {
		by[e.source] = append(by[e.source], i)
	}
	out := make([]market.Change, len(events))
	for source, places := range by {
		src, err := h.Numbered(ctx, source)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(events[a].Ordinal, events[b].Ordinal) })
		if err := h.Read(ctx, src, nil, func(r *past.Reader) error {
			r.Frames = frame.Held{}
			for _, i := range places {
				c, err := r.Change(events[i].Ordinal, events[i].Sec)
				if err != nil {
					return err
				}
				c.Seq = events[i].Seq
				out[i] = c
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}
