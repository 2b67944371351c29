package lexer

import "golang.org/x/net/html"

// blockSize is how many attributes stand in one block, but for those of a tag that has more.
const blockSize = 512

// Room is where the attributes of the tags of a page stand, which those of the next page may use again.
type Room struct {
	blocks [][]html.Attribute
	used   int // blocks
}

// block returns an empty block that begins with the attributes of a tag, and has room for more of them.
func (r *Room) block(begun []html.Attribute) []html.Attribute {
	if r.used == len(r.blocks) {
		r.blocks = append(r.blocks, nil)
	}
	b := &r.blocks[r.used]
	if r.used++; cap(*b) <= len(begun) {
		*b = make([]html.Attribute, 0, max(blockSize, 2*len(begun)))
	}
	return append((*b)[:0], begun...)
}

// Len is how many attributes the Room has place for.
func (r *Room) Len() (n int) {
	for _, b := range r.blocks {
		n += cap(b)
	}
	return n
}

// Free empties the Room.
func (r *Room) Free() {
	for _, b := range r.blocks[:r.used] {
		clear(b[:cap(b)])
	}
	r.used = 0
}
