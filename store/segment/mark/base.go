package mark

import (
	"encoding/binary"

	"pricegap/store/record"
	"pricegap/store/segment/delta"
)

// What of an entry stands in a base, beside the newest view.
const (
	baseGone = 1 << iota
	baseLook
	baseShown
	baseGood
)

// AppendBase adds what ReadBase reads to b; last is the newest observation of the listing before, and segment that which ends here.
func (e *Entry) AppendBase(b []byte, segment uint32, last View) []byte {
	var what byte
	if e.Gone {
		what |= baseGone
	}
	if e.Look != nil {
		what |= baseLook
	}
	if e.Aside.Shown.Sec != 0 {
		what |= baseShown
	}
	if e.Aside.Good.Sec != 0 {
		what |= baseGood
	}
	b = e.Newest.append(append(b, what), segment, last)
	if e.Look != nil {
		b = record.AppendBytes(b, *e.Look)
	}
	for _, v := range []View{e.Aside.Shown, e.Aside.Good} {
		if v.Sec != 0 {
			b = v.append(b, segment, e.Newest)
		}
	}
	return b
}

// ReadBase reads what AppendBase wrote.
func ReadBase(r *record.Reader, segment uint32, last View) (e Entry) {
	what := r.Byte()
	e.Newest, e.Gone = readView(r, segment, last), what&baseGone != 0
	if what&baseLook != 0 {
		page := string(r.Bytes())
		e.Look = &page
	}
	if what&baseShown != 0 {
		e.Aside.Shown = readView(r, segment, e.Newest)
	}
	if what&baseGood != 0 {
		e.Aside.Good = readView(r, segment, e.Newest)
	}
	return e
}

func (v View) append(b []byte, segment uint32, last View) []byte {
	b = record.AppendSigned(b, int64(v.Sec)-int64(last.Sec))
	b = binary.AppendUvarint(b, uint64(v.Sec-v.Since))
	where, run := uint64(0), uint64(0) // of what came late
	if v.Where != InLate {
		where = uint64(segment-v.Where) + 1
	}
	if v.Run != SomeRun {
		run = uint64(v.Run) + 1
	}
	b = binary.AppendUvarint(binary.AppendUvarint(b, where), run)
	return delta.AppendQuote(b, v.Quote.Full())
}

func readView(r *record.Reader, segment uint32, last View) View {
	v := View{Sec: last.Sec + uint32(r.Signed()), Where: InLate, Run: SomeRun}
	v.Since = v.Sec - uint32(r.Number())
	if where := r.Number(); where != 0 {
		v.Where = segment - uint32(where-1)
	}
	if run := r.Number(); run != 0 {
		v.Run = uint32(run - 1)
	}
	v.Quote = QuoteOf(delta.TakeQuote(r))
	return v
}
