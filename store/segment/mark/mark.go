// Package mark holds a listing at a glance: its newest observations, in a few bytes of memory each.
package mark

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/segment/delta"
)

// View is an observation at a glance. Times are seconds since 1970.
type View struct {
	Sec   uint32
	Since uint32 // when the listing was first seen like this
	Where uint32 // where that observation stands: a segment, a batch with inLog, or inLate
	Run   uint32 // by number; someRun where that is not known
	Quote quote
}

// Where an observation stands, other than in a segment.
const (
	InLog   = 1 << 31
	InLate  = 1<<32 - 1
	SomeRun = 1<<32 - 1
)

// quote is delta.Quote in few bytes.
type quote struct {
	micros       int64
	currency     uint16
	stock, Trust uint8
}

// The states of trust by number.
const (
	Trusted = iota
	quarantined
	Refused
)

func (q quote) Full() delta.Quote {
	return delta.Quote{Price: money.New(q.micros, currencyOf(q.currency)), Stock: delta.Stocks[q.stock], Trust: delta.Trusts[q.Trust]}
}

// aside is the newest observation that is not refused, and the newest that is trusted, where the newest of all is neither.
type aside struct{ Shown, Good View }

// Entry is a listing at a glance.
type Entry struct {
	Newest View
	Digest uint64 // of what the newest look showed; 0 where that is not known
	Gone   bool
	Aside  aside
	Look   *string
}

// Shown is the newest observation that is not refused.
func (e *Entry) Shown() View {
	if e.Newest.Quote.Trust == Refused {
		return e.Aside.Shown
	}
	return e.Newest
}

// Good is the newest observation that is trusted.
func (e *Entry) Good() View {
	if e.Newest.Quote.Trust == Trusted {
		return e.Newest
	}
	return e.Aside.Good
}

// Change enters a newer observation that differs.
func (e *Entry) Change(v View) {
	a := aside{Good: e.Good()}
	switch v.Quote.Trust {
	case Trusted:
		a = aside{}
	case Refused:
		a.Shown = e.Shown()
	}
	e.Newest, e.Aside, e.Gone, e.Look, e.Digest = v, a, false, nil, 0
}

// Repeat enters a newer observation that differs in time and run only.
func (e *Entry) Repeat(sec, run uint32) { e.Newest.Sec, e.Newest.Run, e.Gone = sec, run, false }

// Late enters an observation that came late; of a moment that is past it may have been the newest all the same.
func (e *Entry) Late(v View) {
	if v.Sec > e.Newest.Sec {
		gone, look := e.Gone, e.Look
		e.Change(v)
		e.Gone, e.Look = gone, look
		return
	}
	e.Older(v)
}

// Older enters an observation that is not the newest.
func (e *Entry) Older(v View) {
	if t := v.Quote.Trust; t != Refused && e.Newest.Quote.Trust == Refused && v.Sec > e.Aside.Shown.Sec {
		e.Aside.Shown = v
	}
	if v.Quote.Trust == Trusted && e.Newest.Quote.Trust != Trusted && v.Sec > e.Aside.Good.Sec {
		e.Aside.Good = v
	}
}

// mark is an entry in memory, without what few have.
type mark struct {
	micros       int64
	digest       uint64
	sec, since   uint32
	where, run   uint32
	begins       uint32 // where its id does: the number of the builder, and the place in it
	length       uint16
	currency     uint16
	stock, flags uint8
}

// The flags of a mark: the two lowest bits are the trust.
const (
	flagGone = 4 << iota
	flagAside
	flagLook
)

// How many marks stand in a block, and how many bytes of ids.
const (
	marksOf = 1 << 10
	idsOf   = 1 << 16
)

// Table holds the marks of a source by number, and finds them by the hash of their id.
type Table struct {
	seed  maphash.Seed
	n     uint32
	marks [][]mark
	ids   []*strings.Builder // the ids one after the other, up to idsOf bytes each
	slots []uint32           // the number of a listing plus 1, at its hash or the next free place; a power of two
	aside map[uint32]*aside  // of marks that say so
	looks map[uint32]string  // the page of the newest look, where another than that of the observation
}

// NewTable returns a table of nothing, which hashes with that seed.
func NewTable(seed maphash.Seed) Table {
	return Table{seed: seed, aside: map[uint32]*aside{}, looks: map[uint32]string{}}
}

// Size is how many listings there are.
func (t *Table) Size() uint32 { return t.n }

// ChangedAt is when a listing changed last, in seconds since 1970.
func (t *Table) ChangedAt(o uint32) uint32 { return t.at(o).since }

func (t *Table) at(o uint32) *mark { return &t.marks[o/marksOf][o%marksOf] }

// ID returns the id of a listing.
func (t *Table) ID(o uint32) market.ListingID {
	m := t.at(o)
	at := m.begins % idsOf
	return market.ListingID(t.ids[m.begins/idsOf].String()[at : at+uint32(m.length)])
}

// Find returns the number of a listing, and whether it is there.
func (t *Table) Find(id market.ListingID) (uint32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	for i := maphash.String(t.seed, string(id)); ; i++ {
		o := t.slots[i&uint64(len(t.slots)-1)]
		if o == 0 {
			return 0, false
		}
		if t.ID(o-1) == id {
			return o - 1, true
		}
	}
}

// Add numbers a listing that is not there.
func (t *Table) Add(id market.ListingID) {
	if t.n%marksOf == 0 {
		t.marks = append(t.marks, make([]mark, marksOf))
	}
	last := len(t.ids) - 1
	if last < 0 || t.ids[last].Len()+len(id) > idsOf {
		b := new(strings.Builder)
		b.Grow(idsOf)
		t.ids = append(t.ids, b)
		last++
	}
	m := t.at(t.n)
	m.begins, m.length = uint32(last*idsOf+t.ids[last].Len()), uint16(len(id))
	t.ids[last].WriteString(string(id))
	t.n++
	if int(t.n)*4 > len(t.slots)*3 {
		t.slots = make([]uint32, max(64, 2*len(t.slots)))
		for o := range t.n {
			t.enter(o)
		}
		return
	}
	t.enter(t.n - 1)
}

func (t *Table) enter(o uint32) {
	i := maphash.String(t.seed, string(t.ID(o)))
	for t.slots[i&uint64(len(t.slots)-1)] != 0 {
		i++
	}
	t.slots[i&uint64(len(t.slots)-1)] = o + 1
}

// Entry returns a listing at a glance.
func (t *Table) Entry(o uint32) (e Entry) {
	m := t.at(o)
	e.Newest = View{m.sec, m.since, m.where, m.run, quote{m.micros, m.currency, m.stock, m.flags & 3}}
	e.Digest, e.Gone = m.digest, m.flags&flagGone != 0
	if m.flags&flagAside != 0 {
		e.Aside = *t.aside[o]
	}
	if m.flags&flagLook != 0 {
		page := t.looks[o]
		e.Look = &page
	}
	return e
}

// Set keeps a listing at a glance.
func (t *Table) Set(o uint32, e *Entry) {
	m, v := t.at(o), e.Newest
	m.sec, m.since, m.where, m.run, m.micros, m.currency, m.stock, m.flags = v.Sec, v.Since, v.Where, v.Run, v.Quote.micros, v.Quote.currency, v.Quote.stock, v.Quote.Trust
	m.digest = e.Digest
	if e.Gone {
		m.flags |= flagGone
	}
	delete(t.aside, o)
	if e.Aside != (aside{}) {
		m.flags |= flagAside
		a := e.Aside
		t.aside[o] = &a
	}
	delete(t.looks, o)
	if e.Look != nil {
		m.flags |= flagLook
		t.looks[o] = *e.Look
	}
}

// Moment is that second since 1970.
func Moment(sec uint32) time.Time { return time.Unix(int64(sec), 0).UTC() }

// QuoteOf makes few bytes of a quote.
func QuoteOf(q delta.Quote) quote {
	return quote{
		q.Price.Micros(), numberOf(q.Price.Currency()),
		uint8(slices.Index(delta.Stocks[:], q.Stock)), uint8(slices.Index(delta.Trusts, q.Trust)),
	}
}

// currencies have numbers while the program runs, so that a mark needs no pointer; 0 is none.
var currencies atomic.Pointer[[]money.Currency]

func currencyOf(n uint16) money.Currency { return (*currencies.Load())[n] }

func numberOf(c money.Currency) uint16 {
	for {
		now := currencies.Load()
		if now == nil {
			currencies.CompareAndSwap(nil, &[]money.Currency{""})
			continue
		}
		if i := slices.Index(*now, c); i >= 0 {
			return uint16(i)
		}
		more := append(slices.Clip(*now), c)
		currencies.CompareAndSwap(now, &more)
	}
}
