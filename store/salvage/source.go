package salvage

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/segment/block"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/past"
)

// source is one of which something may be lost.
type source struct {
	c        *copying
	number   uint32
	name     market.SourceID
	first    uint64 // the first frame that no segment holds; 0 where that is not known
	segments uint32
	sealed   uint32           // how many listings have their first sight in parts
	headers  [][]market.RunID // the runs of the segments, by number

	// By listing.
	ids    []market.ListingID // empty where it is lost
	doubt  []bool             // it is not known what it is now
	newest []uint32           // when it was told last
	gone   map[uint32]bool
	lost   map[uint32][]uint32 // when it changed without anybody knowing into what
	births map[uint32]market.Observation
}

func (s *source) reader(t *sealed.Tx) *past.Reader {
	return &past.Reader{Parts: &s.c.parts, T: t, Number: s.number, Name: s.name}
}

// open reads what there is of a source, and which changes are lost.
func (s *source) open(ctx context.Context) error {
	if err := s.c.view(ctx, func(t *sealed.Tx) (err error) {
		if rec, err := past.GetSource(t, s.number); err == nil {
			s.name, s.first, s.segments, s.sealed = rec.Name, rec.First, rec.Segments, rec.Sealed
		} else if lossy(err) != nil {
			return err
		}
		segments, sealed, err := past.Extent(t, s.number)
		s.segments, s.sealed = max(s.segments, segments), max(s.sealed, sealed)
		return err
	}); err != nil {
		return err
	}
	if err := s.listings(ctx); err != nil {
		return err
	}
	for n := range s.segments {
		if err := s.look(ctx, n+1); err != nil {
			return err
		}
	}
	for _, c := range s.c.log.of[s.number] {
		if !c.found {
			s.lost[c.ordinal] = append(s.lost[c.ordinal], c.sec)
		}
	}
	return nil
}

// listings reads the ids of the listings whose first sight stands in parts.
func (s *source) listings(ctx context.Context) error {
	for from := uint32(0); from < s.sealed; from += past.PartOf {
		if err := s.c.view(ctx, func(t *sealed.Tx) error {
			r := s.reader(t)
			for n := from; n < min(from+past.PartOf, s.sealed); n++ {
				o, err := r.InPart(n)
				if lossy(err) != nil {
					return err
				}
				if err != nil {
					o.Listing = ""
				}
				s.enlist(n, o.Listing)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// enlist enters a listing by its number.
func (s *source) enlist(n uint32, id market.ListingID) {
	for int(n) >= len(s.ids) {
		s.ids, s.doubt, s.newest = append(s.ids, ""), append(s.doubt, true), append(s.newest, 0)
	}
	s.ids[n] = id
}

// look notes which changes a segment holds, and its runs.
func (s *source) look(ctx context.Context, n uint32) error {
	return s.c.view(ctx, func(t *sealed.Tx) error {
		x, err := s.reader(t).Raw(n)
		if err != nil {
			return err
		}
		most := 0
		for _, b := range x.Blocks {
			for i := range b.Len() {
				most = max(most, int(b.Run(i))+1)
			}
			ordinals := ordinalsOf(&b)
			_ = b.Recs(func(i int, _ []byte) bool { // its checksum was right
				if c := s.c.log.find(s.number, ordinals[i], b.Sec(i)); c != nil {
					c.found = true
				}
				return true
			})
		}
		// Each segment has something of each run that it names: where names are missing, they are of a header that is lost.
		for missing := most - len(s.runs()) - len(x.Header.Runs); missing > 0; missing-- {
			s.headers = append(s.headers, []market.RunID{""})
		}
		s.headers = append(s.headers, x.Header.Runs)
		return nil
	})
}

// runs are the runs of a source by number.
func (s *source) runs() []market.RunID { return slices.Concat(s.headers...) }

func ordinalsOf(b *block.Block) []uint32 {
	out := make([]uint32, b.Len())
	b.Ordinals(func(i int, o uint32) { out[i] = o })
	return out
}

// all yields what is certain of a source, each listing's in the order of time and its changes in that of the log.
func (s *source) all(ctx context.Context) iter.Seq2[segment.Told, error] {
	return func(yield func(segment.Told, error) bool) {
		runs := s.runs()
		give := func(some []segment.Told, err error) bool {
			for _, x := range some {
				if !yield(x, nil) {
					return false
				}
			}
			return err == nil || yield(segment.Told{}, err) && false
		}
		for n := range s.segments {
			if !give(s.segment(ctx, n+1, runs)) {
				return
			}
		}
		last := uint64(0)
		for _, n := range s.c.log.pending[s.number] {
			if s.c.log.lostSince(s.number, s.first, last, n) {
				s.doubtAll()
			}
			if last = n; !give(s.frame(ctx, n)) {
				return
			}
		}
	}
}

func (s *source) doubtAll() {
	for i := range s.doubt {
		s.doubt[i] = true
	}
}

// entry is an observation in a segment.
type entry struct {
	ordinal uint32
	after   uint64 // the number of the change that it is, or that it stands behind within the segment
	told    segment.Told
}

// segment returns what is certain of a segment.
func (s *source) segment(ctx context.Context, n uint32, runs []market.RunID) (out []segment.Told, err error) {
	var es []entry
	err = s.c.view(ctx, func(t *sealed.Tx) error {
		es = es[:0]
		r := s.reader(t)
		x, err := r.Raw(n)
		if err != nil {
			return err
		}
		for _, b := range x.Missing(s.sealed) {
			for o := b * block.Size; o < (b+1)*block.Size && int(o) < len(s.doubt); o++ {
				if x, ok := s.firstSight(r, x.Header, o); ok {
					es = append(es, x)
				}
				s.doubt[o] = s.doubt[o] || !s.c.log.whole(s.number) // nobody knows what changed there
			}
		}
		for _, b := range x.Blocks {
			es = append(es, s.block(r, &b, runs)...)
		}
		slices.SortFunc(es, func(a, b entry) int {
			return cmp.Or(cmp.Compare(a.after, b.after), a.told.SeenAt.Compare(b.told.SeenAt), cmp.Compare(a.ordinal, b.ordinal))
		})
		last := map[uint32]int{}
		for i, e := range es {
			last[e.ordinal], s.gone[e.ordinal] = i, false
		}
		for _, l := range x.Header.Looks {
			if i, told := last[l.Ordinal]; told && !es[i].told.Changed {
				es[i].told.Moved, es[i].told.Page = true, l.Page
			}
		}
		for _, o := range x.Header.Gone {
			s.gone[o] = int(o) < len(s.ids)
		}
		return nil
	})
	for _, e := range es {
		out = append(out, e.told)
	}
	return out, err
}

// firstSight returns the first sight of a listing whose block is lost, where it fell into that segment: what it was stands in a part,
// and when it was is in the log.
func (s *source) firstSight(r *past.Reader, h past.Header, o uint32) (x entry, ok bool) {
	c := s.c.log.firstOf(s.number, o)
	if s.newest[o] != 0 || c == nil || c.found || c.sec < h.From || c.sec > h.To {
		return x, false
	}
	was, err := r.InPart(o)
	if err != nil || !s.certain(o, c.sec, true) {
		return x, false
	}
	was.Source, was.SeenAt = s.name, mark.Moment(c.sec)
	s.newest[o] = c.sec
	return entry{o, c.seq, segment.Told{Observation: was, Changed: true, Seq: c.seq}}, true
}

// block returns what is certain of a block.
func (s *source) block(r *past.Reader, b *block.Block, runs []market.RunID) (out []entry) {
	recs := map[int][]byte{}
	_ = b.Recs(func(i int, rec []byte) bool { recs[i] = rec; return true })
	after := map[uint32]uint64{}
	for i, o := range ordinalsOf(b) {
		sec, rec := b.Sec(i), recs[i]
		if !s.certain(o, sec, rec != nil) {
			s.c.report.Doubtful++
			continue
		}
		x := segment.Told{Changed: rec != nil}
		if rec != nil {
			base, err := r.InPart(o)
			if err == nil {
				x.Observation, err = delta.Apply(&base, rec)
			}
			if err != nil {
				s.doubt[o] = true
				s.c.report.Doubtful++
				continue
			}
			if c := s.c.log.find(s.number, o, sec); c != nil {
				x.Seq, after[o] = c.seq, c.seq
			} else {
				s.c.log.unnumbered = true
			}
		}
		x.Source, x.Listing, x.SeenAt = s.name, s.ids[o], mark.Moment(sec)
		if run := b.Run(i); int(run) < len(runs) {
			x.Run = runs[run]
		}
		s.newest[o] = sec
		out = append(out, entry{o, after[o], x})
	}
	return out
}

// certain reports whether it is known what an observation of a listing says; changed says that it does so itself.
func (s *source) certain(o, sec uint32, changed bool) bool {
	if int(o) >= len(s.ids) || s.ids[o] == "" || sec <= s.newest[o] {
		return false
	}
	for lost := s.lost[o]; len(lost) > 0 && lost[0] <= sec; lost = lost[1:] {
		s.doubt[o], s.lost[o] = true, lost[1:]
	}
	s.doubt[o] = s.doubt[o] && !changed
	return !s.doubt[o]
}

// frame returns what is certain of a frame that is not sealed.
func (s *source) frame(ctx context.Context, n uint64) (out []segment.Told, err error) {
	err = s.c.view(ctx, func(t *sealed.Tx) error {
		out = out[:0]
		f, err := past.FrameOf(t, n)
		if err != nil {
			return lossy(err)
		}
		r, seq := s.reader(t), f.First
		for _, g := range f.Groups {
			if g.Source == s.number && !g.Left {
				var template []byte
				if err := g.Each(seq, func(_ frame.Group, run market.RunID, e frame.Event) error {
					if e.Kind == frame.First && template == nil {
						template = e.Data
					}
					if x, ok := s.event(r, template, run, e); ok {
						out = append(out, x)
					}
					return nil
				}); err != nil {
					return err
				}
			}
			seq += g.Changes
		}
		return nil
	})
	return out, err
}

// event returns what an event tells, where that is certain.
func (s *source) event(r *past.Reader, template []byte, run market.RunID, e frame.Event) (x segment.Told, ok bool) {
	var err error
	if e.Kind == frame.First {
		if x.Observation, err = r.FirstSight(template, e.Data); err == nil {
			s.births[e.Ordinal] = x.Observation
			s.enlist(e.Ordinal, x.Listing)
		}
	}
	switch {
	case err != nil || int(e.Ordinal) >= len(s.ids):
		s.c.report.Doubtful++
		return x, false
	case e.IsGone():
		s.gone[e.Ordinal] = true
		return x, false
	case !s.certain(e.Ordinal, e.Sec, e.Seq != 0):
		s.c.report.Doubtful++
		return x, false
	}
	if e.Kind == frame.Changed {
		base, born := s.births[e.Ordinal]
		if !born {
			base, err = r.InPart(e.Ordinal)
		}
		if err == nil {
			x.Observation, err = delta.Apply(&base, e.Data)
		}
		if err != nil {
			s.doubt[e.Ordinal] = true
			s.c.report.Doubtful++
			return x, false
		}
	}
	x.Source, x.Listing, x.SeenAt, x.Run = s.name, s.ids[e.Ordinal], mark.Moment(e.Sec), run
	x.Changed, x.Seq = e.Seq != 0, e.Seq
	if e.Kind == frame.More {
		x.Moved, x.Page = true, string(e.Data)
	}
	s.newest[e.Ordinal], s.gone[e.Ordinal] = e.Sec, false
	return x, true
}
