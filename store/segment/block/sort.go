package block

import "cmp"

// Sort puts entries in the order in which Append takes them. It is fast where they stand in order for long stretches, as a crawl makes
// them.
func Sort(entries []Entry) {
	var ends []int // of the stretches that are in order
	for i := range entries {
		if i+1 == len(entries) || compare(&entries[i], &entries[i+1]) > 0 {
			ends = append(ends, i+1)
		}
	}
	if len(ends) < 2 {
		return
	}
	left := make([]Entry, 0, len(entries))
	for len(ends) > 1 {
		from, merged := 0, ends[:0]
		for len(ends) > 1 {
			left = append(left[:0], entries[from:ends[0]]...)
			merge(entries[from:ends[1]], left)
			from = ends[1]
			merged, ends = append(merged, from), ends[2:]
		}
		ends = append(merged, ends...)
	}
}

// merge puts entries, which begin with left, in order; left and what stands behind it are each in order.
func merge(entries, left []Entry) {
	right := entries[len(left):]
	for i := 0; len(left) > 0; i++ {
		if len(right) > 0 && compare(&right[0], &left[0]) < 0 {
			entries[i], right = right[0], right[1:]
		} else {
			entries[i], left = left[0], left[1:]
		}
	}
}

func compare(a, b *Entry) int {
	return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Sec, b.Sec))
}
