package usual

import (
	"testing"

	"pricegap/crawler/keep"
)

// TestUsual: the length in the middle of the last pages, once there are enough, which the next run begins with.
func TestUsual(t *testing.T) {
	var u Length
	k := new(keep.Memory)
	for i, n := range []int{100, 300, 200, 9_000} {
		if u.Add(n); u.Bytes() != 0 {
			t.Errorf("after %d pages %d bytes are usual", i+1, u.Bytes())
		}
	}
	if err := u.Save(t.Context(), k, "shop"); err != nil {
		t.Fatal(err)
	}
	var next Length
	if err := next.Load(t.Context(), k, "shop"); err != nil || next.Bytes() != 0 {
		t.Errorf("%d bytes of too few pages, %v", next.Bytes(), err)
	}
	if u.Add(10); u.Bytes() != 200 {
		t.Errorf("%d bytes are usual, want 200", u.Bytes())
	}
	if err := u.Save(t.Context(), k, "shop"); err != nil {
		t.Fatal(err)
	}
	if err := next.Load(t.Context(), k, "shop"); err != nil || next.Bytes() != 200 {
		t.Errorf("the next run begins with %d bytes, %v", next.Bytes(), err)
	}
	for range of {
		u.Add(50)
	}
	if u.Bytes() != 50 || len(u.last) != of {
		t.Errorf("after a new template %d bytes of %d pages are usual", u.Bytes(), len(u.last))
	}
}
