// Package sights holds what a run knows of every listing of its source, in a few bytes each.
package sights

import (
	"hash/maphash"
	"iter"
	"math"
	"strings"
	"time"

	"pricegap/market"
)

// Sights are the listings of a source at a glance, small enough to hold all of a large shop: what each page showed when
// it was last read in full, and which listings were not seen yet in this run. Listings are numbered as they come. Two
// tables lead to the first in a chain of them, by the hash of the id and by that of the page; numbers in tables and
// chains are one more, 0 is the end.
type Sights struct {
	seed         maphash.Seed
	n            int32
	blocks       [][]Sight        // blockOf each
	ids          *strings.Builder // the ids of this run's own one after the other, up to idsOf bytes
	byID, byPage []int32          // as long as there are listings at most, a power of two
}

// How many listings stand in a block, and how many bytes of ids.
const (
	blockOf = 1 << 10
	idsOf   = 1 << 16
)

// Sight is one listing.
type Sight struct {
	Page       uint64 // the hash of its address
	sameID     int32  // the next in the chain of byID
	next, prev int32  // in the chain of byPage
	seenAt     uint32 // seconds since 1970
	ID         market.ListingID
	Flags      Flags
}

// Flags are what is true of a listing.
type Flags uint8

// The flags.
const (
	SeenNow Flags = 1 << iota // in this run
	Settled                   // see market.Sighting
	Held                      // in quarantine
	Gone                      // the last full read of its page did not show it
	Matched                   // it sells a product of ours
)

// Is reports whether any of f is true of the listing.
func (g *Sight) Is(f Flags) bool { return g.Flags&f != 0 }

// At is when it was last seen, in seconds since 1970.
func (g *Sight) At() int64 { return int64(g.seenAt) }

// New returns Sights of nothing.
func New() *Sights {
	return &Sights{seed: maphash.MakeSeed(), byID: make([]int32, blockOf), byPage: make([]int32, blockOf)}
}

// Hash is how Sight.Page says an address.
func (s *Sights) Hash(text string) uint64 { return maphash.String(s.seed, text) }

func (s *Sights) slot(h uint64) uint64 { return h & uint64(len(s.byID)-1) }

// Get returns a listing by its number.
func (s *Sights) Get(i int32) *Sight { return &s.blocks[i/blockOf][i%blockOf] }

// All are all listings.
func (s *Sights) All() iter.Seq[*Sight] {
	return func(yield func(*Sight) bool) {
		for i := range s.n {
			if !yield(s.Get(i)) {
				return
			}
		}
	}
}

// find returns the number of a listing, -1 for none.
func (s *Sights) find(id market.ListingID) int32 {
	i := s.byID[s.slot(s.Hash(string(id)))] - 1
	for i >= 0 && s.Get(i).ID != id {
		i = s.Get(i).sameID - 1
	}
	return i
}

// Of returns what is known of a listing, nil for nothing.
func (s *Sights) Of(id market.ListingID) *Sight {
	if i := s.find(id); i >= 0 {
		return s.Get(i)
	}
	return nil
}

// From are the listings that were last seen on a page, whether it shows them still or not. What is seen on another page
// meanwhile must wait for the end of the loop.
func (s *Sights) From(page string) iter.Seq[*Sight] {
	return func(yield func(*Sight) bool) {
		h := s.Hash(page)
		for i := s.byPage[s.slot(h)] - 1; i >= 0; {
			g := s.Get(i)
			if i = g.next - 1; g.Page == h && !yield(g) {
				return
			}
		}
	}
}

// On are the listings that the last full read of a page showed, and that no other page showed since.
func (s *Sights) On(page string) iter.Seq[*Sight] {
	return func(yield func(*Sight) bool) {
		for g := range s.From(page) {
			if !g.Is(Gone) && !yield(g) {
				return
			}
		}
	}
}

// SeenAt is when what the page shows was last recorded, the zero time where it never was.
func (s *Sights) SeenAt(page string) time.Time {
	var last int64
	for g := range s.From(page) {
		last = max(last, g.At())
	}
	if last == 0 {
		return time.Time{}
	}
	return time.Unix(last, 0)
}

// Matched reports whether a listing that was last seen on the page sells a product of ours.
func (s *Sights) Matched(page string) bool {
	for g := range s.From(page) {
		if g.Is(Matched) {
			return true
		}
	}
	return false
}

// Load enters a listing as it was before this run; each comes once. What no run of ours saw there, no page of ours is
// known to have shown. Its id is kept as it comes, since the store has it in memory as well.
func (s *Sights) Load(g market.Sighting, ours bool) {
	x := s.Get(s.enter(g, func(id market.ListingID) market.ListingID { return id }))
	x.Flags &^= SeenNow
	if ours {
		x.Flags |= Matched
	}
	if g.Gone || g.Run == "" {
		x.Flags |= Gone
	}
}

// Put enters what this run saw, and returns its number.
func (s *Sights) Put(g market.Sighting) int32 { return s.enter(g, s.keep) }

// keep returns an id behind others in memory, which is less for many than each by itself.
func (s *Sights) keep(id market.ListingID) market.ListingID {
	if s.ids == nil || s.ids.Len()+len(id) > idsOf {
		s.ids = new(strings.Builder)
		s.ids.Grow(idsOf)
	}
	at := s.ids.Len()
	s.ids.WriteString(string(id))
	return market.ListingID(s.ids.String()[at:])
}

// enter enters a listing, with what own makes of its id where it is new, and returns its number.
func (s *Sights) enter(g market.Sighting, own func(market.ListingID) market.ListingID) int32 {
	page := s.Hash(g.Page)
	i := s.find(g.Listing)
	if i < 0 {
		i = s.add(own(g.Listing))
		s.Get(i).Page = page
		s.link(i)
	}
	x := s.Get(i)
	if x.Page != page {
		s.unlink(x)
		x.Page = page
		s.link(i)
	}
	x.Seen(g.SeenAt)
	x.Flags = x.Flags&Matched | SeenNow
	if g.Settled() {
		x.Flags |= Settled
	}
	if g.Trust == market.Quarantined {
		x.Flags |= Held
	}
	return i
}

// Seen notes when it was last seen.
func (g *Sight) Seen(at time.Time) { g.seenAt = uint32(min(max(at.Unix(), 0), math.MaxUint32)) }

// add enters a listing of which nothing is known.
func (s *Sights) add(id market.ListingID) int32 {
	i := s.n
	if s.n++; i%blockOf == 0 {
		s.blocks = append(s.blocks, make([]Sight, blockOf))
	}
	g := s.Get(i)
	g.ID = id
	if int(s.n) > len(s.byID) {
		s.grow()
	}
	slot := s.slot(s.Hash(string(id)))
	g.sameID, s.byID[slot] = s.byID[slot], i+1
	return i
}

// grow makes the tables twice as long, and enters all but the newest listing.
func (s *Sights) grow() {
	s.byID, s.byPage = make([]int32, 2*len(s.byID)), make([]int32, 2*len(s.byPage))
	for i := range s.n - 1 {
		g := s.Get(i)
		slot := s.slot(s.Hash(string(g.ID)))
		g.sameID, s.byID[slot] = s.byID[slot], i+1
		s.link(i)
	}
}

// link puts a listing first in the chain of its page.
func (s *Sights) link(i int32) {
	g, first := s.Get(i), &s.byPage[s.slot(s.Get(i).Page)]
	if *first > 0 {
		s.Get(*first - 1).prev = i + 1
	}
	g.next, g.prev = *first, 0
	*first = i + 1
}

// unlink takes a listing out of the chain of its page.
func (s *Sights) unlink(g *Sight) {
	if g.next > 0 {
		s.Get(g.next - 1).prev = g.prev
	}
	if g.prev > 0 {
		s.Get(g.prev - 1).next = g.next
	} else {
		s.byPage[s.slot(g.Page)] = g.next
	}
}
