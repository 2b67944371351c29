package main

import (
	"iter"
	"sync"
)

// aheadBy is how many values are read while the ones before them are written.
const aheadBy = 256

// ahead yields what seq yields, in its order, and reads on meanwhile: one processor reads, the other writes. The error
// of seq ends it.
func ahead[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
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
			for chunk, err := range chunks(seq, used) {
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
func chunks[T any](seq iter.Seq2[T, error], used <-chan []T) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		chunk := make([]T, 0, aheadBy)
		for v, err := range seq {
			if err != nil {
				yield(chunk, err)
				return
			}
			if chunk = append(chunk, v); len(chunk) < aheadBy {
				continue
			}
			if !yield(chunk, nil) {
				return
			}
			select {
			case chunk = <-used:
				chunk = chunk[:0]
			default:
				chunk = make([]T, 0, aheadBy)
			}
		}
		yield(chunk, nil)
	}
}
