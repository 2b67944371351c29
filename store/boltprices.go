package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/sealed"
	"pricegap/store/shelf"
)

// timeless is the first moment that is no time of an observation any more: the year 10,000.
var timeless = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)

// prepare returns o as it is kept: whole seconds, UTC, valid UTF-8.
func prepare(o market.Observation) (market.Observation, error) {
	o.SeenAt = o.SeenAt.UTC().Truncate(time.Second)
	var why string
	switch {
	case !shelf.ValidID(string(o.Source)):
		why = fmt.Sprintf("source %.100q", o.Source)
	case o.Listing == "" || len(o.Listing) > shelf.MaxID || !utf8.ValidString(string(o.Listing)):
		why = fmt.Sprintf("listing %.100q", o.Listing)
	case o.SeenAt.Unix() <= 0 || !o.SeenAt.Before(timeless):
		why = fmt.Sprintf("listing %.100q: seen at %s", o.Listing, o.SeenAt)
	case o.Trust.State != market.Trusted && o.Trust.State != market.Quarantined && o.Trust.State != market.Refused:
		why = fmt.Sprintf("listing %.100q: trust %.100q", o.Listing, o.Trust.State)
	default:
		for _, s := range []*string{
			&o.Page, &o.Parser, &o.Body, (*string)(&o.Run), &o.Trust.Reason, &o.Offer.URL, &o.Offer.SKU, &o.Offer.GTIN, &o.Offer.MPN, &o.Offer.Image,
		} {
			*s = strings.ToValidUTF8(*s, "\uFFFD")
		}
		return o, nil
	}
	return o, fmt.Errorf("%w: %s", ErrInvalid, why)
}

// entryKey is the key of an observation.
func entryKey(ordinal uint64, sec int64) []byte {
	return binary.BigEndian.AppendUint64(seqKey(ordinal), uint64(sec))
}

func seqKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// Record implements Prices.
func (s *boltStore) Record(ctx context.Context, obs ...market.Observation) ([]market.Change, error) {
	in := make([]market.Observation, len(obs))
	for i, o := range obs {
		var err error
		if in[i], err = prepare(o); err != nil {
			return nil, fmt.Errorf("%w: %s", err, s.file.Path())
		}
	}
	if len(in) == 0 {
		return nil, ctx.Err()
	}
	var out []market.Change
	err := s.update(ctx, func(t txn) error {
		out = nil
		r := recording{txn: t, open: map[string]*opened{}}
		for _, o := range in {
			c, err := r.record(o)
			if err != nil {
				return err
			}
			if c.Seq != 0 {
				out = append(out, c)
			}
		}
		return errors.Join(r.close(), ctx.Err())
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// recording is one call of Record: heads are read and written once, however many observations of a listing come.
type recording struct {
	txn
	open map[string]*opened // by place
}

// opened is the head of a listing while it is added to, and its newest observation.
type opened struct {
	record.Head
	last    market.Observation
	changed bool
}

// close writes the heads that changed.
func (r recording) close() error {
	for _, place := range slices.Sorted(maps.Keys(r.open)) {
		if h := r.open[place]; h.changed {
			if err := r.Put(bucketHeads, []byte(place), h.Append(nil)); err != nil {
				return err
			}
		}
	}
	return nil
}

// listing returns the head of o's listing, which is entered when it is seen for the first time.
func (r recording) listing(o market.Observation, n *shelf.Counts) (*opened, error) {
	place := shelf.Pair(string(o.Source), string(o.Listing))
	if h := r.open[string(place)]; h != nil {
		return h, nil
	}
	h := new(opened)
	var err error
	if h.Head, err = r.head(place); err != nil {
		return nil, err
	}
	if h.Ordinal == 0 {
		h.Head, err = r.enlist(o, place, n)
	} else {
		h.Glance = slices.Clone(h.Glance) // it outlives the page that it stands on
		h.last, err = r.newest(h.Head)
	}
	r.open[string(place)] = h
	return h, err
}

// record keeps one observation; the change has Seq 0 when there is none.
func (r recording) record(o market.Observation) (c market.Change, err error) {
	n, err := r.Count()
	if err != nil {
		return c, err
	}
	h, err := r.listing(o, n)
	if err != nil {
		return c, err
	}
	sec := o.SeenAt.Unix()
	switch {
	case sec == h.Newest:
		return c, nil
	case sec < h.Newest:
		known, err := r.insert(h.Ordinal, o)
		if known || err != nil {
			return c, err
		}
	default:
		if c, err = r.appendNewest(h, o, n); err != nil {
			return c, err
		}
	}
	h.changed = true
	h.Count++
	if o.Trust.State != market.Refused {
		h.Shown = max(h.Shown, sec)
	}
	if o.Trust.State == market.Trusted {
		h.Good = max(h.Good, sec)
	}
	n.Observations++
	n.Newest = max(n.Newest, sec)
	if n.Oldest == 0 || sec < n.Oldest {
		n.Oldest = sec
	}
	return c, nil
}

// enlist enters a listing that is seen for the first time.
func (t txn) enlist(o market.Observation, place []byte, n *shelf.Counts) (record.Head, error) {
	known, err := t.Get(bucketListings, []byte(o.Listing))
	if err != nil {
		return record.Head{}, err
	}
	if known != nil {
		return record.Head{}, fmt.Errorf("%w: listing %q of source %q is filed under %q", ErrInvalid, o.Listing, o.Source, known)
	}
	n.Listings++
	return record.Head{Ordinal: n.Listings}, t.Put(bucketListings, []byte(o.Listing), place)
}

// appendNewest puts o at the end of its listing's history and, when it differs, into the change log.
func (t txn) appendNewest(h *opened, o market.Observation, n *shelf.Counts) (c market.Change, err error) {
	sec := o.SeenAt.Unix()
	e := record.Entry{Prev: h.Newest}
	if market.Changed(h.last, o) {
		if err := t.putOffer(h.Ordinal, o); err != nil {
			return c, err
		}
		n.Changes++
		e.Seq = n.Changes
		c = market.Change{Seq: e.Seq, Before: h.last, After: o}
		entry := record.Change{Ordinal: h.Ordinal, Before: h.Newest, After: sec}
		if err := t.Append(bucketChanges, seqKey(e.Seq), entry.Append(nil)); err != nil {
			return c, err
		}
		h.Base, h.last = sec, o
	} else {
		e.Base, e.Run = h.Base, string(o.Run)
		h.last.SeenAt, h.last.Run = o.SeenAt, o.Run
	}
	h.Newest, h.Run, h.Glance = sec, string(o.Run), glance(o)
	return c, t.Put(bucketHistory, entryKey(h.Ordinal, sec), e.Append(nil))
}

// insert puts o between observations that are there already; known says that it is one of them.
func (t txn) insert(ordinal uint64, o market.Observation) (known bool, err error) {
	key := entryKey(ordinal, o.SeenAt.Unix())
	nextKey, p, err := t.Ceiling(bucketHistory, key)
	switch {
	case err != nil:
		return false, err
	case slices.Equal(nextKey, key):
		return true, nil
	case len(nextKey) != len(key) || !slices.Equal(nextKey[:8], key[:8]):
		return false, sealed.Damaged(bucketHistory, key, "the entry after it is missing")
	}
	next, err := parseEntry(nextKey, p)
	if err != nil {
		return false, err
	}
	e := record.Entry{Prev: next.Prev}
	if next.Prev != 0 {
		before, base, err := t.observation(ordinal, next.Prev)
		if err != nil {
			return false, err
		}
		if !market.Changed(before, o) {
			e.Base, e.Run = base, string(o.Run)
		}
	}
	if e.Base == 0 {
		if err := t.putOffer(ordinal, o); err != nil {
			return false, err
		}
	}
	next.Prev = o.SeenAt.Unix()
	if err := t.Put(bucketHistory, nextKey, next.Append(nil)); err != nil {
		return false, err
	}
	return false, t.Put(bucketHistory, key, e.Append(nil))
}

// Changes implements Prices.
func (s *boltStore) Changes(ctx context.Context, after uint64) iter.Seq2[market.Change, error] {
	return func(yield func(market.Change, error) bool) {
		next := after + 1
		if next == 0 {
			return
		}
		q := scan[market.Change]{bucket: bucketChanges, from: seqKey(next)}
		q.load = func(t txn, key, payload []byte) (c market.Change, ok bool, err error) {
			if !slices.Equal(key, seqKey(next)) {
				return c, false, sealed.Damaged(bucketChanges, seqKey(next), "the change is missing")
			}
			next++
			c, err = t.change(key, payload)
			return c, err == nil, err
		}
		q.end = func(t txn) error {
			n, err := t.Count()
			if err == nil && next <= n.Changes {
				err = sealed.Damaged(bucketChanges, seqKey(next), "the change is missing")
			}
			return err
		}
		for c, err := range q.run(ctx, s) {
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// change expands an entry of the change log.
func (t txn) change(key, payload []byte) (c market.Change, err error) {
	r, err := record.ParseChange(payload)
	if err != nil {
		return c, sealed.Damaged(bucketChanges, key, "%w", err)
	}
	c.Seq = binary.BigEndian.Uint64(key)
	if r.Before != 0 {
		if c.Before, _, err = t.observation(r.Ordinal, r.Before); err != nil {
			return c, err
		}
	}
	c.After, _, err = t.observation(r.Ordinal, r.After)
	return c, err
}

// head returns the head at place; the zero Head when there is none.
func (t txn) head(place []byte) (record.Head, error) {
	p, err := t.Get(bucketHeads, place)
	if p == nil || err != nil {
		return record.Head{}, err
	}
	return parseHead(place, p)
}

func parseHead(place, payload []byte) (record.Head, error) {
	h, err := record.ParseHead(payload)
	if err != nil {
		return h, sealed.Damaged(bucketHeads, place, "%w", err)
	}
	return h, nil
}

// newest returns the newest observation of a listing.
func (t txn) newest(h record.Head) (market.Observation, error) {
	o, _, err := t.observation(h.Ordinal, h.Base)
	return again(o, h.Newest, h.Base, h.Run), err
}

// again is o, seen at base, as it was seen again at sec.
func again(o market.Observation, sec, base int64, run string) market.Observation {
	if sec != base {
		o.SeenAt, o.Run = time.Unix(sec, 0).UTC(), market.RunID(run)
	}
	return o
}

// entry returns the entry at sec, which must be there.
func (t txn) entry(ordinal uint64, sec int64) (record.Entry, error) {
	key := entryKey(ordinal, sec)
	p, err := t.Get(bucketHistory, key)
	if err != nil {
		return record.Entry{}, err
	}
	if p == nil {
		return record.Entry{}, sealed.Damaged(bucketHistory, key, "the observation is missing")
	}
	return parseEntry(key, p)
}

func parseEntry(key, payload []byte) (record.Entry, error) {
	e, err := record.ParseEntry(payload)
	switch {
	case err != nil:
		return e, sealed.Damaged(bucketHistory, key, "%w", err)
	case len(key) != 16 || e.Prev >= entryTime(key) || e.Base >= entryTime(key):
		return e, sealed.Damaged(bucketHistory, key, "it follows or repeats a later one")
	}
	return e, nil
}

func entryTime(key []byte) int64 { return int64(binary.BigEndian.Uint64(key[8:])) }

// observation returns the observation at sec, and the time of the one that it repeats.
func (t txn) observation(ordinal uint64, sec int64) (o market.Observation, base int64, err error) {
	e, err := t.entry(ordinal, sec)
	if err != nil {
		return o, 0, err
	}
	return t.expand(ordinal, sec, e)
}

// expand returns the observation of an entry, and the time of the one that it repeats.
func (t txn) expand(ordinal uint64, sec int64, e record.Entry) (o market.Observation, base int64, err error) {
	key := entryKey(ordinal, sec)
	if e.Base == 0 {
		doc := e.Doc
		if len(doc) == 0 {
			if doc, err = t.Get(bucketOffers, key); err == nil && doc == nil {
				err = sealed.Damaged(bucketOffers, key, "the offer is missing")
			}
			if err != nil {
				return o, sec, err
			}
		}
		if o, err = decode(doc, bucketOffers, key); err == nil && o.SeenAt.Unix() != sec {
			err = sealed.Damaged(bucketOffers, key, "it says it was seen at %s", o.SeenAt)
		}
		return o, sec, err
	}
	o, base, err = t.observation(ordinal, e.Base)
	if err == nil && base != e.Base {
		err = sealed.Damaged(bucketHistory, key, "it repeats a repetition")
	}
	return again(o, sec, e.Base, e.Run), e.Base, err
}
