package sealed

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"

	"pricegap/store/sealed/bolt"
)

// A scan reads this many records, or passes over this many, in one transaction.
const (
	scanBatch = 256
	scanSkips = 4096
)

// ErrEnd ends a scan from within its Load.
var ErrEnd = errors.New("end of the scan")

// Scan walks a bucket in the order of its keys. It holds no transaction while it yields.
type Scan[T any] struct {
	Bucket string
	// Prefix bounds the walk; From is its first key, empty for the first there is.
	Prefix, From []byte
	// Back walks downwards from the last key; Prefix and From are empty then.
	Back bool
	// Batch is how many records one transaction reads; 0 means 256.
	Batch int
	// Load makes the value; false passes over the record, ErrEnd ends the walk. The key may be kept, the payload
	// only until Load returns.
	Load func(t *Tx, key, payload []byte) (T, bool, error)
	// End, where set, is called in the transaction that found the end of the bucket or prefix.
	End func(t *Tx) error
}

// Run yields the values, and at most one error, last.
func (q Scan[T]) Run(ctx context.Context, s *File) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last []byte // the last key read
		for done := false; !done; {
			var got []T
			err := s.View(ctx, func(t *Tx) (err error) {
				got, last, done, err = q.read(t, last)
				return err
			})
			for _, v := range got {
				if !yield(v, nil) {
					return
				}
			}
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
		}
	}
}

// read reads the batch behind the key last.
func (q Scan[T]) read(t *Tx, last []byte) (got []T, at []byte, done bool, err error) {
	b, err := t.bucket(q.Bucket)
	if err != nil {
		return nil, last, false, err
	}
	limit := q.Batch
	if limit == 0 {
		limit = scanBatch
	}
	c := b.Cursor()
	var k, v []byte
	step := c.Next
	switch {
	case q.Back:
		step = c.Prev
		if k, v = c.Last(); last != nil {
			k, v = bolt.Below(c, last)
		}
	case last != nil:
		if k, v = c.Seek(last); bytes.Equal(k, last) {
			k, v = c.Next()
		}
	default:
		from := q.From
		if from == nil {
			from = q.Prefix
		}
		if _, _, err := t.Below(q.Bucket, from); err != nil { // a damaged key may hide the first record there
			return nil, last, false, err
		}
		k, v = c.Seek(from)
	}
	for n := 0; ; k, v = step() {
		if k == nil || !bytes.HasPrefix(k, q.Prefix) {
			return got, last, true, q.over(t, k, v)
		}
		if len(got) >= limit || n >= scanSkips {
			return got, last, false, nil
		}
		n++
		if d := bytes.Compare(k, last); last != nil && (d == 0 || (d < 0) != q.Back) {
			return got, last, false, Damaged(q.Bucket, k, "the key is out of order")
		}
		last = slices.Clone(k)
		p, err := t.unseal(q.Bucket, last, v)
		if err != nil {
			return got, last, false, err
		}
		x, ok, err := q.Load(t, last, p)
		if errors.Is(err, ErrEnd) {
			return got, last, true, nil
		}
		if err != nil {
			return got, last, false, err
		}
		if ok {
			got = append(got, x)
		}
	}
}

// over is called with what stands behind the end, where a damaged key may hide the last record.
func (q Scan[T]) over(t *Tx, k, v []byte) error {
	if k != nil {
		if _, err := t.unseal(q.Bucket, k, v); err != nil {
			return err
		}
	}
	if q.End != nil {
		return q.End(t)
	}
	return nil
}
