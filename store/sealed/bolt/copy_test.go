package bolt

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
)

// TestCopyIsCompared: a copy that lacks a record, has one more, or another value is not taken for the same.
func TestCopyIsCompared(t *testing.T) {
	t.Parallel()
	alter := map[string]func(b *bbolt.Bucket) error{
		"as it is": nil,
		"less":     func(b *bbolt.Bucket) error { return b.Delete([]byte("key 99")) },
		"more":     func(b *bbolt.Bucket) error { return b.Put([]byte("key 991"), []byte("value")) },
		"other":    func(b *bbolt.Bucket) error { return b.Put([]byte("key 7"), []byte("value of another")) },
	}
	for what, do := range alter {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			from, to := made(t, 100), made(t, 0)
			x := &copying{ctx: t.Context(), to: to, each: func(bucket, key, value []byte) error { return nil }}
			if err := from.View(func(tx *bbolt.Tx) error {
				if err := tx.ForEach(x.bucket); err != nil || do == nil {
					return errors.Join(err, x.compare(tx))
				}
				if err := to.Update(func(tx *bbolt.Tx) error { return do(tx.Bucket([]byte("b"))) }); err != nil {
					return err
				}
				if err := x.compare(tx); !errors.Is(err, errCopy) {
					t.Errorf("%v, want errCopy", err)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
			if do == nil && x.done != 2*(100*int64(len("value"))+10*int64(len("key n"))+90*int64(len("key nn"))) {
				t.Errorf("%d bytes were copied and compared", x.done)
			}
		})
	}
}

// made makes a file of n records.
func made(t *testing.T, n int) *DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.db")
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte("b"))
		for i := range n {
			err = errors.Join(err, b.Put(fmt.Append(nil, "key ", i), []byte("value")))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := Open(path, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
