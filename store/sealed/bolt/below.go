package bolt

import (
	"bytes"

	"go.etcd.io/bbolt"
)

// Below moves a cursor to the last key below another one, and returns it with its value; nil where there is none.
func Below(c *bbolt.Cursor, key []byte) (k, v []byte) {
	if k, _ = c.Seek(key); k == nil {
		return c.Last()
	}
	if k, v = c.Prev(); k != nil {
		return k, v
	}
	// It is the beginning, or a page of which this transaction has deleted all: bbolt says the same of both.
	first, _ := c.Bucket().Cursor().First()
	for k == nil && first != nil && bytes.Compare(first, key) < 0 {
		k, v = c.Prev()
	}
	return k, v
}
