package past

import (
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"sync"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/segment/column"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/pack"
)

// PartOf is how many first sights stand in a part.
const PartOf = 256

// part is a part of first sights, unpacked: the first in full, the others as what differs from it.
type part struct {
	template market.Observation
	rows     *column.Table
}

// Cache holds some parts, those that came last.
type Cache struct {
	Most  int // how many bytes are kept, about, and the part that came last in any case; 0 is as many as writers need
	mu    sync.Mutex
	kept  map[[2]uint32]*part
	came  [][2]uint32 // whose they are, in the order in which they came
	bytes int         // how large they are, about
}

// cached is how many bytes of parts are kept, about: of 30,000 listings. A crawl goes through all in order; with 24 MiB, those of 200,000, it took a quarter
// less processor time to write, and one of 100,000 pages more memory than it may.
const cached = 4 << 20

func (c *Cache) get(source, n uint32) *part {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[[2]uint32{source, n}]
}

func (c *Cache) put(source, n uint32, p *part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[[2]uint32]*part{}
	}
	at := [2]uint32{source, n}
	if was := c.kept[at]; was != nil {
		c.bytes -= was.size()
	} else {
		c.came = append(c.came, at)
	}
	c.kept[at] = p
	for c.bytes += p.size(); c.bytes > cmp.Or(c.Most, cached) && c.came[0] != at; c.came = c.came[1:] {
		c.bytes -= c.kept[c.came[0]].size()
		delete(c.kept, c.came[0])
	}
}

// size is how many bytes a part takes, about.
func (p *part) size() int { return 4<<10 + p.rows.Size() } // the template is the first

// InPart returns the first sight of a listing that stands in a part.
func (r *Reader) InPart(ordinal uint32) (o market.Observation, err error) {
	n, i := ordinal/PartOf, int(ordinal%PartOf)
	kept := r.Parts
	if r.Own != nil && (n+1)*PartOf > r.Full {
		kept = r.Own
	}
	p := kept.get(r.Number, n)
	if p == nil || i >= p.rows.Len() { // the last part of a source is written again when it grows
		if p, err = r.part(n); err != nil {
			return o, err
		}
		kept.put(r.Number, n, p)
	}
	switch {
	case i >= p.rows.Len():
		err = errors.New("a first sight is missing")
	case i == 0:
		o = p.template
		o.Offer.Evidence, o.Offer.BranchStock, o.Offer.Services = maps.Clone(o.Offer.Evidence), maps.Clone(o.Offer.BranchStock), slices.Clone(o.Offer.Services)
	default:
		if r.row, err = p.rows.Row(r.row[:0], i); err == nil {
			o, err = r.apply(&p.template, r.row)
		}
	}
	return o, Spoiled(BucketParts, KeyOf(r.Number, n), err)
}

// part reads a part.
func (r *Reader) part(number uint32) (*part, error) {
	key := KeyOf(r.Number, number)
	packed, err := must(r.T, BucketParts, key)
	if err != nil {
		return nil, err
	}
	b := record.Reader{B: packed}
	form, n := b.Byte(), b.Number()
	if b.Bad || form != columns || n == 0 || n > PartOf {
		return nil, Spoiled(BucketParts, key, record.ErrForm)
	}
	p := new(part)
	if p.rows, err = column.Open(b.B, int(n)); err == nil {
		r.row, err = p.rows.Row(r.row[:0], 0)
	}
	if err != nil {
		return nil, Spoiled(BucketParts, key, err)
	}
	p.template, err = delta.Apply(&market.Observation{}, r.row) // in full, since others read from it too
	p.template.Source = r.Name
	return p, Spoiled(BucketParts, key, err)
}

// columns is what a part begins with whose first sights stand in columns: how many there are follows, and what they say. The others
// are of schema 4: packed rows, each with its length.
const columns = 1

// unpackPart returns the first sights of a part as they are written, the template first.
func unpackPart(packed []byte) (rows [][]byte, err error) {
	b := record.Reader{B: packed}
	if b.Byte() == columns {
		n := b.Number()
		if b.Bad || n == 0 || n > PartOf {
			return nil, record.ErrForm
		}
		return column.Rows(b.B, int(n))
	}
	raw, err := pack.Unpack(packed, nil)
	if err != nil {
		return nil, err
	}
	b = record.Reader{B: raw}
	for len(b.B) > 0 {
		rows = append(rows, b.Bytes())
	}
	if len(rows) == 0 || len(rows) > PartOf {
		return nil, record.ErrForm
	}
	return rows, b.End()
}

// listings calls do with the listing of each first sight of a part, and returns how many there are.
func listings(packed []byte, do func(market.ListingID)) (n int, err error) {
	var template market.ListingID
	tell := func(id market.ListingID, err error) error {
		if err == nil && id == "" {
			err = record.ErrForm
		}
		if err != nil {
			return err
		}
		if n == 0 {
			template = id
		}
		n++
		do(id)
		return nil
	}
	if b := (record.Reader{B: packed}); b.Byte() == columns {
		many := int(min(b.Number(), PartOf+1))
		err = column.Listings(b.B, many, func(mask uint64, told []byte) error { return tell(delta.ListingOf(template, mask, told)) })
		return n, err
	}
	rows, err := unpackPart(packed)
	if err != nil {
		return 0, err
	}
	for _, b := range rows {
		if err := tell(delta.Listing(template, b)); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Unpack returns the first sights of a part, all but their source. Errors: record.ErrForm, and those of zstd.
func Unpack(packed []byte) ([]market.Observation, error) {
	rows, err := unpackPart(packed)
	if err != nil {
		return nil, err
	}
	var base market.Observation
	out := make([]market.Observation, len(rows))
	for i, b := range rows {
		if out[i], err = delta.Apply(&base, b); err != nil {
			return nil, err
		}
		base = out[0]
	}
	return out, nil
}

// PackPart is what unpackPart reads.
func PackPart(obs []market.Observation) ([]byte, error) {
	rows := make([][]byte, len(obs))
	base := market.Observation{}
	for i := range obs {
		rows[i] = delta.Append(nil, &base, &obs[i], 0)
		base = obs[0]
	}
	return column.Append(binary.AppendUvarint([]byte{columns}, uint64(len(rows))), rows)
}
