package lexer

import "testing"

// TestTags: no two of the common names share a slot, and none is too long for its number.
func TestTags(t *testing.T) {
	for _, a := range common {
		if s := tags[slotOf(keyOf(a.String()))]; s.atom != a || s.name != a.String() || len(s.name) > maxKey {
			t.Errorf("%s is %+v", a, s)
		}
	}
}
