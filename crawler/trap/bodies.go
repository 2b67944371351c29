package trap

import "strings"

// SameBody is how many product pages may bring one and the same body before a run is not to be believed.
const SameBody = 5

// Bodies counts the product pages that bring the same body. The zero Bodies has seen none. It is for one goroutine.
type Bodies struct {
	first map[uint64]page            // by body; most have one only
	more  map[uint64]map[uint64]page // by body and address, from the second page on
	path  uint64                     // of the first page of all
	paths bool                       // there are several paths
}

// page is the address of a page and its path, as sums.
type page struct{ address, path uint64 }

// Saw notes that the product page at address brought a body of that sum, and returns how many different products' pages
// brought it so far. Pages that differ in their query alone are those of one product (a colour, an id of the visit),
// except in a shop that has all its products at one path.
func (b *Bodies) Saw(address string, body uint64) int {
	u := parsed(address)
	path := strings.TrimSuffix(u.Path, "/") // of whichever host: mirrors of a shop bring the same page
	p := page{sumOf(path + "?" + u.RawQuery), sumOf(path)}
	if b.first == nil {
		b.first, b.more, b.path = map[uint64]page{}, map[uint64]map[uint64]page{}, p.path
	}
	b.paths = b.paths || p.path != b.path
	first, had := b.first[body]
	if !had {
		b.first[body] = p
		return 1
	}
	if b.more[body] == nil {
		b.more[body] = map[uint64]page{first.address: first}
	}
	b.more[body][p.address] = p
	if !b.paths {
		return len(b.more[body])
	}
	paths := map[uint64]bool{}
	for _, p := range b.more[body] {
		paths[p.path] = true
	}
	return len(paths)
}
