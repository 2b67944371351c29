// Package block is the form of a piece of a segment: the observations of Size successive listings of a source, made in
// a run or a few. Which listings were seen costs nothing where all were; a time costs the bits in which it strays from
// a straight line.
package block

import (
	"cmp"
	"encoding/binary"

	"pricegap/store/record"
	"pricegap/store/segment/column"
	"pricegap/store/segment/delta"
)

// Size is how many ordinals a block spans.
const Size = 512

// Entry is one observation: of which listing, when (seconds since 1970), in which run of the source, and, where it is not as
// the one before, what it says.
type Entry struct {
	Ordinal, Sec, Run uint32
	Rec               []byte
}

// The ways in which a block says which listings were seen.
const (
	allBut = iota // all from the first to the last but for those listed
	each          // each one listed; a step of 0 is the same listing again

	// columned is added where what entries say stands in columns, and which do stands before it; else, as in all of schema 4, each
	// stands with its length behind the step to it.
	columned = 2
)

// Append adds the block of those entries to b: at least one, by ordinal and time, all within Size ordinals from first.
func Append(b []byte, first uint32, entries []Entry) []byte {
	secs, runs := make([]int64, len(entries)), make([]int64, len(entries))
	var rows [][]byte
	for i, e := range entries {
		secs[i], runs[i] = int64(e.Sec), int64(e.Run)
		if e.Rec != nil {
			rows = append(rows, e.Rec)
		}
	}
	var columns []byte
	inColumns := false // what is not of delta stands as it is
	if len(rows) > 0 {
		packed, err := column.Append(nil, rows)
		columns, inColumns = packed, err == nil
	}
	b = binary.AppendUvarint(b, uint64(len(entries)))
	at := len(b)
	b = appendOrdinals(b, first, entries)
	b = appendLine(b, secs)
	b = appendLine(b, runs)
	b = binary.AppendUvarint(b, uint64(len(rows)))
	if inColumns {
		b[at] |= columned
		if len(rows) < len(entries) {
			b = appendSteps(b, entries)
		}
		return append(b, columns...)
	}
	next := 0
	for i, e := range entries {
		if e.Rec != nil {
			b = binary.AppendUvarint(b, uint64(i-next))
			b = record.AppendBytes(b, e.Rec)
			next = i + 1
		}
	}
	return b
}

// appendSteps adds which entries say something.
func appendSteps(b []byte, entries []Entry) []byte {
	next := 0
	for i, e := range entries {
		if e.Rec != nil {
			b = binary.AppendUvarint(b, uint64(i-next))
			next = i + 1
		}
	}
	return b
}

func appendOrdinals(b []byte, first uint32, entries []Entry) []byte {
	missing, repeats := 0, false
	for i := 1; i < len(entries); i++ {
		step := int(entries[i].Ordinal - entries[i-1].Ordinal)
		missing, repeats = missing+max(step-1, 0), repeats || step == 0
	}
	if repeats || missing > len(entries) {
		b = append(b, each)
		for _, e := range entries {
			b = binary.AppendUvarint(b, uint64(e.Ordinal-first))
			first = e.Ordinal
		}
		return b
	}
	b = binary.AppendUvarint(append(b, allBut), uint64(entries[0].Ordinal-first))
	b = binary.AppendUvarint(b, uint64(missing))
	// A gap is counted from the listing after the last that is missing.
	next := entries[0].Ordinal
	last := next
	for _, e := range entries {
		for ; next < e.Ordinal; next++ {
			b = binary.AppendUvarint(b, uint64(next-last))
			last = next + 1
		}
		next++
	}
	return b
}

// Block is a block that is read where it stands.
type Block struct {
	n        int
	first    uint32
	mode     byte
	offset   uint32 // of the first listing seen, where all were but some
	missing  int
	ordinals []byte
	secs     line
	runs     line
	columned bool
	recs     int
	steps    []byte // which entries say something, where that stands apart
	recBytes []byte
}

// Parse reads what Append wrote of the ordinals from first; the block stands on payload. Errors: record.ErrForm.
func Parse(first uint32, payload []byte) (b Block, err error) {
	r := record.Reader{B: payload}
	b = Block{first: first, n: int(r.Number()), mode: r.Byte()}
	if b.n == 0 || b.n > 1<<24 {
		return b, record.ErrForm
	}
	steps := b.n
	b.columned, b.mode = b.mode&columned != 0, b.mode&^columned
	switch b.mode {
	case allBut:
		offset, missing := r.Number(), r.Number()
		if offset > Size || missing > Size || offset+uint64(b.n)+missing > Size {
			return b, record.ErrForm
		}
		b.offset, b.missing = uint32(offset), int(missing)
		steps = b.missing
	case each:
	default:
		return b, record.ErrForm
	}
	b.ordinals = r.B
	sum := uint64(b.offset)
	for range steps {
		if sum += r.Number(); sum >= Size+uint64(b.missing) {
			return b, record.ErrForm
		}
	}
	b.secs = readLine(&r, b.n)
	b.runs = readLine(&r, b.n)
	b.recs = int(r.Number())
	if r.Bad || b.recs > b.n {
		return b, record.ErrForm
	}
	b.recBytes = r.B
	if b.columned && b.recs < b.n {
		for range b.recs {
			r.Number()
		}
		if r.Bad {
			return b, record.ErrForm
		}
		b.steps, b.recBytes = b.recBytes[:len(b.recBytes)-len(r.B)], r.B
	}
	return b, nil
}

// Len is how many entries there are.
func (b *Block) Len() int { return b.n }

// Sec is when entry i was seen, in seconds since 1970.
func (b *Block) Sec(i int) uint32 { return b.secs.at(i) }

// Run is the run that made entry i.
func (b *Block) Run(i int) uint32 { return b.runs.at(i) }

// Ordinals calls do for each entry with the listing that it is of.
func (b *Block) Ordinals(do func(i int, ordinal uint32)) {
	r := record.Reader{B: b.ordinals}
	at := b.first
	if b.mode == each {
		for i := range b.n {
			at += uint32(r.Number())
			do(i, at)
		}
		return
	}
	at += b.offset
	left := b.missing
	gap := func() uint32 {
		if left == 0 {
			return ^uint32(0)
		}
		left--
		return uint32(r.Number())
	}
	g := gap()
	for i := range b.n {
		for ; g == 0; g = gap() {
			at++
		}
		do(i, at)
		at++
		g--
	}
}

// Find returns the entries of a listing: those from and before end.
func (b *Block) Find(ordinal uint32) (from, end int) {
	if ordinal < b.first {
		return 0, 0
	}
	r := record.Reader{B: b.ordinals}
	if b.mode == each {
		at := b.first
		for i := range b.n {
			at += uint32(r.Number())
			switch {
			case at > ordinal:
				return from, end
			case at == ordinal:
				if end == 0 {
					from = i
				}
				end = i + 1
			}
		}
		return from, end
	}
	i := int(ordinal) - int(b.first+b.offset)
	if i < 0 {
		return 0, 0
	}
	next := 0 // the place, among all from the first, of the first that is not known to be there
	gone := 0
	for range b.missing {
		m := next + int(r.Number())
		if m == i {
			return 0, 0
		}
		if m > i {
			break
		}
		gone++
		next = m + 1
	}
	if i-gone >= b.n {
		return 0, 0
	}
	return i - gone, i - gone + 1
}

// each calls do for each entry that says something, the nth of them, with what it says where that stands by itself, until do says that
// it is enough. Errors: record.ErrForm.
func (b *Block) each(do func(n, i int, rec []byte) bool) error {
	r, i := record.Reader{B: b.recBytes}, 0
	if b.columned {
		r.B = b.steps
	}
	for n := range b.recs {
		var rec []byte
		if !b.columned {
			i += int(r.Number())
			rec = r.Bytes()
		} else if b.recs < b.n {
			i += int(r.Number())
		}
		if r.Bad || i >= b.n {
			return record.ErrForm
		}
		if !do(n, i, rec) {
			return nil
		}
		i++
	}
	return r.End()
}

// Recs calls do for each entry that says something, until do says that it is enough. Errors: record.ErrForm, and those of zstd.
func (b *Block) Recs(do func(i int, rec []byte) bool) error {
	rows, err := b.rows()
	if err != nil {
		return err
	}
	return b.each(func(n, i int, rec []byte) bool {
		if b.columned {
			rec = rows[n]
		}
		return do(i, rec)
	})
}

// rows are what entries say, where that stands in columns.
func (b *Block) rows() ([][]byte, error) {
	if !b.columned {
		return nil, nil
	}
	return column.Rows(b.recBytes, b.recs)
}

// Rec returns what the last of the entries from from to at says that says something, and which that is; nil where none does. Errors:
// record.ErrForm, and those of zstd.
func (b *Block) Rec(from, at int) (rec []byte, last int, err error) {
	row := -1
	if err := b.each(func(n, i int, r []byte) bool {
		if i >= from && i <= at {
			row, rec, last = n, r, i
		}
		return i < at
	}); err != nil {
		return nil, 0, err
	}
	if row >= 0 && b.columned {
		rec, err = column.Row(b.recBytes, b.recs, row)
	}
	return rec, last, err
}

// Quote returns the quote of what Rec returns; false where that is nil. Errors: record.ErrForm.
func (b *Block) Quote(from, at int) (q delta.Quote, last int, ok bool, err error) {
	if b.columned && b.recs == b.n && from <= at && at < b.n {
		q, err = column.Quote(b.recBytes, b.recs, at) // each says something
		return q, at, err == nil, err
	}
	row, rec := -1, []byte(nil)
	if err := b.each(func(n, i int, r []byte) bool {
		if i >= from && i <= at {
			row, rec, last = n, r, i
		}
		return i < at
	}); err != nil || row < 0 {
		return q, 0, false, err
	}
	if b.columned {
		q, err = column.Quote(b.recBytes, b.recs, row)
	} else {
		q, err = delta.ReadQuote(rec)
	}
	return q, last, err == nil, err
}

// Quotes calls do for each entry that says something with the quote of that, until do says that it is enough. Errors: record.ErrForm.
func (b *Block) Quotes(do func(i int, q delta.Quote) bool) error {
	if !b.columned {
		var bad error
		err := b.each(func(_, i int, rec []byte) bool {
			var q delta.Quote
			q, bad = delta.ReadQuote(rec)
			return bad == nil && do(i, q)
		})
		return cmp.Or(bad, err)
	}
	at := make([]int, b.recs)
	if err := b.each(func(n, i int, _ []byte) bool { at[n] = i; return true }); err != nil {
		return err
	}
	return column.Quotes(b.recBytes, b.recs, func(n int, q delta.Quote) bool { return do(at[n], q) })
}

// Says reports whether an entry says something. Errors: record.ErrForm.
func (b *Block) Says(at int) (says bool, err error) {
	err = b.each(func(_, i int, _ []byte) bool {
		says = says || i == at
		return i < at
	})
	return says, err
}

// Even returns the listing of the first entry, where each next entry is of the next listing.
func (b *Block) Even() (first uint32, even bool) {
	return b.first + b.offset, b.mode == allBut && b.missing == 0
}
