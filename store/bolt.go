package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"pricegap/market"
	"pricegap/store/former"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/shelf"
)

// boltSchema is the version of the layout that this program writes. Files of an earlier one are written anew when they are
// opened; see package former.
const boltSchema = 6

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
		return s.Verify(ctx, nil)
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

// Keep implements Together.
func (s *boltStore) Keep(ctx context.Context, b Batch) (changes []market.Change, err error) {
	if len(b.Observations)+len(b.Sightings)+len(b.State) == 0 {
		return nil, ctx.Err()
	}
	err = s.file.Together(ctx, func(ctx context.Context) error {
		if changes, err = s.Record(ctx, b.Observations...); err != nil {
			return err
		}
		if err := s.Again(ctx, b.Source, b.Sightings...); err != nil {
			return err
		}
		for _, v := range b.State {
			if err := s.PutState(ctx, v.Key, v.Value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changes, nil
}

// Close implements io.Closer. What is under way ends first; a second Close does nothing.
func (s *boltStore) Close() error { return s.file.Close() }

// Backup implements Keeping. What w takes slowly, or not at all, waits in a file without a name beside the store, so that no
// transaction does: while one is open the file cannot grow.
func (s *boltStore) Backup(ctx context.Context, w io.Writer) (int64, error) {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return s.file.CopyTo(ctx, w)
		}
	}
	f, err := os.CreateTemp(filepath.Dir(s.file.Path()), "."+filepath.Base(s.file.Path())+".backup-*")
	if err != nil {
		return 0, fmt.Errorf("store: backup: %w", err)
	}
	defer func() { _, _ = f.Close(), os.Remove(f.Name()) }()
	_ = os.Remove(f.Name()) // what is open lasts; where it cannot go yet it goes at the end
	if _, err := s.file.CopyTo(ctx, f); err != nil {
		return 0, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	return io.Copy(w, untilDone{ctx, f})
}

// untilDone reads as long as its context lasts.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// Compact implements Tending.
func (s *boltStore) Compact(ctx context.Context, tell func(done, total int64)) (before, after int64, err error) {
	return s.file.Compact(ctx, tell)
}
