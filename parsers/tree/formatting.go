package tree

import (
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// isOpen reports where n is open, -1 where it is not.
func (b *builder) isOpen(n *html.Node) int {
	for i := len(b.open) - 1; i >= 0; i-- {
		if b.open[i].n == n {
			return i
		}
	}
	return -1
}

// resume opens the formatting anew that goes on though the elements around it have ended.
func (b *builder) resume() {
	i := len(b.active)
	for i > 0 && b.active[i-1] != nil && b.isOpen(b.active[i-1]) < 0 {
		i--
	}
	for ; i < len(b.active); i++ {
		was := b.active[i]
		e := b.element(was.DataAtom, slices.Clone(was.Attr))
		b.push(e)
		b.active[i] = e.n
	}
}

// maxAlike is how many elements of the same kind and attributes may be active.
const maxAlike = 3

// format opens a formatting element.
func (b *builder) format(t *tag) {
	b.resume()
	e := b.elementOf(t)
	b.push(e)
	alike := 0
	for i := len(b.active) - 1; i >= 0 && b.active[i] != nil; i-- {
		if n := b.active[i]; n.DataAtom == t.Atom && sameAttributes(n.Attr, t.Attr) {
			if alike++; alike >= maxAlike {
				b.active = slices.Delete(b.active, i, i+1)
			}
		}
	}
	b.active = append(b.active, e.n)
}

// sameAttributes compares attributes, whatever their order.
func sameAttributes(a, b []html.Attribute) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

// unformat ends a formatting element. Where a block began in it that is still open, the page needs the repair of
// https://html.spec.whatwg.org/multipage/parsing.html#adoption-agency-algorithm.
func (b *builder) unformat(a atom.Atom, name string) {
	if top := b.top(); top.n.Data == name && !slices.Contains(b.active, top.n) {
		b.open = b.open[:len(b.open)-1]
		return
	}
	at := len(b.active) - 1
	for at >= 0 && b.active[at] != nil && b.active[at].DataAtom != a {
		at--
	}
	if at < 0 || b.active[at] == nil {
		b.endOther(a, name)
		return
	}
	i := b.isOpen(b.active[at])
	switch {
	case i < 0:
	case b.find(anyScope, a) < 0:
		return
	case slices.ContainsFunc(b.open[i:], func(e opened) bool { return e.is&special != 0 }):
		b.failed = true
		return
	default:
		b.open = b.open[:i]
	}
	b.active = slices.Delete(b.active, at, at+1)
}

// forget drops the formatting that began within a cell or the like.
func (b *builder) forget() {
	for n := len(b.active); n > 0; {
		n--
		was := b.active[n]
		if b.active = b.active[:n]; was == nil {
			return
		}
	}
}
