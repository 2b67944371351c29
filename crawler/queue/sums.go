package queue

import "hash/maphash"

// places scatters sums: no shop can choose addresses whose places are next to each other.
var places = maphash.MakeSeed()

// sums is a set of sums, in 9 to 18 bytes each; a map takes twice as much. The zero sums is empty.
type sums struct {
	at []uint64 // each in the first free place from its own on; nought is free
	n  int
}

// add puts a sum into the set, and reports whether it is new there; a nil set takes none.
func (s *sums) add(sum uint64) bool {
	if s == nil {
		return false
	}
	if s.n >= len(s.at)/8*7 {
		old := s.at
		s.at = make([]uint64, max(2*len(old), 8))
		for _, sum := range old {
			if sum != 0 {
				s.at[s.place(sum)] = sum
			}
		}
	}
	sum = max(sum, 1) // one sum in 2^64 is taken for another
	i := s.place(sum)
	if s.at[i] == sum {
		return false
	}
	s.at[i] = sum
	s.n++
	return true
}

// place is where a sum is, or has to go.
func (s *sums) place(sum uint64) uint64 {
	mask := uint64(len(s.at) - 1)
	i := maphash.Comparable(places, sum) & mask
	for s.at[i] != 0 && s.at[i] != sum {
		i = (i + 1) & mask
	}
	return i
}
