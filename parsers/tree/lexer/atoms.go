package lexer

import "golang.org/x/net/html/atom"

// Atoms keeps a value for each of some atoms, to be looked up quicker than in a map. The zero Atoms has none.
type Atoms[T any] struct {
	slots [atomSlots]struct {
		atom  atom.Atom
		value T
	}
}

// atomSlots leaves most slots empty: there are about 300 atoms.
const atomSlots = 1 << 9

// slot is where an atom stands, or the empty slot in which it would.
func (m *Atoms[T]) slot(a atom.Atom) int {
	i := int(uint32(a) * 0x9E3779B1 >> 23)
	for m.slots[i].atom != a && m.slots[i].atom != 0 {
		i = (i + 1) % atomSlots
	}
	return i
}

// Of is the value of an atom, nought where it has none.
func (m *Atoms[T]) Of(a atom.Atom) T { return m.slots[m.slot(a)].value }

// Set gives atoms a value.
func (m *Atoms[T]) Set(value T, atoms ...atom.Atom) {
	for _, a := range atoms {
		s := &m.slots[m.slot(a)]
		s.atom, s.value = a, value
	}
}
