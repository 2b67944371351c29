package visit

import (
	"hash/maphash"
	"time"

	"pricegap/market"
)

// sights are the listings of a source at a glance, small enough to hold all of a large shop: what a page showed when
// it was last read, and which listings were not seen yet in this run.
type sights struct {
	seed   maphash.Seed
	all    []sight
	byID   map[market.ListingID]int32
	byPage map[uint64]int32 // the first in the chain of a page
}

// sight is one listing.
type sight struct {
	id      market.ListingID
	page    uint64 // the hash of its address
	next    int32  // the next listing on that page, -1 for none
	seenAt  int64  // seconds since 1970
	settled bool
	seen    bool // in this run
	matched bool // it sells a product of ours
}

func newSights() sights {
	return sights{seed: maphash.MakeSeed(), byID: map[market.ListingID]int32{}, byPage: map[uint64]int32{}}
}

func (s *sights) hash(page string) uint64 { return maphash.String(s.seed, page) }

// of returns what is known of a listing, nil for nothing. The pointer holds until the next put.
func (s *sights) of(id market.ListingID) *sight {
	if i, ok := s.byID[id]; ok {
		return &s.all[i]
	}
	return nil
}

// on lists the listings that a page showed before this run and that no other page showed since.
func (s *sights) on(page string) (ids []market.ListingID) {
	h := s.hash(page)
	i, ok := s.byPage[h]
	for ok && i >= 0 {
		if g := s.all[i]; g.page == h {
			ids = append(ids, g.id)
		}
		i = s.all[i].next
	}
	return ids
}

// seenAt is when what the page shows was last recorded, the zero time where it never was.
func (s *sights) seenAt(page string) time.Time {
	var last int64
	h := s.hash(page)
	i, ok := s.byPage[h]
	for ; ok && i >= 0; i = s.all[i].next {
		if g := s.all[i]; g.page == h {
			last = max(last, g.seenAt)
		}
	}
	if last == 0 {
		return time.Time{}
	}
	return time.Unix(last, 0)
}

// matched reports whether a listing that the page showed before this run sells a product of ours.
func (s *sights) matched(page string) bool {
	h := s.hash(page)
	i, ok := s.byPage[h]
	for ; ok && i >= 0; i = s.all[i].next {
		if s.all[i].matched {
			return true
		}
	}
	return false
}

// load enters a listing as it was before this run; each comes once.
func (s *sights) load(g market.Sighting, matched bool) {
	s.put(g)
	x := &s.all[len(s.all)-1]
	if first, ok := s.byPage[x.page]; ok {
		x.next = first
	}
	s.byPage[x.page] = int32(len(s.all) - 1)
	x.seen, x.matched = false, matched
}

// put enters what this run saw.
func (s *sights) put(g market.Sighting) {
	i, ok := s.byID[g.Listing]
	if !ok {
		i = int32(len(s.all))
		s.byID[g.Listing] = i
		s.all = append(s.all, sight{id: g.Listing, next: -1})
	}
	x := &s.all[i]
	x.page, x.seenAt, x.settled, x.seen = s.hash(g.Page), g.SeenAt.Unix(), g.Settled(), true
}
