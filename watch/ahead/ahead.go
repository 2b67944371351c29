// Package ahead reads on while what was read is used.
package ahead

import (
	"iter"
	"sync"
)

// Of yields what seq yields, in its order, and reads on meanwhile, n values at a time and at most three times n: one processor
// reads, the other uses what it read. The error of seq ends it. When it ends, nothing is read any more.
func Of[T any](n int, seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var (
			failed  error
			reading sync.WaitGroup
			read    = make(chan []T, 1)
			used    = make(chan []T, 2) // to be filled again
			enough  = make(chan struct{})
		)
		defer reading.Wait()
		defer close(enough)
		reading.Go(func() {
			defer close(read)
			for chunk, err := range chunks(n, seq, used) {
				failed = err // is read after the channel is closed
				select {
				case read <- chunk:
				case <-enough:
					return
				}
			}
		})
		for chunk := range read {
			for _, v := range chunk {
				if !yield(v, nil) {
					return
				}
			}
			select {
			case used <- chunk:
			default:
			}
		}
		if failed != nil {
			var none T
			yield(none, failed)
		}
	}
}

// chunks yields the values of seq by the slice, of which it takes used ones; the last, which may be empty, with the error
// of seq.
func chunks[T any](n int, seq iter.Seq2[T, error], used <-chan []T) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		chunk := make([]T, 0, n)
		for v, err := range seq {
			if err != nil {
				yield(chunk, err)
				return
			}
			if chunk = append(chunk, v); len(chunk) < n {
				continue
			}
			if !yield(chunk, nil) {
				return
			}
			select {
			case chunk = <-used:
				chunk = chunk[:0]
			default:
				chunk = make([]T, 0, n)
			}
		}
		yield(chunk, nil)
	}
}
