// Package past reads the history of one source within a transaction: what a listing was at any moment, in full or at a glance.
package past

import (
	"encoding/binary"
	"errors"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/sealed"
	"pricegap/store/segment/frame"
	"pricegap/store/shelf"
)

// The buckets. Numbers in keys are big-endian, of four bytes, those of batches of eight.
const (
	BucketSources  = "sources"  // source → its name, and how far it is sealed
	BucketLog      = "log"      // batch → frame: what a call recorded; of what is sealed, its changes
	BucketSegments = "segments" // source, segment, 0 → header; source, segment, block + 1 → block.Append
	BucketParts    = "parts"    // source, listing / partOf → the first sight of so many listings
	BucketBases    = "bases"    // source, segment, listing / baseOf → what was newest when that segment was sealed
	BucketLate     = "late"     // source, listing, second → an observation that came after a newer one, in full
)

// Buckets are the buckets that a history needs in its file.
var Buckets = []string{BucketSources, BucketLog, BucketSegments, BucketParts, BucketBases, BucketLate}

// ErrBehind says that the file holds what memory does not know yet.
var ErrBehind = errors.New("store: memory is behind the file")

// Reader reads the history of a source within a transaction.
type Reader struct {
	Parts *Cache
	T     *sealed.Tx
	Head
	Number uint32
	Name   market.SourceID
	W      *frame.Batch // that a writer is at: it is not in the file yet
	Glance bool         // of observations only what delta.Glance reads is wanted, from the first on
	Bare   bool         // evidence is not wanted, from the first on; that of first sights is there all the same
	Wide   int          // of how many segments the block that was read last is kept; 16 where that is more
	Frames frame.Held   // of the log that were read, where they do not change; else nil

	// Own, where set, has the parts that are not full up to listing Full: a transaction that may fail sees its own.
	Own  *Cache
	Full uint32

	known    market.Observation // the first sight that was read last, and of which listing plus 1
	knownOf  uint32
	last     []opened           // the blocks that were read last, by their segments
	row      []byte             // where a first sight is joined
	applied  market.Observation // where what stands as a difference is read to
	raw      []byte             // the first sight that others were written against last, as it stands in the file
	template market.Observation
}

// SourceRecord is what the file says of a source.
type SourceRecord struct {
	Name             market.SourceID
	Segments, Sealed uint32 // how many segments there are, and how many listings have their first sight in parts
	First            uint64 // the first batch that no segment holds
	Late             uint64 // how many observations came late
}

// Append adds what ParseSource reads to b.
func (s SourceRecord) Append(b []byte) []byte {
	b = record.AppendBytes(b, string(s.Name))
	for _, n := range []uint64{uint64(s.Segments), uint64(s.Sealed), s.First, s.Late} {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

// ParseSource reads the record of a source.
func ParseSource(key, payload []byte) (s SourceRecord, err error) {
	r := record.Reader{B: payload}
	s = SourceRecord{
		Name: market.SourceID(r.Bytes()), Segments: uint32(r.Number()), Sealed: uint32(r.Number()), First: r.Number(), Late: r.Number(),
	}
	return s, Spoiled(BucketSources, key, r.End())
}

// GetSource returns the record of a source, which must be there.
func GetSource(t *sealed.Tx, number uint32) (SourceRecord, error) {
	key := KeyOf(number)
	p, err := must(t, BucketSources, key)
	if err != nil {
		return SourceRecord{}, err
	}
	return ParseSource(key, p)
}

// KeyOf is a key of numbers.
func KeyOf(ns ...uint32) []byte {
	b := make([]byte, 0, 4*len(ns))
	for _, n := range ns {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// BatchKey is the key of a batch.
func BatchKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// must returns a record that must be there.
func must(t *sealed.Tx, bucket string, key []byte) ([]byte, error) {
	p, err := t.Get(bucket, key)
	if err == nil && p == nil {
		err = sealed.Damaged(bucket, key, "it is missing")
	}
	return p, err
}

// Spoiled says where something is not in the form of its kind; nil for no error.
func Spoiled(bucket string, key []byte, err error) error {
	if err == nil || errors.Is(err, sealed.ErrCorrupt) || errors.Is(err, ErrBehind) {
		return err
	}
	return sealed.Damaged(bucket, key, "%w", err)
}

// Txn is a transaction that counts.
type Txn = shelf.Txn

// FrameOf returns the frame of the log in which a batch stands.
func FrameOf(t *sealed.Tx, n uint64) (f frame.Frame, err error) {
	key := BatchKey(n)
	p, err := t.Get(BucketLog, key)
	if err == nil && p == nil { // it is joined to one before
		if key, p, err = t.Below(BucketLog, key); err == nil && len(key) != 8 {
			err = sealed.Damaged(BucketLog, BatchKey(n), "it is missing")
		}
	}
	if err != nil {
		return f, err
	}
	f, err = frame.ParseFrame(p)
	f.Number = binary.BigEndian.Uint64(key)
	if err == nil && f.Behind() <= n {
		return f, sealed.Damaged(BucketLog, BatchKey(n), "it is missing")
	}
	return f, Spoiled(BucketLog, key, err)
}

// frame is FrameOf, once for each where the reader holds them.
func (r *Reader) frame(n uint64) (frame.Frame, error) {
	return r.Frames.Get(n, func() (frame.Frame, error) { return FrameOf(r.T, n) })
}
