package tree

import (
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// end reads an end tag.
func (b *builder) end(t *tag) {
	if b.inForeign() && b.endForeign(t) {
		return
	}
	if b.inForeign() && (t.Atom == atom.P || t.Atom == atom.Br) { // it would begin an element, which ends the drawing
		b.failed = true
		return
	}
	for !b.failed {
		switch b.mode {
		case initial, beforeHTML, beforeHead, inHead, afterHead:
			if b.endHead(t) {
				return
			}
		case inBody:
			b.endBody(t)
			return
		case afterBody:
			if t.Atom == atom.Html {
				b.mode = afterAfterBody
				return
			}
			b.mode = inBody
		case afterAfterBody:
			b.mode = inBody
		case inTemplate:
			if t.Atom == atom.Template {
				b.endTemplate()
			}
			return
		default:
			if b.endTable(t) {
				return
			}
		}
	}
}

// endHead reads an end tag before the body, and reports false where it implies a part of the page.
func (b *builder) endHead(t *tag) bool {
	switch t.Atom {
	case atom.Head:
		if b.mode == inHead {
			b.implyNext()
			return true
		}
		if b.mode == afterHead {
			return true
		}
	case atom.Body, atom.Html, atom.Br:
	case atom.Template:
		if b.mode == inHead || b.mode == afterHead {
			b.endTemplate()
		}
		return true
	default:
		if b.mode != initial {
			return true
		}
	}
	b.implyNext()
	return false
}

func (b *builder) endTemplate() {
	if !b.inTemplates() {
		return
	}
	b.imply(0)
	for i := len(b.open) - 1; i >= 0; i-- {
		if b.open[i].atom == atom.Template {
			b.open = b.open[:i]
			break
		}
	}
	b.forget()
	b.templates = b.templates[:len(b.templates)-1]
	b.reset()
}

// endForeign reads an end tag within a drawing or formula, and reports false for one of what is around it.
func (b *builder) endForeign(t *tag) bool {
	for i := len(b.open) - 1; i >= 0; i-- {
		if strings.EqualFold(b.open[i].n.Data, t.Name) {
			b.open = b.open[:i]
			return true
		}
		if i > 0 && b.open[i-1].is&foreign == 0 {
			return false
		}
	}
	return false
}

// endBody reads an end tag in the body.
func (b *builder) endBody(t *tag) {
	switch a := t.Atom; a {
	case atom.Body:
		if b.find(anyScope, atom.Body) >= 0 {
			b.mode = afterBody
		}
	case atom.Html:
		if b.find(anyScope, atom.Body) >= 0 {
			b.mode = afterAfterBody
		}
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Button, atom.Center, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Fieldset, atom.Figcaption,
		atom.Figure, atom.Footer, atom.Header, atom.Hgroup, atom.Listing, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.Pre, atom.Search, atom.Section, atom.Select, atom.Summary, atom.Ul,
		atom.Dd, atom.Dt:
		b.close(anyScope, a)
	case atom.Form:
		b.endForm()
	case atom.P:
		if !b.close(buttonScope, atom.P) {
			b.push(b.element(atom.P, nil))
			b.open = b.open[:len(b.open)-1]
		}
	case atom.Li:
		b.close(listScope, atom.Li)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		b.close(anyScope, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)
	case atom.Applet, atom.Marquee, atom.Object:
		if b.close(anyScope, a) {
			b.forget()
		}
	case atom.Br:
		b.startInline(&tag{Atom: atom.Br, Name: atom.Br.String()})
	case atom.Template:
		b.endTemplate()
	default:
		if known.Of(a)&active != 0 {
			b.unformat(a, t.Name)
			return
		}
		b.endOther(a, t.Name)
	}
}

// endForm ends a form, though elements in it may stay open.
func (b *builder) endForm() {
	i := b.find(anyScope, atom.Form)
	if b.inTemplates() {
		if i >= 0 {
			b.open = b.open[:i]
		}
		return
	}
	form := b.form
	b.form = nil
	if form == nil || i < 0 || b.open[i].n != form {
		return
	}
	b.imply(0)
	b.open = slices.Delete(b.open, i, i+1)
}

// endOther ends an element of no rules of its own.
func (b *builder) endOther(a atom.Atom, name string) {
	for i := len(b.open) - 1; i >= 0; i-- {
		e := &b.open[i]
		if e.is&foreign == 0 && e.atom == a && (a != 0 || e.n.Data == name) {
			b.open = b.open[:i]
			return
		}
		if e.is&special != 0 {
			return
		}
	}
}
