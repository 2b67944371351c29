package former

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
)

// copyAll copies a file whose records are read as they are, all but the parts.
func copyAll(ctx context.Context, from, to *sealed.File) error {
	for _, bucket := range slices.Concat(segment.Buckets, shelf.Buckets) {
		if bucket == past.BucketParts {
			continue
		}
		if err := copyBucket(ctx, from, to, bucket); err != nil {
			return err
		}
	}
	if err := copyParts(ctx, from, to); err != nil {
		return err
	}
	was, err := Counts(ctx, from)
	if err != nil {
		return err
	}
	return shelf.Update(ctx, to, func(t shelf.Txn) error {
		n, err := t.Count()
		if err == nil {
			*n = was
		}
		return err
	})
}

// copyParts copies the first sights of all listings into larger parts.
func copyParts(ctx context.Context, from, to *sealed.File) error {
	type part struct {
		source uint32
		obs    []market.Observation
	}
	all := sealed.Scan[part]{Bucket: past.BucketParts, Load: func(_ *sealed.Tx, key, payload []byte) (part, bool, error) {
		obs, err := past.Unpack(payload)
		if err != nil || len(key) != 8 {
			return part{}, false, sealed.Damaged(past.BucketParts, key, "%w", cmp.Or(err, errForm))
		}
		return part{binary.BigEndian.Uint32(key), obs}, true, nil
	}}
	var open part
	n := uint32(0) // of the open part, within its source
	put := func() error {
		if len(open.obs) == 0 {
			return nil
		}
		key := past.KeyOf(open.source, n)
		packed, err := past.PackPart(open.obs)
		if err != nil {
			return err
		}
		n, open.obs = n+1, nil
		return to.Update(ctx, func(t *sealed.Tx) error { return t.Append(past.BucketParts, key, packed) })
	}
	for p, err := range all.Run(ctx, from) {
		if err == nil && (p.source != open.source || len(open.obs) == past.PartOf) {
			err = put()
		}
		if err != nil {
			return err
		}
		if p.source != open.source {
			open.source, n = p.source, 0
		}
		open.obs = append(open.obs, p.obs...)
	}
	return put()
}

// copyBucket copies records as they are.
func copyBucket(ctx context.Context, from, to *sealed.File, bucket string) error {
	type pair struct{ key, payload []byte }
	all := sealed.Scan[pair]{Bucket: bucket, Load: func(_ *sealed.Tx, key, payload []byte) (pair, bool, error) {
		return pair{key, append([]byte(nil), payload...)}, true, nil
	}}
	var some []pair
	flush := func() error {
		err := to.Update(ctx, func(t *sealed.Tx) error {
			for _, p := range some {
				if err := t.Append(bucket, p.key, p.payload); err != nil {
					return err
				}
			}
			return nil
		})
		some = some[:0]
		return err
	}
	for p, err := range all.Run(ctx, from) {
		if err != nil {
			return err
		}
		if some = append(some, p); len(some) == together {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// copyCounts copies how many documents there are; the history counts itself.
func copyCounts(ctx context.Context, from, to *sealed.File) error {
	was, err := Counts(ctx, from)
	if err != nil {
		return err
	}
	return shelf.Update(ctx, to, func(t shelf.Txn) error {
		n, err := t.Count()
		if err == nil {
			n.Products, n.Matches, n.Runs, n.Alerts = was.Products, was.Matches, was.Runs, was.Alerts
		}
		return err
	})
}

// partOf is how many first sights stand in a part of a former schema.
func partOf(schema int) uint32 {
	if schema < 5 {
		return 64
	}
	return 128
}

// Recut makes the parts of a wreck of a former schema, of which some may be missing, parts of the present size, in their place: a
// first sight that is lost is there as one of no listing. Others of its records are read as they stand.
func Recut(ctx context.Context, wreck *sealed.File) error {
	schema, err := wreck.Schema(ctx)
	if err != nil || schema < OfRecords {
		return err
	}
	size := partOf(schema)
	type part struct{ source, number uint32 }
	found, keys := map[part][]market.Observation{}, [][]byte{}
	all := sealed.Scan[struct{}]{Bucket: past.BucketParts, Load: func(_ *sealed.Tx, key, payload []byte) (struct{}, bool, error) {
		keys = append(keys, key)
		obs, err := past.Unpack(payload)
		if err != nil || len(key) != 8 || len(obs) > int(size) {
			return struct{}{}, false, nil //nolint:nilerr // it is lost
		}
		n := binary.BigEndian.Uint32(key[4:])
		p := part{binary.BigEndian.Uint32(key), n * size / past.PartOf}
		at := int(n * size % past.PartOf)
		found[p] = append(found[p], make([]market.Observation, max(0, at-len(found[p])))...)
		found[p] = append(found[p], obs...)
		return struct{}{}, false, nil
	}}
	for _, err := range all.Run(ctx, wreck) {
		if err != nil {
			return err
		}
	}
	return wreck.Update(ctx, func(t *sealed.Tx) error {
		for _, key := range keys {
			if err := t.Delete(past.BucketParts, key); err != nil {
				return err
			}
		}
		for p, obs := range found {
			packed, err := past.PackPart(obs)
			if err == nil {
				err = t.Put(past.BucketParts, past.KeyOf(p.source, p.number), packed)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
