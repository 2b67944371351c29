package queue

import (
	"math"
	"strings"

	"pricegap/parsers"
)

// The bands of a lane: one for each rank of product pages, of which Asked takes any page, then discovery.
const (
	bandAsked     = int(Asked)
	bandContinued = bandAsked + 1 // sitemaps, starting points, further pages of lists
	bandLists     = bandAsked + 2
	bandNarrowed  = bandAsked + 3 // lists with a query
	bands         = bandAsked + 4
)

// The orders in which a lane looks through its bands, by turns.
var (
	foundFirst  = [bands]int{bandAsked, bandContinued, bandLists, bandNarrowed, int(Matched), int(Moving), int(Rest)}
	rankedFirst = [bands]int{bandAsked, int(Matched), int(Moving), int(Rest), bandContinued, bandLists, bandNarrowed}
)

// bandOf is where an item waits.
func bandOf(it Item) int {
	switch {
	case it.Rank == Asked:
		return bandAsked
	case it.Role == string(parsers.RoleProduct):
		return min(int(it.Rank), bandAsked)
	case it.Depth == 0 || it.Role == string(RoleSitemap):
		return bandContinued
	case strings.Contains(it.Chain, "?"):
		return bandNarrowed
	case it.Chain != it.URL:
		return bandContinued
	}
	return bandLists
}

// lanes hold the items that wait, by origin and band. An item costs some 40 bytes and the path of its address.
type lanes struct {
	by    map[string]*lane
	ring  []*lane
	turn  int // of the lane whose turn it is
	roles table
	lists table // the names of chains
}

// lane holds what waits for one scheme and host.
type lane struct {
	origin, host string
	bands        [bands]fifo
	n            int
	products     bool // the next turn is not for discovery
}

// node is an item that waits. Without an address it was raised, and waits elsewhere.
type node struct {
	tail              string // of the address, behind the origin
	sum               uint64
	start, chain      uint32
	role, idle, depth uint8
}

// table keeps each of a few words once.
type table struct {
	words []string
	at    map[string]uint32
}

func (t *table) index(w string) uint32 {
	i, ok := t.at[w]
	if !ok {
		if t.at == nil {
			t.at = map[string]uint32{}
		}
		i = uint32(len(t.words)) //nolint:gosec // there are fewer words than items, and fewer of these than 2^32
		t.words, t.at[w] = append(t.words, w), i
	}
	return i
}

// cut divides an address into scheme with host and the rest.
func cut(address string) (origin, tail string) {
	if i := strings.Index(address, "://"); i >= 0 {
		i += len("://")
		if j := strings.IndexAny(address[i:], "/?#"); j >= 0 {
			return address[:i+j], address[i+j:]
		}
	}
	return "", address
}

func small(n int) uint8 { return uint8(min(max(n, 0), math.MaxUint8)) }

func (l *lanes) push(it Item) {
	origin, tail := cut(it.URL)
	a, ok := l.by[origin]
	if !ok {
		a = &lane{origin: strings.Clone(origin), host: HostOf(it.URL)}
		if l.by == nil {
			l.by = map[string]*lane{}
		}
		l.by[a.origin] = a
		l.ring = append(l.ring, a)
	}
	a.n++
	a.bands[bandOf(it)].push(node{
		tail: strings.Clone(tail), sum: it.sum, chain: l.lists.index(it.Chain), role: small(int(l.roles.index(it.Role))),
		start: uint32(max(it.Start, 0)), idle: small(it.Idle), depth: small(it.Depth), //nolint:gosec // a source has fewer starting points
	})
}

// pop takes the next item of a free host: what is asked for anywhere comes first, then each lane has its turn.
func (l *lanes) pop(free func(host string) bool) (Item, bool) {
	for i := range 2 * len(l.ring) {
		a := l.ring[(l.turn+i)%len(l.ring)]
		if asked := i < len(l.ring); a.n == 0 || asked && a.bands[bandAsked].n == 0 || !free(a.host) {
			continue
		}
		if n, band, ok := a.pop(); ok {
			l.turn = (l.turn + i + 1) % len(l.ring)
			return l.item(a, n, band), true
		}
	}
	return Item{}, false
}

func (l *lanes) item(a *lane, n node, band int) Item {
	rank := Rest
	if band <= bandAsked {
		rank = Rank(band) //nolint:gosec // a band is a small number
	}
	return Item{
		URL: a.origin + n.tail, Role: l.roles.words[n.role], Rank: rank, Start: int(n.start),
		Chain: l.lists.words[n.chain], Idle: int(n.idle), Depth: int(n.depth), sum: n.sum,
	}
}

// pop takes the next item of the lane.
func (a *lane) pop() (node, int, bool) {
	order := foundFirst
	if a.products {
		order = rankedFirst
	}
	for _, b := range order {
		if n, ok := a.bands[b].pop(); ok {
			a.n--
			if b != bandAsked {
				a.products = b >= bandContinued
			}
			return n, b, true
		}
	}
	return node{}, 0, false
}

// raise puts the item of that sum among those asked for. It looks at every item: it is for the few that people ask
// for.
func (l *lanes) raise(sum uint64) bool {
	for _, a := range l.ring {
		for b := range a.bands {
			n := a.bands[b].find(sum)
			if n == nil {
				continue
			}
			if b != bandAsked {
				a.bands[bandAsked].push(*n)
				*n = node{}
				a.bands[b].n--
			}
			return true
		}
	}
	return false
}

func (l *lanes) waiting(pass func(host string) bool) int {
	n := 0
	for _, a := range l.ring {
		if pass(a.host) {
			n += a.n
		}
	}
	return n
}

// fifo is a line of nodes; n counts those that were not raised.
type fifo struct {
	head, tail *block
	n          int
}

// block is a stretch of a fifo; what was popped of it is given back as a whole.
type block struct {
	nodes    [64]node
	from, to int
	next     *block
}

func (f *fifo) push(n node) {
	if f.tail == nil || f.tail.to == len(f.tail.nodes) {
		b := new(block)
		if f.tail == nil {
			f.head = b
		} else {
			f.tail.next = b
		}
		f.tail = b
	}
	f.tail.nodes[f.tail.to] = n
	f.tail.to++
	f.n++
}

func (f *fifo) pop() (node, bool) {
	for b := f.head; b != nil; b = f.head {
		if b.from == b.to {
			if f.head = b.next; f.head == nil {
				f.tail = nil
			}
			continue
		}
		n := b.nodes[b.from]
		b.nodes[b.from] = node{}
		b.from++
		if n.tail != "" {
			f.n--
			return n, true
		}
	}
	return node{}, false
}

func (f *fifo) find(sum uint64) *node {
	for b := f.head; b != nil; b = b.next {
		for i := b.from; i < b.to; i++ {
			if n := &b.nodes[i]; n.sum == sum && n.tail != "" {
				return n
			}
		}
	}
	return nil
}
