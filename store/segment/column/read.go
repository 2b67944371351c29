package column

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"

	"pricegap/store/record"
	"pricegap/store/segment/delta"
	"pricegap/store/segment/pack"
)

// table is one that is read.
type table struct {
	n        int
	currency byte
	quotes   record.Reader
	masks    []uint64 // the distinct ones
	which    packed   // of them is that of each row
	union    uint64   // of all masks but for Closer
	columns  []taken  // of each field of the union, in order
	next     []int    // how many rows were read of each column
	zipped   bool
	loose    []byte // what is to be unpacked
	digests  record.Reader
}

// openTable reads what a table begins with; nil for columns of another form, without an error where that is known.
func openTable(b []byte, n int) (*table, error) {
	r := record.Reader{B: b}
	t := &table{n: n, currency: r.Byte()}
	t.quotes.B = r.Bytes()
	form := r.Byte()
	if !r.Bad && form <= zipped {
		return nil, nil //nolint:nilnil // see above
	}
	tight := record.Reader{B: r.Bytes()}
	t.zipped, t.loose = form == tabledZipped, r.Bytes()
	t.digests.B = r.B
	if r.Bad || form > tabledZipped || n > len(t.quotes.B) {
		return nil, record.ErrForm
	}
	of := tight.Number()
	if of == 0 || of > uint64(n) {
		return nil, record.ErrForm
	}
	t.which = takeBits(&tight, n, width(int(of)-1))
	t.masks = make([]uint64, of)
	for i := range t.masks {
		t.masks[i] = longer(tight.Number())
		tight.Bad = tight.Bad || t.masks[i]>>delta.Fields != 0
		t.union |= t.masks[i]
	}
	t.union &^= 1 << delta.Closer
	rows := make([]int, of)
	if !tight.Bad && t.count(rows, n) {
		t.columns, t.next = make([]taken, 0, bits.OnesCount64(t.union)), make([]int, bits.OnesCount64(t.union))
		for rest := t.union; rest != 0; rest &= rest - 1 {
			field := bits.TrailingZeros64(rest)
			t.columns = append(t.columns, takeColumn(&tight, field, t.among(rows, field)))
		}
		if tight.End() == nil {
			return t, nil
		}
	}
	return nil, record.ErrForm
}

// count counts of how many of the first rows each distinct mask is; false where one is none of them.
func (t *table) count(rows []int, first int) bool {
	for i := range first {
		which := t.which.at(i)
		if which >= uint64(len(rows)) {
			return false
		}
		rows[which]++
	}
	return true
}

// among returns how many of the rows that count counted say something of a field.
func (t *table) among(rows []int, field int) (n int) {
	for i, mask := range t.masks {
		if mask&(1<<field) != 0 {
			n += rows[i]
		}
	}
	return n
}

// column returns the place of a field's column.
func (t *table) column(field int) int { return bits.OnesCount64(t.union & (1<<field - 1)) }

// size is how many bytes all rows have, about, once all is unpacked.
func (t *table) size() int { return len(t.quotes.B) + 4*len(t.loose) + len(t.digests.B) + 16*t.n }

// rooms are where tables are unpacked to of which one row is read.
var rooms = sync.Pool{New: func() any { return new([]byte) }}

// unpack unpacks what is to be unpacked into room, and gives each column its own of it.
func (t *table) unpack(room []byte) ([]byte, error) {
	if t.zipped {
		all, err := pack.Unpack(t.loose, room)
		if err != nil {
			return room, err
		}
		t.loose, room, t.zipped = all, all, false
	}
	r := record.Reader{B: t.loose}
	for i := range t.columns {
		if c := &t.columns[i]; c.way != fewHere {
			c.from.B = r.Take(c.apart)
			c.odd = c.from.Take(c.first)
		}
	}
	return room, r.End()
}

// appendRow adds the next row, which is the ith.
func (t *table) appendRow(b []byte, i int) ([]byte, error) {
	from := t.quotes.B
	delta.SkipQuote(&t.quotes, t.currency)
	if t.quotes.Bad {
		return b, record.ErrForm
	}
	if q := from[:len(from)-len(t.quotes.B)]; t.currency == 0 || !delta.Priced(q[0]) {
		b = append(b, q...)
	} else {
		b = append(append(b, q[0], t.currency), q[1:]...)
	}
	mask := t.masks[t.which.at(i)]
	b = binary.AppendUvarint(b, mask)
	for rest := mask &^ (1<<delta.Closer | 1<<delta.Last); rest != 0; rest &= rest - 1 {
		field, at := bits.TrailingZeros64(rest), len(b)
		var ok bool
		if b, ok = t.appendPiece(b, field); !ok {
			return b, record.ErrForm
		}
		if field == delta.Body {
			if b = append(b, delta.TakeDigest(&t.digests, b[at:])...); t.digests.Bad {
				return b, record.ErrForm
			}
		}
	}
	if mask&(1<<delta.Last) != 0 {
		var ok bool
		if b, ok = t.appendPiece(b, delta.Last); !ok {
			return b, record.ErrForm
		}
	}
	return b, nil
}

func (t *table) appendPiece(b []byte, field int) ([]byte, bool) {
	at := t.column(field)
	t.next[at]++
	return t.columns[at].appendPiece(b, t.next[at]-1)
}

// end reports whether all was read that there is.
func (t *table) end() error {
	for i := range t.columns {
		if c := &t.columns[i]; (c.way == whole || c.way == texts) && c.from.End() != nil {
			return record.ErrForm
		}
	}
	if t.quotes.End() != nil || t.digests.End() != nil {
		return record.ErrForm
	}
	return nil
}

// row returns the ith row. What is packed is unpacked only where the row needs some of it.
func (t *table) row(i int) ([]byte, error) {
	mask := t.seek(i)
	for rest := mask &^ (1 << delta.Closer); rest != 0; rest &= rest - 1 {
		if t.columns[t.column(bits.TrailingZeros64(rest))].apart > 0 {
			room := rooms.Get().(*[]byte)
			defer rooms.Put(room)
			var err error
			if *room, err = t.unpack(*room); err != nil {
				return nil, err
			}
			break
		}
	}
	t.seekDigest(mask)
	return t.appendRow(nil, i)
}

// seek goes to the ith row, whose mask it returns: its quote and what it says of each field come next.
func (t *table) seek(i int) (mask uint64) {
	rows := make([]int, len(t.masks))
	t.count(rows, i)
	for range i {
		delta.SkipQuote(&t.quotes, t.currency)
	}
	mask = t.masks[t.which.at(i)]
	for rest := mask &^ (1 << delta.Closer); rest != 0; rest &= rest - 1 {
		field := bits.TrailingZeros64(rest)
		t.next[t.column(field)] = t.among(rows, field)
	}
	return mask
}

// seekDigest goes to the digest of the row to which seek went.
func (t *table) seekDigest(mask uint64) {
	if mask&(1<<delta.Body) == 0 {
		return
	}
	at := t.column(delta.Body)
	body := t.columns[at] // a copy, which is read from its beginning
	var room [2]byte
	piece := room[:0]
	if body.of == 1 && body.first == 0 { // nearly always: all are of one length
		piece, _ = body.appendPiece(piece, 0)
		r := t.digests
		t.digests.Take(uint64(len(delta.TakeDigest(&r, piece)) * t.next[at]))
		return
	}
	for j, ok := 0, true; ok && j < t.next[at]; j++ {
		piece, ok = body.appendPiece(piece[:0], j)
		delta.TakeDigest(&t.digests, piece)
	}
}

// Table is what Append wrote, unpacked, to read its rows in any order. It is safe for concurrent use.
type Table struct{ table }

// Open returns the table of the n rows that Append wrote; it stands on memory of its own. Errors: record.ErrForm, and those of zstd.
func Open(b []byte, n int) (*Table, error) {
	t, err := openTable(slices.Clone(b), n)
	if t == nil {
		if err != nil {
			return nil, err
		}
		rows, err := flatRows(b, n)
		if err != nil {
			return nil, err
		}
		if b, err = Append(nil, rows); err != nil {
			return nil, err
		}
		if t, err = openTable(b, n); err != nil {
			return nil, err
		}
	}
	_, err = t.unpack(nil)
	return &Table{*t}, err
}

// Len is how many rows there are.
func (t *Table) Len() int { return t.n }

// Size is how many bytes it takes, about.
func (t *Table) Size() int { return 4<<10 + len(t.quotes.B) + len(t.loose) + len(t.digests.B) + 8*t.n }

// Row adds the ith row to b. Errors: record.ErrForm.
func (t *Table) Row(b []byte, i int) ([]byte, error) {
	at := cursors.Get().(*table)
	defer cursors.Put(at)
	columns, next := at.columns[:0], at.next[:0]
	*at = t.table
	at.columns = append(columns, t.columns...) //nolint:gocritic // the room of the one before
	at.next = append(next, t.next...)          //nolint:gocritic // the same
	at.seekDigest(at.seek(i))
	return at.appendRow(b, i)
}

// cursors are tables of which one row is read.
var cursors = sync.Pool{New: func() any { return new(table) }}

// listings is Listings.
func (t *table) listings(do func(mask uint64, told []byte) error) error {
	if t.union&(1<<delta.Listed) != 0 && t.columns[t.column(delta.Listed)].apart > 0 {
		if _, err := t.unpack(nil); err != nil {
			return err
		}
	}
	var told []byte
	for i := range t.n {
		mask, ok := t.masks[t.which.at(i)], true
		is := []byte(nil)
		if mask&(1<<delta.Listed) != 0 {
			told, ok = t.appendPiece(told[:0], delta.Listed)
			is = told
		}
		if !ok {
			return record.ErrForm
		}
		if err := do(mask, is); err != nil {
			return err
		}
	}
	return nil
}
