package store

import (
	"context"
	"io"
	"iter"

	"pricegap/store/sealed"
	"pricegap/store/shelf"
)

// The buckets of a bolt store. Every value is a frame of package record.
const (
	bucketListings = "listings" // listing → key of its head
	bucketHeads    = "heads"    // source \0 listing → record.Head
	bucketHistory  = "history"  // ordinal, seconds → record.Entry
	bucketOffers   = "offers"   // ordinal, seconds → the observation of an entry that repeats none, as JSON
	bucketChanges  = "changes"  // sequence number → record.Change
)

// boltSchema is the version of the layout that this program writes. Schema 1, which it reads as well, has the
// observations in the entries of the history, and the newest of each listing in its head.
const boltSchema = 2

// boltStore is the engine on one bbolt file.
type boltStore struct {
	*shelf.Shelf
	file *sealed.File
}

// boltKind is what its file is.
var boltKind = sealed.Kind{
	Format:  "pricegap",
	Schema:  boltSchema,
	Buckets: append([]string{bucketListings, bucketHeads, bucketHistory, bucketOffers, bucketChanges}, shelf.Buckets...),
	Init:    shelf.Init,
	Verify:  func(ctx context.Context, f *sealed.File) error { return newBolt(f).Verify(ctx) },
}

func newBolt(f *sealed.File) *boltStore { return &boltStore{&shelf.Shelf{File: f}, f} }

func openBolt(ctx context.Context, path string) (*boltStore, error) {
	f, err := sealed.Open(ctx, path, boltKind)
	if err != nil {
		return nil, err
	}
	return newBolt(f), nil
}

// Close implements io.Closer. What is under way ends first; a second Close does nothing.
func (s *boltStore) Close() error { return s.file.Close() }

// Backup implements Keeping.
func (s *boltStore) Backup(ctx context.Context, w io.Writer) (int64, error) {
	return s.file.CopyTo(ctx, w)
}

// txn is a transaction that knows what is in the buckets.
type txn struct{ shelf.Txn }

func asTxn(t *sealed.Tx) txn { return txn{shelf.Txn{Tx: t}} }

func (s *boltStore) view(ctx context.Context, do func(txn) error) error {
	return s.file.View(ctx, func(t *sealed.Tx) error { return do(asTxn(t)) })
}

// update runs do in a transaction that it may share with others; do may run more than once.
func (s *boltStore) update(ctx context.Context, do func(txn) error) error {
	return s.file.Update(ctx, func(t *sealed.Tx) error { return do(asTxn(t)) })
}

// scan walks a bucket in the order of its keys; see sealed.Scan.
type scan[T any] struct {
	bucket       string
	prefix, from []byte
	batch        int
	load         func(t txn, key, payload []byte) (T, bool, error)
	end          func(t txn) error
}

func (q scan[T]) run(ctx context.Context, s *boltStore) iter.Seq2[T, error] {
	w := sealed.Scan[T]{Bucket: q.bucket, Prefix: q.prefix, From: q.from, Batch: q.batch}
	w.Load = func(t *sealed.Tx, key, payload []byte) (T, bool, error) { return q.load(asTxn(t), key, payload) }
	if q.end != nil {
		w.End = func(t *sealed.Tx) error { return q.end(asTxn(t)) }
	}
	return w.Run(ctx, s.file)
}
