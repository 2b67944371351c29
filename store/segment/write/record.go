package write

import (
	"context"
	"fmt"
	"math"

	"pricegap/market"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
)

// Record implements store.Prices.
func (h *Writer) Record(ctx context.Context, obs ...market.Observation) ([]market.Change, error) {
	out := make([]market.Change, 0, len(obs)) // nearly all are changes: who knows that nothing changed has sightings
	if _, err := h.keep(ctx, obs, func() { out = out[:0] }, func(c market.Change) { out = append(out, c) }); err != nil {
		return nil, err
	}
	return out, nil
}

// Import implements store.Keeping.
func (h *Writer) Import(ctx context.Context, obs ...market.Observation) (kept, changes int, err error) {
	kept, err = h.keep(ctx, obs, func() { changes = 0 }, func(market.Change) { changes++ })
	if err != nil {
		return 0, 0, err
	}
	return kept, changes, nil
}

// keep records observations and says how many of them were new. It calls do with each change; before it does so once more, begin.
func (h *Writer) keep(ctx context.Context, obs []market.Observation, begin func(), do func(market.Change)) (kept int, err error) {
	in := make([]market.Observation, len(obs))
	for i, o := range obs {
		if in[i], err = prepare(o); err != nil {
			return 0, fmt.Errorf("%w: %s", err, h.File.Path())
		}
	}
	if len(in) == 0 {
		return 0, ctx.Err()
	}
	err = h.update(ctx, func(s *stage, w *frame.Batch) error {
		begin()
		n, err := s.Count()
		if err != nil {
			return err
		}
		before := n.Observations
		for i := range in {
			c, err := s.record(w, &in[i])
			if err != nil {
				return err
			}
			if c.Seq != 0 {
				do(c)
			}
		}
		kept = int(n.Observations - before)
		return nil
	})
	return kept, err
}

// Told is an observation of which somebody else knows whether it differs from the one before. Of one that does not, only what,
// when, and in which run is read, and Page where it Moved there.
type Told struct {
	market.Observation
	Changed, Moved bool
	// Seq is the number that a change has, where the next is not higher; those in between are forgotten. 0 for the next.
	Seq uint64
}

// Retell records observations as they were recorded elsewhere, each newer than the one before of its listing.
func (h *Writer) Retell(ctx context.Context, all ...Told) error {
	if len(all) == 0 {
		return ctx.Err()
	}
	in := make([]market.Observation, len(all))
	for i, x := range all {
		if x.Trust.State == "" {
			x.Trust.State = market.Trusted // of what repeats it is not read
		}
		var err error
		if in[i], err = prepare(x.Observation); err != nil {
			return fmt.Errorf("%w: %s", err, h.File.Path())
		}
	}
	return h.update(ctx, func(s *stage, w *frame.Batch) error {
		for i := range in {
			if err := s.retell(w, &in[i], &all[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *stage) retell(w *frame.Batch, o *market.Observation, x *Told) error {
	st, err := s.source(o.Source, true)
	if err == nil {
		err = s.ready(w, st, o.Run)
	}
	if err != nil {
		return err
	}
	if x.Changed {
		if err := s.forget(w, st, x.Seq); err != nil {
			return err
		}
	}
	ordinal, known := st.find(o.Listing)
	if !known {
		_, err = s.firstSight(w, st, o)
		return err
	}
	if e := st.get(ordinal); uint32(o.SeenAt.Unix()) <= e.Newest.Sec {
		return fmt.Errorf("%w: %s: listing %.100q: told out of order", shelf.ErrInvalid, s.h.File.Path(), o.Listing)
	}
	if !x.Changed {
		v := frame.Event{Sec: uint32(o.SeenAt.Unix())}
		if x.Moved {
			v.Kind, v.Rare, v.Data = frame.More, frame.Moved, []byte(o.Page)
		}
		return s.enter(w, st, ordinal, v, o.Run, nil, mark.View{})
	}
	_, err = s.changed(w, st, s.reader(st, w), ordinal, o, 0)
	return err
}

// forget passes over the numbers of changes up to and without seq.
func (s *stage) forget(w *frame.Batch, st *staged, seq uint64) error {
	n, err := s.Count()
	if err != nil || seq <= n.Changes+1 {
		return err
	}
	gap := seq - n.Changes - 1
	n.Changes, n.Forgotten = n.Changes+gap, n.Forgotten+gap
	w.Forget(st.Number, gap)
	return nil
}

// record keeps one observation; the change has Seq 0 when there is none.
func (s *stage) record(w *frame.Batch, o *market.Observation) (c market.Change, err error) {
	st, err := s.source(o.Source, true)
	if err == nil {
		err = s.ready(w, st, o.Run)
	}
	if err != nil {
		return c, err
	}
	ordinal, known := st.find(o.Listing)
	if !known {
		return s.firstSight(w, st, o)
	}
	st.next = ordinal + 1
	e, sec := st.get(ordinal), uint32(o.SeenAt.Unix())
	switch {
	case sec == e.Newest.Sec:
		return c, nil
	case sec < e.Newest.Sec:
		return c, s.insert(w, st, ordinal, o)
	}
	digest := s.h.digest(o)
	if digest == e.Digest {
		return c, s.enter(w, st, ordinal, frame.Event{Sec: sec}, o.Run, nil, mark.View{})
	}
	r := s.reader(st, w)
	if e.Newest.Quote != mark.QuoteOf(quoteOf(o)) {
		return s.changed(w, st, r, ordinal, o, digest)
	}
	before, err := r.Observation(ordinal, e.Newest)
	if err != nil {
		return c, err
	}
	if market.Changed(before, *o) {
		return s.changed(w, st, r, ordinal, o, digest)
	}
	v := frame.Event{Sec: sec}
	if page := before.Page; e.Look != nil && *e.Look != o.Page || e.Look == nil && page != o.Page {
		v.Kind, v.Rare, v.Data = frame.More, frame.Moved, []byte(o.Page)
	}
	e.Digest = digest
	return c, s.enter(w, st, ordinal, v, o.Run, nil, mark.View{})
}

// firstSight enters a listing. What a damaged source has is not known, and keeps the others from nothing.
func (s *stage) firstSight(w *frame.Batch, st *staged, o *market.Observation) (c market.Change, err error) {
	for _, other := range s.h.Sources {
		if _, elsewhere := other.Table.Find(o.Listing); elsewhere && other != st.Source {
			return c, fmt.Errorf("%w: %s: listing %q of source %q is filed under %q", shelf.ErrInvalid, s.h.File.Path(), o.Listing, o.Source, other.Name)
		}
	}
	for _, other := range s.sources {
		if _, elsewhere := other.ids[o.Listing]; elsewhere && other != st {
			return c, fmt.Errorf("%w: %s: listing %q of source %q is filed under %q", shelf.ErrInvalid, s.h.File.Path(), o.Listing, o.Source, other.Name)
		}
	}
	n, err := s.Count()
	if err != nil {
		return c, err
	}
	n.Listings++
	ordinal := st.Table.Size() + uint32(len(st.fresh))
	st.ids[o.Listing], st.fresh = ordinal, append(st.fresh, o.Listing)
	st.head.Born = append(st.head.Born, uint32(w.Number))
	return s.changed(w, st, nil, ordinal, o, s.h.digest(o))
}

// quoteOf is the quote of an observation, without the look before it.
func quoteOf(o *market.Observation) delta.Quote {
	return delta.Quote{Price: o.Offer.Price, Stock: o.Offer.Stock, Trust: o.Trust.State}
}

// changed enters a change; r is nil at first sight.
func (s *stage) changed(w *frame.Batch, st *staged, r *past.Reader, ordinal uint32, o *market.Observation, digest uint64) (c market.Change, err error) {
	e := st.get(ordinal)
	v := frame.Event{Kind: frame.First, Sec: uint32(o.SeenAt.Unix())}
	q := quoteOf(o)
	if r != nil {
		base, err := r.Base(ordinal)
		if err != nil {
			return c, err
		}
		was := e.Newest.Quote.Full()
		v.Kind, c.Before = frame.Changed, market.Observation{
			Source: o.Source, Listing: o.Listing, SeenAt: mark.Moment(e.Newest.Sec), Offer: market.Offer{Price: was.Price, Stock: was.Stock}, Trust: market.Trust{State: was.Trust},
		}
		var prev uint32
		if o.Trust.State != market.Trusted {
			prev = e.Newest.Sec
		}
		v.Data = delta.Append(nil, base, o, prev)
	}
	n, err := s.Count()
	if err != nil {
		return c, err
	}
	n.Changes++
	c.Seq, c.After = n.Changes, *o
	err = s.enter(w, st, ordinal, v, o.Run, o, mark.View{Sec: v.Sec, Since: v.Sec, Where: mark.InLog | uint32(w.Number), Run: st.runOf(o.Run), Quote: mark.QuoteOf(q)})
	st.get(ordinal).Digest = digest
	return c, err
}

// enter writes an event about a listing, and counts it; o is the observation of a change, and to what the listing becomes by it.
func (s *stage) enter(w *frame.Batch, st *staged, ordinal uint32, v frame.Event, id market.RunID, o *market.Observation, to mark.View) error {
	n, err := s.Count()
	if err != nil {
		return err
	}
	e := st.get(ordinal)
	v.Ordinal = ordinal
	w.Add(st.Number, id, v, o)
	p := &st.head.Pending
	if p.First == 0 {
		p.First, p.From, st.moved = w.Number, math.MaxUint32, true
	}
	if v.IsGone() {
		e.Gone = true
		return nil
	}
	run := st.runOf(id)
	switch {
	case to.Sec != 0:
		e.Change(to)
	case v.Kind == frame.More:
		page := string(v.Data)
		e.Look = &page
		fallthrough
	default:
		e.Repeat(v.Sec, run)
	}
	p.Count, p.Run, p.From = p.Count+1, id, min(p.From, v.Sec)
	Count(n, v.Sec)
	return nil
}

// Count counts an observation.
func Count(n *shelf.Counts, sec uint32) {
	at := int64(sec)
	n.Observations++
	n.Newest = max(n.Newest, at)
	if n.Oldest == 0 || at < n.Oldest {
		n.Oldest = at
	}
}
