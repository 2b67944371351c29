package write

import (
	"context"
	"encoding/binary"
	"math"
	"slices"

	"pricegap/market"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/past"
)

// forgotTogether is how many records one transaction of Prune changes at most.
const forgotTogether = 256

// log forgets the changes of which the observations are about to go. What stays in the log although it is older is noted: it needs
// its observations.
func (p *pruning) log(ctx context.Context, passed uint64) error {
	if p.cut.Forget == 0 {
		return nil
	}
	for n, more := uint64(1), true; more; {
		var forget []uint64
		if err := p.h.Read(ctx, p.src, nil, func(r *past.Reader) error {
			count, err := (past.Txn{Tx: r.T}).Count()
			if err != nil {
				return err
			}
			for forget = forget[:0]; n <= count.Batches && len(forget) < forgotTogether; {
				f, err := past.FrameOf(r.T, n)
				if err != nil {
					return err
				}
				if n = f.Behind(); p.forgets(&f, passed) {
					forget = append(forget, f.Number)
				}
			}
			more = n <= count.Batches
			return nil
		}); err != nil {
			return err
		}
		if p.dry || len(forget) == 0 {
			continue
		}
		if err := p.h.update(ctx, func(s *stage, _ *frame.Batch) error {
			for _, n := range forget {
				f, err := past.FrameOf(s.Tx, n)
				if err != nil {
					return err
				}
				p.forgets(&f, passed)
				if err := s.Put(past.BucketLog, past.BatchKey(f.Number), f.Append(nil)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// forgets makes groups of a frame forgotten, where all in them may go, and reports whether there are any.
func (p *pruning) forgets(f *frame.Frame, passed uint64) (some bool) {
	seq := f.First
	for i := range f.Groups {
		g := &f.Groups[i]
		first := seq
		seq += g.Changes
		if g.Source != p.src.Number || g.Changes == 0 || g.Forgotten() {
			continue
		}
		all := g.Left && seq-1 <= passed
		var old []frame.Event
		_ = g.Each(first, func(_ frame.Group, _ market.RunID, e frame.Event) error { // its checksum was right
			if e.Seq == 0 {
				return nil
			}
			if all = all && e.Sec < p.cut.Forget; e.Sec < p.cut.Forget {
				old = append(old, frame.Event{Ordinal: e.Ordinal, Sec: e.Sec})
			}
			return nil
		})
		if all {
			g.Forget()
			some = true
			continue
		}
		for _, e := range old {
			if int(e.Ordinal) < len(p.fates) {
				p.fates[e.Ordinal].Forget = min(p.fates[e.Ordinal].Forget, e.Sec)
			}
		}
	}
	return some
}

// behindLate notes the first look at each listing behind what came late of it.
func (p *pruning) behindLate(ctx context.Context) error {
	p.behind = map[[2]uint32]bool{}
	late := map[uint32][]uint32{}
	if err := p.h.Read(ctx, p.src, nil, func(r *past.Reader) error {
		return r.LateViews(past.KeyOf(r.Number), func(o uint32, v mark.View) error {
			late[o] = append(late[o], v.Sec)
			return nil
		})
	}); err != nil {
		return err
	}
	for s, x := range p.spans {
		if len(late) == 0 || x.Count == 0 {
			continue
		}
		if err := p.h.Read(ctx, p.src, nil, func(r *past.Reader) error {
			for n := x.First; n <= x.Last; n++ {
				b, err := r.Block(uint32(s+1), n)
				if err != nil {
					return err
				}
				if b.Len() == 0 {
					continue
				}
				b.Ordinals(func(i int, o uint32) {
					for sec := b.Sec(i); len(late[o]) > 0 && late[o][0] < sec; late[o] = late[o][1:] {
						p.behind[[2]uint32{o, sec}] = true
					}
				})
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// late removes what came late and is older than something of its listing that stays, and is trusted.
func (p *pruning) late(ctx context.Context) error {
	if p.cut.Forget == 0 {
		return nil
	}
	var old [][]byte
	if err := p.h.Read(ctx, p.src, nil, func(r *past.Reader) error {
		var of []uint32 // when it was seen, of one listing
		var last, floor uint32
		end := func() {
			for _, sec := range of {
				if sec < floor {
					old = append(old, past.LateKey(r.Number, last, sec))
				}
			}
		}
		old = nil
		err := r.LateViews(past.KeyOf(r.Number), func(o uint32, v mark.View) error {
			if o != last {
				end()
				of, last, floor = of[:0], o, 0
			}
			forget := p.cut.Forget
			if int(o) < len(p.fates) {
				forget, floor = p.fates[o].Forget, max(floor, p.fates[o].Floor)
			}
			if of = append(of, v.Sec); v.Sec < forget && v.Quote.Trust == mark.Trusted {
				floor = max(floor, v.Sec)
			}
			return nil
		})
		end()
		return err
	}); err != nil {
		return err
	}
	for some := range slices.Chunk(old, forgotTogether) {
		if p.gone.Observations += uint64(len(some)); p.dry {
			continue
		}
		if err := p.h.update(ctx, func(s *stage, w *frame.Batch) error { return s.unlate(w, p.src.Name, some) }); err != nil {
			return err
		}
	}
	return nil
}

// unlate removes observations that came late.
func (s *stage) unlate(w *frame.Batch, name market.SourceID, keys [][]byte) error {
	st, err := s.source(name, false)
	if err != nil {
		return err
	}
	n, err := s.Count()
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := s.Delete(past.BucketLate, key); err != nil {
			return err
		}
	}
	n.Observations -= uint64(len(keys))
	st.head.Late -= uint64(len(keys))
	st.moved = true
	w.Forget(st.Number, 0)
	return nil
}

// Aged notes how old the oldest observation is, after Prune.
func (h *Writer) Aged(ctx context.Context) error {
	return h.update(ctx, func(s *stage, _ *frame.Batch) error {
		n, err := s.Count()
		if err != nil {
			return err
		}
		oldest := int64(math.MaxInt64)
		for _, src := range s.h.Sources {
			head := src.Head
			if st := s.sources[src.Name]; st != nil {
				head = st.head
			}
			for _, x := range head.Spans {
				if x.Count > 0 {
					oldest = min(oldest, int64(x.From))
				}
			}
			if head.Pending.Count > 0 {
				oldest = min(oldest, int64(head.Pending.From))
			}
		}
		if err := s.Each(past.BucketLate, nil, func(key, _ []byte) error {
			if len(key) == 12 {
				oldest = min(oldest, int64(binary.BigEndian.Uint32(key[8:])))
			}
			return nil
		}); err != nil {
			return err
		}
		if oldest >= n.Oldest && oldest < math.MaxInt64 {
			n.Oldest = oldest
		}
		return nil
	})
}
