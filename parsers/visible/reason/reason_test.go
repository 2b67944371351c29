package reason_test

import (
	"testing"

	"pricegap/parsers/visible/reason"
)

// TestKinds: every sort of reason has words of its own, and counts.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for k, points := range reason.InUse() {
		said := reason.Kind(k).String()
		if said == "" || seen[said] || points == 0 {
			t.Errorf("%d: %q counts %d", k, said, points)
		}
		seen[said] = true
	}
}

// TestList: a list has what holds, and its sum is that of its points.
func TestList(t *testing.T) {
	var l reason.List
	l.Add(reason.CalledPrice, 1)
	l.Add(reason.Late, 0.5)
	l.Add(reason.Struck, 0)
	if !l.Has(reason.CalledPrice) || l.Has(reason.Struck) {
		t.Error(l)
	}
	w := reason.Weights{reason.CalledPrice: 100, reason.Late: -30, reason.Struck: -1000}
	if sum := l.Sum(&w); sum != 85 || l[0].Points != 100 || l[1].Points != -15 {
		t.Error(sum, l)
	}
}
