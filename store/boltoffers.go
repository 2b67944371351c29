package store

import (
	"encoding/json"

	"pricegap/market"
	"pricegap/store/sealed"
)

// putOffer writes an observation in full.
func (t txn) putOffer(ordinal uint64, o market.Observation) error {
	doc, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return t.Put(bucketOffers, entryKey(ordinal, o.SeenAt.Unix()), doc)
}

// decode reads an observation that was written in full.
func decode(doc []byte, bucket string, key []byte) (market.Observation, error) {
	var o market.Observation
	if err := json.Unmarshal(doc, &o); err != nil {
		return market.Observation{}, sealed.Damaged(bucket, key, "%w", err)
	}
	return o, nil
}
