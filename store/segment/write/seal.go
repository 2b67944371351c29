package write

import (
	"cmp"
	"maps"
	"slices"

	"pricegap/market"
	"pricegap/store/fail"
	"pricegap/store/record"
	"pricegap/store/segment/block"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/join"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/pack"
	"pricegap/store/segment/past"
)

// sealing is what is taken out of the log to become a segment.
type sealing struct {
	entries []block.Entry
	firsts  uint32               // the first sights among them: of the listings that were new, by number
	part    []market.Observation // those of the last part, which is not full yet
	rare    map[uint32]bool      // the listings about which something rare was said
}

// seal makes a segment of what a source has in the log, up to but without batch end: after that nothing of it is left there but
// its changes.
func (s *stage) seal(st *staged, end uint64) error {
	r := s.reader(st, nil)
	segment := uint32(len(st.head.Spans) + 1)
	x := sealing{entries: make([]block.Entry, 0, st.head.Pending.Count), rare: map[uint32]bool{}}
	if err := s.takeAll(&x, r, st, end); err != nil {
		return err
	}
	block.Sort(x.entries)
	if err := cmp.Or(s.putPart(st, &x), fail.Point("seal: first sights")); err != nil {
		return err
	}
	for _, e := range x.entries {
		if e.Rec == nil {
			continue
		}
		m := st.get(e.Ordinal)
		for _, v := range []*mark.View{&m.Newest, &m.Aside.Shown, &m.Aside.Good} {
			if v.Where >= mark.InLog && v.Where != mark.InLate && uint64(v.Where&^mark.InLog) < end {
				v.Where = segment
			}
		}
	}
	if err := cmp.Or(s.putSegment(st, &x, segment), fail.Point("seal: segment")); err != nil {
		return err
	}
	st.head.Sealed += x.firsts
	st.head.Born = slices.Clone(st.head.Born[x.firsts:])
	st.head.Pending = past.Pending{}
	st.moved = true
	return cmp.Or(s.putBase(st, segment), fail.Point("seal: base"))
}

// takeAll takes what a source has in the log out of the frames before batch end.
func (s *stage) takeAll(x *sealing, r *past.Reader, st *staged, end uint64) error {
	j, err := join.Before(s.Tx, st.head.Pending.First)
	for n := st.head.Pending.First; n < end && err == nil; {
		f, changed, failed := s.takeOut(x, r, st, n)
		if err = cmp.Or(failed, j.Add(f, changed), fail.Point("seal: taken out")); err == nil {
			n = f.Behind()
		}
	}
	return cmp.Or(err, j.End())
}

// takeOut takes a source's groups out of the frame of a batch.
func (s *stage) takeOut(x *sealing, r *past.Reader, st *staged, n uint64) (f frame.Frame, changed bool, err error) {
	f, err = past.FrameOf(s.Tx, n)
	if err != nil {
		return f, false, err
	}
	seq := f.First
	for i := range f.Groups {
		g := &f.Groups[i]
		if g.Source == st.Number && !g.Left {
			body, err := s.take(x, r, st, *g, seq)
			if err != nil {
				return f, false, past.Spoiled(past.BucketLog, past.BatchKey(n), err)
			}
			g.Body, g.Left, changed = body, true, true
		}
		seq += g.Changes
	}
	if changed {
		f.Groups = slices.DeleteFunc(f.Groups, func(g frame.Group) bool { return g.Left && g.Changes == 0 })
	}
	return f, changed, nil
}

// take takes the events out of a group, and returns what is left of it.
func (s *stage) take(x *sealing, r *past.Reader, st *staged, g frame.Group, seq uint64) (left []byte, err error) {
	var template []byte
	var last frame.Event
	err = g.Each(seq, func(_ frame.Group, run market.RunID, e frame.Event) error {
		entry := block.Entry{Ordinal: e.Ordinal, Sec: e.Sec}
		switch e.Kind {
		case frame.First:
			if template == nil {
				template = e.Data
			}
			o, err := r.FirstSight(template, e.Data)
			if err == nil && e.Ordinal != st.head.Sealed+x.firsts {
				err = record.ErrForm
			}
			if err == nil {
				err = s.addFirst(x, r, st, o)
			}
			if err != nil {
				return err
			}
			if entry.Rec, err = delta.Same(e.Data); err != nil {
				return err
			}
		case frame.Changed:
			entry.Rec = e.Data
		case frame.More:
			if x.rare[e.Ordinal] = true; e.Rare == frame.Goes {
				return nil
			}
		}
		entry.Run = st.runOf(run)
		x.entries = append(x.entries, entry)
		if e.Seq != 0 {
			left = record.AppendSigned(left, int64(e.Ordinal)-int64(last.Ordinal))
			left = record.AppendSigned(left, int64(e.Sec)-int64(last.Sec))
			last = e
		}
		return nil
	})
	return left, err
}

// addFirst adds a first sight to its part; those that stand in it already come first.
func (s *stage) addFirst(x *sealing, r *past.Reader, st *staged, o market.Observation) error {
	at := st.head.Sealed + x.firsts
	for i := at - at%past.PartOf; i < at && x.firsts == 0; i++ {
		was, err := r.InPart(i)
		if err != nil {
			return err
		}
		x.part = append(x.part, was)
	}
	x.part = append(x.part, o)
	x.firsts++
	if len(x.part) < past.PartOf {
		return nil
	}
	return s.putPart(st, x)
}

// putPart writes a part.
func (s *stage) putPart(st *staged, x *sealing) error {
	if len(x.part) == 0 {
		return nil
	}
	last := st.head.Sealed + x.firsts - 1
	p, err := past.PackPart(x.part)
	if err != nil {
		return err
	}
	x.part = x.part[:0]
	return s.Append(past.BucketParts, past.KeyOf(st.Number, last/past.PartOf), p)
}

// putSegment writes the blocks and the header of a segment.
func (s *stage) putSegment(st *staged, x *sealing, segment uint32) error {
	h := past.Header{Runs: st.head.Runs[st.head.Kept:]}
	h.Count, h.From = uint32(len(x.entries)), 1<<32-1
	if h.Count == 0 {
		h.From = 0
	} else {
		h.First, h.Last = x.entries[0].Ordinal/block.Size, x.entries[len(x.entries)-1].Ordinal/block.Size
	}
	for _, e := range x.entries {
		h.From, h.To = min(h.From, e.Sec), max(h.To, e.Sec)
	}
	for _, o := range slices.Sorted(maps.Keys(x.rare)) {
		m := st.get(o)
		if m.Gone {
			h.Gone = append(h.Gone, o)
		}
		if m.Look != nil {
			h.Looks = append(h.Looks, past.Look{Ordinal: o, Page: *m.Look})
		}
	}
	if st.baseDue(h.Span, s.h.limits) {
		h.Base = st.head.Sealed + x.firsts
	}
	rest := x.entries
	for n := h.First; n <= h.Last && h.Count > 0; n++ {
		i, _ := slices.BinarySearchFunc(rest, (n+1)*block.Size, func(e block.Entry, o uint32) int { return cmp.Compare(e.Ordinal, o) })
		var b []byte
		if i > 0 {
			b = block.Append(nil, n*block.Size, rest[:i])
		}
		rest = rest[i:]
		if err := s.Append(past.BucketSegments, past.KeyOf(st.Number, segment, n+1), b); err != nil {
			return err
		}
	}
	st.head.Spans, st.head.Kept = append(st.head.Spans, h.Span), len(st.head.Runs)
	return s.Append(past.BucketSegments, past.KeyOf(st.Number, segment, 0), h.Append(nil))
}

// baseDue reports whether the segment that is sealed next ends with a base.
func (st *staged) baseDue(next past.Span, l Limits) bool {
	segments, count := uint32(1), next.Count
	for i := len(st.head.Spans) - 1; i >= 0 && st.head.Spans[i].Base == 0; i-- {
		segments++
		count += st.head.Spans[i].Count
	}
	listings := st.Table.Size() + uint32(len(st.fresh))
	return segments >= l.Runs && (count/l.Runs >= listings || segments >= 64*l.Runs)
}

// putBase writes what is newest, where a base is due.
func (s *stage) putBase(st *staged, segment uint32) error {
	listings := st.head.Spans[segment-1].Base
	for from := uint32(0); from < listings; from += past.BaseOf {
		var b []byte
		var last mark.View
		for o := from; o < min(from+past.BaseOf, listings); o++ {
			e := st.peek(o)
			b = e.AppendBase(b, segment, last)
			last = e.Newest
		}
		if err := s.Append(past.BucketBases, past.KeyOf(st.Number, segment, from/past.BaseOf), pack.Pack(b)); err != nil {
			return err
		}
	}
	return nil
}

// peek returns a listing without the means to change it.
func (st *staged) peek(o uint32) mark.Entry {
	if e := st.touched.Get(o); e != nil {
		return *e
	}
	return st.Table.Entry(o)
}
