package store

import (
	"context"
	"errors"
	"io"
	"sync"

	"pricegap/store/former"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/shelf"
)

// boltSchema is the version of the layout that this program writes. Files of an earlier one are written anew when they are
// opened; see package former.
const boltSchema = 3

// boltStore is the engine on one bbolt file.
type boltStore struct {
	*shelf.Shelf
	*segment.Prices
	file    *sealed.File
	pruning sync.Mutex
}

// boltKind is what its file is.
var boltKind = sealed.Kind{
	Format:  "pricegap",
	Schema:  boltSchema,
	Buckets: append(append([]string{}, segment.Buckets...), shelf.Buckets...),
	Init:    shelf.Init,
	Upgrade: former.Copy,
	Verify: func(ctx context.Context, f *sealed.File) error {
		s, err := newBolt(ctx, f, segment.Usual)
		if err != nil {
			return err
		}
		return s.Verify(ctx)
	},
}

func newBolt(ctx context.Context, f *sealed.File, l segment.Limits) (*boltStore, error) {
	h, err := segment.Open(ctx, f, l)
	if err != nil {
		return nil, err
	}
	return &boltStore{Shelf: &shelf.Shelf{File: f}, Prices: h, file: f}, nil
}

func openBolt(ctx context.Context, path string) (*boltStore, error) {
	f, err := sealed.Open(ctx, path, boltKind)
	if err != nil {
		return nil, err
	}
	s, err := newBolt(ctx, f, segment.Usual)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

// Close implements io.Closer. What is under way ends first; a second Close does nothing.
func (s *boltStore) Close() error { return s.file.Close() }

// Backup implements Keeping.
func (s *boltStore) Backup(ctx context.Context, w io.Writer) (int64, error) {
	return s.file.CopyTo(ctx, w)
}
