package past

import (
	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
)

// Last returns the newest observation of a listing at or before a moment, of those that did not come late; sec is 0 where there is
// none.
func (r *Reader) Last(ordinal, at uint32) (v mark.View, err error) {
	if at >= r.Pending.From {
		if v, err = r.lastInLog(ordinal, at); err != nil || v.Since != 0 {
			return v, err
		}
	}
	for s := uint32(len(r.Spans)); s > 0; s-- {
		x := r.Spans[s-1]
		if ordinal < x.Base {
			done, err := r.lastInBase(&v, s, ordinal, at)
			if done || err != nil {
				return v, err
			}
		}
		if x.From > at || x.Count == 0 {
			continue
		}
		b, from, end, err := r.entries(s, ordinal)
		if err != nil {
			return v, err
		}
		for end > from && b.Sec(end-1) > at {
			end--
		}
		if end == from {
			continue
		}
		if v.Sec == 0 {
			v.Sec, v.Run = b.Sec(end-1), b.Run(end-1)
		}
		q, i, says, err := b.Quote(from, end-1)
		if err != nil {
			return v, r.spoiled(b, err)
		}
		if !says {
			continue
		}
		v.Since, v.Where, v.Quote = b.Sec(i), s, mark.QuoteOf(q)
		return v, nil
	}
	if v.Sec != 0 {
		err = sealed.Damaged(BucketSegments, KeyOf(r.Number), "what listing %d was at %d is missing", ordinal, v.Sec)
	}
	return v, err
}

// lastInBase ends the search for the newest observation at a base.
func (r *Reader) lastInBase(v *mark.View, segment, ordinal, at uint32) (done bool, err error) {
	es, err := r.InBase(segment, ordinal/BaseOf)
	if err != nil {
		return false, err
	}
	was := es[ordinal%BaseOf].Newest
	if was.Since == 0 || was.Sec > at {
		return false, nil
	}
	if v.Sec == 0 {
		*v = was
		return true, nil
	}
	v.Since, v.Where, v.Quote = was.Since, was.Where, was.Quote
	return true, nil
}

// lastInLog is last within the log; since is 0 where what the listing was stands before it.
func (r *Reader) lastInLog(ordinal, at uint32) (v mark.View, err error) {
	err = r.inLog(ordinal, func(n uint64, run market.RunID, e frame.Event) error {
		if e.Sec > at {
			return nil
		}
		if v.Sec = e.Sec; e.Seq != 0 {
			q, err := delta.ReadQuote(e.Data)
			if err != nil {
				return err
			}
			v.Since, v.Where, v.Quote = e.Sec, mark.InLog|uint32(n), mark.QuoteOf(q)
		}
		v.Run, err = r.runOf(run)
		return err
	})
	return v, err
}

// runOf returns the number of a run.
func (r *Reader) runOf(id market.RunID) (uint32, error) {
	for i := len(r.Runs) - 1; i >= 0; i-- {
		if r.Runs[i] == id {
			return uint32(i), nil
		}
	}
	return 0, ErrBehind
}

// inLog calls do for the observations of a listing that are in the log.
func (r *Reader) inLog(ordinal uint32, do func(n uint64, run market.RunID, e frame.Event) error) error {
	if r.Pending.First == 0 {
		return nil
	}
	count, err := (Txn{Tx: r.T}).Count()
	if err != nil {
		return err
	}
	for next := r.Pending.First; next <= count.Batches; {
		f, err := r.frame(next)
		if err != nil {
			return err
		}
		n, seq := f.Number, f.First
		next = f.Behind()
		for _, g := range f.Groups {
			if g.Source == r.Number && g.Holds(ordinal) {
				err = g.Each(seq, func(_ frame.Group, run market.RunID, e frame.Event) error {
					if e.Ordinal != ordinal || e.IsGone() {
						return nil
					}
					return do(n, run, e)
				})
			}
			if seq += g.Changes; err != nil {
				return Spoiled(BucketLog, BatchKey(n), err)
			}
		}
	}
	return nil
}
