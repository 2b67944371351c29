package seen

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
)

// A part is a value of the keeper: small enough to be written without a copy of all marks.
const (
	// form begins the header; marks of another are dropped.
	form     = "2"
	perPart  = 8192
	maxParts = 1024
)

func (v *Marks) partKey(i int) string { return v.key + "/" + strconv.Itoa(i) }

// save writes the parts, and then the header that counts them; what a crash leaves in between are marks of one
// reading, some of them newer than others, and any of them is true.
func (v *Marks) save(ctx context.Context) error {
	hashes := make([]uint64, 0, len(v.marks))
	for h := range v.marks {
		hashes = append(hashes, h)
	}
	parts := min((len(hashes)+perPart-1)/perPart, maxParts)
	slices.SortFunc(hashes, func(a, b uint64) int { return cmp.Compare(a%uint64(parts), b%uint64(parts)) })
	var b []byte
	for i := range parts {
		b = b[:0]
		for len(hashes) > 0 && hashes[0]%uint64(parts) == uint64(i) {
			b = v.marks[hashes[0]].append(b, hashes[0])
			hashes = hashes[1:]
		}
		if err := v.keep.PutState(ctx, v.partKey(i), bytes.Clone(b)); err != nil {
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
func (e entry) append(b []byte, h uint64) []byte {
	b = binary.LittleEndian.AppendUint64(b, h)
	b = append(b, e.sum[:]...)
	b = append(b, e.packed[:]...)
	b = append(b, e.change, e.missing)
	b = binary.AppendUvarint(b, uint64(max(e.fetched, 0)))
	b = binary.AppendUvarint(b, uint64(max(e.known-e.fetched, 0)))
	b = binary.AppendUvarint(b, uint64(len(e.valid)))
	return append(b, e.valid...)
}

// unpack reads what append wrote; what follows the first entry that makes no sense is passed over.
func (v *Marks) unpack(b []byte) {
	const fixed = 8 + 2*len(Sum{}) + 2
	for len(b) > fixed {
		h := binary.LittleEndian.Uint64(b)
		var e entry
		copy(e.sum[:], b[8:])
		copy(e.packed[:], b[8+len(Sum{}):])
		e.change, e.missing = b[fixed-2], b[fixed-1]
		b = b[fixed:]
		fetched, n := binary.Uvarint(b)
		if n <= 0 || fetched > 1<<40 {
			return
		}
		b = b[n:]
		later, n := binary.Uvarint(b)
		if n <= 0 || later > 1<<40 {
			return
		}
		b = b[n:]
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) || e.missing > GoneAfter {
			return
		}
		e.fetched, e.known, e.valid = int64(fetched), int64(fetched+later), string(b[n:n+int(size)])
		b = b[n+int(size):]
		v.marks[h] = e
	}
}
