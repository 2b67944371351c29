package visit

import (
	"hash/maphash"
	"iter"
	"math"
	"strings"
	"time"

	"pricegap/market"
)

// sights are the listings of a source at a glance, small enough to hold all of a large shop: what each page showed when
// it was last read in full, and which listings were not seen yet in this run. Listings are numbered as they come. Two
// tables lead to the first in a chain of them, by the hash of the id and by that of the page; numbers in tables and
// chains are one more, 0 is the end.
type sights struct {
	seed         maphash.Seed
	n            int32
	blocks       [][]sight          // blockOf each
	ids          []*strings.Builder // the ids one after the other, up to idsOf bytes each
	byID, byPage []int32            // as long as there are listings at most, a power of two
}

// How many listings stand in a block, and how many bytes of ids.
const (
	blockOf = 1 << 10
	idsOf   = 1 << 16
)

// sight is one listing.
type sight struct {
	page       uint64 // the hash of its address
	sameID     int32  // the next in the chain of byID
	next, prev int32  // in the chain of byPage
	seenAt     uint32 // seconds since 1970
	begins     uint32 // where its id does: the number of the builder, and the place in it
	length     uint16
	flags      flags
}

// flags are what is true of a listing.
type flags uint8

const (
	seenNow flags = 1 << iota // in this run
	settled                   // see market.Sighting
	held                      // in quarantine
	gone                      // the last full read of its page did not show it
	matched                   // it sells a product of ours
)

func (g *sight) is(f flags) bool { return g.flags&f != 0 }

// at is when it was last seen, in seconds since 1970.
func (g *sight) at() int64 { return int64(g.seenAt) }

func newSights() *sights {
	return &sights{seed: maphash.MakeSeed(), byID: make([]int32, blockOf), byPage: make([]int32, blockOf)}
}

func (s *sights) hash(text string) uint64 { return maphash.String(s.seed, text) }

func (s *sights) slot(h uint64) uint64 { return h & uint64(len(s.byID)-1) }

func (s *sights) get(i int32) *sight { return &s.blocks[i/blockOf][i%blockOf] }

// id returns the id of a listing.
func (s *sights) id(g *sight) market.ListingID {
	at := int(g.begins % idsOf)
	return market.ListingID(s.ids[g.begins/idsOf].String()[at : at+int(g.length)])
}

// all are all listings.
func (s *sights) all() iter.Seq[*sight] {
	return func(yield func(*sight) bool) {
		for i := range s.n {
			if !yield(s.get(i)) {
				return
			}
		}
	}
}

// find returns the number of a listing, -1 for none.
func (s *sights) find(id market.ListingID) int32 {
	i := s.byID[s.slot(s.hash(string(id)))] - 1
	for i >= 0 && s.id(s.get(i)) != id {
		i = s.get(i).sameID - 1
	}
	return i
}

// of returns what is known of a listing, nil for nothing.
func (s *sights) of(id market.ListingID) *sight {
	if i := s.find(id); i >= 0 {
		return s.get(i)
	}
	return nil
}

// from are the listings that were last seen on a page, whether it shows them still or not. What is seen on another page
// meanwhile must wait for the end of the loop.
func (s *sights) from(page string) iter.Seq[*sight] {
	return func(yield func(*sight) bool) {
		h := s.hash(page)
		for i := s.byPage[s.slot(h)] - 1; i >= 0; {
			g := s.get(i)
			if i = g.next - 1; g.page == h && !yield(g) {
				return
			}
		}
	}
}

// on are the listings that the last full read of a page showed, and that no other page showed since.
func (s *sights) on(page string) iter.Seq[*sight] {
	return func(yield func(*sight) bool) {
		for g := range s.from(page) {
			if !g.is(gone) && !yield(g) {
				return
			}
		}
	}
}

// seenAt is when what the page shows was last recorded, the zero time where it never was.
func (s *sights) seenAt(page string) time.Time {
	var last int64
	for g := range s.from(page) {
		last = max(last, g.at())
	}
	if last == 0 {
		return time.Time{}
	}
	return time.Unix(last, 0)
}

// matched reports whether a listing that was last seen on the page sells a product of ours.
func (s *sights) matched(page string) bool {
	for g := range s.from(page) {
		if g.is(matched) {
			return true
		}
	}
	return false
}

// load enters a listing as it was before this run; each comes once. What no run of ours saw there, no page of ours is
// known to have shown.
func (s *sights) load(g market.Sighting, ours bool) {
	x := s.get(s.put(g))
	x.flags &^= seenNow
	if ours {
		x.flags |= matched
	}
	if g.Gone || g.Run == "" {
		x.flags |= gone
	}
}

// put enters what this run saw, and returns its number.
func (s *sights) put(g market.Sighting) int32 {
	page := s.hash(g.Page)
	i := s.find(g.Listing)
	if i < 0 {
		i = s.add(g.Listing)
		s.get(i).page = page
		s.link(i)
	}
	x := s.get(i)
	if x.page != page {
		s.unlink(x)
		x.page = page
		s.link(i)
	}
	x.seen(g.SeenAt)
	x.flags = x.flags&matched | seenNow
	if g.Settled() {
		x.flags |= settled
	}
	if g.Trust == market.Quarantined {
		x.flags |= held
	}
	return i
}

// seen notes when it was last seen.
func (g *sight) seen(at time.Time) { g.seenAt = uint32(min(max(at.Unix(), 0), math.MaxUint32)) }

// add enters a listing of which nothing is known.
func (s *sights) add(id market.ListingID) int32 {
	i := s.n
	if s.n++; i%blockOf == 0 {
		s.blocks = append(s.blocks, make([]sight, blockOf))
	}
	last := len(s.ids) - 1
	if last < 0 || s.ids[last].Len()+len(id) > idsOf {
		last++
		s.ids = append(s.ids, new(strings.Builder))
		s.ids[last].Grow(idsOf)
	}
	g := s.get(i)
	g.begins, g.length = uint32(last*idsOf+s.ids[last].Len()), uint16(len(id))
	s.ids[last].WriteString(string(id))
	if int(s.n) > len(s.byID) {
		s.grow()
	}
	slot := s.slot(s.hash(string(id)))
	g.sameID, s.byID[slot] = s.byID[slot], i+1
	return i
}

// grow makes the tables twice as long, and enters all but the newest listing.
func (s *sights) grow() {
	s.byID, s.byPage = make([]int32, 2*len(s.byID)), make([]int32, 2*len(s.byPage))
	for i := range s.n - 1 {
		g := s.get(i)
		slot := s.slot(s.hash(string(s.id(g))))
		g.sameID, s.byID[slot] = s.byID[slot], i+1
		s.link(i)
	}
}

// link puts a listing first in the chain of its page.
func (s *sights) link(i int32) {
	g, first := s.get(i), &s.byPage[s.slot(s.get(i).page)]
	if *first > 0 {
		s.get(*first - 1).prev = i + 1
	}
	g.next, g.prev = *first, 0
	*first = i + 1
}

// unlink takes a listing out of the chain of its page.
func (s *sights) unlink(g *sight) {
	if g.next > 0 {
		s.get(g.next - 1).prev = g.prev
	}
	if g.prev > 0 {
		s.get(g.prev - 1).next = g.next
	} else {
		s.byPage[s.slot(g.page)] = g.next
	}
}
