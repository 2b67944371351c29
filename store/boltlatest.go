package store

import (
	"bytes"
	"context"
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/sealed"
	"pricegap/store/shelf"
)

// lookups is how many listings that a query names are read in one transaction.
const lookups = 256

// Latest implements Prices. A refused observation is never the newest of anything: the one before it is.
func (s *boltStore) Latest(ctx context.Context, q Query) iter.Seq2[market.Observation, error] {
	if len(q.Listings) > 0 {
		return s.latestOf(ctx, q)
	}
	prefixes := [][]byte{nil}
	if len(q.Sources) > 0 {
		prefixes = nil
		for _, id := range slices.Compact(slices.Sorted(slices.Values(q.Sources))) {
			prefixes = append(prefixes, shelf.Pair(string(id), ""))
		}
	}
	return func(yield func(market.Observation, error) bool) {
		for _, p := range prefixes {
			heads := scan[[]market.Observation]{bucket: bucketHeads, prefix: p, load: func(t txn, key, payload []byte) ([]market.Observation, bool, error) {
				found, err := t.latest(key, payload, q)
				return found, len(found) > 0, err
			}}
			for found, err := range heads.run(ctx, s) {
				if err != nil {
					yield(market.Observation{}, err)
					return
				}
				for _, o := range found {
					if !yield(o, nil) {
						return
					}
				}
			}
		}
	}
}

// Quotes implements Prices.
func (s *boltStore) Quotes(ctx context.Context, q Query) iter.Seq2[market.Quote, error] {
	return func(yield func(market.Quote, error) bool) {
		for o, err := range s.Latest(ctx, q) {
			if err != nil {
				yield(market.Quote{}, err)
				return
			}
			if !yield(o.Quote(), nil) {
				return
			}
		}
	}
}

// latestOf answers a query for named listings.
func (s *boltStore) latestOf(ctx context.Context, q Query) iter.Seq2[market.Observation, error] {
	return func(yield func(market.Observation, error) bool) {
		places, err := s.places(ctx, q)
		for len(places) > 0 && err == nil {
			n := min(len(places), lookups)
			var got []market.Observation
			err = s.view(ctx, func(t txn) error {
				for _, p := range places[:n] {
					payload, err := t.Get(bucketHeads, p)
					if err == nil && payload == nil {
						err = sealed.Damaged(bucketHeads, p, "the head is missing")
					}
					if err != nil {
						return err
					}
					found, err := t.latest(p, payload, q)
					if err != nil {
						return err
					}
					got = append(got, found...)
				}
				return nil
			})
			places = places[n:]
			for _, o := range got {
				if !yield(o, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(market.Observation{}, err)
		}
	}
}

// places returns the keys of the heads of q's listings, in order.
func (s *boltStore) places(ctx context.Context, q Query) ([][]byte, error) {
	found := map[string]bool{}
	err := s.view(ctx, func(t txn) error {
		for _, id := range q.Listings {
			if id == "" {
				continue
			}
			p, err := t.Get(bucketListings, []byte(id))
			if err != nil {
				return err
			}
			if p == nil {
				continue
			}
			source := market.SourceID(p[:max(0, len(p)-len(id)-1)])
			if len(q.Sources) == 0 || slices.Contains(q.Sources, source) {
				found[string(p)] = true
			}
		}
		return nil
	})
	var out [][]byte
	for _, p := range slices.Sorted(maps.Keys(found)) {
		out = append(out, []byte(p))
	}
	return out, err
}

// latest answers q for one listing.
func (t txn) latest(place, payload []byte, q Query) ([]market.Observation, error) {
	h, err := parseHead(place, payload)
	if err != nil {
		return nil, err
	}
	if h.Base < ceil(q.Since, 0) {
		return nil, nil
	}
	wanted := []int64{h.Shown}
	switch {
	case q.Both && h.Good != h.Shown:
		wanted = []int64{h.Good, h.Shown}
	case q.Trusted:
		wanted[0] = h.Good
	}
	if !q.AsOf.IsZero() && wanted[len(wanted)-1] > q.AsOf.Unix() {
		return t.asOf(h.Ordinal, q)
	}
	var out []market.Observation
	for _, sec := range wanted {
		var o market.Observation
		switch sec {
		case 0:
			continue
		case h.Newest:
			o, err = t.newest(h)
		default:
			o, _, err = t.observation(h.Ordinal, sec)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// asOf looks back along the history of a listing, which goes on after q.AsOf: from there on each entry names
// the one before it, so that a lost one cannot be passed over.
func (t txn) asOf(ordinal uint64, q Query) ([]market.Observation, error) {
	at := max(q.AsOf.Unix(), 0)
	key := entryKey(ordinal, at+1)
	k, p, err := t.Ceiling(bucketHistory, key)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(k, seqKey(ordinal)) {
		return nil, sealed.Damaged(bucketHistory, key, "the observation after it is missing")
	}
	var newest []market.Observation // with Both: the newest, which is not trusted
	e, err := parseEntry(k, p)
	for err == nil && e.Prev != 0 {
		sec := e.Prev
		if e, err = t.entry(ordinal, sec); err != nil {
			break
		}
		var o market.Observation
		if o, _, err = t.expand(ordinal, sec, e); err != nil {
			break
		}
		switch {
		case o.Trust.State == market.Trusted:
			return append([]market.Observation{o}, newest...), nil
		case o.Trust.State == market.Refused:
		case q.Both:
			if newest == nil {
				newest = []market.Observation{o}
			}
		case !q.Trusted:
			return []market.Observation{o}, nil
		}
	}
	return newest, err
}

// History implements Prices.
func (s *boltStore) History(ctx context.Context, id market.ListingID, from, to time.Time) iter.Seq2[market.Observation, error] {
	return func(yield func(market.Observation, error) bool) {
		var ordinal uint64
		err := s.view(ctx, func(t txn) error {
			h, err := t.headOf(id)
			ordinal = h.Ordinal
			return err
		})
		if err != nil {
			yield(market.Observation{}, err)
			return
		}
		if ordinal == 0 {
			return
		}
		for o, err := range s.history(id, ordinal, ceil(from, 0), ceil(to, math.MaxInt64)).run(ctx, s) {
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

// headOf returns the head of a listing; the zero Head when it is not known.
func (t txn) headOf(id market.ListingID) (record.Head, error) {
	if id == "" {
		return record.Head{}, nil
	}
	place, err := t.Get(bucketListings, []byte(id))
	if place == nil || err != nil {
		return record.Head{}, err
	}
	h, err := t.head(place)
	if err == nil && h.Ordinal == 0 {
		err = sealed.Damaged(bucketHeads, place, "the head is missing")
	}
	return h, err
}

// history walks the entries of a listing from first up to, but without, end. Each entry names the one before
// it, so a lost one shows.
func (s *boltStore) history(id market.ListingID, ordinal uint64, first, end int64) scan[market.Observation] {
	var last int64 // the entry before, as far as this walk knows
	var base market.Observation
	linked := func(key []byte, prev int64) error {
		if prev != last && (last != 0 || prev >= first) {
			return sealed.Damaged(bucketHistory, key, "the observation before it is missing")
		}
		return nil
	}
	return scan[market.Observation]{
		bucket: bucketHistory, prefix: seqKey(ordinal), from: entryKey(ordinal, first),
		load: func(t txn, key, payload []byte) (o market.Observation, ok bool, err error) {
			e, err := parseEntry(key, payload)
			if err != nil {
				return o, false, err
			}
			sec := entryTime(key)
			if err := linked(key, e.Prev); err != nil {
				return o, false, err
			}
			if last = sec; sec >= end {
				return o, false, sealed.ErrEnd
			}
			if e.Base != 0 && e.Base == base.SeenAt.Unix() {
				return again(base, sec, e.Base, e.Run), true, nil
			}
			if o, _, err = t.expand(ordinal, sec, e); err == nil && e.Base == 0 {
				base = o
			}
			return o, err == nil, err
		},
		end: func(t txn) error {
			h, err := t.headOf(id)
			if err != nil {
				return err
			}
			return linked(entryKey(ordinal, h.Newest), h.Newest)
		},
	}
}

// ceil returns t in whole seconds, rounded up; open for the zero time.
func ceil(t time.Time, open int64) int64 {
	if t.IsZero() {
		return open
	}
	sec := t.Unix()
	if t.Nanosecond() > 0 {
		sec++
	}
	return max(sec, 0)
}
