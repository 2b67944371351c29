package keep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDead = errors.New("dead")

// mortal is a Memory that changes a number of times, and then never again.
type mortal struct {
	Memory
	left int
}

// PutState implements Keeper.
func (m *mortal) PutState(ctx context.Context, key string, value []byte) error {
	if m.left--; m.left < 0 {
		return errDead
	}
	return m.Memory.PutState(ctx, key, value)
}

// DeleteState implements Keeper.
func (m *mortal) DeleteState(ctx context.Context, key string) error {
	if m.left--; m.left < 0 {
		return errDead
	}
	return m.Memory.DeleteState(ctx, key)
}

// states are the keys that are kept, and noted those that a note stands for.
func (m *mortal) states(t *testing.T) (states, noted map[string]bool) {
	t.Helper()
	states, noted = map[string]bool{}, map[string]bool{}
	for key, value := range m.m {
		if !strings.HasPrefix(key, "used/") {
			states[key] = true
			continue
		}
		days := map[string]string{}
		if err := json.Unmarshal(value, &days); err != nil {
			t.Fatal(err)
		}
		for name := range days {
			noted[name] = true
		}
	}
	return states, noted
}

// sharing returns n names whose days stand in one value.
func sharing(n int) []string {
	out := []string{"pace/shop.example"}
	for i := 0; len(out) < n; i++ {
		if name := fmt.Sprintf("robots/https://h%d.shop.example", i); noteOf(name) == noteOf(out[0]) {
			out = append(out, name)
		}
	}
	return out
}

// TestForgets: what is neither read nor written for more than 30 days goes, with its note, and nothing else does.
func TestForgets(t *testing.T) {
	now := time.Date(2026, 3, 1, 23, 59, 0, 0, time.UTC)
	m := &mortal{left: 1000}
	f := &Forgetful{Keeper: m, Clock: func() time.Time { return now }}
	names := sharing(4)
	left, read, old, fresh := names[0], names[1], names[2], names[3]
	for _, name := range []string{left, read} {
		if err := f.PutState(t.Context(), name, []byte("v")); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.PutState(t.Context(), old, []byte("v")); err != nil { // by a release that noted nothing
		t.Fatal(err)
	}
	if v, err := f.GetState(t.Context(), "robots/none"); v != nil || err != nil {
		t.Errorf("got %q, %v", v, err)
	}
	if _, noted := m.states(t); noted["robots/none"] {
		t.Error("what is not there is noted")
	}
	now = now.Add(30 * 24 * time.Hour)
	if v, err := f.GetState(t.Context(), read); string(v) != "v" || err != nil {
		t.Errorf("got %q, %v", v, err)
	}
	if states, _ := m.states(t); !states[left] {
		t.Error("it is gone after 30 days")
	}
	now = now.Add(24 * time.Hour)
	if err := f.PutState(t.Context(), fresh, []byte("v")); err != nil {
		t.Fatal(err)
	}
	states, noted := m.states(t)
	if states[left] || noted[left] || !states[read] || !states[old] || !states[fresh] || len(noted) != 2 {
		t.Errorf("kept %v, noted %v", states, noted)
	}
	changes := m.left
	if _, err := f.GetState(t.Context(), fresh); err != nil || m.left != changes {
		t.Errorf("a second use on a day is noted again: %v", err)
	}
	if err := f.DeleteState(t.Context(), fresh); err != nil {
		t.Error(err)
	}
	if v, err := f.GetState(t.Context(), fresh); v != nil || err != nil {
		t.Errorf("deleted, got %q, %v", v, err)
	}
}

// TestCrash: wherever the process ends, no state stays that is not noted.
func TestCrash(t *testing.T) {
	names := sharing(6)
	for lives := range 20 {
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		m := &mortal{left: lives}
		f := &Forgetful{Keeper: m, Clock: func() time.Time { return now }}
		var err error
		for i := 0; i < 3 && err == nil; i++ {
			for _, name := range names[2*i : 2*i+2] {
				err = errors.Join(err, f.PutState(t.Context(), name, []byte("v")))
			}
			now = now.Add(32 * 24 * time.Hour)
		}
		if died := errors.Is(err, errDead); died != (lives < 16) {
			t.Errorf("%d changes: %v", lives, err)
		}
		states, noted := m.states(t)
		for name := range states {
			if !noted[name] {
				t.Errorf("%d changes: %s is not noted", lives, name)
			}
		}
		if lives >= 16 && (len(states) != 2 || len(noted) != 2) {
			t.Errorf("kept %v, noted %v", states, noted)
		}
	}
}

// TestCannotBeDeleted: a state that cannot be deleted holds up no other.
func TestCannotBeDeleted(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	k := &stubborn{}
	f := &Forgetful{Keeper: k, Clock: func() time.Time { return now }}
	names := sharing(2)
	for range 2 {
		if err := f.PutState(t.Context(), names[0], []byte("v")); err != nil {
			t.Fatal(err)
		}
		now = now.Add(32 * 24 * time.Hour)
		if err := f.PutState(t.Context(), names[1], []byte("v")); err != nil {
			t.Fatal(err)
		}
	}
}

type stubborn struct{ Memory }

// DeleteState implements Keeper.
func (*stubborn) DeleteState(context.Context, string) error { return errDead }

// TestDamagedNote: a note that cannot be read begins anew.
func TestDamagedNote(t *testing.T) {
	for _, note := range []string{"{", "null", "[1]"} {
		m := &mortal{left: 10}
		f := &Forgetful{Keeper: m, Clock: time.Now}
		if err := m.PutState(t.Context(), noteOf("pace/shop.example"), []byte(note)); err != nil {
			t.Fatal(err)
		}
		if err := f.PutState(t.Context(), "pace/shop.example", []byte("v")); err != nil {
			t.Fatal(err)
		}
		if states, noted := m.states(t); len(states) != 1 || len(noted) != 1 {
			t.Errorf("%s: kept %v, noted %v", note, states, noted)
		}
	}
}
