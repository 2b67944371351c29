package ahead

import (
	"errors"
	"iter"
	"slices"
	"testing"
)

// upTo yields the numbers below n and then err, where there is one.
func upTo(n int, err error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if err != nil {
			yield(-1, err)
		}
	}
}

// What is read ahead comes whole, in order and with its error, however many it is, and whoever has enough may stop.
func TestAhead(t *testing.T) {
	t.Parallel()
	const by = 256
	broken := errors.New("broken")
	for _, n := range []int{0, 1, by - 1, by, by + 1, 10*by + 7} {
		for _, want := range []error{nil, broken} {
			var got []int
			var failed error
			for v, err := range Of(by, upTo(n, want)) {
				if err != nil {
					failed = err
					continue
				}
				got = append(got, v)
			}
			if len(got) != n || !slices.IsSorted(got) || !errors.Is(failed, want) || failed != nil && want == nil {
				t.Errorf("%d and %v: %d values, %v", n, want, len(got), failed)
			}
		}
		seen := 0
		for v := range Of(by, upTo(n, broken)) {
			if seen++; v >= n/2 {
				break
			}
		}
		if seen > n/2+1 {
			t.Errorf("%d of %d after the end", seen, n)
		}
	}
}
