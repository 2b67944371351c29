package segment

import (
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
)

// Query selects observations. The zero Query selects all of now.
type Query struct {
	// Sources and Listings restrict the answer; empty means all.
	Sources  []market.SourceID
	Listings []market.ListingID
	// AsOf looks back: only what was seen at or before that moment counts. The zero time means now.
	AsOf time.Time
	// Since restricts the answer to listings whose newest change in the log was seen at or after that moment; the zero
	// time restricts nothing.
	Since time.Time
	// Trusted skips observations that are not trusted and answers with the newest that is.
	Trusted bool
	// Both answers with the newest trusted observation of a listing and then, where that is another, with the
	// newest; Trusted is passed over.
	Both bool
	// Bare leaves out the evidence, which is most of what there is to read. AnyOrder answers by source, and within one in no order: of
	// many listings that takes far less time.
	Bare, AnyOrder bool
}

// pick returns the views of a listing that answer the query.
func (q *Query) pick(e *mark.Entry, out []mark.View) []mark.View {
	good, shown := e.Good(), e.Shown()
	switch {
	case q.Both && good.Sec != 0 && good.Sec != shown.Sec:
		return append(out, good, shown)
	case q.Trusted && !q.Both:
		shown = good
	}
	if shown.Sec == 0 {
		return out
	}
	return append(out, shown)
}

// at is the moment of the query in seconds since 1970; everything for now.
func (q *Query) at() uint32 {
	if q.AsOf.IsZero() {
		return math.MaxUint32
	}
	return uint32(min(max(q.AsOf.Unix(), 0), math.MaxUint32))
}

// ceil returns t in whole seconds, rounded up; open for the zero time.
func ceil(t time.Time, open int64) uint32 {
	sec := open
	if !t.IsZero() {
		if sec = t.Unix(); t.Nanosecond() > 0 {
			sec++
		}
	}
	return uint32(min(max(sec, 0), math.MaxUint32))
}

// chosen are the listings of a source that a query is about, and their views, which stand behind each other.
type chosen struct {
	src      *memory.Source
	ordinals []uint32 // one a view
	views    []mark.View
}

// choose returns what of a source answers the query, by number; among, where it is not nil, restricts it to some listings.
func (h *Prices) choose(ctx context.Context, src *memory.Source, q Query, among []uint32) (c chosen, err error) {
	c.src = src
	since, at := ceil(q.Since, 0), q.at()
	var views []mark.View
	take := func(o uint32, e *mark.Entry, changed uint32) {
		if changed < since {
			return
		}
		views = q.pick(e, views[:0])
		for _, v := range views {
			c.ordinals, c.views = append(c.ordinals, o), append(c.views, v)
		}
	}
	if at == math.MaxUint32 {
		h.Mu.RLock()
		defer h.Mu.RUnlock()
		if src.Err != nil {
			return c, src.Err
		}
		if among == nil {
			c.ordinals, c.views = make([]uint32, 0, src.Table.Size()), make([]mark.View, 0, src.Table.Size())
			for o := range src.Table.Size() {
				e := src.Table.Entry(o)
				take(o, &e, e.Newest.Since)
			}
		}
		for _, o := range among {
			e := src.Table.Entry(o)
			take(o, &e, e.Newest.Since)
		}
		return c, nil
	}
	var changed []uint32 // when each changed last, as of now
	err = h.Read(ctx, src, func() {
		changed = changedAt(src, among)
	}, func(r *past.Reader) error {
		c.ordinals, c.views = c.ordinals[:0], c.views[:0]
		if among == nil {
			marks, err := r.Fold(make([]mark.Entry, int(r.Sealed)+len(r.Born)), at, nil)
			for o := range min(len(marks), len(changed)) {
				take(uint32(o), &marks[o], changed[o])
			}
			return err
		}
		for i, o := range among {
			e, err := r.EntryAt(o, at)
			if err != nil {
				return err
			}
			take(o, &e, changed[i])
		}
		return nil
	})
	return c, err
}

// changedAt is when listings of a source changed last, all where among is nil. The caller holds mu.
func changedAt(src *memory.Source, among []uint32) []uint32 {
	if among == nil {
		out := make([]uint32, src.Table.Size())
		for o := range out {
			out[o] = src.Table.ChangedAt(uint32(o))
		}
		return out
	}
	out := make([]uint32, len(among))
	for i, o := range among {
		out[i] = src.Table.ChangedAt(o)
	}
	return out
}

// Quotes implements store.Prices.
func (h *Prices) Quotes(ctx context.Context, q Query) iter.Seq2[market.Quote, error] {
	return func(yield func(market.Quote, error) bool) {
		if q.AsOf.IsZero() && len(q.Listings) == 0 {
			h.quotesNow(ctx, q, yield)
			return
		}
		var some [past.Together]market.Quote
		err := h.each(ctx, q, func(c chosen) bool {
			for i := 0; i < len(c.views); i += past.Together {
				part := some[:min(past.Together, len(c.views)-i)]
				h.quotes(c, i, part)
				for _, x := range part {
					if !yield(x, nil) {
						return false
					}
				}
			}
			return true
		})
		if err != nil {
			yield(market.Quote{}, err)
		}
	}
}

// quotesNow yields what is newest, out of memory.
func (h *Prices) quotesNow(ctx context.Context, q Query, yield func(market.Quote, error) bool) {
	if err := h.Ready(ctx); err != nil {
		yield(market.Quote{}, err)
		return
	}
	var some [2 * past.Together]market.Quote
	var views [2]mark.View
	since := ceil(q.Since, 0)
	for _, src := range h.Selected(q.Sources) {
		for next, more := uint32(0), true; more; {
			n := 0
			h.Mu.RLock()
			err := src.Err
			for size := src.Table.Size(); n < past.Together; next++ {
				if more = next < size; !more {
					break
				}
				if src.Table.ChangedAt(next) < since {
					continue
				}
				e := src.Table.Entry(next)
				for _, v := range q.pick(&e, views[:0]) {
					some[n] = quoteOf(src, next, v)
					n++
				}
			}
			h.Mu.RUnlock()
			if err != nil {
				yield(market.Quote{}, err)
				return
			}
			for i := range some[:n] {
				if !yield(some[i], nil) {
					return
				}
			}
		}
	}
}

func quoteOf(src *memory.Source, o uint32, v mark.View) market.Quote {
	f := v.Quote.Full()
	return market.Quote{Source: src.Name, Listing: src.Table.ID(o), SeenAt: mark.Moment(v.Sec), Price: f.Price, Stock: f.Stock, Trust: f.Trust}
}

// quotes fills out with the quotes from the i-th view on.
func (h *Prices) quotes(c chosen, i int, out []market.Quote) {
	h.Mu.RLock()
	defer h.Mu.RUnlock()
	for j := range out {
		out[j] = quoteOf(c.src, c.ordinals[i+j], c.views[i+j])
	}
}

// each calls do with what answers a query, source by source, until it returns false.
func (h *Prices) each(ctx context.Context, q Query, do func(chosen) bool) error {
	if err := h.Ready(ctx); err != nil {
		return err
	}
	among, err := h.among(q)
	if err != nil {
		return err
	}
	for _, src := range h.Selected(q.Sources) {
		of, named := among[src.Number]
		if len(q.Listings) > 0 && !named {
			continue
		}
		c, err := h.choose(ctx, src, q, of)
		if err != nil || !do(c) {
			return err
		}
	}
	return nil
}

// among are the listings that a query names, by the number of their source; nil where it names none.
func (h *Prices) among(q Query) (map[uint32][]uint32, error) {
	if len(q.Listings) == 0 {
		return nil, nil
	}
	out := map[uint32][]uint32{}
	for _, id := range q.Listings {
		src, o, err := h.Find(id)
		if err != nil {
			return nil, err
		}
		if src != nil {
			out[src.Number] = append(out[src.Number], o)
		}
	}
	for n, os := range out {
		slices.Sort(os)
		out[n] = slices.Compact(os)
	}
	return out, nil
}

// Latest implements store.Prices. A refused observation is never the newest of anything: the one before it is.
func (h *Prices) Latest(ctx context.Context, q Query) iter.Seq2[market.Observation, error] {
	return func(yield func(market.Observation, error) bool) {
		going, load := true, (*past.Reader).Observation
		if q.Bare {
			load = bare
		}
		err := h.each(ctx, q, func(c chosen) bool {
			all := c.seen()
			if !q.AnyOrder {
				all = h.inOrder(c)
			}
			for o, err := range many(ctx, h, c.src, all, load) {
				if going = yield(o, err) && err == nil; !going {
					return false
				}
			}
			return true
		})
		if err != nil && going {
			yield(market.Observation{}, err)
		}
	}
}

// bare returns an observation without its evidence.
func bare(r *past.Reader, ordinal uint32, v mark.View) (market.Observation, error) {
	r.Bare = true
	o, err := r.Observation(ordinal, v)
	o.Offer.Evidence = nil
	return o, err
}

// seen is an observation at a glance, with its listing.
type seen struct {
	ordinal uint32
	view    mark.View
}

// seen is what was chosen, in the order of first sight.
func (c chosen) seen() []seen {
	out := make([]seen, len(c.views))
	for i, v := range c.views {
		out[i] = seen{c.ordinals[i], v}
	}
	return out
}

// inOrder is what was chosen by the ids of the listings.
func (h *Prices) inOrder(c chosen) []seen {
	out := c.seen()
	h.Mu.RLock()
	defer h.Mu.RUnlock()
	order := func(a, b seen) int {
		if a.ordinal == b.ordinal {
			return 0
		}
		return cmp.Compare(c.src.Table.ID(a.ordinal), c.src.Table.ID(b.ordinal))
	}
	if !slices.IsSortedFunc(out, order) {
		slices.SortStableFunc(out, order)
	}
	return out
}

// many reads observations, in that order: in each transaction those of listings that stand together one after the other.
func many[T any](ctx context.Context, h *Prices, src *memory.Source, all []seen, load func(*past.Reader, uint32, mark.View) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		some := make([]T, min(len(all), past.Together))
		for len(all) > 0 {
			part := all[:min(len(all), past.Together)]
			all = all[len(part):]
			by := make([]int, len(part))
			for i := range by {
				by[i] = i
			}
			slices.SortFunc(by, func(a, b int) int { return cmp.Compare(part[a].ordinal, part[b].ordinal) })
			got := some[:len(part)]
			err := h.Read(ctx, src, nil, func(r *past.Reader) (err error) {
				r.Frames = frame.Held{}
				for _, i := range by {
					if got[i], err = load(r, part[i].ordinal, part[i].view); err != nil {
						return err
					}
				}
				return nil
			})
			for _, v := range got {
				if err != nil {
					break
				}
				if !yield(v, nil) {
					return
				}
			}
			if err != nil {
				var none T
				yield(none, err)
				return
			}
		}
	}
}
