package past

import (
	"encoding/binary"

	"pricegap/market"
	"pricegap/store/record"
)

// Head is how far a source is. Its slices only grow, so that a copy of it stays true.
type Head struct {
	Spans   []Span         // the segments, from the first on
	Runs    []market.RunID // by the number that entries have for them
	Kept    int            // how many of runs stand in segments
	Sealed  uint32         // how many listings have their first sight in parts
	Born    []uint32       // of the others: the batch of their first sight
	Pending Pending
	Late    uint64
}

// Pending is what is in the log and in no segment.
type Pending struct {
	First uint64 // the first batch that may hold some
	Count uint32
	From  uint32       // the earliest time
	Run   market.RunID // the run that recorded last
}

// Span is what a segment spans.
type Span struct {
	From, To    uint32 // seconds since 1970
	First, Last uint32 // blocks
	Count       uint32
	Base        uint32 // of so many listings stands in bases what was newest then
}

// Header is what a segment begins with.
type Header struct {
	Span
	Runs  []market.RunID // those that no segment before has
	Gone  []uint32       // listings that their pages show no more, since this segment
	Looks []Look
}

// Look is the page of the newest look at a listing, where it is another than that of the observation.
type Look struct {
	Ordinal uint32
	Page    string
}

// Append adds what the header of a segment holds to b.
func (h Header) Append(b []byte) []byte {
	for _, n := range []uint32{h.Count, h.From, h.To, h.First, h.Last, h.Base} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = binary.AppendUvarint(b, uint64(len(h.Runs)))
	for _, id := range h.Runs {
		b = record.AppendBytes(b, string(id))
	}
	b = binary.AppendUvarint(b, uint64(len(h.Gone)))
	for _, o := range h.Gone {
		b = binary.AppendUvarint(b, uint64(o))
	}
	b = binary.AppendUvarint(b, uint64(len(h.Looks)))
	for _, l := range h.Looks {
		b = record.AppendBytes(binary.AppendUvarint(b, uint64(l.Ordinal)), l.Page)
	}
	return b
}

func parseHeader(payload []byte) (h Header, err error) {
	r := record.Reader{B: payload}
	number := func() uint32 { return uint32(r.Number()) }
	h.Count, h.From, h.To, h.First, h.Last, h.Base = number(), number(), number(), number(), number(), number()
	for n := r.Number(); n > 0 && !r.Bad; n-- {
		h.Runs = append(h.Runs, market.RunID(r.Bytes()))
	}
	for n := r.Number(); n > 0 && !r.Bad; n-- {
		h.Gone = append(h.Gone, number())
	}
	for n := r.Number(); n > 0 && !r.Bad; n-- {
		h.Looks = append(h.Looks, Look{number(), string(r.Bytes())})
	}
	return h, r.End()
}

// BaseOf is how many listings stand in one record of a base.
const BaseOf = 4096
