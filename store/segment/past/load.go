package past

import (
	"math"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/sealed"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/pack"
)

// LoadSpans reads the headers of the segments.
func (r *Reader) LoadSpans(n uint32) error {
	for s := range n {
		h, err := r.header(s + 1)
		if err != nil {
			return err
		}
		r.Spans, r.Runs = append(r.Spans, h.Span), append(r.Runs, h.Runs...)
	}
	r.Kept = len(r.Runs)
	return nil
}

func (r *Reader) header(segment uint32) (Header, error) {
	key := KeyOf(r.Number, segment, 0)
	p, err := must(r.T, BucketSegments, key)
	if err != nil {
		return Header{}, err
	}
	h, err := parseHeader(p)
	return h, Spoiled(BucketSegments, key, err)
}

// LoadNames reads the ids of the listings whose first sight is in parts.
func (r *Reader) LoadNames(t *mark.Table) error {
	for n := uint32(0); n*PartOf < r.Sealed; n++ {
		key := KeyOf(r.Number, n)
		packed, err := must(r.T, BucketParts, key)
		if err != nil {
			return err
		}
		has, err := listings(packed, func(id market.ListingID) { t.Add(id) })
		if err != nil {
			return Spoiled(BucketParts, key, err)
		}
		if want := min(PartOf, r.Sealed-n*PartOf); has != int(want) {
			return sealed.Damaged(BucketParts, key, "%d first sights, not %d", has, want)
		}
	}
	return nil
}

// Fold returns what was newest of every listing at a moment; enlist, where set, is told of the listings that are in the log alone.
func (r *Reader) Fold(marks []mark.Entry, at uint32, enlist func(o uint32, id market.ListingID, batch uint64)) ([]mark.Entry, error) {
	first, err := r.fromBase(marks, at)
	if err != nil {
		return nil, err
	}
	gone := map[uint32]uint32{}
	for s := first; s <= uint32(len(r.Spans)); s++ {
		if err := r.foldChanges(marks, gone, s, at); err != nil {
			return nil, err
		}
	}
	if err := r.foldTimes(marks, gone, first, at); err != nil {
		return nil, err
	}
	if marks, err = r.foldLog(marks, at, enlist); err != nil {
		return nil, err
	}
	return marks, r.LateViews(KeyOf(r.Number), func(o uint32, v mark.View) error {
		if v.Sec <= at && int(o) < len(marks) {
			marks[o].Late(v)
		}
		return nil
	})
}

// fromBase fills marks from the last base of which nothing was seen after that moment, and returns the segment behind it.
func (r *Reader) fromBase(marks []mark.Entry, at uint32) (uint32, error) {
	last := uint32(0)
	for i, s := range r.Spans {
		if s.To > at {
			break
		}
		if s.Base > 0 {
			last = uint32(i + 1)
		}
	}
	if last == 0 {
		return 1, nil
	}
	for n := uint32(0); n*BaseOf < r.Spans[last-1].Base; n++ {
		es, err := r.InBase(last, n)
		if err != nil {
			return 0, err
		}
		copy(marks[n*BaseOf:], es)
	}
	return last + 1, nil
}

// InBase returns a record of a base.
func (r *Reader) InBase(segment, n uint32) ([]mark.Entry, error) {
	key := KeyOf(r.Number, segment, n)
	packed, err := must(r.T, BucketBases, key)
	if err != nil {
		return nil, err
	}
	raw, err := pack.Unpack(packed, nil)
	if err != nil {
		return nil, Spoiled(BucketBases, key, err)
	}
	b := record.Reader{B: raw}
	var out []mark.Entry
	var last mark.View
	for len(b.B) > 0 {
		e := mark.ReadBase(&b, segment, last)
		out, last = append(out, e), e.Newest
	}
	if want := min(BaseOf, r.Spans[segment-1].Base-n*BaseOf); len(out) != int(want) {
		return nil, sealed.Damaged(BucketBases, key, "%d listings, not %d", len(out), want)
	}
	return out, Spoiled(BucketBases, key, b.End())
}

// foldChanges enters what a segment says that changed, up to a moment; gone is the segment that said so.
func (r *Reader) foldChanges(marks []mark.Entry, gone map[uint32]uint32, segment, at uint32) error {
	s := r.Spans[segment-1]
	if s.From > at {
		return nil
	}
	var ordinals []uint32
	for n := s.First; n <= s.Last && s.Count > 0; n++ {
		b, err := r.Block(segment, n)
		if err != nil {
			return err
		}
		if b.Len() == 0 {
			continue
		}
		from, even := b.Even()
		if !even {
			ordinals = ordinals[:0]
			b.Ordinals(func(_ int, o uint32) { ordinals = append(ordinals, o) })
		}
		bad := false
		if err := b.Quotes(func(i int, q delta.Quote) bool {
			o := from + uint32(i)
			if !even {
				o = ordinals[i]
			}
			if bad = int(o) >= len(marks); bad {
				return false
			}
			if sec := b.Sec(i); sec <= at {
				m := &marks[o]
				m.Newest.Sec, m.Newest.Run = q.Prev, mark.SomeRun // known where it counts
				m.Change(mark.View{Sec: sec, Since: sec, Where: segment, Run: b.Run(i), Quote: mark.QuoteOf(q)})
			}
			return true
		}); err != nil || bad {
			return sealed.Damaged(BucketSegments, KeyOf(r.Number, segment, n+1), "%w", record.ErrForm)
		}
	}
	if s.To > at {
		return nil // it is not of now
	}
	h, err := r.header(segment)
	for _, o := range h.Gone {
		if int(o) < len(marks) {
			marks[o].Gone, gone[o] = true, segment
		}
	}
	for _, l := range h.Looks {
		if int(l.Ordinal) < len(marks) {
			marks[l.Ordinal].Look = &l.Page
		}
	}
	return err
}

// foldTimes enters when each listing was seen last at a moment, from a segment on.
func (r *Reader) foldTimes(marks []mark.Entry, gone map[uint32]uint32, first, at uint32) error {
	in := make([]uint32, len(marks)) // the segment with the last look
	left := 0
	for i := range marks {
		if marks[i].Newest.Sec != 0 || marks[i].Newest.Since != 0 {
			left++
		}
	}
	for s := uint32(len(r.Spans)); s >= first && left > 0; s-- {
		x := r.Spans[s-1]
		if x.From > at || x.Count == 0 {
			continue
		}
		for n := x.First; n <= x.Last; n++ {
			b, err := r.Block(s, n)
			if err != nil {
				return err
			}
			if b.Len() == 0 {
				continue
			}
			b.Ordinals(func(i int, o uint32) {
				if int(o) >= len(marks) || in[o] != 0 && in[o] != s {
					return
				}
				sec := b.Sec(i)
				if sec > at {
					return
				}
				if in[o] == 0 {
					left--
				}
				in[o] = s
				marks[o].Newest.Sec, marks[o].Newest.Run = sec, b.Run(i)
			})
		}
	}
	for o := range marks {
		if marks[o].Gone && in[o] > gone[uint32(o)] {
			marks[o].Gone = false
		}
	}
	return nil
}

// foldLog enters what is in the log up to a moment; enlist is told of the listings that are new there.
func (r *Reader) foldLog(marks []mark.Entry, at uint32, enlist func(o uint32, id market.ListingID, batch uint64)) ([]mark.Entry, error) {
	if r.Pending.First == 0 || r.Pending.From > at {
		return marks, nil
	}
	count, err := (Txn{Tx: r.T}).Count()
	if err != nil {
		return nil, err
	}
	r.Pending.From = math.MaxUint32
	for next := r.Pending.First; next <= count.Batches; {
		f, err := FrameOf(r.T, next)
		if err != nil {
			return nil, err
		}
		n := f.Number
		next = f.Behind()
		first := sights{r: r}
		if err := f.Each(r.Number, func(g frame.Group, run market.RunID, e frame.Event) error {
			if e.Kind == frame.First {
				first.meet(g, e)
			}
			if e.Kind == frame.First && int(e.Ordinal) == len(marks) {
				if marks = append(marks, mark.Entry{}); enlist != nil {
					o, err := first.of(g, e)
					if err != nil {
						return err
					}
					enlist(e.Ordinal, o.Listing, n)
				}
			}
			if g.Left || int(e.Ordinal) >= len(marks) {
				return record.ErrForm
			}
			if !e.IsGone() {
				r.Pending.From = min(r.Pending.From, e.Sec)
			}
			if e.Sec > at {
				return nil
			}
			return r.foldEvent(&marks[e.Ordinal], n, run, e)
		}); err != nil {
			return nil, Spoiled(BucketLog, BatchKey(n), err)
		}
	}
	return marks, nil
}

// foldEvent enters what a batch says of a listing.
func (r *Reader) foldEvent(m *mark.Entry, batch uint64, run market.RunID, e frame.Event) error {
	if e.IsGone() {
		m.Gone = true
		return nil
	}
	k, err := r.runOf(run)
	if err != nil {
		k = uint32(len(r.Runs))
		r.Runs = append(r.Runs[:k:k], run)
	}
	r.Pending.Count++
	r.Pending.Run = run
	if e.Seq == 0 {
		m.Repeat(e.Sec, k)
		if e.Kind == frame.More {
			page := string(e.Data)
			m.Look = &page
		}
		return nil
	}
	q, err := delta.ReadQuote(e.Data)
	if err != nil {
		return err
	}
	m.Change(mark.View{Sec: e.Sec, Since: e.Sec, Where: mark.InLog | uint32(batch), Run: k, Quote: mark.QuoteOf(q)})
	return nil
}
