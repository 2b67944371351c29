package tree

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// start reads a start tag.
func (b *builder) start(t *tag) {
	if b.inForeign() {
		b.startForeign(t)
		return
	}
	for !b.failed {
		switch b.mode {
		case initial:
			b.implyNext()
		case beforeHTML:
			if t.Atom == atom.Html {
				b.push(b.elementOf(t))
				b.mode = beforeHead
				return
			}
			b.implyNext()
		case beforeHead:
			switch t.Atom {
			case atom.Head:
				b.push(b.elementOf(t))
				b.head, b.mode = b.top().n, inHead
				return
			case atom.Html:
				b.merge(b.open[0].n, t.Attr)
				return
			}
			b.implyNext()
		case inHead, afterHead:
			if b.startHead(t) {
				return
			}
			b.implyNext()
		case afterBody, afterAfterBody:
			if t.Atom == atom.Html {
				b.merge(b.open[0].n, t.Attr)
				return
			}
			b.mode = inBody
		case inBody:
			b.startBody(t)
			return
		case inTemplate:
			if b.startTemplate(t) {
				return
			}
		default:
			if b.startTable(t) {
				return
			}
		}
	}
}

// merge gives an element the attributes that it does not have yet.
func (b *builder) merge(n *html.Node, attrs []html.Attribute) {
	if b.merged++; b.merged > maxRoots || len(n.Attr) > maxAttributes {
		b.failed = true
		return
	}
	for _, a := range attrs {
		if !slices.ContainsFunc(n.Attr, func(old html.Attribute) bool { return old.Key == a.Key }) {
			n.Attr = append(slices.Clip(n.Attr), a)
		}
	}
}

// startHead reads a start tag in or after the head, and reports false for one that begins the body.
func (b *builder) startHead(t *tag) bool {
	switch t.Atom {
	case atom.Html:
		b.merge(b.open[0].n, t.Attr)
		return true
	case atom.Head:
		return true
	case atom.Frameset:
		b.failed = true
		return true
	case atom.Noscript:
		if b.mode == afterHead {
			return false
		}
		b.rawText(t)
		return true
	}
	if b.mode == inHead {
		return b.meta(t)
	}
	switch t.Atom {
	case atom.Body:
		b.push(b.elementOf(t))
		b.mode = inBody
		return true
	case atom.Template: // which is open when the head no longer is
		b.failed = true
		return true
	}
	b.open = append(b.open, opened{b.head, atom.Head, known.Of(atom.Head)})
	done := b.meta(t)
	b.open = slices.DeleteFunc(b.open, func(e opened) bool { return e.n == b.head })
	return done
}

// meta reads the start tag of an element that may stand in the head, and reports whether it is one.
func (b *builder) meta(t *tag) bool {
	switch t.Atom {
	case atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta:
		b.leaf(t)
	case atom.Title, atom.Script, atom.Style, atom.Noframes:
		b.rawText(t)
	case atom.Template:
		if slices.ContainsFunc(b.open, func(e opened) bool { return e.is&foreign != 0 }) {
			b.failed = true
			return true
		}
		b.push(b.elementOf(t))
		b.active = append(b.active, nil)
		b.templates = append(b.templates, inTemplate)
		b.mode = inTemplate
	default:
		return false
	}
	return true
}

// rawText reads an element that holds nothing but text.
func (b *builder) rawText(t *tag) {
	b.push(b.elementOf(t))
	s, ok := b.lex.Raw(t.Name, t.Atom == atom.Title || t.Atom == atom.Textarea)
	b.failed = b.failed || !ok
	if t.Atom == atom.Textarea {
		s = strings.TrimPrefix(s, "\n")
	}
	b.say(s)
	b.open = b.open[:len(b.open)-1]
}

// startTemplate reads the first start tag within a template, and reports false where it is to be read by the mode that it
// begins.
func (b *builder) startTemplate(t *tag) bool {
	switch t.Atom {
	case atom.Caption, atom.Colgroup, atom.Tbody, atom.Tfoot, atom.Thead, atom.Col, atom.Tr, atom.Td, atom.Th:
		b.failed = true
		return true
	}
	if b.meta(t) {
		return true
	}
	b.templates[len(b.templates)-1] = inBody
	b.mode = inBody
	return false
}

// startForeign reads a start tag within a drawing or formula.
func (b *builder) startForeign(t *tag) {
	top := b.top()
	if top.is&point != 0 || breakouts[t.Atom] || t.Atom == atom.Script {
		b.failed = true
		return
	}
	e := b.elementOf(t)
	e.n.Namespace = top.n.Namespace
	e.atom, e.is = 0, foreign
	if integration[t.Name] {
		e.is |= point | special | border
	}
	b.push(e)
	if t.Empty {
		b.open = b.open[:len(b.open)-1]
	}
}

// startBody reads a start tag in the body.
func (b *builder) startBody(t *tag) {
	switch a := t.Atom; a {
	case atom.Html, atom.Body:
		if b.inTemplates() {
			return
		}
		for _, e := range b.open[:min(2, len(b.open))] { // the page itself and its body are open all along
			if e.atom == a {
				b.merge(e.n, t.Attr)
			}
		}
	case atom.Frameset, atom.Plaintext, atom.Ruby, atom.Rb, atom.Rt, atom.Rtc, atom.Rp, atom.Nobr:
		b.failed = true
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Fieldset, atom.Figcaption,
		atom.Figure, atom.Footer, atom.Header, atom.Hgroup, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Search, atom.Section, atom.Summary, atom.Ul, atom.Pre, atom.Listing:
		b.closeP()
		b.push(b.elementOf(t))
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		b.closeP()
		if b.top().is&heading != 0 {
			b.open = b.open[:len(b.open)-1]
		}
		b.push(b.elementOf(t))
	case atom.Li, atom.Dd, atom.Dt:
		b.startItem(t)
	case atom.Form:
		inside := b.inTemplates()
		if b.form != nil && !inside {
			return
		}
		b.closeP()
		b.push(b.elementOf(t))
		if !inside {
			b.form = b.top().n
		}
	case atom.Table:
		if p := b.find(buttonScope, atom.P); p >= 0 && !b.quirks {
			if b.oldType {
				b.failed = true
			}
			b.open = b.open[:p]
		}
		b.push(b.elementOf(t))
		b.mode = inTable
	case atom.Caption, atom.Col, atom.Colgroup, atom.Frame, atom.Head, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr:
	case atom.Param, atom.Source, atom.Track:
		b.leaf(t)
	default:
		if !b.meta(t) {
			b.startInline(t)
		}
	}
}

// startItem reads the start tag of an item of a list, which ends the one before.
func (b *builder) startItem(t *tag) {
	for i := len(b.open) - 1; i >= 0; i-- {
		e := &b.open[i]
		if e.atom == t.Atom || t.Atom != atom.Li && (e.atom == atom.Dd || e.atom == atom.Dt) {
			b.open = b.open[:i]
			break
		}
		if e.is&special != 0 && e.atom != atom.Address && e.atom != atom.Div && e.atom != atom.P {
			break
		}
	}
	b.closeP()
	b.push(b.elementOf(t))
}

// startInline reads the start tag of what stands in a line, or of a control.
func (b *builder) startInline(t *tag) {
	switch t.Atom {
	case atom.A:
		b.endLink()
		b.format(t)
	case atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		b.format(t)
	case atom.Button:
		if i := b.find(anyScope, atom.Button); i >= 0 {
			b.open = b.open[:i]
		}
		b.resume()
		b.push(b.elementOf(t))
	case atom.Applet, atom.Marquee, atom.Object:
		b.resume()
		b.push(b.elementOf(t))
		b.active = append(b.active, nil)
	case atom.Area, atom.Br, atom.Embed, atom.Img, atom.Keygen, atom.Wbr:
		b.resume()
		b.leaf(t)
	case atom.Image:
		t.Atom, t.Name = atom.Img, atom.Img.String()
		b.startInline(t)
	case atom.Input:
		b.close(anyScope, atom.Select)
		b.resume()
		b.leaf(t)
	case atom.Hr:
		b.closeP()
		if b.find(anyScope, atom.Select) >= 0 {
			b.imply(0)
		}
		b.leaf(t)
	case atom.Textarea, atom.Iframe, atom.Noembed, atom.Noscript:
		b.rawText(t)
	case atom.Xmp:
		b.closeP()
		b.resume()
		b.rawText(t)
	case atom.Select:
		if b.close(anyScope, atom.Select) {
			return
		}
		b.resume()
		b.push(b.elementOf(t))
	case atom.Option, atom.Optgroup:
		b.startOption(t)
	case atom.Svg, atom.Math:
		b.resume()
		e := b.elementOf(t)
		e.n.Namespace, e.atom, e.is = t.Name, 0, foreign
		b.push(e)
		if t.Empty {
			b.open = b.open[:len(b.open)-1]
		}
	default:
		b.resume()
		b.push(b.elementOf(t))
	}
}

func (b *builder) startOption(t *tag) {
	switch {
	case b.find(anyScope, atom.Select) >= 0 && t.Atom == atom.Option:
		b.imply(atom.Optgroup)
	case b.find(anyScope, atom.Select) >= 0:
		b.imply(0)
	case b.top().atom == atom.Option:
		b.open = b.open[:len(b.open)-1]
	}
	b.resume()
	b.push(b.elementOf(t))
}

// endLink ends a link that is open when another begins.
func (b *builder) endLink() {
	for i := len(b.active) - 1; i >= 0 && b.active[i] != nil; i-- {
		n := b.active[i]
		if n.DataAtom != atom.A {
			continue
		}
		b.unformat(atom.A, "a")
		if at := b.isOpen(n); at >= 0 {
			b.open = slices.Delete(b.open, at, at+1)
		}
		if at := slices.Index(b.active, n); at >= 0 {
			b.active = slices.Delete(b.active, at, at+1)
		}
		return
	}
}
