package main

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
	"time"

	"go.etcd.io/bbolt"

	"pricegap/market"
)

var errAbsent = errors.New("what was written is not there")

// layout is a way to keep observations in bbolt, as many would write it.
type layout interface {
	// buckets are those that it begins with.
	buckets() []string
	put(tx *bbolt.Tx, rows []row) error
	// newest returns the newest point of a listing until that second; false where there is none.
	newest(tx *bbolt.Tx, series uint32, at int64) (point, bool, error)
	// all yields the points of a listing.
	all(tx *bbolt.Tx, series uint32) iter.Seq2[point, error]
	// changedAt reports whether the text of a listing changed at that second; the rest is compared.
	retold(tx *bbolt.Tx, p, before point) bool
}

// bolt is the contestant for a layout.
type bolt struct {
	layout
	*feed
	db *bbolt.DB
}

func boltFile(dir string) string { return filepath.Join(dir, "bolt.db") }

func openBolt(dir string, f *feed, l layout) (contestant, error) {
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

func (c *bolt) write(_ context.Context, b *batch) error {
	return c.db.Update(func(tx *bbolt.Tx) error { return c.put(tx, b.rows) })
}

// newestOf yields the newest points of the listings with those numbers.
func (c *bolt) newestOf(series iter.Seq[uint32], at int64) iter.Seq2[point, error] {
	if at == 0 {
		at = math.MaxUint32
	}
	return c.view(func(tx *bbolt.Tx, yield func(point, error) bool) {
		for n := range series {
			p, ok, err := c.newest(tx, n, at)
			if (ok || err != nil) && !yield(p, err) {
				return
			}
		}
	})
}

func (c *bolt) view(do func(tx *bbolt.Tx, yield func(point, error) bool)) iter.Seq2[point, error] {
	return func(yield func(point, error) bool) {
		if err := c.db.View(func(tx *bbolt.Tx) error { do(tx, yield); return nil }); err != nil {
			yield(point{}, err)
		}
	}
}

func (c *bolt) latest(_ context.Context, at int64) iter.Seq2[point, error] {
	return c.newestOf(c.numbers(), at)
}

func (c *bolt) rivals(_ context.Context, product uint32) iter.Seq2[point, error] {
	return c.newestOf(func(yield func(uint32) bool) {
		for _, n := range c.feed.rivals[product] {
			if !yield(n) {
				return
			}
		}
	}, 0)
}

func (c *bolt) changed(_ context.Context, since int64) iter.Seq2[point, error] {
	return c.view(func(tx *bbolt.Tx, yield func(point, error) bool) {
		for n := range c.numbers() {
			p, ok, err := c.newest(tx, n, math.MaxUint32)
			if err == nil && (!ok || p.at < since) {
				continue
			}
			var before point
			if err == nil {
				before, ok, err = c.newest(tx, n, p.at-1)
			}
			if err == nil && ok && p.price == before.price && p.stock == before.stock && !c.retold(tx, p, before) {
				continue
			}
			if !yield(p, err) {
				return
			}
		}
	})
}

func (c *bolt) history(_ context.Context, series uint32) iter.Seq2[point, error] {
	return c.view(func(tx *bbolt.Tx, yield func(point, error) bool) { c.all(tx, series)(yield) })
}

func (c *bolt) close() error { return c.db.Close() }

// compactBolt copies the file without its free pages.
func compactBolt(_ context.Context, dir string, _ *feed) error {
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

func openNested(_ context.Context, dir string, f *feed) (contestant, error) {
	return openBolt(dir, f, nested{})
}

func (nested) buckets() []string { return nil }

func (nested) put(tx *bbolt.Tx, rows []row) error {
	for _, r := range rows {
		b, err := tx.CreateBucketIfNotExists(number(r.series))
		if err != nil {
			return err
		}
		raw, err := json.Marshal(document{time.Unix(r.at, 0).UTC(), r.text, r.price, "EUR", r.stock})
		if err != nil {
			return err
		}
		if err := b.Put(number(uint32(r.at)), raw); err != nil {
			return err
		}
	}
	return nil
}

func (nested) newest(tx *bbolt.Tx, series uint32, at int64) (point, bool, error) {
	b := tx.Bucket(number(series))
	if b == nil {
		return point{}, false, nil
	}
	k, v := until(b.Cursor(), number(uint32(at)))
	if k == nil {
		return point{}, false, nil
	}
	p, err := parseDocument(series, v)
	return p, true, err
}

func parseDocument(series uint32, raw []byte) (point, error) {
	var d document
	err := json.Unmarshal(raw, &d)
	return point{series: series, at: d.At.Unix(), price: d.Price, stock: d.Stock, text: d.Title}, err
}

func (nested) all(tx *bbolt.Tx, series uint32) iter.Seq2[point, error] {
	return func(yield func(point, error) bool) {
		b := tx.Bucket(number(series))
		if b == nil {
			yield(point{}, fmt.Errorf("series %d: %w", series, errAbsent))
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

func (nested) retold(_ *bbolt.Tx, p, before point) bool { return p.text != before.text }

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
