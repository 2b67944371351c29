package peer

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"pricegap/bench/store/work"
	"pricegap/market"
)

// The buckets of the flat layouts.
const (
	bucketPoints = "points"
	bucketTexts  = "texts"
)

// stocks are the kinds of stock of the work by their number.
var stocks = []market.Stock{market.StockIn, market.StockOut}

func stockNumber(s market.Stock) byte {
	if s == market.StockOut {
		return 1
	}
	return 0
}

// texts keeps each text of a listing once, from when it was seen.
type texts struct{}

func (texts) buckets() []string { return []string{bucketPoints, bucketTexts} }

func (texts) note(tx *bbolt.Tx, r work.Row) error {
	if !r.Texted {
		return nil
	}
	return tx.Bucket([]byte(bucketTexts)).Put(pair(r.Series, r.At), []byte(r.Text))
}

func (texts) retold(tx *bbolt.Tx, p, _ work.Point) bool {
	return tx.Bucket([]byte(bucketTexts)).Get(pair(p.Series, p.At)) != nil
}

// told gives points of a listing their texts.
func (texts) told(tx *bbolt.Tx, series uint32, points iter.Seq2[work.Point, error]) iter.Seq2[work.Point, error] {
	return func(yield func(work.Point, error) bool) {
		b := tx.Bucket([]byte(bucketTexts))
		for p, err := range points {
			if err == nil {
				_, text := until(b.Cursor(), pair(series, p.At))
				p.Text = string(text)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// pair is a key: a listing and a second.
func pair(series uint32, at int64) []byte {
	return binary.BigEndian.AppendUint32(number(series), uint32(at))
}

func ofSeries(key []byte, series uint32) bool {
	return len(key) == 8 && binary.BigEndian.Uint32(key) == series
}

func secondOf(key []byte) int64 { return int64(binary.BigEndian.Uint32(key[4:])) }

// flat has each observation in a few bytes under its listing and time.
type flat struct{ texts }

func openFlat(_ context.Context, dir string, f *work.Feed) (Contestant, error) {
	return openBolt(dir, f, flat{})
}

func (l flat) put(tx *bbolt.Tx, rows []work.Row) error {
	b := tx.Bucket([]byte(bucketPoints))
	for _, r := range rows {
		if err := b.Put(pair(r.Series, r.At), binary.AppendUvarint([]byte{stockNumber(r.Stock)}, uint64(r.Price))); err != nil {
			return err
		}
		if err := l.note(tx, r); err != nil {
			return err
		}
	}
	return nil
}

func parseFlat(k, v []byte) (work.Point, error) {
	price, n := binary.Uvarint(v[1:])
	if n <= 0 {
		return work.Point{}, fmt.Errorf("key %x: value %x", k, v)
	}
	return work.Point{Series: binary.BigEndian.Uint32(k), At: secondOf(k), Price: int64(price), Stock: stocks[v[0]]}, nil
}

func (flat) newest(tx *bbolt.Tx, series uint32, at int64) (work.Point, bool, error) {
	k, v := until(tx.Bucket([]byte(bucketPoints)).Cursor(), pair(series, at))
	if !ofSeries(k, series) {
		return work.Point{}, false, nil
	}
	p, err := parseFlat(k, v)
	return p, true, err
}

func (l flat) all(tx *bbolt.Tx, series uint32) iter.Seq2[work.Point, error] {
	return l.told(tx, series, func(yield func(work.Point, error) bool) {
		c := tx.Bucket([]byte(bucketPoints)).Cursor()
		for k, v := c.Seek(pair(series, 0)); ofSeries(k, series); k, v = c.Next() {
			if !yield(parseFlat(k, v)) {
				return
			}
		}
	})
}

// chunkPoints is how many points a chunk has at most, as in Prometheus.
const chunkPoints = 120

// chunks has up to chunkPoints observations of a listing in one value, after Gorilla (Pelkonen and others, 2015): the
// difference of differences of time, and values only where they changed; in whole bytes. A value is written anew
// with each point.
type chunks struct {
	texts
	heads map[uint32]*head
}

// head is the end of the last chunk of a listing, in memory.
type head struct {
	key   []byte
	n     int
	delta int64
	last  work.Point
}

func openChunks(_ context.Context, dir string, f *work.Feed) (Contestant, error) {
	return openBolt(dir, f, chunks{heads: map[uint32]*head{}})
}

func (l chunks) put(tx *bbolt.Tx, rows []work.Row) error {
	b := tx.Bucket([]byte(bucketPoints))
	for _, r := range rows {
		h, err := l.head(b, r.Series)
		if err != nil {
			return err
		}
		p := work.Point{Series: r.Series, At: r.At, Price: r.Price, Stock: r.Stock}
		var v []byte
		if h.n == 0 || h.n == chunkPoints {
			h.key, h.n, h.delta = pair(r.Series, r.At), 0, 0
			v = binary.AppendUvarint([]byte{stockNumber(r.Stock)}, uint64(r.Price))
		} else {
			v = h.append(append(make([]byte, 0, 1024), b.Get(h.key)...), p)
		}
		h.last = p
		h.n++
		if err := b.Put(h.key, v); err != nil {
			return err
		}
		if err := l.note(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// append writes a point behind the others.
func (h *head) append(v []byte, p work.Point) []byte {
	delta := p.At - h.last.At
	step := zigzag(delta-h.delta) << 1
	h.delta = delta
	if p.Price == h.last.Price && p.Stock == h.last.Stock {
		return binary.AppendUvarint(v, step)
	}
	v = binary.AppendUvarint(v, step|1)
	return binary.AppendVarint(append(v, stockNumber(p.Stock)), p.Price-h.last.Price)
}

func zigzag(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }

// head returns the head of a listing, read from its last chunk where it is not known.
func (l chunks) head(b *bbolt.Bucket, series uint32) (*head, error) {
	h := l.heads[series]
	if h != nil {
		return h, nil
	}
	h = new(head)
	if k, v := until(b.Cursor(), pair(series, 1<<32-1)); ofSeries(k, series) {
		h.key = append([]byte(nil), k...)
		for p, err := range unpack(k, v) {
			if err != nil {
				return nil, err
			}
			if h.n > 0 {
				h.delta = p.At - h.last.At
			}
			h.last = p
			h.n++
		}
	}
	l.heads[series] = h
	return h, nil
}

// unpack yields the points of a chunk.
func unpack(k, v []byte) iter.Seq2[work.Point, error] {
	return func(yield func(work.Point, error) bool) {
		p, err := parseFlat(k, v)
		if !yield(p, err) || err != nil {
			return
		}
		_, n := binary.Uvarint(v[1:])
		v = v[1+n:]
		var delta int64
		for len(v) > 0 {
			step, n := binary.Uvarint(v)
			v = v[max(n, 0):]
			zig := step >> 1
			delta += int64(zig>>1) ^ -int64(zig&1)
			p.At += delta
			if n > 0 && step&1 != 0 && len(v) > 1 {
				by, m := binary.Varint(v[1:])
				p.Stock, p.Price = stocks[v[0]], p.Price+by
				v, n = v[1+max(m, 0):], m
			}
			if n <= 0 {
				yield(work.Point{}, fmt.Errorf("key %x: not a chunk", k))
				return
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

func (l chunks) newest(tx *bbolt.Tx, series uint32, at int64) (last work.Point, ok bool, err error) {
	k, v := until(tx.Bucket([]byte(bucketPoints)).Cursor(), pair(series, at))
	if !ofSeries(k, series) {
		return work.Point{}, false, nil
	}
	for p, err := range unpack(k, v) {
		if err != nil {
			return work.Point{}, false, err
		}
		if p.At > at {
			break
		}
		last, ok = p, true
	}
	return last, ok, nil
}

func (l chunks) all(tx *bbolt.Tx, series uint32) iter.Seq2[work.Point, error] {
	return l.told(tx, series, func(yield func(work.Point, error) bool) {
		c := tx.Bucket([]byte(bucketPoints)).Cursor()
		for k, v := c.Seek(pair(series, 0)); ofSeries(k, series); k, v = c.Next() {
			for p, err := range unpack(k, v) {
				if !yield(p, err) {
					return
				}
			}
		}
	})
}
