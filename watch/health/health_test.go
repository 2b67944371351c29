package health

import (
	"fmt"
	"slices"
	"testing"
)

// TestSpread: of any number of pages at most MaxPages are kept, from all over them, each once.
func TestSpread(t *testing.T) {
	for _, n := range []int{0, 1, 5, MaxPages, MaxPages + 1, 2*MaxPages - 1, 2 * MaxPages, 1000, 12345} {
		var s spread
		var all []string
		for i := range n {
			url := fmt.Sprintf("https://kratwerk.example/p/%d", i)
			all = append(all, url)
			s.add(url)
			s.add(url) // another listing of the same page
		}
		got := s.some()
		if want := min(n, MaxPages); len(got) < want || len(got) > MaxPages {
			t.Fatalf("%d of %d pages", len(got), n)
		}
		for i, url := range got {
			at := slices.Index(all, url)
			if widest := 2 * max(1, n/len(got)); i > 0 && at-slices.Index(all, got[i-1]) > widest || at < 0 {
				t.Errorf("of %d: %v", n, got)
			}
		}
		if n > 0 && n-slices.Index(all, got[len(got)-1]) > 3*max(1, n/len(got)) {
			t.Errorf("of %d none of the end: %v", n, got)
		}
		slices.Sort(got)
		if len(slices.Compact(got)) != len(got) {
			t.Errorf("twice: %v", got)
		}
	}
}
