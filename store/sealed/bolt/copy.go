package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
)

// copyBatch is how many bytes of records one transaction of a copy holds, and how many are read before pages are let go.
const copyBatch = 4 << 20

// errCopy says that a copy is no copy.
var errCopy = errors.New("the copy of the file is not the same")

// Copy copies all records that a transaction of d sees into a new file, reads them back and compares, and makes them durable. Pages
// are checked before they are followed; each sees every record before it is copied, and its error ends the copy. tell, where it is not
// nil, hears at each percent how many of the bytes that are copied and compared are done. Errors: ErrCorrupt.
func (d *DB) Copy(
	ctx context.Context, tx *bbolt.Tx, path string, each func(bucket, key, value []byte) error, tell func(done, total int64),
) (err error) {
	records, err := d.CheckTree(tx)
	if err != nil {
		return err
	}
	info, err := d.File.Stat()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, info.Mode().Perm())
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	to, err := Open(path, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	to.NoSync, to.NoGrowSync = true, true // once, at the end
	c := &copying{ctx: ctx, to: to, each: each, tell: tell, total: 2 * int64(records)}
	if err := tx.ForEach(c.bucket); err != nil {
		return err
	}
	if err := c.compare(tx); err != nil {
		return err
	}
	return to.Sync()
}

// copying is under way: from a transaction into another file.
type copying struct {
	ctx  context.Context //nolint:containedctx // it lives as long as the call
	to   *DB
	each func(bucket, key, value []byte) error

	tell                  func(done, total int64)
	done, total, percents int64
}

// more says that so many more bytes are done.
func (x *copying) more(bytes int) {
	x.done += int64(bytes)
	if now := 100 * x.done / max(x.total, 1); x.tell != nil && now > x.percents {
		x.percents = now
		x.tell(x.done, x.total)
	}
}

// bucket copies a bucket, whose pages are filled to the brim.
func (x *copying) bucket(name []byte, from *bbolt.Bucket) error {
	c := from.Cursor()
	k, v := c.First()
	for first := true; first || k != nil; first = false {
		if err := x.ctx.Err(); err != nil {
			return err
		}
		n := 0
		if err := x.to.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists(name)
			if err != nil {
				return err
			}
			b.FillPercent = 1
			for ; k != nil && n < copyBatch; k, v = c.Next() {
				if err := x.each(name, k, v); err != nil {
					return err
				}
				if err := b.Put(k, v); err != nil {
					return err
				}
				n += len(k) + len(v)
			}
			LetGo(tx)
			return nil
		}); err != nil {
			return err
		}
		x.more(n)
	}
	return nil
}

// compare holds the copy against what was copied.
func (x *copying) compare(from *bbolt.Tx) error {
	return x.to.View(func(to *bbolt.Tx) error {
		return from.ForEach(func(name []byte, b *bbolt.Bucket) error {
			was, is, next := b.Cursor(), to.Bucket(name).Cursor(), (*bbolt.Cursor).First
			for n := 0; ; next = (*bbolt.Cursor).Next {
				k, v := next(was)
				ck, cv := next(is)
				if !bytes.Equal(k, ck) || !bytes.Equal(v, cv) {
					return fmt.Errorf("%w: bucket %s, key %q", errCopy, name, k)
				}
				if n += len(k) + len(v); k == nil || n >= copyBatch {
					LetGo(from)
					LetGo(to)
					x.more(n)
					n = 0
					if err := x.ctx.Err(); k == nil || err != nil {
						return err
					}
				}
			}
		})
	})
}
