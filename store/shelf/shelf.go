// Package shelf keeps what stands as a document under a key: our catalogue, the journal and the state of others,
// and the counts of everything in the file.
package shelf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"pricegap/store/sealed"
)

// ErrInvalid is wrapped by the errors about values that are not kept.
var ErrInvalid = errors.New("store: not valid")

// MaxID is how long an id may be, in bytes; it stands in keys.
const MaxID = 4096

// The buckets.
const (
	products = "products" // id → JSON
	matches  = "matches"  // product \0 listing → JSON
	runs     = "runs"     // source \0 id → JSON
	runTimes = "runtimes" // start, source \0 id → nothing: the order of all runs
	alerts   = "alerts"   // id → JSON
	cursors  = "cursors"  // name → uvarint
	state    = "state"    // key → bytes
)

// Buckets are the buckets that a shelf needs in its file.
var Buckets = []string{products, matches, runs, runTimes, alerts, cursors, state}

// Key is the key of the counts in the main bucket.
var Key = []byte("counts")

// Init makes the counts of a new file.
func Init(t *sealed.Tx) error { return t.Put(sealed.Main, Key, []byte("{}")) }

// Shelf is the documents of a file. All methods are safe for concurrent use.
type Shelf struct{ File *sealed.File }

// Counts is the record of how many there are of what.
type Counts struct {
	Listings, Observations, Changes uint64
	// Sources are how many have a history, Batches how many calls added to it.
	Sources, Batches uint64 `json:",omitzero"`
	// Forgotten are how many of the changes are not there any more.
	Forgotten                       uint64 `json:",omitzero"`
	Products, Matches, Runs, Alerts uint64
	Oldest, Newest                  int64 // seconds
}

// Txn is a transaction that counts.
type Txn struct{ *sealed.Tx }

// View runs do in a read transaction.
func View(ctx context.Context, f *sealed.File, do func(Txn) error) error {
	return f.View(ctx, func(t *sealed.Tx) error { return do(Txn{t}) })
}

// Update runs do in a transaction that it may share with others; do may run more than once.
func Update(ctx context.Context, f *sealed.File, do func(Txn) error) error {
	return f.Update(ctx, func(t *sealed.Tx) error { return do(Txn{t}) })
}

// Count returns the counts, to be read or, where the transaction writes, changed.
func (t Txn) Count() (*Counts, error) {
	if n, ok := t.Kept(countsKey{}).(*Counts); ok {
		return n, nil
	}
	doc, err := t.Get(sealed.Main, Key)
	if err != nil {
		return nil, err
	}
	n := new(Counts)
	if err := json.Unmarshal(doc, n); err != nil {
		return nil, sealed.Damaged(sealed.Main, Key, "%w", err)
	}
	was := *n
	t.Keep(countsKey{}, n)
	t.BeforeCommit(func() error {
		if *n == was {
			return nil
		}
		doc, err := json.Marshal(n)
		if err != nil {
			return err
		}
		return t.Put(sealed.Main, Key, doc)
	})
	return n, nil
}

// countsKey is what the counts are kept under in a transaction.
type countsKey struct{}

// putJSON writes v as JSON and adds to n when the key is new.
func (t Txn) putJSON(bucket string, key []byte, v any, n *uint64) error {
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

// Pair is a key of two ids.
func Pair(a, b string) []byte { return []byte(a + "\x00" + b) }

// ValidID reports whether id can stand in the middle of a key.
func ValidID(id string) bool {
	return id != "" && len(id) <= MaxID && utf8.ValidString(id) && !strings.Contains(id, "\x00")
}

// invalid is the error about a value that is not kept.
func (s *Shelf) invalid(what, id string) error {
	return fmt.Errorf("%w: %s: %s %.100q", ErrInvalid, s.File.Path(), what, id)
}
