package past

import (
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/segment/delta"
)

// PartOf is how many first sights stand in a part.
const PartOf = 64

// part is a part of first sights, unpacked: the first in full, the others as what differs from it.
type part struct {
	template market.Observation
	rest     [][]byte
}

// Cache holds some parts.
type Cache struct {
	mu   sync.Mutex
	kept map[[2]uint32]*part
	ring [cached][2]uint32 // whose they are, in the order in which they came
	next int               // the oldest of them
}

// cached is how many parts are kept.
const cached = 32

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
	if c.kept[at] == nil {
		delete(c.kept, c.ring[c.next])
		c.ring[c.next], c.next = at, (c.next+1)%cached
	}
	c.kept[at] = p
}

// InPart returns the first sight of a listing that stands in a part.
func (r *Reader) InPart(ordinal uint32) (o market.Observation, err error) {
	n, i := ordinal/PartOf, int(ordinal%PartOf)
	kept := r.Parts
	if r.Own != nil && (n+1)*PartOf > r.Full {
		kept = r.Own
	}
	p := kept.get(r.Number, n)
	if p == nil || i > len(p.rest) { // the last part of a source is written again when it grows
		if p, err = r.part(n); err != nil {
			return o, err
		}
		kept.put(r.Number, n, p)
	}
	switch {
	case i > len(p.rest):
		err = errors.New("a first sight is missing")
	case i == 0:
		o = p.template
		o.Offer.Evidence, o.Offer.BranchStock, o.Offer.Services = maps.Clone(o.Offer.Evidence), maps.Clone(o.Offer.BranchStock), slices.Clone(o.Offer.Services)
	default:
		o, err = r.apply(&p.template, p.rest[i-1])
	}
	return o, Spoiled(BucketParts, KeyOf(r.Number, n), err)
}

// part reads a part.
func (r *Reader) part(n uint32) (*part, error) {
	key := KeyOf(r.Number, n)
	packed, err := must(r.T, BucketParts, key)
	if err != nil {
		return nil, err
	}
	p, err := unpackPart(packed)
	if err == nil {
		p.template, err = delta.Apply(&market.Observation{}, p.rest[0]) // in full, since others read from it too
		p.template.Source = r.Name
		p.rest = p.rest[1:]
	}
	return p, Spoiled(BucketParts, key, err)
}

// unpackPart returns a part in which all stand as they are written, the template first.
func unpackPart(packed []byte) (*part, error) {
	raw, err := unpacker.DecodeAll(packed, nil)
	if err != nil {
		return nil, err
	}
	p, b := new(part), record.Reader{B: raw}
	for len(b.B) > 0 {
		p.rest = append(p.rest, b.Bytes())
	}
	if len(p.rest) == 0 || len(p.rest) > PartOf {
		return nil, record.ErrForm
	}
	return p, b.End()
}

// Unpack returns the first sights of a part, all but their source. Errors: record.ErrForm, and those of zstd.
func Unpack(packed []byte) ([]market.Observation, error) {
	p, err := unpackPart(packed)
	if err != nil {
		return nil, err
	}
	var base market.Observation
	out := make([]market.Observation, len(p.rest))
	for i, b := range p.rest {
		if out[i], err = delta.Apply(&base, b); err != nil {
			return nil, err
		}
		base = out[0]
	}
	return out, nil
}

// PackPart is what unpackPart reads.
func PackPart(obs []market.Observation) []byte {
	var raw, one []byte
	base := market.Observation{}
	for i := range obs {
		one = delta.Append(one[:0], &base, &obs[i], 0)
		raw = record.AppendBytes(raw, one)
		base = obs[0]
	}
	return Packer.EncodeAll(raw, nil)
}

// Parts and bases are packed with zstd (RFC 8878).
var (
	Packer   = always(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(64<<10), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false)))
	unpacker = always(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(64<<20)))
)

// always is for what fails on wrong options only.
func always[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
