package column

import (
	"encoding/binary"
	"math/bits"

	"pricegap/store/record"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/pack"
)

// What stands here reads columns of schema 5: the masks, and what rows say of each field, one behind the other, packed together.

// flatRows is Rows.
func flatRows(b []byte, n int) ([][]byte, error) {
	c, err := open(b, n)
	if err != nil {
		return nil, err
	}
	out, all := make([][]byte, n), make([]byte, 0, c.size)
	for i, mask := range c.masks {
		from := len(all)
		if all = c.appendQuote(all); c.quotes.Bad {
			return nil, record.ErrForm
		}
		all = appendRow(all, mask, c.pieces[:bits.OnesCount64(mask)])
		c.pieces = c.pieces[bits.OnesCount64(mask):]
		out[i] = all[from:len(all):len(all)]
	}
	return out, c.quotes.End()
}

// flatRow is Row.
func flatRow(b []byte, n, i int) ([]byte, error) {
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	c := opened{room: *room}
	columns, digests, err := c.begin(b, n)
	if err != nil {
		return nil, err
	}
	*room = c.room
	for range i {
		delta.SkipQuote(&c.quotes, c.currency)
	}
	out := c.appendQuote(nil)
	var union uint64
	for _, mask := range c.masks {
		union |= mask
	}
	var all [delta.Fields]piece
	pieces := all[:0]
	for rest := union; rest != 0; rest &= rest - 1 {
		field := bits.TrailingZeros64(rest)
		for j, mask := range c.masks {
			if mask&(1<<field) == 0 {
				continue
			}
			if p := takePiece(&columns, &digests, field); j == i {
				pieces = append(pieces, p)
			}
		}
	}
	if c.quotes.Bad || columns.End() != nil || digests.End() != nil {
		return nil, record.ErrForm
	}
	return appendRow(out, c.masks[i], pieces), nil
}

// flatListings is Listings.
func flatListings(b []byte, n int, do func(mask uint64, told []byte) error) error {
	var c opened
	columns, _, err := c.begin(b, n)
	if err != nil {
		return err
	}
	for _, mask := range c.masks {
		var told []byte
		if mask&(1<<delta.Listed) != 0 {
			told = delta.TakeField(&columns, delta.Listed)
		}
		if columns.Bad {
			return record.ErrForm
		}
		if err := do(mask, told); err != nil {
			return err
		}
	}
	return nil
}

// opened are columns that are read.
type opened struct {
	currency byte
	quotes   record.Reader
	masks    []uint64
	pieces   []piece // row by row, and within a row by field
	size     int     // of all rows, and somewhat more
	room     []byte  // where columns may be unpacked to
}

// piece is what a row says of a field.
type piece struct{ told, digest []byte }

func open(b []byte, n int) (c opened, err error) {
	columns, digests, err := c.begin(b, n)
	if err != nil {
		return c, err
	}
	var union uint64
	pieces := 0
	for _, mask := range c.masks {
		union |= mask
		pieces += bits.OnesCount64(mask)
	}
	c.pieces = make([]piece, pieces)
	for rest := union; rest != 0; rest &= rest - 1 {
		c.take(&columns, &digests, bits.TrailingZeros64(rest))
	}
	if columns.End() != nil || digests.End() != nil {
		return c, record.ErrForm
	}
	return c, nil
}

// begin reads the masks, and returns what stands behind them.
func (c *opened) begin(b []byte, n int) (columns, digests record.Reader, err error) {
	r := record.Reader{B: b}
	c.currency, c.quotes.B = r.Byte(), r.Bytes()
	form := r.Byte()
	columns.B = r.Bytes()
	digests.B = r.B
	if r.Bad || form > zipped || n > len(c.quotes.B) {
		return columns, digests, record.ErrForm
	}
	if form == zipped {
		if columns.B, err = pack.Unpack(columns.B, c.room); err != nil {
			return columns, digests, err
		}
		c.room = columns.B
	}
	c.size = len(c.quotes.B) + len(columns.B) + len(digests.B) + n
	c.masks = make([]uint64, n)
	for i := range c.masks {
		c.masks[i] = columns.Number()
		columns.Bad = columns.Bad || c.masks[i]>>delta.Fields != 0
	}
	if columns.Bad {
		err = record.ErrForm
	}
	return columns, digests, err
}

// take takes the column of a field.
func (c *opened) take(columns, digests *record.Reader, field int) {
	at := 0
	for _, mask := range c.masks {
		if mask&(1<<field) != 0 {
			c.pieces[at+bits.OnesCount64(mask&(1<<field-1))] = takePiece(columns, digests, field)
		}
		at += bits.OnesCount64(mask)
	}
}

// takePiece takes what the next row says of a field.
func takePiece(columns, digests *record.Reader, field int) (p piece) {
	p.told = delta.TakeField(columns, field)
	if field == delta.Body {
		p.digest = delta.TakeDigest(digests, p.told)
	}
	return p
}

// appendQuote adds the next quote to b, with its currency.
func (c *opened) appendQuote(b []byte) []byte {
	from := c.quotes.B
	delta.SkipQuote(&c.quotes, c.currency)
	q := from[:len(from)-len(c.quotes.B)]
	if c.quotes.Bad || c.currency == 0 || !delta.Priced(q[0]) {
		return append(b, q...)
	}
	return append(append(b, q[0], c.currency), q[1:]...)
}

// appendRow adds to b, behind its quote, what a row says.
func appendRow(b []byte, mask uint64, pieces []piece) []byte {
	b = binary.AppendUvarint(b, mask)
	last := -1
	if mask&(1<<delta.Last) != 0 {
		last = bits.OnesCount64(mask & (1<<delta.Last - 1))
	}
	for i, p := range pieces {
		if i != last {
			b = append(append(b, p.told...), p.digest...)
		}
	}
	if last >= 0 {
		b = append(b, pieces[last].told...)
	}
	return b
}
