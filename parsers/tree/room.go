package tree

import (
	"sync"

	"golang.org/x/net/html"

	"pricegap/parsers/tree/lexer"
)

// chunk is how many nodes are made room for at once, keep the most that is kept for the next page: of both about 1 MB.
const (
	chunk = 256
	keep  = 8_192
)

// nodes are the nodes of a tree, in blocks.
type nodes struct {
	blocks [][]html.Node
	used   int // of all
}

func (s *nodes) next() *html.Node {
	i, k := s.used/chunk, s.used%chunk
	if i == len(s.blocks) {
		s.blocks = append(s.blocks, make([]html.Node, chunk))
	}
	s.used++
	return &s.blocks[i][k]
}

// room is what a tree stands in, which the next one may use again.
type room struct {
	nodes nodes
	attrs lexer.Room
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// free empties the room for the next tree.
func (r *room) free() {
	if r.nodes.used > keep || r.attrs.Len() > keep {
		return
	}
	for i := 0; i*chunk < r.nodes.used; i++ {
		clear(r.nodes.blocks[i][:min(chunk, r.nodes.used-i*chunk)])
	}
	r.attrs.Free()
	r.nodes.used = 0
	rooms.Put(r)
}
