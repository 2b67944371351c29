package segment

import (
	"cmp"
	"context"
	"fmt"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/frame"
	"pricegap/store/segment/mark"
	"pricegap/store/segment/memory"
	"pricegap/store/segment/past"
	"pricegap/store/segment/write"
	"pricegap/store/shelf"
)

// Verify reads everything, and adds to n how much there is of what. What contradicts itself only because somebody wrote meanwhile
// is an error, too: the caller asks whether that may be. more is called now and then, when n has grown.
func (h *Prices) Verify(ctx context.Context, n *shelf.Counts, more func()) error {
	if err := h.Ready(ctx); err != nil {
		return err
	}
	want := map[string]int{} // records by bucket
	said := uint64(0)        // observations that say something
	for _, src := range h.Selected(nil) {
		if err := h.verifySource(ctx, src, n, &said, want, more); err != nil {
			return err
		}
	}
	if err := h.verifyLog(ctx, n, &said, want, more); err != nil {
		return err
	}
	if err := h.verifyForgotten(ctx, n, said); err != nil {
		return err
	}
	want[past.BucketSources] = len(h.Selected(nil))
	for _, bucket := range past.Buckets {
		is := 0
		if err := shelf.Each(ctx, h.File, bucket, 0, func(*sealed.Tx, []byte, []byte) error { is++; return nil }); err != nil {
			return err
		}
		if is != want[bucket] {
			return fmt.Errorf("store: %s: %w", h.File.Path(), sealed.Damaged(bucket, nil, "%d records, not %d", is, want[bucket]))
		}
	}
	return nil
}

// verifyForgotten holds what says something against the changes: but for what was forgotten, there is as much.
func (h *Prices) verifyForgotten(ctx context.Context, n *shelf.Counts, said uint64) error {
	if err := shelf.View(ctx, h.File, func(t past.Txn) error {
		is, err := t.Count()
		if err == nil {
			n.Forgotten = is.Forgotten
		}
		return err
	}); err != nil {
		return err
	}
	if said+n.Forgotten != n.Changes {
		return fmt.Errorf("store: %s: %w", h.File.Path(), sealed.Damaged(
			past.BucketLog, nil, "%d changes, %d of them forgotten, of %d observations that say something", n.Changes, n.Forgotten, said,
		))
	}
	return nil
}

// verifySource reads a source.
func (h *Prices) verifySource(ctx context.Context, src *memory.Source, n *shelf.Counts, said *uint64, want map[string]int, more func()) error {
	var spans []past.Span
	err := h.Read(ctx, src, nil, func(r *past.Reader) error {
		spans = r.Spans
		want[past.BucketParts] += int((r.Sealed + past.PartOf - 1) / past.PartOf)
		again, err := h.LoadSource(r.T, r.Number, r.Name)
		if err != nil {
			return err
		}
		n.Sources++
		n.Listings += uint64(again.Table.Size())
		if err := h.verifyMemory(src, again); err != nil {
			return err
		}
		return verifyLate(r, n, want)
	})
	for s := range spans {
		if err != nil {
			return err
		}
		want[past.BucketSegments] += 1 + int(spans[s].Last-spans[s].First) + 1
		want[past.BucketBases] += int((spans[s].Base + past.BaseOf - 1) / past.BaseOf)
		if spans[s].Count == 0 {
			want[past.BucketSegments]--
		}
		seen, recs := *n, *said
		err = h.Read(ctx, src, nil, func(r *past.Reader) error {
			*n, *said = seen, recs
			return verifySegment(r, uint32(s+1), n, said)
		})
		more()
	}
	return err
}

// verifyMemory holds what is in memory against what was just read.
func (h *Prices) verifyMemory(src, is *memory.Source) error {
	h.Mu.RLock()
	defer h.Mu.RUnlock()
	for o := range is.Table.Size() {
		if o >= src.Table.Size() {
			break
		}
		a, b := is.Table.Entry(o), src.Table.Entry(o)
		for _, v := range []*mark.View{&a.Aside.Shown, &a.Aside.Good, &b.Aside.Shown, &b.Aside.Good} {
			v.Run = 0 // it is not known of each
		}
		if is.Table.ID(o) != src.Table.ID(o) || a.Newest.Sec <= b.Newest.Sec && (a.Newest.Sec != b.Newest.Sec || a.Newest.Since != b.Newest.Since || a.Newest.Quote != b.Newest.Quote || a.Aside != b.Aside || a.Gone != b.Gone) {
			if a.Newest.Sec < b.Newest.Sec {
				continue // it was seen again meanwhile
			}
			return sealed.Damaged(past.BucketSources, past.KeyOf(src.Number, o), "memory says %+v, the file %+v", b, a)
		}
	}
	return nil
}

func verifyLate(r *past.Reader, n *shelf.Counts, want map[string]int) error {
	late := uint64(0)
	err := r.T.Each(past.BucketLate, past.KeyOf(r.Number), func(key, payload []byte) error {
		late++
		o, err := r.ParseLate(key, payload)
		if err == nil {
			write.Count(n, uint32(o.SeenAt.Unix()))
		}
		return err
	})
	if err == nil && late != r.Late {
		err = sealed.Damaged(past.BucketLate, past.KeyOf(r.Number), "%d observations that came late, not %d", late, r.Late)
	}
	want[past.BucketLate] += int(late)
	return err
}

// verifySegment reads a segment, its base, and in full what it says.
func verifySegment(r *past.Reader, segment uint32, n *shelf.Counts, said *uint64) error {
	x := r.Spans[segment-1]
	for i := uint32(0); i*past.BaseOf < x.Base; i++ {
		if _, err := r.InBase(segment, i); err != nil {
			return err
		}
	}
	seen := uint32(0)
	for b := x.First; b <= x.Last && x.Count > 0; b++ {
		key := past.KeyOf(r.Number, segment, b+1)
		blk, err := r.Block(segment, b)
		if err != nil {
			return err
		}
		if blk.Len() == 0 {
			continue
		}
		var ordinals []uint32
		blk.Ordinals(func(i int, o uint32) {
			ordinals = append(ordinals, o)
			write.Count(n, blk.Sec(i))
			seen++
			if int(blk.Run(i)) >= len(r.Runs) || blk.Sec(i) < x.From || blk.Sec(i) > x.To || o >= r.Sealed {
				err = fmt.Errorf("listing %d has a time, a run or a number that is none", o)
			}
		})
		var wrong error
		if rerr := blk.Recs(func(i int, rec []byte) bool {
			base, err := r.InPart(ordinals[i])
			if err == nil {
				_, err = delta.Apply(&base, rec)
			}
			*said++
			wrong = err
			return err == nil
		}); rerr != nil || wrong != nil || err != nil {
			return past.Spoiled(past.BucketSegments, key, cmp.Or(err, wrong, rerr))
		}
	}
	if seen != x.Count {
		return sealed.Damaged(past.BucketSegments, past.KeyOf(r.Number, segment, 0), "%d observations, not %d", seen, x.Count)
	}
	return nil
}

// verifyLog reads the log, and holds it against what it is about.
func (h *Prices) verifyLog(ctx context.Context, n *shelf.Counts, said *uint64, want map[string]int, more func()) error {
	return shelf.Each(ctx, h.File, past.BucketLog, 8, func(t *sealed.Tx, key, payload []byte) error {
		want[past.BucketLog]++
		n.Batches++
		f, err := frame.ParseFrame(payload)
		err = past.Spoiled(past.BucketLog, key, err)
		if err == nil && (f.First != n.Changes+1 || string(key) != string(past.BatchKey(n.Batches))) {
			err = sealed.Damaged(past.BucketLog, past.BatchKey(n.Batches), "it is missing")
		}
		if err != nil {
			return err
		}
		n.Batches += f.More
		for _, g := range f.Groups {
			r, err := h.readerOf(t, g.Source)
			if err != nil {
				return err
			}
			before := n.Changes
			if g.Forgotten() {
				n.Changes += g.Changes
				continue
			}
			if err := g.Each(n.Changes+1, func(g frame.Group, _ market.RunID, e frame.Event) error { return verifyEvent(r, g, e, n, said) }); err != nil {
				return past.Spoiled(past.BucketLog, key, err)
			}
			if n.Changes-before != g.Changes {
				return sealed.Damaged(past.BucketLog, key, "%d changes, not %d", n.Changes-before, g.Changes)
			}
		}
		more()
		return nil
	})
}

// readerOf returns a reader of a source within a transaction.
func (h *Prices) readerOf(t *sealed.Tx, n uint32) (*past.Reader, error) {
	h.Mu.RLock()
	defer h.Mu.RUnlock()
	if int(n) >= len(h.Sources) {
		return nil, sealed.Damaged(past.BucketSources, past.KeyOf(n), "it is missing")
	}
	src := h.Sources[n]
	return &past.Reader{Parts: &h.Parts, Head: src.Head, T: t, Number: src.Number, Name: src.Name}, src.Err
}

func verifyEvent(r *past.Reader, g frame.Group, e frame.Event, n *shelf.Counts, said *uint64) error {
	if !g.Left && (!e.IsGone()) {
		write.Count(n, e.Sec)
	}
	if e.Seq == 0 {
		return nil
	}
	n.Changes++
	if !g.Left {
		*said++
		_, err := r.Content(e.Ordinal, mark.View{Sec: e.Sec, Since: e.Sec, Where: mark.InLog | uint32(n.Batches)})
		return err
	}
	at, err := r.Last(e.Ordinal, e.Sec)
	if err == nil && at.Since != e.Sec {
		err = fmt.Errorf("the observation of change %d is missing", e.Seq)
	}
	if err == nil {
		_, err = r.Content(e.Ordinal, at)
	}
	return err
}
