package segment

import (
	"context"
	"time"

	"pricegap/market"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
)

// Span is a listing from a moment on and before another.
type Span struct {
	Listing  market.ListingID
	From, To time.Time
}

// Courses implements store.Past.
func (h *Prices) Courses(ctx context.Context, ss []Span) ([][]market.Observation, error) {
	out := make([][]market.Observation, len(ss))
	err := h.together(ctx, len(ss), func(i int) (market.ListingID, uint32) {
		return ss[i].Listing, ceil(ss[i].From, 0)
	}, func(src *memory.Source, some []moment) error {
		return h.Read(ctx, src, nil, func(r *past.Reader) (err error) {
			r.Frames, r.Bare = frame.Held{}, true
			for _, m := range some {
				if out[m.place], err = course(r, m, ceil(ss[m.place].To, 0)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return out, err
}

// course returns the newest trusted observation of a listing before a moment, and what was seen of it from then on and before end.
func course(r *past.Reader, m moment, end uint32) (out []market.Observation, err error) {
	var views [1]mark.View
	if m.at > 0 {
		e, err := r.EntryAt(m.ordinal, m.at-1)
		if err != nil {
			return nil, err
		}
		for _, v := range (&Query{Trusted: true}).pick(&e, views[:0]) {
			o, err := r.Observation(m.ordinal, v)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	for done := false; !done && m.at < end; {
		var got []market.Observation
		if got, done, err = r.History(m.ordinal, m.at, end, true); err != nil {
			return nil, err
		}
		if out = append(out, got...); len(got) > 0 {
			m.at = uint32(got[len(got)-1].SeenAt.Unix()) + 1
		}
	}
	for i := range out {
		out[i].Offer.Evidence = nil
	}
	return out, nil
}
