package visit

import (
	"slices"
	"testing"
	"time"

	"pricegap/market"
)

// TestSights: a page shows what it showed before the run, unless another page showed it since.
func TestSights(t *testing.T) {
	t.Parallel()
	s := newSights()
	at := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	sight := func(id market.ListingID, page string) market.Sighting {
		return market.Sighting{Listing: id, Page: page, SeenAt: at, Trust: market.Trusted, Priced: true}
	}
	s.load(sight("a", "/1"), false)
	s.load(sight("b", "/1"), true)
	s.load(sight("c", "/2"), false)
	if got := s.on("/1"); !slices.Contains(got, "a") || !slices.Contains(got, "b") || len(got) != 2 {
		t.Errorf("on /1: %q", got)
	}
	if !s.matched("/1") || s.matched("/2") || s.matched("/3") {
		t.Error("the pages of products of ours are not those of b")
	}
	if g := s.of("a"); g == nil || g.seen || !g.settled {
		t.Errorf("before the run: %+v", g)
	}
	if !s.seenAt("/1").Equal(at) || !s.seenAt("/3").IsZero() {
		t.Errorf("/1 was seen at %s, /3 at %s", s.seenAt("/1"), s.seenAt("/3"))
	}
	s.put(sight("a", "/2"))
	s.put(sight("new", "/1"))
	if got := s.on("/1"); !slices.Equal(got, []market.ListingID{"b"}) {
		t.Errorf("on /1 after a moved: %q", got)
	}
	if g := s.of("a"); !g.seen || s.of("c").seen || s.of("none") != nil {
		t.Errorf("in the run: %+v", g)
	}
	if !s.of("new").seen {
		t.Error("a listing seen for the first time is not seen")
	}
}
