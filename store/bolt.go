package store

import (
	"context"
	"encoding/json"
	"io"
	"iter"

	"pricegap/store/sealed"
)

// The buckets of a bolt store. Every value is a frame of package record.
const (
	bucketListings = "listings" // listing → key of its head
	bucketHeads    = "heads"    // source \0 listing → record.Head
	bucketHistory  = "history"  // ordinal, seconds → record.Entry
	bucketChanges  = "changes"  // sequence number → record.Change
	bucketProducts = "products" // id → JSON
	bucketMatches  = "matches"  // product \0 listing → JSON
	bucketRuns     = "runs"     // source \0 id → JSON
	bucketRunTimes = "runtimes" // start, source \0 id → nothing: the order of all runs
	bucketAlerts   = "alerts"   // id → JSON
	bucketCursors  = "cursors"  // name → uvarint
	bucketState    = "state"    // key → bytes
)

// boltSchema is the version of the layout that this program writes.
const boltSchema = 1

// keyCounts is the key of the counts in the main bucket.
var keyCounts = []byte("counts")

// boltStore is the engine on one bbolt file.
type boltStore struct{ file *sealed.File }

// boltKind is what its file is.
var boltKind = sealed.Kind{
	Format: "pricegap",
	Schema: boltSchema,
	Buckets: []string{
		bucketListings, bucketHeads, bucketHistory, bucketChanges, bucketProducts, bucketMatches,
		bucketRuns, bucketRunTimes, bucketAlerts, bucketCursors, bucketState,
	},
	Init:   func(t *sealed.Tx) error { return t.Put(sealed.Main, keyCounts, []byte("{}")) },
	Verify: func(ctx context.Context, f *sealed.File) error { return (&boltStore{f}).Verify(ctx) },
}

func openBolt(ctx context.Context, path string) (*boltStore, error) {
	f, err := sealed.Open(ctx, path, boltKind)
	if err != nil {
		return nil, err
	}
	return &boltStore{f}, nil
}

// Close implements io.Closer. What is under way ends first; a second Close does nothing.
func (s *boltStore) Close() error { return s.file.Close() }

// Backup implements Keeping.
func (s *boltStore) Backup(ctx context.Context, w io.Writer) (int64, error) {
	return s.file.CopyTo(ctx, w)
}

// counts is the record of how many there are of what.
type counts struct {
	Listings, Observations, Changes uint64
	Products, Matches, Runs, Alerts uint64
	Oldest, Newest                  int64 // seconds
}

// txn is a transaction that knows what is in the buckets.
type txn struct{ *sealed.Tx }

func (s *boltStore) view(ctx context.Context, do func(txn) error) error {
	return s.file.View(ctx, func(t *sealed.Tx) error { return do(txn{t}) })
}

// update runs do in a transaction that it may share with others; do may run more than once.
func (s *boltStore) update(ctx context.Context, do func(txn) error) error {
	return s.file.Update(ctx, func(t *sealed.Tx) error { return do(txn{t}) })
}

// count returns the counts, to be read or, where the transaction writes, changed.
func (t txn) count() (*counts, error) {
	if n, ok := t.Local.(*counts); ok {
		return n, nil
	}
	doc, err := t.Get(sealed.Main, keyCounts)
	if err != nil {
		return nil, err
	}
	n := new(counts)
	if err := json.Unmarshal(doc, n); err != nil {
		return nil, sealed.Damaged(sealed.Main, keyCounts, "%w", err)
	}
	was := *n
	t.Local = n
	t.Flush = func() error {
		if *n == was {
			return nil
		}
		doc, err := json.Marshal(n)
		if err != nil {
			return err
		}
		return t.Put(sealed.Main, keyCounts, doc)
	}
	return n, nil
}

// putJSON writes v as JSON and adds to n when the key is new.
func (t txn) putJSON(bucket string, key []byte, v any, n *uint64) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	known, err := t.Get(bucket, key)
	if err != nil {
		return err
	}
	if known == nil {
		*n++
	}
	return t.Put(bucket, key, doc)
}

// scan walks a bucket in the order of its keys; see sealed.Scan.
type scan[T any] struct {
	bucket       string
	prefix, from []byte
	back         bool
	batch        int
	load         func(t txn, key, payload []byte) (T, bool, error)
	end          func(t txn) error
}

func (q scan[T]) run(ctx context.Context, s *boltStore) iter.Seq2[T, error] {
	w := sealed.Scan[T]{Bucket: q.bucket, Prefix: q.prefix, From: q.from, Back: q.back, Batch: q.batch}
	w.Load = func(t *sealed.Tx, key, payload []byte) (T, bool, error) { return q.load(txn{t}, key, payload) }
	if q.end != nil {
		w.End = func(t *sealed.Tx) error { return q.end(txn{t}) }
	}
	return w.Run(ctx, s.file)
}
