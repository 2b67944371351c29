package column

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"

	"pricegap/store/record"
	"pricegap/store/segment/delta"
)

// The ways in which what rows say of a field stands in a table. What packs well with what other fields say is left to be packed.
const (
	whole    = iota // as it is, to be packed
	fewHere         // each that there is once, and for each row which
	fewApart        // the same, but what there is is to be packed
	numbers         // strings between whose ends stands a number
	texts           // strings between whose ends stands something else, to be packed
	ways

	// firstApart is added where the first row says it in full, which is written against nothing, and the others do so.
	firstApart = 0x10
)

// some is how many bytes of what there is once stand here: more are to be packed.
const some = 24

// columnar collects what rows say of a field.
type columnar struct {
	field  int
	pieces []byte // one behind the other
	ends   []int  // where each ends
}

func (c *columnar) add(piece []byte) {
	c.pieces = append(c.pieces, piece...)
	c.ends = append(c.ends, len(c.pieces))
}

func (c *columnar) at(i int) []byte {
	if i == 0 {
		return c.pieces[:c.ends[0]]
	}
	return c.pieces[c.ends[i-1]:c.ends[i]]
}

// append adds the column to what stands as it is and to what is to be packed.
func (c *columnar) append(tight, loose []byte) ([]byte, []byte) {
	which, distinct := c.distinct()
	var once int
	for _, i := range distinct {
		once += len(c.at(i))
	}
	n := len(c.ends)
	// About two thirds are left of what is packed.
	cost := [ways]int{whole: 2 * len(c.pieces) / 3, fewHere: once + n*width(len(distinct)-1)/8, fewApart: 2*once/3 + n*width(len(distinct)-1)/8}
	way := whole
	if cost[fewApart] < cost[way] {
		way = fewApart
	}
	if once <= some && cost[fewHere] <= cost[way] {
		way = fewHere
	}
	if delta.IsString(c.field) {
		if t, l, size := c.asStrings(); t != nil && size < cost[way] {
			return append(tight, t...), append(loose, l...)
		}
	}
	tight = append(tight, byte(way))
	switch way {
	case whole:
		return binary.AppendUvarint(tight, uint64(len(c.pieces))), append(loose, c.pieces...)
	case fewHere:
		tight = appendWhich(tight, which, len(distinct))
		tight = binary.AppendUvarint(tight, uint64(once))
		for _, i := range distinct {
			tight = append(tight, c.at(i)...)
		}
	default:
		tight = appendWhich(tight, which, len(distinct))
		tight = binary.AppendUvarint(tight, uint64(once))
		for _, i := range distinct {
			loose = append(loose, c.at(i)...)
		}
	}
	return tight, loose
}

// asStrings is append where that is strings, with about how many bytes it is; nil where they could not be joined again.
func (c *columnar) asStrings() (tight, loose []byte, size int) {
	var cut, behind cutStrings
	if !cut.of(c) {
		return nil, nil, 0
	}
	tight, loose, size = cut.append()
	if n := len(c.ends); n > 1 {
		first := c.at(0)
		rest := columnar{field: c.field}
		for i := range n - 1 {
			rest.add(c.at(i + 1))
		}
		behind.of(&rest)
		if t, l, s := behind.append(); s+len(first)+1 < size {
			t[0] |= firstApart
			t = slices.Insert(t, 1, binary.AppendUvarint(nil, uint64(len(first)))...)
			return t, append(slices.Clone(first), l...), s + len(first) + 1
		}
	}
	return tight, loose, size
}

// distinct returns for each piece which of the distinct ones it is, and where each of those stands first.
func (c *columnar) distinct() (which []uint64, first []int) {
	known := map[string]uint64{}
	which = make([]uint64, len(c.ends))
	for i := range c.ends {
		piece := c.at(i)
		n, ok := known[string(piece)]
		if !ok {
			n = uint64(len(first))
			known[string(piece)] = n
			first = append(first, i)
		}
		which[i] = n
	}
	return which, first
}

// appendWhich adds which of so many each is.
func appendWhich(b []byte, which []uint64, of int) []byte {
	return appendBits(binary.AppendUvarint(b, uint64(of)), which, 0, width(of-1))
}

// cutStrings are strings, cut into how much each shares with what is expected of it and the rest.
type cutStrings struct {
	shares columnar // how many of either end, two numbers each
	rest   [][]byte
}

// of cuts what stands in a column; false where it could not be joined as it is.
func (s *cutStrings) of(c *columnar) bool {
	for i := range c.ends {
		r := record.Reader{B: c.at(i)}
		r.Number()
		r.Number()
		shares, rest := c.at(i)[:len(c.at(i))-len(r.B)], r.B
		s.shares.add(shares)
		s.rest = append(s.rest, r.Bytes())
		if len(rest) != len(binary.AppendUvarint(nil, uint64(len(s.rest[i]))))+len(s.rest[i]) {
			return false
		}
	}
	return true
}

// append is columnar's; cost is about how much is added.
func (s *cutStrings) append() (tight, loose []byte, cost int) {
	which, distinct := s.shares.distinct()
	ns, size, all := make([]uint64, len(s.rest)), 0, true
	for i, rest := range s.rest {
		var ok bool
		ns[i], ok = number(rest)
		all, size = all && ok, size+len(rest)
	}
	way := numbers
	if !all {
		way = texts
		for i, rest := range s.rest {
			ns[i] = uint64(len(rest))
		}
	}
	tight = appendWhich(append(tight, byte(way)), which, len(distinct))
	for _, i := range distinct {
		tight = append(tight, s.shares.at(i)...)
	}
	low, high := span(ns)
	w := width(int(min(high-low, 1<<62)))
	tight = append(binary.AppendUvarint(tight, low), byte(w))
	tight = appendBits(tight, ns, low, w)
	if way == numbers {
		return tight, loose, len(tight)
	}
	for _, rest := range s.rest {
		loose = append(loose, rest...)
	}
	return tight, loose, len(tight) + 2*size/3
}

// number returns the number that b is as decimal digits, as strconv writes it.
func number(b []byte) (n uint64, ok bool) {
	if len(b) == 0 || len(b) > 18 || b[0] == '0' && len(b) > 1 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, true
}

func span(ns []uint64) (low, high uint64) {
	low = ^uint64(0)
	for _, n := range ns {
		low, high = min(low, n), max(high, n)
	}
	return low, high
}

// width is how many bits numbers up to most take.
func width(most int) int { return bits.Len(uint(most)) }

// appendBits adds how far each number lies above low, in so many bits.
func appendBits(b []byte, ns []uint64, low uint64, width int) []byte {
	if width == 0 {
		return b
	}
	var word uint64
	held := 0
	for _, n := range ns {
		for left, v := width, n-low; left > 0; {
			take := min(left, 8-held)
			word |= v & (1<<take - 1) << held
			v >>= take
			left -= take
			if held += take; held == 8 {
				b, word, held = append(b, byte(word)), 0, 0
			}
		}
	}
	if held > 0 {
		b = append(b, byte(word))
	}
	return b
}

// packed are n numbers that appendBits wrote.
type packed struct {
	b     []byte
	width int
}

func takeBits(r *record.Reader, n, width int) packed {
	if width > 62 {
		r.Bad = true
		return packed{}
	}
	return packed{r.Take((uint64(n)*uint64(width) + 7) / 8), width}
}

func (p packed) at(i int) (v uint64) {
	if p.width == 0 {
		return 0
	}
	bit := i * p.width
	at, shift := bit/8, bit%8
	if at+9 <= len(p.b) {
		v = binary.LittleEndian.Uint64(p.b[at:]) >> shift
		v |= uint64(p.b[at+8]) << 1 << (63 - shift)
	} else {
		for j, x := range p.b[at:] {
			if s := 8*j - shift; s < 0 {
				v |= uint64(x) >> -s
			} else {
				v |= uint64(x) << s
			}
		}
	}
	return v & (1<<p.width - 1)
}

// taken is a column that is read.
type taken struct {
	field, way int
	n          int    // how many rows say something, but for the first where it stands apart
	first      uint64 // how many bytes of that one stand apart, and they
	odd        []byte
	which      packed // of shares or of pieces
	shares     []byte // of strings; each distinct one behind the other
	of         int    // how many are distinct
	low        uint64
	counts     packed        // numbers, or how long texts are
	from       record.Reader // pieces and texts: those that stand here, and from next on those that are to be unpacked
	next       int
	apart      uint64 // how many bytes of it are to be unpacked
}

// takeColumn takes what append added to tight of a column of n.
func takeColumn(r *record.Reader, field, n int) (c taken) {
	c.field, c.n, c.way = field, n, int(r.Byte())
	if c.way&firstApart != 0 {
		c.way &^= firstApart
		c.n--
		c.first = r.Number()
		c.apart = c.first
		r.Bad = r.Bad || c.first == 0 || c.first > most || c.n == 0 || c.way != numbers && c.way != texts
	}
	switch c.way {
	case whole:
		c.apart = r.Number()
		return c
	case fewHere, fewApart:
		c.takeWhich(r)
		if size := r.Number(); c.way == fewHere {
			c.from.B = r.Take(size)
		} else {
			c.apart = size
		}
	case numbers, texts:
		c.takeWhich(r)
		shares := r.B
		for range 2 * c.of {
			r.Number()
		}
		if !delta.IsString(field) || r.Bad {
			r.Bad = true
			return c
		}
		c.shares = shares[:len(shares)-len(r.B)]
		c.low = r.Number()
		c.counts = takeBits(r, c.n, int(r.Byte()))
		if c.way == texts {
			for i := range c.n {
				c.apart += c.low + c.counts.at(i)
				r.Bad = r.Bad || c.apart > most
			}
		}
	default:
		r.Bad = true
	}
	return c
}

func (c *taken) takeWhich(r *record.Reader) {
	of := r.Number()
	if r.Bad || of == 0 || of > uint64(c.n) {
		r.Bad = true
		return
	}
	c.of, c.which = int(of), takeBits(r, c.n, width(int(of)-1))
}

// appendPiece adds what the ith row of those that say something of the field says. Rows are read in order, or one alone.
func (c *taken) appendPiece(b []byte, i int) (_ []byte, ok bool) {
	if c.first > 0 {
		if i--; i < 0 {
			return append(b, c.odd...), true
		}
	}
	switch c.way {
	case whole:
		var piece []byte
		for ; c.next <= i && !c.from.Bad; c.next++ {
			piece = delta.TakeField(&c.from, c.field)
		}
		return append(b, piece...), !c.from.Bad
	case fewHere, fewApart:
		which, r := int(c.which.at(i)), c.from
		for range which {
			delta.TakeField(&r, c.field)
		}
		piece := delta.TakeField(&r, c.field)
		return append(b, piece...), !r.Bad && which < c.of
	}
	which, r := int(c.which.at(i)), record.Reader{B: c.shares}
	for range 2 * which {
		r.Number()
	}
	shares := r.B
	r.Number()
	r.Number()
	b = append(b, shares[:len(shares)-len(r.B)]...)
	if c.way == numbers {
		var room [20]byte
		return record.AppendBytes(b, strconv.AppendUint(room[:0], c.low+c.counts.at(i), 10)), !r.Bad && which < c.of
	}
	for ; c.next < i; c.next++ {
		c.from.Take(c.low + c.counts.at(c.next))
	}
	c.next++
	text := c.from.Take(c.low + c.counts.at(i))
	return record.AppendBytes(b, text), !r.Bad && !c.from.Bad && which < c.of
}
