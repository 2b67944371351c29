package store

import (
	"encoding/json"

	"github.com/klauspost/compress/zstd"

	"pricegap/market"
	"pricegap/store/sealed"
)

// An offer is kept as JSON packed with zstd (RFC 8878); that of schema 1 is plain JSON.
var (
	offerPacker   = must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(64<<10), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false)))
	offerUnpacker = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxOffer)))
)

// maxOffer bounds an offer in JSON, in bytes: a page has no more.
const maxOffer = 16 << 20

// must is for what fails on wrong options only.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// putOffer writes an observation in full.
func (t txn) putOffer(ordinal uint64, o market.Observation) error {
	doc, err := json.Marshal(o)
	if err != nil {
		return err
	}
	put := t.Put
	if n, err := t.Count(); err == nil && ordinal == n.Listings {
		put = t.Append // the newest listing
	}
	return put(bucketOffers, entryKey(ordinal, o.SeenAt.Unix()), offerPacker.EncodeAll(doc, nil))
}

// decode reads an observation that was written in full.
func decode(doc []byte, bucket string, key []byte) (market.Observation, error) {
	var o market.Observation
	var err error
	if len(doc) > 0 && doc[0] != '{' {
		if doc, err = offerUnpacker.DecodeAll(doc, nil); err != nil {
			return o, sealed.Damaged(bucket, key, "%w", err)
		}
	}
	if err := json.Unmarshal(doc, &o); err != nil {
		return market.Observation{}, sealed.Damaged(bucket, key, "%w", err)
	}
	return o, nil
}
