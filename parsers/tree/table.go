package tree

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// back closes the open elements down to one of the kinds, or the page or a template.
func (b *builder) back(kinds ...atom.Atom) {
	for len(b.open) > 1 {
		a := b.top().atom
		if a == atom.Html || a == atom.Template {
			return
		}
		for _, k := range kinds {
			if a == k {
				return
			}
		}
		b.open = b.open[:len(b.open)-1]
	}
}

// begin opens a part of a table in another, and goes on in mode m.
func (b *builder) begin(t *tag, m mode, within ...atom.Atom) bool {
	b.back(within...)
	b.push(b.elementOf(t))
	b.mode = m
	return true
}

// beginImplied is begin for a part that the page leaves out; the tag that asks for it comes again.
func (b *builder) beginImplied(a atom.Atom, m mode, within ...atom.Atom) bool {
	b.begin(&tag{Atom: a, Name: a.String()}, m, within...)
	return false
}

// startTable reads a start tag within a table, and reports false where it is to be read once more in the mode that it led to.
func (b *builder) startTable(t *tag) bool {
	switch b.mode {
	case inCell:
		switch t.Atom {
		case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr:
			return !b.endCell(atom.Td, atom.Th)
		}
		b.startBody(t)
		return true
	case inCaption:
		switch t.Atom {
		case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Td, atom.Tfoot, atom.Thead, atom.Tr:
			return !b.endCaption()
		}
		b.startBody(t)
		return true
	case inColumns:
		switch t.Atom {
		case atom.Col:
			b.leaf(t)
			return true
		case atom.Html, atom.Template:
			b.failed = true
			return true
		}
		if b.top().atom != atom.Colgroup {
			return true
		}
		b.open, b.mode = b.open[:len(b.open)-1], inTable
		return false
	case inRow:
		switch t.Atom {
		case atom.Td, atom.Th:
			b.begin(t, inCell, atom.Tr)
			b.active = append(b.active, nil)
			return true
		case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
			return !b.endRow()
		}
	case inTableBody:
		switch t.Atom {
		case atom.Tr:
			return b.begin(t, inRow, atom.Tbody, atom.Tfoot, atom.Thead)
		case atom.Td, atom.Th:
			return b.beginImplied(atom.Tr, inRow, atom.Tbody, atom.Tfoot, atom.Thead)
		case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Tfoot, atom.Thead:
			return !b.endGroup()
		}
	}
	return b.startInTable(t)
}

// startInTable reads a start tag that stands directly in a table.
func (b *builder) startInTable(t *tag) bool {
	switch t.Atom {
	case atom.Caption:
		b.back(atom.Table)
		b.active = append(b.active, nil)
		return b.begin(t, inCaption, atom.Table)
	case atom.Colgroup:
		return b.begin(t, inColumns, atom.Table)
	case atom.Col:
		return b.beginImplied(atom.Colgroup, inColumns, atom.Table)
	case atom.Tbody, atom.Tfoot, atom.Thead:
		return b.begin(t, inTableBody, atom.Table)
	case atom.Td, atom.Th, atom.Tr:
		return b.beginImplied(atom.Tbody, inTableBody, atom.Table)
	case atom.Style, atom.Script, atom.Template:
		return b.meta(t)
	case atom.Form:
		if b.form == nil && !b.inTemplates() { // what follows would stand before the table, in no form
			b.failed = true
		}
		return true
	case atom.Input:
		for _, a := range t.Attr {
			if a.Key == "type" && strings.EqualFold(a.Val, "hidden") {
				b.leaf(t)
				return true
			}
		}
	}
	b.failed = true // it would stand before the table
	return true
}

func (b *builder) endCell(kinds ...atom.Atom) bool {
	if !b.close(tableScope, kinds...) {
		return false
	}
	b.forget()
	b.mode = inRow
	return true
}

func (b *builder) endCaption() bool {
	if !b.close(tableScope, atom.Caption) {
		return false
	}
	b.forget()
	b.mode = inTable
	return true
}

func (b *builder) endRow() bool {
	if b.find(tableScope, atom.Tr) < 0 {
		return false
	}
	b.back(atom.Tr)
	b.open = b.open[:len(b.open)-1]
	b.mode = inTableBody
	return true
}

func (b *builder) endGroup() bool {
	if !b.close(tableScope, atom.Tbody, atom.Thead, atom.Tfoot) {
		return false
	}
	b.mode = inTable
	return true
}

// endTable reads an end tag within a table. It reports whether the tag is done with; if not it is to be read again.
func (b *builder) endTable(t *tag) bool {
	switch t.Atom {
	case atom.Body, atom.Html, atom.Col:
		return true
	case atom.Caption, atom.Colgroup, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Table:
	case atom.Template:
		b.endTemplate()
		return true
	default:
		b.endInTable(t)
		return true
	}
	switch b.mode {
	case inCell:
		return b.endInCell(t)
	case inCaption:
		if t.Atom == atom.Table {
			return !b.endCaption()
		}
		if t.Atom == atom.Caption {
			b.endCaption()
		}
		return true
	case inColumns:
		if t.Atom == atom.Colgroup {
			if b.top().atom == atom.Colgroup {
				b.open, b.mode = b.open[:len(b.open)-1], inTable
			}
			return true
		}
		if b.top().atom != atom.Colgroup {
			return true
		}
		b.open, b.mode = b.open[:len(b.open)-1], inTable
		return false
	case inRow:
		return b.endInRow(t)
	case inTableBody:
		switch t.Atom {
		case atom.Tbody, atom.Tfoot, atom.Thead:
			if b.find(tableScope, t.Atom) >= 0 {
				b.back(atom.Tbody, atom.Tfoot, atom.Thead)
				b.open, b.mode = b.open[:len(b.open)-1], inTable
			}
			return true
		case atom.Table:
			return !b.endGroup()
		}
		return true
	}
	if t.Atom == atom.Table && b.close(tableScope, atom.Table) {
		b.reset()
	}
	return true
}

func (b *builder) endInCell(t *tag) bool {
	switch t.Atom {
	case atom.Td, atom.Th:
		b.endCell(t.Atom)
	case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
		if b.find(tableScope, t.Atom) >= 0 {
			b.endCell(atom.Td, atom.Th)
			b.mode = inRow
			return false
		}
	}
	return true
}

func (b *builder) endInRow(t *tag) bool {
	switch t.Atom {
	case atom.Tr:
		b.endRow()
	case atom.Table:
		return !b.endRow()
	case atom.Tbody, atom.Tfoot, atom.Thead:
		if b.find(tableScope, t.Atom) >= 0 {
			return !b.endRow()
		}
	}
	return true
}

// endInTable reads an end tag that is of no part of a table.
func (b *builder) endInTable(t *tag) {
	switch b.mode {
	case inCell, inCaption:
		b.endBody(t)
		return
	case inColumns:
		if b.top().atom != atom.Colgroup {
			return
		}
		b.open, b.mode = b.open[:len(b.open)-1], inTable
	}
	if t.Atom == atom.P || t.Atom == atom.Br || known.Of(t.Atom)&active != 0 { // something would stand before the table
		b.failed = true
		return
	}
	b.endBody(t)
}

// reset finds the mode that the open elements ask for.
func (b *builder) reset() {
	for i := len(b.open) - 1; i >= 0; i-- {
		switch b.open[i].atom {
		case atom.Td, atom.Th:
			b.mode = inCell
		case atom.Tr:
			b.mode = inRow
		case atom.Tbody, atom.Thead, atom.Tfoot:
			b.mode = inTableBody
		case atom.Caption:
			b.mode = inCaption
		case atom.Colgroup:
			b.mode = inColumns
		case atom.Table:
			b.mode = inTable
		case atom.Template:
			b.mode = b.templates[len(b.templates)-1]
		case atom.Head:
			b.mode = inHead
		case atom.Body:
			b.mode = inBody
		case atom.Html:
			b.mode = afterHead
		default:
			continue
		}
		return
	}
}
