// Package former takes over the files of earlier versions. In the histories of the schemas 1 and 2 each observation is a record of
// its own: what it says, or which one it repeats. Those of schemas 3 and 4 are of the present form, in which records
// say themselves how they are written, but that fewer first sights stand together.
package former

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/zstd"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/shelf"
)

// The buckets of a former history.
const (
	bucketHeads   = "heads"   // source \0 listing → head
	bucketHistory = "history" // ordinal, seconds → entry
	bucketOffers  = "offers"  // ordinal, seconds → the observation of an entry that repeats none, as JSON
	bucketChanges = "changes" // sequence number → change
)

// Buckets are those of a former history.
var Buckets = []string{bucketHeads, bucketHistory, bucketOffers, bucketChanges}

// Last is the last of the former schemas.
const Last = 5

// OfRecords is the first of the former schemas whose records are read as they stand, but for their parts.
const OfRecords = 3

// together is how many records are written at a time.
const together = 1000

// Copy copies everything of from, which has a former schema, into to, which is empty: the changes keep their numbers.
func Copy(ctx context.Context, from, to *sealed.File) error {
	switch schema, err := from.Schema(ctx); {
	case err != nil:
		return err
	case schema >= OfRecords:
		return copyAll(ctx, from, to)
	}
	for _, bucket := range shelf.Buckets {
		if err := copyBucket(ctx, from, to, bucket); err != nil {
			return err
		}
	}
	if err := copyCounts(ctx, from, to); err != nil {
		return err
	}
	history, err := segment.Open(ctx, to, segment.Usual)
	if err != nil {
		return err
	}
	c := copying{from: from, to: history, upTo: map[uint64]progress{}}
	if err := c.changes(ctx); err != nil {
		return err
	}
	if err := c.rest(ctx); err != nil {
		return err
	}
	return compareCounts(ctx, from, to)
}

// ErrIncomplete is returned by Copy where the new file does not hold as much as the former one says that it does.
var ErrIncomplete = errors.New("store: not everything was taken over")

// compareCounts holds what was copied against what the former file says that there is.
func compareCounts(ctx context.Context, from, to *sealed.File) error {
	was, err := Counts(ctx, from)
	if err != nil {
		return err
	}
	is, err := Counts(ctx, to)
	if err != nil {
		return err
	}
	if is.Listings != was.Listings || is.Observations != was.Observations || is.Changes != was.Changes {
		return fmt.Errorf("%w: %d of %d listings, %d of %d observations, %d of %d changes",
			ErrIncomplete, is.Listings, was.Listings, is.Observations, was.Observations, is.Changes, was.Changes)
	}
	return nil
}

// Counts returns how much a file says that there is.
func Counts(ctx context.Context, f *sealed.File) (n shelf.Counts, err error) {
	err = shelf.View(ctx, f, func(t shelf.Txn) error {
		is, err := t.Count()
		if err == nil {
			n = *is
		}
		return err
	})
	return n, err
}

// copying is under way: observations are copied in the order of the change log, each listing's up to its next change.
type copying struct {
	from  *sealed.File
	to    *segment.Prices
	upTo  map[uint64]progress // by ordinal
	ready []segment.Told
}

// progress is how far a listing is: the time of the newest that is copied, and of that which it repeats. Seconds.
type progress struct{ newest, base int64 }

// step is one entry of a history.
type step struct {
	sec int64
	entry
}

// changes copies what is in the change log, and what repeats it up to the next.
func (c *copying) changes(ctx context.Context) error {
	type logged struct {
		seq uint64
		change
	}
	all := sealed.Scan[logged]{Bucket: bucketChanges, Load: func(_ *sealed.Tx, key, payload []byte) (logged, bool, error) {
		x, err := parseChange(payload)
		if err != nil || len(key) != 8 {
			return logged{}, false, sealed.Damaged(bucketChanges, key, "%w", errForm)
		}
		return logged{binary.BigEndian.Uint64(key), x}, true, nil
	}}
	next := uint64(1)
	for x, err := range all.Run(ctx, c.from) {
		if err == nil && x.seq != next {
			err = sealed.Damaged(bucketChanges, seqKey(next), "the change is missing")
		}
		if err != nil {
			return err
		}
		next++
		var told []segment.Told
		if err := c.from.View(ctx, func(t *sealed.Tx) (err error) {
			told, err = c.upToChange(t, x.ordinal, x.after)
			return err
		}); err != nil {
			return err
		}
		c.ready = append(c.ready, told...)
		if len(c.ready) >= together {
			if err := c.flush(ctx); err != nil {
				return err
			}
		}
	}
	return c.flush(ctx)
}

// flush writes what is ready.
func (c *copying) flush(ctx context.Context) error {
	err := c.to.Retell(ctx, c.ready...)
	c.ready = c.ready[:0]
	return err
}

// upToChange returns what of a listing was seen since the last change, up to and with the one at that second.
func (c *copying) upToChange(t *sealed.Tx, ordinal uint64, after int64) (told []segment.Told, err error) {
	to, err := observation(t, ordinal, after)
	if err != nil {
		return nil, err
	}
	was := c.upTo[ordinal]
	err = walk(t, ordinal, was.newest+1, after-1, func(s step) error {
		if s.Base != 0 && s.Base == was.base {
			was.newest = s.sec
			told = append(told, repeat(to, s))
		}
		return nil
	})
	c.upTo[ordinal] = progress{after, after}
	return append(told, segment.Told{Observation: to, Changed: true}), err
}

// repeat is what Retell reads of an observation that repeats another one of its listing.
func repeat(o market.Observation, s step) segment.Told {
	return segment.Told{Observation: market.Observation{
		Source: o.Source, Listing: o.Listing, SeenAt: time.Unix(s.sec, 0).UTC(), Run: market.RunID(s.Run),
	}}
}

// rest copies what was seen after the last change of each listing, what came late, and what a head says beside.
func (c *copying) rest(ctx context.Context) error {
	type listing struct {
		head
		place []byte
	}
	all := sealed.Scan[listing]{Bucket: bucketHeads, Load: func(_ *sealed.Tx, key, payload []byte) (listing, bool, error) {
		h, err := parseHead(payload)
		if err != nil {
			return listing{}, false, sealed.Damaged(bucketHeads, key, "%w", err)
		}
		h.Glance = append([]byte(nil), h.Glance...) // it stands on a page of the file
		return listing{h, key}, true, nil
	}}
	for l, err := range all.Run(ctx, c.from) {
		if err != nil {
			return err
		}
		var late []market.Observation
		var gone bool
		if err := c.from.View(ctx, func(t *sealed.Tx) (err error) {
			late, gone, err = c.tail(t, l.head)
			return err
		}); err != nil {
			return err
		}
		if len(late) > 0 || gone || len(c.ready) >= together {
			if err := c.flush(ctx); err != nil {
				return err
			}
		}
		if _, err := c.to.Record(ctx, late...); err != nil {
			return err
		}
		if source, id, _ := cut(l.place); gone {
			if err := c.to.Again(ctx, source, market.Sighting{Listing: id, Gone: true}); err != nil {
				return err
			}
		}
	}
	return c.flush(ctx)
}

// tail makes ready what follows the last change of a listing, and returns what came late.
func (c *copying) tail(t *sealed.Tx, h head) (late []market.Observation, gone bool, err error) {
	was := c.upTo[h.Ordinal]
	if was.base == 0 {
		return nil, false, sealed.Damaged(bucketHeads, nil, "listing %d has no change", h.Ordinal)
	}
	last, err := observation(t, h.Ordinal, was.base)
	if err != nil {
		return nil, false, err
	}
	base := int64(0)
	n := len(c.ready)
	err = walk(t, h.Ordinal, 0, h.Newest, func(s step) error {
		switch {
		case s.Base == 0 && s.Seq != 0:
			base = s.sec
		case s.Base != 0 && s.Base == base:
			if s.sec > was.newest {
				c.ready = append(c.ready, repeat(last, s))
			}
		default:
			o, err := expand(t, h.Ordinal, s)
			late = append(late, o)
			return err
		}
		return nil
	})
	delete(c.upTo, h.Ordinal)
	page, gone := h.glance()
	if len(c.ready) > n && page != nil && *page != last.Page { // the newest look was at another page
		c.ready[len(c.ready)-1].Moved, c.ready[len(c.ready)-1].Page = true, *page
	}
	return late, gone, err
}

// walk calls do for the entries of a listing from one second to another.
func walk(t *sealed.Tx, ordinal uint64, from, to int64, do func(step) error) error {
	for key := entryKey(ordinal, from); ; {
		k, p, err := t.Ceiling(bucketHistory, key)
		if err != nil || len(k) != 16 || binary.BigEndian.Uint64(k) != ordinal {
			return err
		}
		sec := int64(binary.BigEndian.Uint64(k[8:]))
		if sec > to {
			return nil
		}
		e, err := parseEntry(p)
		if err != nil || e.Prev >= sec || e.Base >= sec {
			return sealed.Damaged(bucketHistory, k, "%w", errForm)
		}
		if err := do(step{sec, e}); err != nil {
			return err
		}
		key = entryKey(ordinal, sec+1)
	}
}

// observation returns the observation at a second, which must be there.
func observation(t *sealed.Tx, ordinal uint64, sec int64) (market.Observation, error) {
	key := entryKey(ordinal, sec)
	p, err := t.Get(bucketHistory, key)
	if err != nil {
		return market.Observation{}, err
	}
	e, err := parseEntry(p)
	if err != nil {
		return market.Observation{}, sealed.Damaged(bucketHistory, key, "%w", err)
	}
	return expand(t, ordinal, step{sec, e})
}

// expand returns the observation of an entry.
func expand(t *sealed.Tx, ordinal uint64, s step) (o market.Observation, err error) {
	if s.Base != 0 {
		if s.Base >= s.sec {
			return o, sealed.Damaged(bucketHistory, entryKey(ordinal, s.sec), "it repeats a later one")
		}
		o, err = observation(t, ordinal, s.Base)
		o.SeenAt, o.Run = time.Unix(s.sec, 0).UTC(), market.RunID(s.Run)
		return o, err
	}
	key, doc := entryKey(ordinal, s.sec), s.Doc
	if len(doc) == 0 {
		if doc, err = t.Get(bucketOffers, key); err != nil {
			return o, err
		}
	}
	if len(doc) > 0 && doc[0] != '{' { // that of schema 1 is plain JSON
		if doc, err = unpacker.DecodeAll(doc, nil); err != nil {
			return o, sealed.Damaged(bucketOffers, key, "%w", err)
		}
	}
	if err := json.Unmarshal(doc, &o); err != nil || o.SeenAt.Unix() != s.sec {
		return o, sealed.Damaged(bucketOffers, key, "the offer is not as it was written: %w", errForm)
	}
	return o, nil
}

func entryKey(ordinal uint64, sec int64) []byte {
	return binary.BigEndian.AppendUint64(seqKey(ordinal), uint64(sec))
}

func seqKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// maxOffer bounds an offer in JSON, in bytes: a page has no more.
const maxOffer = 16 << 20

var unpacker = func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxOffer))
	if err != nil {
		panic(fmt.Sprintf("former: %v", err)) // on wrong options only
	}
	return d
}()
