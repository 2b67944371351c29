package crawler

import (
	"testing"

	"pricegap/crawler/keep"
)

// TestUsual: the length in the middle of the last pages, once there are enough, which the next run begins with.
func TestUsual(t *testing.T) {
	var u usual
	k := new(keep.Memory)
	for i, n := range []int{100, 300, 200, 9_000} {
		if u.add(n); u.bytes() != 0 {
			t.Errorf("after %d pages %d bytes are usual", i+1, u.bytes())
		}
	}
	if err := u.save(t.Context(), k, "shop"); err != nil {
		t.Fatal(err)
	}
	var next usual
	if err := next.load(t.Context(), k, "shop"); err != nil || next.bytes() != 0 {
		t.Errorf("%d bytes of too few pages, %v", next.bytes(), err)
	}
	if u.add(10); u.bytes() != 200 {
		t.Errorf("%d bytes are usual, want 200", u.bytes())
	}
	if err := u.save(t.Context(), k, "shop"); err != nil {
		t.Fatal(err)
	}
	if err := next.load(t.Context(), k, "shop"); err != nil || next.bytes() != 200 {
		t.Errorf("the next run begins with %d bytes, %v", next.bytes(), err)
	}
	for range usualOf {
		u.add(50)
	}
	if u.bytes() != 50 || len(u.last) != usualOf {
		t.Errorf("after a new template %d bytes of %d pages are usual", u.bytes(), len(u.last))
	}
}
