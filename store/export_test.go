package store

import (
	"context"

	"pricegap/store/sealed"
	"pricegap/store/segment"
)

// OpenLimited is Open with other limits, so that a few observations are sealed as many are.
func OpenLimited(ctx context.Context, path string, l segment.Limits) (Store, error) {
	f, err := sealed.Open(ctx, path, boltKind)
	if err != nil {
		return nil, err
	}
	return newBolt(ctx, f, l)
}

// Schema is the version of the layout that this program writes.
const Schema = boltSchema
