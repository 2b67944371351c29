package segment

import (
	"context"
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
	return func(yield func(market.Observation, error) bool) {
		err := h.Ready(ctx)
		var src *memory.Source
		var ordinal uint32
		if err == nil {
			src, ordinal, err = h.Find(id)
		}
		next, end := ceil(from, 0), ceil(to, math.MaxUint32)
		for done := src == nil; err == nil && !done; {
			var got []market.Observation
			err = h.Read(ctx, src, nil, func(r *past.Reader) (err error) {
				got, done, err = r.History(ordinal, next, end)
				return err
			})
			for _, o := range got {
				if err == nil && !yield(o, nil) {
					return
				}
				next = uint32(o.SeenAt.Unix()) + 1
			}
		}
		if err != nil {
			yield(market.Observation{}, err)
		}
	}
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
			var got []market.Change
			if got, n, next, err = h.changesIn(ctx, n, next); len(got) == 0 {
				break
			}
			for _, c := range got {
				if !yield(c, nil) {
					return
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

// changesIn returns the changes of the first batch from n on that has some from next on, and the batch and the change behind them.
func (h *Prices) changesIn(ctx context.Context, n, next uint64) (out []market.Change, after, behind uint64, err error) {
	var events []logged
	err = h.File.View(ctx, func(t *sealed.Tx) error {
		count, err := (past.Txn{Tx: t}).Count()
		if err != nil {
			return err
		}
		var last frame.Frame
		for ; n <= count.Batches && len(events) == 0; n++ {
			f, err := past.FrameOf(t, n)
			if err != nil {
				return err
			}
			last, next = f, f.Known(next)
			if err := f.Each(math.MaxUint32, func(g frame.Group, _ market.RunID, e frame.Event) error {
				if e.Seq >= next {
					e.Data = nil
					events = append(events, logged{g.Source, e})
				}
				return nil
			}); err != nil {
				return past.Spoiled(past.BucketLog, past.BatchKey(n), err)
			}
		}
		if len(events) == 0 && next <= count.Changes || len(events) > 0 && events[0].Seq != next {
			return sealed.Damaged(past.BucketLog, past.BatchKey(n), "change %d is missing", next)
		}
		behind = next
		if len(events) > 0 {
			behind = last.Known(events[len(events)-1].Seq + 1)
		}
		return nil
	})
	for len(events) > 0 && err == nil {
		of := events[:min(len(events), past.Together)]
		if i := slices.IndexFunc(of, func(e logged) bool { return e.source != of[0].source }); i > 0 {
			of = of[:i]
		}
		events = events[len(of):]
		var got []market.Change
		got, err = h.expand(ctx, of)
		out = append(out, got...)
	}
	return out, n, behind, err
}

// expand returns the changes of one source in full.
func (h *Prices) expand(ctx context.Context, events []logged) (out []market.Change, err error) {
	src, err := h.Numbered(ctx, events[0].source)
	if err != nil {
		return nil, err
	}
	err = h.Read(ctx, src, nil, func(r *past.Reader) error {
		out = out[:0]
		for _, e := range events {
			c, err := r.Change(e.Ordinal, e.Sec)
			if err != nil {
				return err
			}
			c.Seq = e.Seq
			out = append(out, c)
		}
		return nil
	})
	return out, err
}
