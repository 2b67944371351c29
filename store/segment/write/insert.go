package write

import (
	"context"
	"fmt"

	"pricegap/market"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
)

// Again implements store.Prices.
func (h *Writer) Again(ctx context.Context, name market.SourceID, seen ...market.Sighting) error {
	if len(seen) == 0 {
		return ctx.Err()
	}
	for _, g := range seen {
		if !g.Gone && (g.SeenAt.Unix() <= 0 || !g.SeenAt.Before(timeless)) {
			return fmt.Errorf("%w: %s: listing %.100q: seen at %s", shelf.ErrInvalid, h.File.Path(), g.Listing, g.SeenAt)
		}
	}
	return h.update(ctx, func(s *stage, w *frame.Batch) error {
		st, err := s.source(name, false)
		if st == nil || err != nil {
			return err
		}
		for _, g := range seen {
			if err := s.again(w, st, g); err != nil {
				return err
			}
		}
		return nil
	})
}

// again records one sighting.
func (s *stage) again(w *frame.Batch, st *staged, g market.Sighting) (err error) {
	ordinal, known := st.find(g.Listing)
	if !known {
		return nil
	}
	st.next = ordinal + 1
	if !g.Gone {
		if err := s.ready(w, st, g.Run); err != nil {
			return err
		}
	}
	e, sec := st.get(ordinal), uint32(g.SeenAt.Unix())
	switch shown := e.Shown(); {
	case g.Gone && e.Gone:
		return nil
	case g.Gone:
		return s.enter(w, st, ordinal, frame.Event{Kind: frame.More, Rare: frame.Goes}, "", nil, mark.View{})
	case shown.Sec == 0 || sec <= e.Newest.Sec:
		return nil
	case shown.Sec != e.Newest.Sec: // what was refused since stands in between: the offer is written out again
		o, err := s.reader(st, w).Observation(ordinal, shown)
		if err != nil {
			return err
		}
		o.SeenAt, o.Run = mark.Moment(sec), g.Run
		_, err = s.record(w, &o)
		return err
	}
	return s.enter(w, st, ordinal, frame.Event{Sec: sec}, g.Run, nil, mark.View{})
}

// insert keeps an observation that is older than the newest of its listing, unless it is there already.
func (s *stage) insert(w *frame.Batch, st *staged, ordinal uint32, o *market.Observation) error {
	n, err := s.Count()
	if err != nil {
		return err
	}
	if err := s.cut(w, n); err != nil { // what the batch said so far must be found, too
		return err
	}
	r, sec := s.reader(st, nil), uint32(o.SeenAt.Unix())
	r.Late = st.head.Late
	at, err := r.Last(ordinal, sec)
	if err != nil || at.Sec == sec {
		return err
	}
	late, err := r.LastLate(ordinal, sec)
	if err != nil || late.Sec == sec {
		return err
	}
	if late.Sec > at.Sec {
		at = late
	}
	kept := *o
	if at.Sec != 0 {
		before, err := r.Observation(ordinal, at)
		if err != nil {
			return err
		}
		if !market.Changed(before, *o) {
			kept = before
			kept.SeenAt, kept.Run = o.SeenAt, o.Run
		}
	}
	if err := s.Put(past.BucketLate, past.LateKey(st.Number, ordinal, sec), past.AppendLate(&kept)); err != nil {
		return err
	}
	Count(n, sec)
	st.head.Late++
	st.moved = true
	st.get(ordinal).Older(mark.View{
		Sec: sec, Since: sec, Where: mark.InLate, Run: mark.SomeRun,
		Quote: mark.QuoteOf(delta.Quote{Price: o.Offer.Price, Stock: o.Offer.Stock, Trust: o.Trust.State}),
	})
	return nil
}
