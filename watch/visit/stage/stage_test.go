package stage_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/visit/stage"
)

// kept is the state of a store in memory. It fails where fail says so.
type kept struct {
	values map[string][]byte
	fail   func(what, key string) error
}

func newKept() *kept {
	return &kept{values: map[string][]byte{}, fail: func(string, string) error { return nil }}
}

func (k *kept) GetState(_ context.Context, key string) ([]byte, error) {
	return k.values[key], k.fail("get", key)
}

func (k *kept) PutState(_ context.Context, key string, value []byte) error {
	if err := k.fail("put", key); err != nil {
		return err
	}
	k.values[key] = slices.Clone(value)
	return nil
}

func (k *kept) DeleteState(_ context.Context, key string) error {
	if err := k.fail("delete", key); err != nil {
		return err
	}
	delete(k.values, key)
	return nil
}

// look is what a listing was seen as, at a minute.
func look(listing market.ListingID, minute int) market.Observation {
	return market.Observation{Source: "shop", Listing: listing, SeenAt: time.Date(2026, 3, 2, 8, minute, 0, 0, time.UTC), Body: fmt.Sprint(minute)}
}

// put lets looks wait.
func put(t *testing.T, s *stage.Stage, looks ...market.Observation) {
	t.Helper()
	for _, o := range looks {
		if err := s.Put(o); err != nil {
			t.Fatal(err)
		}
	}
}

// waits says what waits, listing by listing, and takes it off the stage.
func waits(t *testing.T, s *stage.Stage) string {
	t.Helper()
	var out []string
	if err := s.Empty(func(id market.ListingID, looks []market.Observation) error {
		line := string(id)
		for _, o := range looks {
			line += " " + o.Body
		}
		out = append(out, line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if s.Len() != 0 {
		t.Errorf("%d are left", s.Len())
	}
	return strings.Join(out, ", ")
}

func all(market.Observation) (bool, error) { return true, nil }

func TestStage(t *testing.T) {
	s := stage.New("shop", newKept())
	put(t, s, look("b", 1), look("a", 2), look("b", 3))
	if s.Len() != 3 || !s.Has("a") || !s.Has("b") || s.Has("c") {
		t.Errorf("%d wait", s.Len())
	}
	if looks, err := s.Of("b"); err != nil || len(looks) != 2 || looks[0].Body != "1" || !looks[1].SeenAt.Equal(look("b", 3).SeenAt) {
		t.Errorf("%v, %v", looks, err)
	}
	if got := waits(t, s); got != "a 2, b 1 3" {
		t.Errorf("%q", got)
	}
	if s.Has("b") {
		t.Error("waits still")
	}
	var none *stage.Stage
	if looks, err := none.Of("a"); none.Has("a") || looks != nil || err != nil || none.Keep(t.Context()) != nil {
		t.Error("a stage that is not there has something")
	}
}

// TestKeep: what waits no more is not kept, nor is what cannot be.
func TestKeep(t *testing.T) {
	state := newKept()
	s := stage.New("shop", state)
	put(t, s, look("a", 1))
	waits(t, s)
	keep(t, s)
	if len(state.values) != 0 {
		t.Errorf("%d parts", len(state.values))
	}
	never := look("b", 2)
	never.SeenAt = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) // RFC 3339 has four digits for the year
	if err := s.Put(never); err == nil || s.Len() != 0 {
		t.Errorf("%v, %d wait", err, s.Len())
	}
	put(t, s, look("c", 3))
	keep(t, s)
	s = stage.New("shop", state)
	load(t, s)
	if got := waits(t, s); got != "c 3" {
		t.Errorf("%q", got)
	}
}

// TestEmptyFailing: what was not handed over waits still.
func TestEmptyFailing(t *testing.T) {
	s, broken := stage.New("shop", newKept()), errors.New("broken")
	put(t, s, look("a", 1), look("b", 2), look("c", 3))
	err := s.Empty(func(id market.ListingID, _ []market.Observation) error {
		if id == "b" {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) || s.Len() != 1 || !s.Has("c") {
		t.Errorf("%v, %d wait", err, s.Len())
	}
}

// TestLoad: what was kept waits again after a death, in its order and as far as it still does; what was put after that is kept apart.
func TestLoad(t *testing.T) {
	state := newKept()
	s := stage.New("shop", state)
	put(t, s, look("a", 1), look("b", 2))
	keep(t, s)
	keep(t, s) // nothing new
	put(t, s, look("a", 3))
	keep(t, s)
	put(t, s, look("c", 4)) // lost
	if len(state.values) != 2 {
		t.Errorf("%d parts", len(state.values))
	}

	s = stage.New("shop", state)
	load(t, s)
	put(t, s, look("d", 5))
	keep(t, s)
	s = stage.New("shop", state)
	load(t, s)
	if got := waits(t, s); got != "a 1 3, b 2, d 5" {
		t.Errorf("%q", got)
	}

	s = stage.New("shop", state)
	if err := s.Load(t.Context(), func(o market.Observation) (bool, error) { return o.Listing == "a", nil }); err != nil || s.Len() != 2 {
		t.Errorf("%v, %d wait", err, s.Len())
	}
	if err := s.Recorded(t.Context()); err != nil || len(state.values) != 0 {
		t.Errorf("%v, %v left", err, slices.Collect(maps.Keys(state.values)))
	}
	other := stage.New("other", state)
	load(t, other)
	if other.Len() != 0 {
		t.Error("that of another source")
	}
}

func keep(t *testing.T, s *stage.Stage) {
	t.Helper()
	if err := s.Keep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, s *stage.Stage) {
	t.Helper()
	if err := s.Load(t.Context(), all); err != nil {
		t.Fatal(err)
	}
}

// TestFailing: a state that fails is told, and nothing is lost by it.
func TestFailing(t *testing.T) {
	broken := errors.New("broken")
	state := newKept()
	s := stage.New("shop", state)
	put(t, s, look("a", 1))
	keep(t, s)
	put(t, s, look("b", 2))
	fails := func(what, key string) {
		state.fail = func(w, k string) error {
			if w == what && strings.HasSuffix(k, key) {
				return broken
			}
			return nil
		}
	}
	fails("put", "")
	if err := s.Keep(t.Context()); !errors.Is(err, broken) {
		t.Errorf("keep: %v", err)
	}
	fails("", "")
	keep(t, s) // both are there
	fails("delete", "/0")
	if err := s.Recorded(t.Context()); !errors.Is(err, broken) {
		t.Errorf("recorded: %v", err)
	}
	fails("get", "")
	if err := stage.New("shop", state).Load(t.Context(), all); !errors.Is(err, broken) {
		t.Errorf("load: %v", err)
	}
	fails("", "")
	if err := stage.New("shop", state).Load(t.Context(), func(market.Observation) (bool, error) { return false, broken }); !errors.Is(err, broken) {
		t.Errorf("keep or not: %v", err)
	}
	again := stage.New("shop", state) // of a half-done Recorded the first part is left, and no hole before another
	load(t, again)
	if got := waits(t, again); got != "a 1" {
		t.Errorf("%q", got)
	}
	if err := s.Recorded(t.Context()); err != nil || len(state.values) != 0 {
		t.Errorf("%v, %d left", err, len(state.values))
	}
	state.values["visit/staged/shop/0"] = []byte(`[{"listing":`)
	if err := stage.New("shop", state).Load(t.Context(), all); !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), "visit/staged/shop/0") {
		t.Errorf("damaged: %v", err)
	}
}

func TestGate(t *testing.T) {
	var g stage.Gate
	o := look("a", 1)
	closed := func(when string) {
		t.Helper()
		if g.Leave(o) {
			t.Errorf("%s a look is left", when)
		}
		if left := g.Take("shop"); len(left) != 0 {
			t.Errorf("%s there is %v", when, left)
		}
	}
	closed("before any run")
	g.Settle("shop", nil) // of no run
	g.Open("shop", true)
	if _, ok := g.Odd("shop"); ok || !g.Leave(o) || !g.Leave(look("b", 2)) {
		t.Error("a run that holds prices back takes no look")
	}
	other := look("c", 3)
	if other.Source = "other"; g.Leave(other) {
		t.Error("a look at another shop")
	}
	if left := g.Take("shop"); len(left) != 2 || left[0].Listing != "a" || len(g.Take("shop")) != 0 {
		t.Errorf("%v", left)
	}
	g.Settle("shop", []market.Oddity{{}})
	closed("of a settled run")
	if odd, ok := g.Odd("shop"); !ok || len(odd) != 1 {
		t.Errorf("%v, %v", odd, ok)
	}
	g.Close("shop")
	if _, ok := g.Odd("shop"); ok {
		t.Error("odd after its end")
	}
	g.Open("shop", false)
	closed("of a run that holds nothing back")
	if odd, ok := g.Odd("shop"); !ok || len(odd) != 0 {
		t.Errorf("%v, %v", odd, ok)
	}
}
