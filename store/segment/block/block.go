// Package block is the form of a piece of a segment: the observations of Size successive listings of a source, made in
// a run or a few. Which listings were seen costs nothing where all were; a time costs the bits in which it strays from
// a straight line.
package block

import (
	"encoding/binary"
	"math/bits"

	"pricegap/store/record"
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
)

// Append adds the block of those entries to b: at least one, by ordinal and time, all within Size ordinals from first.
func Append(b []byte, first uint32, entries []Entry) []byte {
	b = binary.AppendUvarint(b, uint64(len(entries)))
	b = appendOrdinals(b, first, entries)
	secs, runs := make([]int64, len(entries)), make([]int64, len(entries))
	recs := 0
	for i, e := range entries {
		secs[i], runs[i] = int64(e.Sec), int64(e.Run)
		if e.Rec != nil {
			recs++
		}
	}
	b = appendLine(b, secs)
	b = appendLine(b, runs)
	b = binary.AppendUvarint(b, uint64(recs))
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

// appendLine adds numbers as a straight line and, in as few bits as do, how far each lies above it.
func appendLine(b []byte, vs []int64) []byte {
	rise := vs[len(vs)-1] - vs[0]
	low, high := int64(0), int64(0)
	for i, v := range vs {
		d := v - vs[0] - onLine(rise, i, len(vs))
		low, high = min(low, d), max(high, d)
	}
	width := bits.Len64(uint64(high - low))
	b = record.AppendSigned(b, vs[0]+low)
	b = record.AppendSigned(b, rise)
	b = append(b, byte(width))
	var word uint64
	held := 0
	for i, v := range vs {
		d := uint64(v - vs[0] - onLine(rise, i, len(vs)) - low)
		word |= d << held
		for held += width; held >= 8; held -= 8 {
			b = append(b, byte(word))
			word >>= 8
		}
	}
	if held > 0 {
		b = append(b, byte(word))
	}
	return b
}

func onLine(rise int64, i, n int) int64 {
	if rise == 0 || n < 2 {
		return 0
	}
	return rise * int64(i) / int64(n-1)
}

// maxWidth is how many bits a distance from the line has at most: two numbers of 32 bits are no further apart.
const maxWidth = 34

// line is what appendLine wrote.
type line struct {
	from, rise int64
	n          int
	width      uint
	packed     []byte
}

func readLine(r *record.Reader, n int) line {
	l := line{from: r.Signed(), rise: r.Signed(), n: n, width: uint(r.Byte())}
	if l.width > maxWidth {
		r.Bad = true
		return l
	}
	l.packed = r.Take((uint64(n)*uint64(l.width) + 7) / 8)
	return l
}

func (l *line) at(i int) uint32 {
	v := l.from + onLine(l.rise, i, l.n)
	if l.width == 0 {
		return uint32(v)
	}
	bit := uint(i) * l.width
	at := bit / 8
	var word uint64
	if int(at)+8 <= len(l.packed) {
		word = binary.LittleEndian.Uint64(l.packed[at:])
	} else {
		for j, x := range l.packed[at:] {
			word |= uint64(x) << (8 * j)
		}
	}
	return uint32(v + int64(word>>(bit%8)&(1<<l.width-1)))
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
	recs     int
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
	switch b.mode {
	case allBut:
		b.offset, b.missing = uint32(r.Number()), int(r.Number())
		steps = b.missing
		if uint64(b.offset)+uint64(b.n)+uint64(b.missing) > Size {
			return b, record.ErrForm
		}
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

// Recs calls do for each entry that says something, until do says that it is enough. Errors: record.ErrForm.
func (b *Block) Recs(do func(i int, rec []byte) bool) error {
	r := record.Reader{B: b.recBytes}
	i := 0
	for range b.recs {
		i += int(r.Number())
		rec := r.Bytes()
		if r.Bad || i >= b.n {
			return record.ErrForm
		}
		if !do(i, rec) {
			return nil
		}
		i++
	}
	return r.End()
}

// RecAt returns what entry i says; nil for nothing. Whoever asks for several has Pieces. Errors: record.ErrForm.
func (b *Block) RecAt(i int) (rec []byte, err error) {
	err = b.Recs(func(j int, r []byte) bool {
		if j == i {
			rec = r
		}
		return j < i
	})
	return rec, err
}

// Piece is where what an entry says stands; the zero Piece for nothing.
type Piece struct{ from, end uint32 }

// Pieces enters into out, by entry, where what each says stands. Errors: record.ErrForm.
func (b *Block) Pieces(out []Piece) error {
	r := record.Reader{B: b.recBytes}
	i := 0
	for range b.recs {
		i += int(r.Number())
		rec := r.Bytes()
		if r.Bad || i >= b.n {
			return record.ErrForm
		}
		end := uint32(len(b.recBytes) - len(r.B))
		out[i] = Piece{end - uint32(len(rec)), end}
		i++
	}
	return r.End()
}

// Rec is what stands there.
func (b *Block) Rec(p Piece) []byte { return b.recBytes[p.from:p.end] }

// Even returns the listing of the first entry, where each next entry is of the next listing.
func (b *Block) Even() (first uint32, even bool) {
	return b.first + b.offset, b.mode == allBut && b.missing == 0
}
