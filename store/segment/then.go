package segment

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
)

// Moment is a listing as it was at a moment; the zero time means now.
type Moment struct {
	Listing market.ListingID
	AsOf    time.Time
}

// moment is a Moment of a source, by number, and its place among those that are asked for.
type moment struct {
	ordinal, at uint32
	place       int
}

// last reads observations, and remembers what the last one said: mostly the next one says the same.
type last struct {
	*past.Reader
	views   [2]mark.View
	is      market.Observation
	ordinal uint32
	since   uint32
}

func (l *last) observation(ordinal uint32, v mark.View) (o market.Observation, err error) {
	if v.Where == mark.InLate || v.Run == mark.SomeRun {
		o, err = l.Observation(ordinal, v)
		o.Offer.Evidence = nil
		return o, err
	}
	if l.since == v.Since && l.ordinal == ordinal {
		o = l.is
		o.SeenAt, o.Run = mark.Moment(v.Sec), l.Runs[v.Run]
		return o, nil
	}
	if o, err = l.Observation(ordinal, v); err == nil {
		o.Offer.Evidence = nil // that of the first sight of a part is there all the same
		l.is, l.ordinal, l.since = o, ordinal, v.Since
	}
	return o, err
}

// Then implements store.Past.
func (h *Prices) Then(ctx context.Context, ms []Moment) ([][]market.Observation, error) {
	out := make([][]market.Observation, len(ms))
	err := h.together(ctx, len(ms), func(i int) (market.ListingID, uint32) {
		return ms[i].Listing, (&Query{AsOf: ms[i].AsOf}).at()
	}, func(src *memory.Source, some []moment) error { return h.then(ctx, src, some, out) })
	return out, err
}

// together calls do with n moments of listings, those of a source that stand near each other together; of gives them.
func (h *Prices) together(ctx context.Context, n int, of func(i int) (market.ListingID, uint32), do func(*memory.Source, []moment) error) error {
	if err := h.Ready(ctx); err != nil {
		return err
	}
	by := map[*memory.Source][]moment{}
	for i := range n {
		id, at := of(i)
		src, o, err := h.Find(id)
		if err != nil {
			return err
		}
		if src != nil {
			by[src] = append(by[src], moment{o, at, i})
		}
	}
	for src, all := range by {
		slices.SortFunc(all, func(a, b moment) int { return cmp.Or(cmp.Compare(a.ordinal, b.ordinal), cmp.Compare(a.at, b.at)) })
		for some := range slices.Chunk(all, past.Together) {
			if err := do(src, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// then reads moments of one source in one transaction.
func (h *Prices) then(ctx context.Context, src *memory.Source, ms []moment, out [][]market.Observation) error {
	newest := make([]mark.Entry, len(ms))
	return h.Read(ctx, src, func() {
		for i, m := range ms {
			newest[i] = src.Table.Entry(m.ordinal)
		}
	}, func(r *past.Reader) error {
		r.Frames, r.Bare = frame.Held{}, true
		l := last{Reader: r}
		all := make([]market.Observation, 0, len(ms)+len(ms)/8) // most moments have one each
		for i, m := range ms {
			e := newest[i]
			if m.at < e.Newest.Sec {
				var err error
				if e, err = r.EntryAt(m.ordinal, m.at); err != nil {
					return err
				}
			}
			from := len(all)
			for _, v := range (&Query{Both: true}).pick(&e, l.views[:0]) {
				o, err := l.observation(m.ordinal, v)
				if err != nil {
					return err
				}
				all = append(all, o)
			}
			out[m.place] = all[from:len(all):len(all)]
		}
		return nil
	})
}
