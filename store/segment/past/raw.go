package past

import (
	"encoding/binary"
	"errors"

	"pricegap/store/sealed"
	"pricegap/store/segment/block"
)

// Raw is what is there of a segment of which something may be missing.
type Raw struct {
	Header Header
	Headed bool                   // the header is there
	Blocks map[uint32]block.Block // by number, those with entries
	Empty  map[uint32]bool        // blocks that are there, without entries
}

// Raw reads a segment block by block; what is not in its form counts as missing.
func (r *Reader) Raw(segment uint32) (Raw, error) {
	x := Raw{Blocks: map[uint32]block.Block{}, Empty: map[uint32]bool{}}
	err := r.T.Each(BucketSegments, KeyOf(r.Number, segment), func(key, payload []byte) error {
		if len(key) != 12 {
			return nil
		}
		n := binary.BigEndian.Uint32(key[8:])
		var err error
		switch {
		case n == 0:
			x.Header, err = parseHeader(payload)
			x.Headed = err == nil
		case len(payload) == 0:
			x.Empty[n-1] = true
		default:
			var b block.Block
			if b, err = block.Parse((n-1)*block.Size, payload); err == nil {
				x.Blocks[n-1] = b
			}
		}
		return nil
	})
	return x, err
}

// Missing are the blocks of a segment that are not there; all that there may be of so many listings where the header is not.
func (x *Raw) Missing(listings uint32) (out []uint32) {
	first, last := x.Header.First, x.Header.Last
	if !x.Headed {
		first, last = 0, listings/block.Size
	} else if x.Header.Count == 0 {
		return nil
	}
	for n := first; n <= last; n++ {
		if _, there := x.Blocks[n]; !there && !x.Empty[n] {
			out = append(out, n)
		}
	}
	return out
}

// Extent returns how many segments and how many listings in parts a source has, by the last records of its that are there.
func Extent(t *sealed.Tx, number uint32) (segments, listings uint32, err error) {
	last := func(bucket string) (uint32, error) {
		key, _, err := t.Below(bucket, KeyOf(number+1))
		if err != nil || len(key) < 8 || binary.BigEndian.Uint32(key) != number {
			return 0, err
		}
		return binary.BigEndian.Uint32(key[4:]) + 1, nil
	}
	s, err := last(BucketSegments)
	p, perr := last(BucketParts)
	return max(s, 1) - 1, p * PartOf, errors.Join(err, perr)
}

// HeaderOf returns the header of a segment.
func (r *Reader) HeaderOf(segment uint32) (Header, error) { return r.header(segment) }
