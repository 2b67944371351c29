package mark

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever was touched before, what is told of a listing is what was added, or nothing.
func TestTouched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x Touched
		known := map[uint32]uint32{}
		for i := range rapid.Uint32Range(1, 300).Draw(t, "steps") {
			o := rapid.Uint32Range(0, 100).Draw(t, "listing")
			e := x.Get(o)
			if sec, there := known[o]; (e != nil) != there || there && e.Newest.Sec != sec {
				t.Fatalf("listing %d is %v, and was added: %t, %d", o, e, there, sec)
			}
			if known[o] = i; e == nil {
				e = x.Add(o, Entry{})
			}
			e.Newest.Sec = i
			if rapid.IntRange(0, 50).Draw(t, "clear") == 0 {
				x.Clear()
				clear(known)
			}
		}
		for o, sec := range known {
			if e := x.Get(o); e == nil || e.Newest.Sec != sec {
				t.Fatalf("listing %d is %v, not %d", o, e, sec)
			}
		}
	})
}

// What an import took is not kept for ever.
func TestTouchedByAnImport(t *testing.T) {
	var x Touched
	for o := range uint32(2 * usual) {
		x.Add(o, Entry{})
	}
	if x.Clear(); cap(x.all) != 0 || x.Get(1) != nil {
		t.Errorf("%d are kept, %v", cap(x.all), x.Get(1))
	}
}
