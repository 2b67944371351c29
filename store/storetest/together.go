package storetest

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"pricegap/market"
	"pricegap/store"
)

// testKeep: what is kept together is all there, or nothing of it is, whoever else writes at the same time.
func testKeep(t *testing.T, s store.Store) {
	one, two := Observe("acme", 1, At(0), 100), Observe("acme", 2, At(0), 200)
	seen := market.Sighting{Listing: one.Listing, SeenAt: At(1), Run: "r1"}
	b := store.Batch{
		Observations: []market.Observation{one, two}, Source: "acme", Sightings: []market.Sighting{seen},
		State: []store.Value{{Key: "a", Value: []byte("1")}, {Key: "b", Value: nil}, {Key: "a", Value: []byte("2")}},
	}
	cs, err := s.Keep(t.Context(), b)
	must(t, err)
	diff(t, "changes", changes(t, s, 0), cs)
	if len(cs) != 2 || len(history(t, s, one.Listing)) != 2 || len(history(t, s, two.Listing)) != 1 {
		t.Errorf("%d changes; history %v", len(cs), history(t, s, one.Listing))
	}
	for key, want := range map[string]string{"a": "2", "b": ""} {
		if v, err := s.GetState(t.Context(), key); string(v) != want || v == nil || err != nil {
			t.Errorf("state %s: %q, %v", key, v, err)
		}
	}
	if cs, err := s.Keep(t.Context(), b); len(cs) != 0 || err != nil {
		t.Errorf("repeated: %v, %v", cs, err)
	}
	if cs, err := s.Keep(t.Context(), store.Batch{}); cs != nil || err != nil {
		t.Errorf("nothing: %v, %v", cs, err)
	}
	three := Observe("acme", 3, At(0), 300)
	bad := three
	bad.SeenAt = At(0).AddDate(1e6, 0, 0)
	for name, b := range map[string]store.Batch{
		"observation": {Observations: []market.Observation{three, bad}, State: []store.Value{{Key: "c", Value: []byte("1")}}},
		"sighting":    {Observations: []market.Observation{three}, Source: "acme", Sightings: []market.Sighting{{Listing: one.Listing, SeenAt: bad.SeenAt}}},
		"state":       {Observations: []market.Observation{three}, State: []store.Value{{Key: "c", Value: []byte("1")}, {}}},
	} {
		cs, err := s.Keep(t.Context(), b)
		wantErr(t, name, err, store.ErrInvalid)
		if v, err := s.GetState(t.Context(), "c"); cs != nil || v != nil || err != nil || len(history(t, s, three.Listing)) != 0 {
			t.Errorf("%s: something was kept of a batch that failed: %v, %q, %v", name, cs, v, err)
		}
	}
	keepBeside(t, s)
}

// keepBeside: of batches that fail nothing is kept, of others at the same time all.
func keepBeside(t *testing.T, s store.Store) {
	const writers, rounds = 4, 12
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range rounds {
				b := store.Batch{Observations: []market.Observation{Observe("zoon", w, At(i), int64(100+i))}, State: []store.Value{{Key: fmt.Sprint("at/", w), Value: strconv.AppendInt(nil, int64(i), 10)}}}
				if i%3 == 1 {
					b.State = append(b.State, store.Value{})
				}
				if _, err := s.Keep(t.Context(), b); (err != nil) != (i%3 == 1) {
					t.Errorf("writer %d, round %d: %v", w, i, err)
				}
			}
		})
	}
	wg.Wait()
	for w := range writers {
		v, err := s.GetState(t.Context(), fmt.Sprint("at/", w))
		if n := len(history(t, s, Observe("zoon", w, At(0), 1).Listing)); string(v) != strconv.Itoa(rounds-1) || err != nil || n != rounds-rounds/3 {
			t.Errorf("writer %d: at %s, %d observations, %v", w, v, n, err)
		}
	}
}
