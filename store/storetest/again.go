package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/store"
)

func testAgain(t *testing.T, s store.Store) {
	o, held := Observe("acme", 1, At(0), 100), Quarantined(Observe("acme", 2, At(0), 5))
	bare := market.Observation{Source: "acme", Listing: "acme:9", SeenAt: At(0), Trust: market.Trust{State: market.Trusted}}
	record(t, s, o, held, bare, Refused(Observe("acme", 3, At(0), 7)))
	sight := func(l market.ListingID, h int) market.Sighting {
		return market.Sighting{Listing: l, SeenAt: At(h), Run: "later"}
	}
	must(t, s.Again(t.Context(), "acme", sight(o.Listing, 1), sight(o.Listing, 2), sight(o.Listing, 2), sight(held.Listing, 1), sight("acme:none", 1)))
	must(t, s.Again(t.Context(), "zoon", sight(o.Listing, 5)))
	later := func(o market.Observation, h int) market.Observation {
		o.SeenAt, o.Run = At(h), "later"
		return o
	}
	diff(t, "history", []market.Observation{o, later(o, 1), later(o, 2)}, history(t, s, o.Listing))
	diff(t, "what is held stays so", []market.Observation{held, later(held, 1)}, history(t, s, held.Listing))
	diff(t, "sightings", []market.Sighting{
		{Listing: o.Listing, SeenAt: At(2), Run: "later", Page: o.Page, Trust: market.Trusted, Priced: true},
		{Listing: held.Listing, SeenAt: At(1), Run: "later", Page: held.Page, Trust: market.Quarantined, Priced: true},
		{Listing: bare.Listing, SeenAt: At(0), Trust: market.Trusted},
	}, sightings(t, s, "acme"))
	if cs := changes(t, s, 4); len(cs) != 0 {
		t.Errorf("seen again is no change: %v", cs)
	}
	if err := s.Again(t.Context(), "acme", market.Sighting{Listing: o.Listing}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a sighting without a time: %v", err)
	}
}

// testLong reads the history of a listing that was seen very often, from any of its moments.
func testLong(t *testing.T, s store.Store) {
	const often = 700
	o, other := Observe("acme", 1, At(0), 100), Observe("acme", 2, At(0), 100)
	record(t, s, o, other)
	want, seen := []market.Observation{o}, []market.Sighting{}
	for i := range often {
		o.SeenAt, o.Run = At(0).Add(time.Duration(i+1)*time.Second), "often"
		want, seen = append(want, o), append(seen, market.Sighting{Listing: o.Listing, SeenAt: o.SeenAt, Run: o.Run})
	}
	must(t, s.Again(t.Context(), "acme", append(seen, market.Sighting{Listing: other.Listing, SeenAt: At(1), Run: "often"})...))
	for h := range 4 {
		run := market.RunID(fmt.Sprint("later", h))
		o.SeenAt, o.Run = At(2+h), run
		want = append(want, o)
		must(t, s.Again(t.Context(), "acme", market.Sighting{Listing: o.Listing, SeenAt: o.SeenAt, Run: run}, market.Sighting{Listing: other.Listing, SeenAt: At(2 + h), Run: run}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, from := range []int{0, 1, 299, often, often + 1, often + 2} {
		for _, to := range []int{from, from + 1, often - 1, often + 2} {
			if to < from {
				continue
			}
			part := all(t, s.History(ctx, o.Listing, want[from].SeenAt, want[to].SeenAt))
			diff(t, fmt.Sprintf("history from %d to %d", from, to), slices.Clip(want[from:to]), part)
		}
	}
}

func testGone(t *testing.T, s store.Store) {
	o, held := Observe("acme", 1, At(0), 100), Quarantined(Observe("acme", 2, At(0), 5))
	refused := []market.Observation{Observe("acme", 3, At(0), 100), Refused(Observe("acme", 3, At(1), 700))}
	record(t, s, append(refused, o, held)...)
	gone := func(ids ...market.ListingID) {
		t.Helper()
		var seen []market.Sighting
		for _, id := range ids {
			seen = append(seen, market.Sighting{Listing: id, Gone: true})
		}
		must(t, s.Again(t.Context(), "acme", seen...))
	}
	want := func(what string, gs ...market.Sighting) {
		t.Helper()
		diff(t, what, gs, sightings(t, s, "acme"))
	}
	glance := func(o market.Observation, gone bool) market.Sighting {
		return market.Sighting{
			Listing: o.Listing, SeenAt: o.SeenAt, Run: o.Run, Page: o.Page, Gone: gone, Trust: o.Trust.State, Priced: true,
		}
	}
	gone(o.Listing, held.Listing, refused[0].Listing, "acme:none")
	want("gone", glance(o, true), glance(held, true), glance(refused[0], true))
	diff(t, "history", []market.Observation{o}, history(t, s, o.Listing))
	if cs := changes(t, s, 4); len(cs) != 0 {
		t.Errorf("that a page does not show it is no change: %v", cs)
	}

	older := Observe("acme", 1, At(-1), 100)
	record(t, s, older)
	want("an older look", glance(o, true), glance(held, true), glance(refused[0], true))
	back := o
	back.SeenAt, back.Page = At(2), "https://acme.example/p/another"
	record(t, s, back)
	want("back on another page, with the same offer", glance(back, false), glance(held, true), glance(refused[0], true))
	back.Page = o.Page // a repetition differs in its time and its run only
	diff(t, "history", []market.Observation{older, o, back}, history(t, s, o.Listing))
	must(t, s.Verify(t.Context(), nil))
}
