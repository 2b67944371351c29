package write

import (
	"context"
	"math"
	"slices"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment/block"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/keep"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
)

// Gone is how much went.
type Gone struct{ Observations, Changes, Segments uint64 }

func (g *Gone) add(x Gone) {
	g.Observations, g.Changes, g.Segments = g.Observations+x.Observations, g.Changes+x.Changes, g.Segments+x.Segments
}

// pruning is under way. Each transaction leaves a sound file behind, so that it may end anywhere, and begin anew.
type pruning struct {
	h       *Writer
	src     *memory.Source
	cut     keep.Cut
	dry     bool
	spans   []past.Span // as it began: what is sealed meanwhile stays as it is
	fates   []keep.Fate
	newborn uint32             // the earliest moment of what stands behind a segment
	behind  map[[2]uint32]bool // the first looks at listings behind what came late of them, by listing and moment
	gone    Gone
}

// Prune removes what a cut says of a source, and returns how much; dry removes nothing. Passed is up to which change nobody reads the
// log any more. tell hears after each segment how many of all are done. Only one may be under way.
func (h *Writer) Prune(
	ctx context.Context, name market.SourceID, cut keep.Cut, passed uint64, dry bool, tell func(done, total int64),
) (Gone, error) {
	if err := h.Ready(ctx); err != nil {
		return Gone{}, err
	}
	p := &pruning{h: h, cut: cut, dry: dry}
	for _, src := range h.Selected([]market.SourceID{name}) {
		p.src = src
	}
	if p.src == nil || cut == (keep.Cut{}) {
		return Gone{}, nil
	}
	p.newborn = math.MaxUint32
	if err := h.Read(ctx, p.src, nil, func(r *past.Reader) error {
		p.spans, p.fates = slices.Clone(r.Spans), make([]keep.Fate, r.Sealed)
		if r.Pending.First != 0 {
			p.newborn = r.Pending.From
		}
		return nil
	}); err != nil {
		return Gone{}, err
	}
	for o := range p.fates {
		p.fates[o].Forget = cut.Forget
	}
	if err := p.behindLate(ctx); err != nil {
		return p.gone, err
	}
	if err := p.log(ctx, passed); err != nil {
		return p.gone, err
	}
	for s := uint32(len(p.spans)); s > 0; s-- {
		if err := p.segment(ctx, s); err != nil {
			return p.gone, err
		}
		tell(int64(len(p.spans))-int64(s)+1, int64(len(p.spans)))
	}
	return p.gone, p.late(ctx)
}

// segment takes out of a segment what goes.
func (p *pruning) segment(ctx context.Context, n uint32) error {
	x := p.spans[n-1]
	for o := range min(x.Base, uint32(len(p.fates))) {
		p.fates[o].Based = true
	}
	baseless := x.Base > 0 && p.newborn < p.cut.Forget
	if x.Count > 0 {
		p.newborn = min(p.newborn, x.From)
	}
	if x.Count == 0 && !baseless {
		return nil
	}
	var plan plan
	if err := p.h.Read(ctx, p.src, nil, func(r *past.Reader) (err error) {
		plan, err = p.plan(r, n)
		return err
	}); err != nil {
		return err
	}
	if !p.dry && (plan.gone != Gone{} || baseless) {
		if err := p.h.update(ctx, func(s *stage, w *frame.Batch) (err error) {
			st, err := s.source(p.src.Name, false)
			if err != nil {
				return err
			}
			if plan, err = p.plan(s.reader(st, nil), n); err != nil {
				return err
			}
			return s.thin(w, st, n, plan, baseless)
		}); err != nil {
			return err
		}
	}
	for _, m := range plan.fates {
		p.fates[m.ordinal] = m.Fate
	}
	p.gone.add(plan.gone)
	return nil
}

// plan is what stays of a segment, by block, where it is not all.
type plan struct {
	blocks map[uint32][]block.Entry
	gone   Gone
	from   uint32
	count  uint32
	fates  []fated
}

type fated struct {
	ordinal uint32
	keep.Fate
}

// plan says what stays of a segment.
func (p *pruning) plan(r *past.Reader, n uint32) (out plan, err error) {
	x := p.spans[n-1]
	out = plan{blocks: map[uint32][]block.Entry{}, from: math.MaxUint32}
	for at := x.First; at <= x.Last && x.Count > 0; at++ {
		b, err := r.Block(n, at)
		if err != nil {
			return out, err
		}
		if b.Len() == 0 {
			continue
		}
		all := entriesOf(&b)
		stay := make([]bool, len(all))
		count := 0
		for i := len(all) - 1; i >= 0; i-- {
			e := all[i]
			if last := len(out.fates) - 1; last < 0 || out.fates[last].ordinal != e.Ordinal {
				if int(e.Ordinal) >= len(p.fates) {
					return out, sealed.Damaged(past.BucketSegments, past.KeyOf(r.Number, n, at+1), "listing %d is none", e.Ordinal)
				}
				out.fates = append(out.fates, fated{e.Ordinal, p.fates[e.Ordinal]})
			}
			if stay[i], err = out.fates[len(out.fates)-1].Stays(e, p.cut, p.behind[[2]uint32{e.Ordinal, e.Sec}]); err != nil {
				return out, past.Spoiled(past.BucketSegments, past.KeyOf(r.Number, n, at+1), err)
			}
			if stay[i] {
				count++
				out.from = min(out.from, e.Sec)
				continue
			}
			out.gone.Observations++
			if e.Rec != nil {
				out.gone.Changes++
			}
		}
		if out.count += uint32(count); count == len(all) {
			continue
		}
		kept := make([]block.Entry, 0, count)
		for i, e := range all {
			if stay[i] {
				kept = append(kept, e)
			}
		}
		out.blocks[at] = kept
	}
	if x.Count > 0 && out.count == 0 {
		out.gone.Segments = 1
	}
	return out, nil
}

func entriesOf(b *block.Block) []block.Entry {
	out := make([]block.Entry, b.Len())
	b.Ordinals(func(i int, o uint32) { out[i] = block.Entry{Ordinal: o, Sec: b.Sec(i), Run: b.Run(i)} })
	_ = b.Recs(func(i int, rec []byte) bool { out[i].Rec = rec; return true }) // its checksum was right
	return out
}

// thin writes what stays of a segment.
func (s *stage) thin(w *frame.Batch, st *staged, n uint32, p plan, baseless bool) error {
	r := s.reader(st, nil)
	h, err := r.HeaderOf(n)
	if err != nil {
		return err
	}
	for at, kept := range p.blocks {
		key, b := past.KeyOf(st.Number, n, at+1), []byte(nil)
		if len(kept) > 0 {
			b = block.Append(nil, at*block.Size, kept)
		}
		if err := s.Put(past.BucketSegments, key, b); err != nil {
			return err
		}
	}
	if h.Count > 0 {
		if h.Count = p.count; h.Count == 0 {
			for at := h.First; at <= h.Last; at++ {
				if err := s.Delete(past.BucketSegments, past.KeyOf(st.Number, n, at+1)); err != nil {
					return err
				}
			}
			h.From, h.To, h.First, h.Last = 0, 0, 0, 0
		} else {
			h.From = p.from
		}
	}
	if baseless {
		for i := uint32(0); i*past.BaseOf < h.Base; i++ {
			if err := s.Delete(past.BucketBases, past.KeyOf(st.Number, n, i)); err != nil {
				return err
			}
		}
		h.Base = 0
	}
	if err := s.Put(past.BucketSegments, past.KeyOf(st.Number, n, 0), h.Append(nil)); err != nil {
		return err
	}
	st.head.Spans = slices.Clone(st.head.Spans)
	st.head.Spans[n-1] = h.Span
	st.reader = nil // it may hold a block as it was
	count, err := s.Count()
	if err != nil {
		return err
	}
	count.Observations -= p.gone.Observations
	count.Forgotten += p.gone.Changes
	w.Forget(st.Number, 0) // a batch more, by which readers see that the file is another
	return nil
}
