package sealed

import (
	"bytes"
	"slices"

	"go.etcd.io/bbolt"

	"pricegap/store/record"
	"pricegap/store/sealed/bolt"
)

// Tx is a transaction. What it returns of keys and payloads is valid until it ends.
type Tx struct {
	tx      *bbolt.Tx
	buckets map[string]*bbolt.Bucket
	kept    map[any]any
	before  []func() error
	after   []func(error)

	failed error  // of a part of it: nothing of it may be committed
	letGo  func() // nil lets nothing go
	mapped int    // how many bytes of the file were mapped, about
}

// What is mapped of the file is let go after so many bytes, about: the kernel maps window bytes around each page that is read.
const (
	window  = 64 << 10
	letGoOf = 8 << 20
)

// Keep keeps a value of a user's for the life of the transaction, which may serve several Updates, under a key of a type of the
// user's own.
func (t *Tx) Keep(key, value any) {
	if t.kept == nil {
		t.kept = map[any]any{}
	}
	t.kept[key] = value
}

// Kept returns what Keep kept; nil for nothing.
func (t *Tx) Kept(key any) any { return t.kept[key] }

// BeforeCommit has do run once before the commit.
func (t *Tx) BeforeCommit(do func() error) { t.before = append(t.before, do) }

// AfterCommit has do run once the commit is over, before the next write transaction begins. After an error it is not
// known what of the transaction the file holds. It does not run where nothing was committed.
func (t *Tx) AfterCommit(do func(error)) { t.after = append(t.after, do) }

// join runs do as a part of the transaction.
func (t *Tx) join(do func(*Tx) error) error {
	if t.failed == nil {
		t.failed = do(t)
	}
	return t.failed
}

func (t *Tx) flush() error {
	for _, do := range t.before {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) bucket(name string) (*bbolt.Bucket, error) {
	t.read(window)
	if b := t.buckets[name]; b != nil { // bbolt looks for it anew each time
		return b, nil
	}
	b := t.tx.Bucket([]byte(name))
	if b == nil {
		return nil, Damaged(name, nil, "the bucket is missing")
	}
	if t.buckets == nil {
		t.buckets = map[string]*bbolt.Bucket{}
	}
	t.buckets[name] = b
	return b, nil
}

// read counts bytes that are mapped, and lets go of them when they are many.
func (t *Tx) read(bytes int) {
	before := t.mapped / letGoOf
	if t.mapped += bytes; t.mapped/letGoOf != before && t.letGo != nil {
		t.letGo()
	}
}

func (t *Tx) unseal(bucket string, key, value []byte) ([]byte, error) {
	t.read(len(value))
	p, err := record.Unseal(bucket, key, value)
	if err != nil {
		return nil, Damaged(bucket, key, "%w", err)
	}
	return p, nil
}

// Get returns the payload of a record; nil when there is none. That there is none is proved by the records
// on both sides: a record whose key was damaged stands where it was looked for.
func (t *Tx) Get(bucket string, key []byte) ([]byte, error) {
	b, err := t.bucket(bucket)
	if err != nil {
		return nil, err
	}
	if v := b.Get(key); v != nil {
		return t.unseal(bucket, key, v)
	}
	if _, _, err := t.Ceiling(bucket, key); err != nil {
		return nil, err
	}
	_, _, err = t.Below(bucket, key)
	return nil, err
}

// Put writes a record.
func (t *Tx) Put(bucket string, key, payload []byte) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	return b.Put(key, record.Seal(bucket, key, payload))
}

// Append is Put for a bucket whose keys only ever grow: its pages are filled to the brim.
func (t *Tx) Append(bucket string, key, payload []byte) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	b.FillPercent = 1
	return b.Put(key, record.Seal(bucket, key, payload))
}

// Delete removes a record; one that is not there is no error.
func (t *Tx) Delete(bucket string, key []byte) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	return b.Delete(key)
}

// Ceiling returns the first record at or above key; a nil key when there is none.
func (t *Tx) Ceiling(bucket string, key []byte) (k, payload []byte, err error) {
	b, err := t.bucket(bucket)
	if err != nil {
		return nil, nil, err
	}
	k, v := b.Cursor().Seek(key)
	return t.open(bucket, k, v)
}

// Below returns the last record below key; a nil key when there is none.
func (t *Tx) Below(bucket string, key []byte) (k, payload []byte, err error) {
	b, err := t.bucket(bucket)
	if err != nil {
		return nil, nil, err
	}
	k, v := bolt.Below(b.Cursor(), key)
	return t.open(bucket, k, v)
}

func (t *Tx) open(bucket string, k, v []byte) (key, payload []byte, err error) {
	if k == nil {
		return nil, nil, nil
	}
	payload, err = t.unseal(bucket, k, v)
	return slices.Clone(k), payload, err
}

// Each calls do for the records whose keys begin with prefix, in order.
func (t *Tx) Each(bucket string, prefix []byte, do func(key, payload []byte) error) error {
	b, err := t.bucket(bucket)
	if err != nil {
		return err
	}
	c := b.Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		p, err := t.unseal(bucket, k, v)
		if err != nil {
			return err
		}
		if err := do(k, p); err != nil {
			return err
		}
	}
	return nil
}
