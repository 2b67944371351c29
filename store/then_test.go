package store_test

import (
	"cmp"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest"
)

// TestThen holds over random histories that what is said of many moments, spans or listings at once is what is said of each by itself.
func TestThen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "then")
		if err != nil {
			rt.Fatal(err)
		}
		s, err := store.OpenLimited(t.Context(), filepath.Join(dir, "prices.db"), sampleLimits)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		for range rapid.IntRange(1, 12).Draw(rt, "batches") {
			var obs []market.Observation
			for range rapid.IntRange(1, 6).Draw(rt, "looks") {
				o := drawLook(rt)
				if o.Offer.Price.Micros()%2 == 0 && rapid.Bool().Draw(rt, "held") {
					o = storetest.Quarantined(o)
				} else if rapid.IntRange(0, 5).Draw(rt, "refused") == 0 {
					o = storetest.Refused(o)
				}
				obs = append(obs, o)
			}
			if _, err := s.Record(t.Context(), obs...); err != nil {
				rt.Fatal(err)
			}
			if rapid.Bool().Draw(rt, "ask") {
				thenOneByOne(rt, s)
				coursesOneByOne(rt, s)
				historiesOneByOne(rt, s)
			}
		}
		thenOneByOne(rt, s)
		coursesOneByOne(rt, s)
		historiesOneByOne(rt, s)
		inAnyOrder(rt, s)
	})
}

// gather returns what is yielded, up to the first error.
func gather(seq iter.Seq2[market.Observation, error]) (out []market.Observation, err error) {
	for o, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// inAnyOrder holds that the order is all that AnyOrder changes.
func inAnyOrder(t *rapid.T, s store.Store) {
	q := store.Query{Both: true}
	if rapid.Bool().Draw(t, "then") {
		q.AsOf = storetest.At(rapid.IntRange(-1, 13).Draw(t, "as of"))
	}
	want, err := gather(s.Latest(t.Context(), q))
	if err != nil {
		t.Fatal(err)
	}
	q.AnyOrder = true
	got, err := gather(s.Latest(t.Context(), q))
	slices.SortFunc(got, func(a, b market.Observation) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Listing, b.Listing), a.SeenAt.Compare(b.SeenAt))
	})
	if err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Fatalf("in any order: %v, want %v, %v", got, want, err)
	}
}

// coursesOneByOne asks of many spans at once, and of each by itself.
func coursesOneByOne(t *rapid.T, s store.Store) {
	var ss []store.Span
	for range rapid.IntRange(0, 10).Draw(t, "spans") {
		from := rapid.IntRange(-1, 13).Draw(t, "from")
		ss = append(ss, store.Span{Listing: drawLook(t).Listing, From: storetest.At(from), To: storetest.At(from + rapid.IntRange(-1, 14).Draw(t, "hours"))})
	}
	got, err := s.Courses(t.Context(), ss)
	if err != nil || len(got) != len(ss) {
		t.Fatalf("%d answers to %d spans, %v", len(got), len(ss), err)
	}
	for i, x := range ss {
		var want []market.Observation
		before := s.Latest(t.Context(), store.Query{Listings: []market.ListingID{x.Listing}, Trusted: true, AsOf: x.From.Add(-time.Second)})
		for _, seen := range []iter.Seq2[market.Observation, error]{before, s.History(t.Context(), x.Listing, x.From, x.To)} {
			for o, err := range seen {
				if err != nil {
					t.Fatal(err)
				}
				o.Offer.Evidence = nil
				want = append(want, o)
			}
		}
		if got, want := ends(got[i]), ends(want); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s from %s to %s: %v, want %v", x.Listing, x.From, x.To, got, want)
		}
	}
}

// historiesOneByOne asks for the histories of many listings at once, and for each by itself.
func historiesOneByOne(t *rapid.T, s store.Store) {
	from := rapid.IntRange(-1, 13).Draw(t, "from")
	to := rapid.IntRange(from-1, 14).Draw(t, "to")
	ids := []market.ListingID{"nobody:1"}
	for id, err := range s.Listings(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "asked") {
			ids = append(ids, id)
		}
	}
	got, err := gather(s.Histories(t.Context(), rapid.Permutation(ids).Draw(t, "ids"), storetest.At(from), storetest.At(to)))
	if err != nil {
		t.Fatal(err)
	}
	met := map[market.ListingID]bool{}
	source := market.SourceID("")
	for len(got) > 0 {
		id := got[0].Listing
		if met[id] || got[0].Source < source {
			t.Fatalf("%s of %s is not in its place", id, got[0].Source)
		}
		met[id], source = true, got[0].Source
		want, err := gather(s.History(t.Context(), id, storetest.At(from), storetest.At(to)))
		if err != nil || len(want) == 0 || len(want) > len(got) || !reflect.DeepEqual(got[:len(want)], want) {
			t.Fatalf("%s: %v, want %v, %v", id, got, want, err)
		}
		got = got[len(want):]
	}
	for _, id := range ids {
		if rest, err := gather(s.History(t.Context(), id, storetest.At(from), storetest.At(to))); err != nil || len(rest) > 0 && !met[id] {
			t.Fatalf("%s was passed over, %v", id, err)
		}
	}
}

// ends leaves out, of observations in a row that say the same, all but the first and the last.
func ends(all []market.Observation) (out []market.Observation) {
	for i, o := range all {
		if i > 0 && i < len(all)-1 && o.Repeats(&all[i-1]) && all[i+1].Repeats(&o) {
			continue
		}
		out = append(out, o)
	}
	return out
}

// drawLook draws from few listings, moments and prices.
func drawLook(t *rapid.T) market.Observation {
	src := rapid.SampledFrom([]market.SourceID{"acme", "zoon"}).Draw(t, "source")
	hour := storetest.At(rapid.IntRange(0, 12).Draw(t, "hour"))
	return storetest.Observe(src, rapid.IntRange(1, 3).Draw(t, "listing"), hour, int64(rapid.IntRange(1, 4).Draw(t, "price")))
}

func thenOneByOne(t *rapid.T, s store.Store) {
	var ms []store.Moment
	for range rapid.IntRange(0, 20).Draw(t, "moments") {
		x := store.Moment{Listing: drawLook(t).Listing, AsOf: storetest.At(rapid.IntRange(-1, 13).Draw(t, "as of"))}
		if rapid.IntRange(0, 3).Draw(t, "now") == 0 {
			x.AsOf = time.Time{}
		}
		ms = append(ms, x)
	}
	got, err := s.Then(t.Context(), ms)
	if err != nil || len(got) != len(ms) {
		t.Fatalf("%d answers to %d moments, %v", len(got), len(ms), err)
	}
	for i, x := range ms {
		var want []market.Observation
		for o, err := range s.Latest(t.Context(), store.Query{Listings: []market.ListingID{x.Listing}, AsOf: x.AsOf, Both: true}) {
			if err != nil {
				t.Fatal(err)
			}
			o.Offer.Evidence = nil
			want = append(want, o)
		}
		bare := 0
		for o, err := range s.Latest(t.Context(), store.Query{Listings: []market.ListingID{x.Listing}, AsOf: x.AsOf, Both: true, Bare: true}) {
			if bare++; err != nil || bare > len(want) || !reflect.DeepEqual(o, want[bare-1]) {
				t.Fatalf("%s at %s without evidence: %v, want %v, %v", x.Listing, x.AsOf, o, want, err)
			}
		}
		if bare != len(want) {
			t.Fatalf("%s at %s without evidence: %d, want %d", x.Listing, x.AsOf, bare, len(want))
		}
		if len(want)+len(got[i]) > 0 && !reflect.DeepEqual(got[i], want) {
			t.Fatalf("%s at %s: %v, want %v", x.Listing, x.AsOf, got[i], want)
		}
	}
}
