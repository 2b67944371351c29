package past

import (
	"math"
	"slices"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
)

// Together is how many observations are read in one transaction.
const Together = 256

// EntryAt returns what was newest of one listing at a moment.
func (r *Reader) EntryAt(o, at uint32) (e mark.Entry, err error) {
	if e.Newest, err = r.Last(o, at); err != nil {
		return e, err
	}
	v := e.Newest
	for v.Sec != 0 && v.Quote.Trust != mark.Trusted {
		if v, err = r.Last(o, v.Since-1); err != nil {
			return e, err
		}
		if e.Aside.Shown.Sec == 0 && v.Sec != 0 && v.Quote.Trust != mark.Refused && e.Newest.Quote.Trust == mark.Refused {
			e.Aside.Shown = v
		}
	}
	if e.Newest.Quote.Trust != mark.Trusted {
		e.Aside.Good = v
	}
	return e, r.LateViews(KeyOf(r.Number, o), func(_ uint32, v mark.View) error {
		if v.Sec <= at {
			e.Late(v)
		}
		return nil
	})
}

// History returns observations of a listing from a second on and before another, so many of them; done says that these are the last.
// Ends leaves out, of those in a row that say the same, what is between the first and the last.
func (r *Reader) History(ordinal, from, end uint32, ends bool) (out []market.Observation, done bool, err error) {
	points, done, err := r.points(ordinal, from, end)
	if err != nil || len(points) == 0 {
		return nil, done, err
	}
	out = make([]market.Observation, 0, len(points))
	var content market.Observation
	var is mark.View // what content is
	row := 0         // how many in a row were that
	for _, v := range points {
		if v.Where == mark.InLate {
			o, err := r.lateAt(ordinal, v.Sec)
			if err != nil {
				return nil, false, err
			}
			out, row = append(out, o), 0
			continue
		}
		if v.Where == 0 { // as before: what that is was not met yet
			if is.Since == 0 {
				was, err := r.Last(ordinal, v.Sec)
				if err != nil {
					return nil, false, err
				}
				v.Where, v.Since = was.Where, was.Since
			} else {
				v.Where, v.Since = is.Where, is.Since
			}
		}
		if is.Where != v.Where || is.Since != v.Since {
			if content, err = r.Content(ordinal, v); err != nil {
				return nil, false, err
			}
			is, row = v, 0
		}
		content.SeenAt, content.Run = mark.Moment(v.Sec), r.Runs[v.Run]
		if row++; row > 2 && ends {
			out = out[:len(out)-1]
		}
		out = append(out, content)
	}
	return out, done, nil
}

// points are observations of a listing at a glance; since and where are set where one differs from the one before.
func (r *Reader) points(ordinal, from, end uint32) (out []mark.View, done bool, err error) {
	done = true
	for i, x := range r.Spans {
		if x.Count == 0 || x.To < from || x.From >= end {
			continue
		}
		if len(out) >= Together {
			done = false
			break
		}
		s := uint32(i + 1)
		b, first, last, err := r.entries(s, ordinal)
		if err != nil {
			return nil, false, err
		}
		for j := first; j < last; j++ {
			v := mark.View{Sec: b.Sec(j), Run: b.Run(j)}
			if v.Sec < from || v.Sec >= end {
				continue
			}
			says, err := b.Says(j)
			if err != nil {
				return nil, false, r.spoiled(b, err)
			}
			if says {
				v.Since, v.Where = v.Sec, s
			}
			out = append(out, v)
		}
	}
	if done {
		if err := r.inLog(ordinal, func(n uint64, run market.RunID, e frame.Event) (err error) {
			v := mark.View{Sec: e.Sec}
			if e.Seq != 0 {
				v.Since, v.Where = e.Sec, mark.InLog|uint32(n)
			}
			v.Run, err = r.runOf(run)
			out = append(out, v)
			return err
		}); err != nil {
			return nil, false, err
		}
	}
	limit := uint32(math.MaxUint32)
	if !done {
		limit = out[len(out)-1].Sec
	}
	if err := r.LateViews(KeyOf(r.Number, ordinal), func(_ uint32, v mark.View) error {
		if v.Sec < limit {
			out = append(out, v)
		}
		return nil
	}); err != nil {
		return nil, false, err
	}
	slices.SortFunc(out, func(a, b mark.View) int { return int(int64(a.Sec) - int64(b.Sec)) })
	return slices.DeleteFunc(out, func(v mark.View) bool { return v.Sec < from || v.Sec >= end }), done, nil
}

// Change returns the change of a listing at that second.
func (r *Reader) Change(ordinal, sec uint32) (c market.Change, err error) {
	at, err := r.Last(ordinal, sec)
	if err != nil {
		return c, err
	}
	if at.Since != sec {
		return c, sealed.Damaged(BucketLog, KeyOf(r.Number, ordinal, sec), "its observation is missing")
	}
	if c.After, err = r.Observation(ordinal, at); err != nil {
		return c, err
	}
	before, err := r.Last(ordinal, sec-1)
	if err == nil && before.Sec != 0 {
		c.Before, err = r.Observation(ordinal, before)
	}
	return c, err
}
