package seen

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// A part is a value of the keeper: small enough to be written without a copy of all marks.
const (
	// form begins the header; marks of another are dropped.
	form     = "2"
	perPart  = 2048
	maxParts = 1024
)

func (v *Marks) partKey(i int) string { return v.key + "/" + strconv.Itoa(i) }

// save writes the parts, and then the header that counts them; what a crash leaves in between are marks of one
// reading, some of them newer than others, and any of them is true.
func (v *Marks) save(ctx context.Context) error {
	entries := make([]*entry, 0, v.marks.live)
	for e := range v.marks.all() {
		entries = append(entries, e)
	}
	parts := 0 // a power of two, which changes seldom: what a crash leaves of a save that changes it are marks in parts that are not read
	for n := 1; parts*perPart < len(entries) && parts < maxParts; n *= 2 {
		parts = n
	}
	part := func(e *entry) int { return int(e.hash % uint64(parts)) } //nolint:gosec // there are few
	slices.SortFunc(entries, func(a, b *entry) int { return cmp.Compare(part(a), part(b)) })
	var b []byte
	for i := range parts {
		b = b[:0]
		for len(entries) > 0 && part(entries[0]) == i {
			b = entries[0].append(b, v.marks.valid(entries[0]))
			entries = entries[1:]
		}
		if err := v.keep.PutState(ctx, v.partKey(i), b); err != nil {
			return err
		}
	}
	if err := v.keep.PutState(ctx, v.key, fmt.Appendf(nil, "%s\n%d", v.reading, parts)); err != nil {
		return err
	}
	for i := parts; i < v.parts; i++ {
		if err := v.keep.DeleteState(ctx, v.partKey(i)); err != nil {
			return err
		}
	}
	v.parts = parts
	return nil
}

// append adds the entry's bytes to b.
func (e *entry) append(b []byte, valid string) []byte {
	b = binary.LittleEndian.AppendUint64(b, e.hash)
	b = append(b, e.sum[:]...)
	b = append(b, e.packed[:]...)
	b = append(b, e.change, e.missing)
	b = binary.AppendUvarint(b, uint64(e.fetched))
	b = binary.AppendUvarint(b, uint64(e.known-e.fetched))
	b = binary.AppendUvarint(b, uint64(len(valid)))
	return append(b, valid...)
}

// unpack reads what append wrote; what follows the first entry that makes no sense is passed over.
func (v *Marks) unpack(b []byte) {
	const fixed = 8 + 2*len(Sum{}) + 2
	for len(b) > fixed {
		head := b[:fixed]
		b = b[fixed:]
		var times [2]uint64 // when it was fetched, and how long after that it was last known to be so
		for i := range times {
			var n int
			if times[i], n = binary.Uvarint(b); n <= 0 || times[i] > math.MaxUint32 {
				return
			}
			b = b[n:]
		}
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(min(maxValid, len(b)-n)) || (head[fixed-1] > GoneAfter && head[fixed-1] != barren) || times[0]+times[1] > math.MaxUint32 { //nolint:gosec // b is not shorter than n
			return
		}
		e, _ := v.marks.put(binary.LittleEndian.Uint64(head))
		copy(e.sum[:], head[8:])
		copy(e.packed[:], head[8+len(Sum{}):])
		e.change, e.missing = head[fixed-2], head[fixed-1]
		e.fetched, e.known = uint32(times[0]), uint32(times[0]+times[1]) //nolint:gosec // they are within
		v.marks.setValid(e, string(b[n:n+int(size)]))                    //nolint:gosec // it is at most maxValid
		b = b[n+int(size):]
	}
}
