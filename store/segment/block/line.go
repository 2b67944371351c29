package block

import (
	"encoding/binary"
	"math"
	"math/bits"

	"pricegap/store/record"
)

// Numbers are kept as a straight line and how far each lies above it. The line of finely rises by parts of a whole; the other ends
// where the numbers do.
const (
	finely = 0x40 // is added to the bits of a distance
	part   = 16   // bits behind the point
	// fine is how many numbers are worth the search for such a line, and many are too many for it.
	fine, many = 64, 1 << 16
)

// maxWidth is how many bits a distance from the line has at most: two numbers of 32 bits are no further apart.
const maxWidth = 34

// line is what appendLine wrote.
type line struct {
	from, rise int64 // of one that rises finely in parts of a whole, and from step to step
	n          int
	width      uint
	finely     bool
	packed     []byte
}

// appendLine adds numbers as a straight line and, in as few bits as do, how far each lies above it.
func appendLine(b []byte, vs []int64) []byte {
	l := straight(vs)
	if len(vs) >= fine && len(vs) <= many && l.width > 0 {
		if f := slanted(vs, l); f.width < l.width {
			l = f
		}
	}
	if l.finely {
		b = record.AppendSigned(b, l.from>>part)
		b = record.AppendSigned(b, l.rise)
		b = append(b, byte(l.width|finely))
		b = binary.LittleEndian.AppendUint16(b, uint16(l.from))
	} else {
		b = record.AppendSigned(b, l.from)
		b = record.AppendSigned(b, l.rise)
		b = append(b, byte(l.width))
	}
	var word uint64
	held := uint(0)
	for i, v := range vs {
		word |= uint64(v-l.on(i)) << held
		for held += l.width; held >= 8; held -= 8 {
			b = append(b, byte(word))
			word >>= 8
		}
	}
	if held > 0 {
		b = append(b, byte(word))
	}
	return b
}

// straight is the line from the first number to the last, so low that none lies below it.
func straight(vs []int64) line {
	l := line{from: vs[0], rise: vs[len(vs)-1] - vs[0], n: len(vs)}
	low, high := int64(0), int64(0)
	for i, v := range vs {
		d := v - l.on(i)
		low, high = min(low, d), max(high, d)
	}
	l.from, l.width = l.from+low, uint(bits.Len64(uint64(high-low)))
	return l
}

// slanted is the line whose distances need the fewest bits. How far they spread is convex in the rise, so that halving finds it.
func slanted(vs []int64, near line) line {
	steps := int64(len(vs) - 1)
	middle, stray := near.rise<<part/steps, (2<<near.width<<part)/steps+1
	from, to := middle-stray, middle+stray
	for to-from > 2 {
		third := (to - from) / 3
		_, a := spread(vs, from+third)
		_, b := spread(vs, to-third)
		if a <= b {
			to -= third
		} else {
			from += third
		}
	}
	l, least := line{n: len(vs), finely: true}, int64(math.MaxInt64)
	for rise := from; rise <= to; rise++ {
		if high, s := spread(vs, rise); s < least {
			least, l.rise = s, rise
			l.width = uint(bits.Len64(uint64(s >> part)))
			l.from = high - (1<<l.width-1)<<part
		}
	}
	return l
}

// spread returns how far the numbers lie above a line from nought, the furthest, and how much further than the nearest. In parts.
func spread(vs []int64, rise int64) (high, spread int64) {
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	at := int64(0)
	for _, v := range vs {
		d := v<<part - at
		low, high = min(low, d), max(high, d)
		at += rise
	}
	return high, high - low
}

// on is where the line is at step i.
func (l *line) on(i int) int64 {
	switch {
	case l.finely:
		return (l.from + l.rise*int64(i)) >> part
	case l.rise == 0 || l.n < 2:
		return l.from
	}
	return l.from + l.rise*int64(i)/int64(l.n-1)
}

func readLine(r *record.Reader, n int) line {
	l := line{from: r.Signed(), rise: r.Signed(), n: n, width: uint(r.Byte())}
	if l.finely = l.width&finely != 0; l.finely {
		l.width &^= finely
		if phase := r.Take(2); phase != nil {
			l.from = l.from<<part | int64(binary.LittleEndian.Uint16(phase))
		}
	}
	if l.width > maxWidth {
		r.Bad = true
		return l
	}
	l.packed = r.Take((uint64(n)*uint64(l.width) + 7) / 8)
	return l
}

func (l *line) at(i int) uint32 {
	v := l.on(i)
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
