package former

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/shelf"
)

// wreck is a file of the schemas 1 and 2 of which records are missing.
type wreck struct {
	from     *sealed.File
	heads    map[uint64]head // by ordinal
	told     []told
	late     []market.Observation
	gone     map[market.SourceID][]market.Sighting
	doubtful uint64
}

// told is what is told of a listing, behind the change that it is or repeats.
type told struct {
	behind uint64
	segment.Told
}

// Salvage makes to, which is empty, out of a wreck of the schemas 1 and 2, and returns how many observations are there of which it is
// not known what they say. Each of them says whole what it says, or which one it repeats; changes keep their numbers. All of it
// is in memory meanwhile.
func Salvage(ctx context.Context, from, to *sealed.File) (doubtful uint64, err error) {
	w := &wreck{from: from, heads: map[uint64]head{}, gone: map[market.SourceID][]market.Sighting{}}
	for _, read := range []func(context.Context) error{w.readHeads, w.readHistory} {
		if err := read(ctx); err != nil {
			return w.doubtful, err
		}
	}
	history, err := segment.Open(ctx, to, segment.Usual)
	if err != nil {
		return w.doubtful, err
	}
	slices.SortStableFunc(w.told, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.behind, b.behind), a.SeenAt.Compare(b.SeenAt))
	})
	last := uint64(0)
	for some := range slices.Chunk(w.told, together) {
		all := make([]segment.Told, len(some))
		for i, x := range some {
			all[i], last = x.Told, x.behind
		}
		if err := history.Retell(ctx, all...); err != nil {
			return w.doubtful, err
		}
	}
	for some := range slices.Chunk(w.late, together) {
		if _, err := history.Record(ctx, some...); err != nil {
			return w.doubtful, err
		}
	}
	for source, some := range w.gone {
		if err := history.Again(ctx, source, some...); err != nil {
			return w.doubtful, err
		}
	}
	return w.doubtful, shelf.Salvage(ctx, from, to, func(seq uint64) uint64 { return min(seq, last) })
}

func (w *wreck) readHeads(ctx context.Context) error {
	return eachIntact(ctx, w.from, bucketHeads, func(_ *sealed.Tx, _, payload []byte) error {
		h, err := parseHead(payload)
		if err == nil {
			h.Glance = slices.Clone(h.Glance)
			w.heads[h.Ordinal] = h
		}
		return nil //nolint:nilerr // it is lost
	})
}

// readHistory reads the entries of all listings, each one's in the order of time.
func (w *wreck) readHistory(ctx context.Context) error {
	var ordinal uint64
	var of []step // of a listing, with what they say
	var says []market.Observation
	err := eachIntact(ctx, w.from, bucketHistory, func(t *sealed.Tx, key, payload []byte) error {
		e, err := parseEntry(payload)
		if err != nil || len(key) != 16 {
			w.doubtful++
			return nil //nolint:nilerr // it is lost
		}
		if n := binary.BigEndian.Uint64(key); n != ordinal {
			w.listing(ordinal, of, says)
			ordinal, of, says = n, nil, nil
		}
		s := step{int64(binary.BigEndian.Uint64(key[8:])), e}
		s.Doc = slices.Clone(s.Doc)
		o, err := expand(t, ordinal, s)
		if err != nil || o.Listing == "" {
			w.doubtful++
			if err != nil && !errors.Is(err, sealed.ErrCorrupt) && !errors.Is(err, errForm) {
				return err
			}
			return nil
		}
		of, says = append(of, s), append(says, o)
		return nil
	})
	w.listing(ordinal, of, says)
	return err
}

// listing sorts what there is of a listing. What neither is a change with a number, nor repeats the last of them, came late.
func (w *wreck) listing(ordinal uint64, of []step, says []market.Observation) {
	h, known := w.heads[ordinal]
	var behind uint64
	var base, newest int64
	begin := len(w.told)
	var late []market.Observation
	for i, s := range of {
		switch {
		case s.Base == 0 && s.Seq > behind:
			behind, base, newest = s.Seq, s.sec, s.sec
			w.told = append(w.told, told{behind, segment.Told{Observation: says[i], Changed: true, Seq: s.Seq}})
		case s.Base != 0 && s.Base == base && (known || i < len(of)-1): // without a head it is not known on which page the newest stood
			newest = s.sec
			w.told = append(w.told, told{behind, repeat(says[i], s)})
		default:
			late = append(late, says[i])
		}
	}
	for _, o := range late { // what is not older than all else would be news
		if o.SeenAt.Unix() < newest {
			w.late = append(w.late, o)
		} else {
			w.doubtful++
		}
	}
	if !known || len(w.told) == begin || newest != h.Newest {
		return
	}
	last := &w.told[len(w.told)-1]
	page, gone := h.glance()
	if !last.Changed && page != nil && *page != says[len(says)-1].Page { // the newest look was at another page
		last.Moved, last.Page = true, *page
	}
	if gone {
		w.gone[last.Source] = append(w.gone[last.Source], market.Sighting{Listing: last.Listing, Gone: true})
	}
}

// eachIntact calls do for the records of a bucket.
func eachIntact(ctx context.Context, f *sealed.File, bucket string, do func(t *sealed.Tx, key, payload []byte) error) error {
	all := sealed.Scan[struct{}]{Bucket: bucket, Load: func(t *sealed.Tx, key, payload []byte) (struct{}, bool, error) {
		return struct{}{}, false, do(t, key, payload)
	}}
	for _, err := range all.Run(ctx, f) {
		if err != nil {
			return err
		}
	}
	return nil
}
