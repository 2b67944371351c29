package peer

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"pricegap/bench/store/work"
	"pricegap/market"
)

var errAbsent = errors.New("what was written is not there")

// layout is a way to keep observations in bbolt, as many would write it.
type layout interface {
	// buckets are those that it begins with.
	buckets() []string
	put(tx *bbolt.Tx, rows []work.Row) error
	// newest returns the newest point of a listing until that second; false where there is none.
	newest(tx *bbolt.Tx, series uint32, at int64) (work.Point, bool, error)
	// all yields the points of a listing.
	all(tx *bbolt.Tx, series uint32) iter.Seq2[work.Point, error]
	// retold reports whether the text of a point is another than that of the one before; the rest is compared.
	retold(tx *bbolt.Tx, p, before work.Point) bool
}

// bolt is the contestant for a layout.
type bolt struct {
	layout
	*work.Feed
	db *bbolt.DB
}

func boltFile(dir string) string { return filepath.Join(dir, "bolt.db") }

func openBolt(dir string, f *work.Feed, l layout) (Contestant, error) {
	db, err := bbolt.Open(boltFile(dir), 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range l.buckets() {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	return &bolt{l, f, db}, err
}

func (c *bolt) Write(_ context.Context, b *work.Batch) error {
	return c.db.Update(func(tx *bbolt.Tx) error { return c.put(tx, b.Rows) })
}

// newestOf yields the newest points of the listings with those numbers.
func (c *bolt) newestOf(series iter.Seq[uint32], at int64) iter.Seq2[work.Point, error] {
	if at == 0 {
		at = math.MaxUint32
	}
	return c.view(func(tx *bbolt.Tx, yield func(work.Point, error) bool) {
		for n := range series {
			p, ok, err := c.newest(tx, n, at)
			if (ok || err != nil) && !yield(p, err) {
				return
			}
		}
	})
}

func (c *bolt) view(do func(tx *bbolt.Tx, yield func(work.Point, error) bool)) iter.Seq2[work.Point, error] {
	return func(yield func(work.Point, error) bool) {
		if err := c.db.View(func(tx *bbolt.Tx) error { do(tx, yield); return nil }); err != nil {
			yield(work.Point{}, err)
		}
	}
}

func (c *bolt) Latest(_ context.Context, at int64) iter.Seq2[work.Point, error] {
	return c.newestOf(c.Numbers(), at)
}

func (c *bolt) Rivals(_ context.Context, product uint32) iter.Seq2[work.Point, error] {
	return c.newestOf(slices.Values(c.Feed.Rivals[product]), 0)
}

func (c *bolt) Changed(_ context.Context, since int64) iter.Seq2[work.Point, error] {
	return c.view(func(tx *bbolt.Tx, yield func(work.Point, error) bool) {
		for n := range c.Numbers() {
			p, ok, err := c.newest(tx, n, math.MaxUint32)
			if err == nil && (!ok || p.At < since) {
				continue
			}
			var before work.Point
			if err == nil {
				before, ok, err = c.newest(tx, n, p.At-1)
			}
			if err == nil && ok && p.Price == before.Price && p.Stock == before.Stock && !c.retold(tx, p, before) {
				continue
			}
			if !yield(p, err) {
				return
			}
		}
	})
}

func (c *bolt) History(_ context.Context, series uint32) iter.Seq2[work.Point, error] {
	return c.view(func(tx *bbolt.Tx, yield func(work.Point, error) bool) { c.all(tx, series)(yield) })
}

func (c *bolt) Close() error { return c.db.Close() }

// compactBolt copies the file without its free pages.
func compactBolt(_ context.Context, dir string, _ *work.Feed) error {
	src, err := bbolt.Open(boltFile(dir), 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer src.Close()
	to := boltFile(dir) + ".new"
	dst, err := bbolt.Open(to, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	if err := errors.Join(bbolt.Compact(dst, src, 64<<20), dst.Sync(), dst.Close()); err != nil {
		return err
	}
	return os.Rename(to, boltFile(dir))
}

// nested has a bucket for each listing, and each observation in it as JSON under its time.
type nested struct{}

// document is an observation in JSON.
type document struct {
	At       time.Time    `json:"at"`
	Title    string       `json:"title"`
	Price    int64        `json:"price"`
	Currency string       `json:"currency"`
	Stock    market.Stock `json:"stock"`
}

func openNested(_ context.Context, dir string, f *work.Feed) (Contestant, error) {
	return openBolt(dir, f, nested{})
}

func (nested) buckets() []string { return nil }

func (nested) put(tx *bbolt.Tx, rows []work.Row) error {
	for _, r := range rows {
		b, err := tx.CreateBucketIfNotExists(number(r.Series))
		if err != nil {
			return err
		}
		raw, err := json.Marshal(document{time.Unix(r.At, 0).UTC(), r.Text, r.Price, "EUR", r.Stock})
		if err != nil {
			return err
		}
		if err := b.Put(number(uint32(r.At)), raw); err != nil {
			return err
		}
	}
	return nil
}

func (nested) newest(tx *bbolt.Tx, series uint32, at int64) (work.Point, bool, error) {
	b := tx.Bucket(number(series))
	if b == nil {
		return work.Point{}, false, nil
	}
	k, v := until(b.Cursor(), number(uint32(at)))
	if k == nil {
		return work.Point{}, false, nil
	}
	p, err := parseDocument(series, v)
	return p, true, err
}

func parseDocument(series uint32, raw []byte) (work.Point, error) {
	var d document
	err := json.Unmarshal(raw, &d)
	return work.Point{Series: series, At: d.At.Unix(), Price: d.Price, Stock: d.Stock, Text: d.Title}, err
}

func (nested) all(tx *bbolt.Tx, series uint32) iter.Seq2[work.Point, error] {
	return func(yield func(work.Point, error) bool) {
		b := tx.Bucket(number(series))
		if b == nil {
			yield(work.Point{}, fmt.Errorf("series %d: %w", series, errAbsent))
			return
		}
		c := b.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if !yield(parseDocument(series, v)) {
				return
			}
		}
	}
}

func (nested) retold(_ *bbolt.Tx, p, before work.Point) bool { return p.Text != before.Text }

func number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// until returns the last entry whose key is not greater; nil where there is none.
func until(c *bbolt.Cursor, key []byte) (k, v []byte) {
	if k, v = c.Seek(key); k != nil && string(k) == string(key) {
		return k, v
	}
	if k == nil {
		return c.Last()
	}
	return c.Prev()
}
