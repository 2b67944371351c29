package tree

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/parsers/tree/lexer"
)

// tag is a start or end tag.
type tag = lexer.Token

// mode is the part of the page that is being built.
type mode uint8

const (
	initial mode = iota
	beforeHTML
	beforeHead
	inHead
	afterHead
	inBody
	afterBody
	afterAfterBody
	inTable
	inTableBody
	inRow
	inCell
	inCaption
	inColumns
	inTemplate
)

// maxDepth is how many elements may be open, as in x/net/html.
const maxDepth = 512

// opened is an element that is open. atom is 0 for one of a drawing.
type opened struct {
	n    *html.Node
	atom atom.Atom
	is   traits
}

// builder builds the tree of a page whose markup needs none of the rarer repairs of the HTML standard: text within tables but
// outside of cells, formatting that ends in the middle of a block that began in it, frames.
type builder struct {
	lex       lexer.Lexer
	nodes     nodes
	left      int // nodes that may still be made
	doc       *html.Node
	open      []opened
	active    []*html.Node     // formatting that goes on; nil is a border
	said      *strings.Builder // the last text that came in pieces
	sayer     *html.Node       // whose it is
	templates []mode
	mode      mode
	head      *html.Node
	form      *html.Node
	quirks    bool
	oldType   bool // a doctype of which quirks is not known
	merged    int  // start tags whose attributes went to an element that is there
	failed    bool // it needs more
}

// build returns the tree of a page, nil where it needs more than a builder does. Its nodes are those of room.
func build(s string, room *room) *html.Node {
	b := &builder{lex: lexer.New(s, &room.attrs), nodes: room.nodes, left: maxNodes}
	defer func() { room.nodes = b.nodes }()
	b.doc = b.node(html.DocumentNode)
	for t := new(tag); !b.failed && b.next(t); {
	}
	if len(b.templates) > 0 || b.lex.Over() {
		return nil
	}
	for !b.failed && b.mode < inBody { // the page ended before its body
		b.implyNext()
	}
	if b.failed {
		return nil
	}
	return b.doc
}

// implyNext makes the next of html, head and body that the page left out.
func (b *builder) implyNext() {
	switch b.mode {
	case initial:
		b.quirks, b.mode = true, beforeHTML
	case beforeHTML:
		b.push(b.element(atom.Html, nil))
		b.mode = beforeHead
	case beforeHead:
		b.push(b.element(atom.Head, nil))
		b.head, b.mode = b.top().n, inHead
	case inHead:
		b.open = b.open[:len(b.open)-1]
		b.mode = afterHead
	case afterHead:
		b.push(b.element(atom.Body, nil))
		b.mode = inBody
	}
}

// next reads a token into t, and reports false at the end of the page.
func (b *builder) next(t *tag) bool {
	if b.inForeign() {
		if s, ok := b.lex.CDATA(); ok {
			b.say(s)
			return true
		}
	}
	switch b.lex.Next(t) {
	case lexer.End:
		return false
	case lexer.Text:
		b.text(t.Text)
	case lexer.Start:
		b.start(t)
	case lexer.Close:
		b.end(t)
	case lexer.Comment:
		b.comment(t.Text)
	case lexer.Doctype:
		if b.mode == initial {
			b.oldType = t.Text != "html"
			n := b.node(html.DoctypeNode)
			n.Data, _, _ = strings.Cut(t.Text, " ")
			add(b.doc, n)
			b.mode = beforeHTML
		}
	}
	return true
}

func (b *builder) comment(said string) {
	n := b.node(html.CommentNode)
	n.Data = said
	switch {
	case b.mode < beforeHead || b.mode == afterAfterBody:
		add(b.doc, n)
	case b.mode == afterBody:
		add(b.open[0].n, n)
	default:
		add(b.top().n, n)
	}
}

func (b *builder) inForeign() bool { return len(b.open) > 0 && b.top().is&foreign != 0 }

func (b *builder) top() *opened { return &b.open[len(b.open)-1] }

func (b *builder) node(t html.NodeType) *html.Node {
	if b.left--; b.left < 0 {
		b.failed = true
	}
	n := b.nodes.next()
	n.Type = t
	return n
}

func (b *builder) element(a atom.Atom, attr []html.Attribute) opened {
	n := b.node(html.ElementNode)
	n.DataAtom, n.Data, n.Attr = a, a.String(), attr
	return opened{n, a, known.Of(a)}
}

func (b *builder) elementOf(t *tag) opened {
	n := b.node(html.ElementNode)
	n.DataAtom, n.Data, n.Attr = t.Atom, t.Name, t.Attr
	return opened{n, t.Atom, known.Of(t.Atom)}
}

// add makes n the last child of parent.
func add(parent, n *html.Node) {
	n.Parent = parent
	if last := parent.LastChild; last != nil {
		last.NextSibling, n.PrevSibling = n, last
	} else {
		parent.FirstChild = n
	}
	parent.LastChild = n
}

// push adds an element to the one that is open, and opens it.
func (b *builder) push(e opened) {
	if len(b.open) == 0 {
		add(b.doc, e.n)
	} else {
		add(b.top().n, e.n)
	}
	if b.open = append(b.open, e); len(b.open) > maxDepth {
		b.failed = true
	}
}

// leaf adds an element that holds nothing.
func (b *builder) leaf(t *tag) {
	b.push(b.elementOf(t))
	b.open = b.open[:len(b.open)-1]
}

// say adds text to the element that is open.
func (b *builder) say(s string) {
	if s == "" {
		return
	}
	parent := b.top().n
	if last := parent.LastChild; last != nil && last.Type == html.TextNode {
		if b.sayer != last { // whose first pieces are parts of the page
			b.sayer, b.said = last, new(strings.Builder)
			b.said.WriteString(last.Data)
		}
		b.said.WriteString(s)
		last.Data = b.said.String()
		return
	}
	n := b.node(html.TextNode)
	n.Data = s
	add(parent, n)
}

// text adds text where it belongs.
func (b *builder) text(s string) {
	if b.mode == inBody || b.mode == inCell {
		b.bodyText(s)
		return
	}
	for s != "" {
		blank := s[:len(s)-len(strings.TrimLeft(s, lexer.Space))]
		switch b.mode {
		case initial, beforeHTML, beforeHead:
			s = s[len(blank):]
		case inHead, afterHead, inColumns:
			b.say(blank)
			s = s[len(blank):]
			if s != "" && b.mode == inColumns {
				b.open, b.mode = b.open[:len(b.open)-1], inTable
				continue
			}
		case afterBody, afterAfterBody:
			if blank != s {
				b.mode = inBody
			}
			b.bodyText(s)
			return
		case inTable, inTableBody, inRow:
			if b.top().is&inTables != 0 && blank != s { // it would stand before the table
				b.failed = true
				return
			}
			b.say(s)
			return
		default:
			b.bodyText(s)
			return
		}
		if s != "" {
			b.implyNext()
		}
	}
}

func (b *builder) bodyText(s string) {
	top := b.top()
	if top.is&foreign != 0 && top.is&point == 0 {
		b.say(s)
		return
	}
	if (top.atom == atom.Pre || top.atom == atom.Listing) && top.n.FirstChild == nil && s[0] == '\n' {
		if s = s[1:]; s == "" {
			return
		}
	}
	b.resume()
	b.say(s)
}

// The scopes in which an element that is open may be found.
type scope uint8

const (
	anyScope scope = iota
	listScope
	buttonScope
	tableScope
)

// find returns the index of the last open element of one of the kinds within a scope, -1 for none.
func (b *builder) find(s scope, kinds ...atom.Atom) int {
	for i := len(b.open) - 1; i >= 0; i-- {
		e := &b.open[i]
		if e.atom != 0 && slices.Contains(kinds, e.atom) {
			return i
		}
		switch {
		case s == tableScope:
			if e.atom == atom.Html || e.atom == atom.Table || e.atom == atom.Template {
				return -1
			}
		case e.is&border != 0, s == listScope && e.is&listed != 0, s == buttonScope && e.atom == atom.Button:
			return -1
		}
	}
	return -1
}

// close closes the last open element of one of the kinds within a scope, and all in it.
func (b *builder) close(s scope, kinds ...atom.Atom) bool {
	i := b.find(s, kinds...)
	if i >= 0 {
		b.open = b.open[:i]
	}
	return i >= 0
}

// closeP closes a paragraph.
func (b *builder) closeP() { b.close(buttonScope, atom.P) }

// imply closes the elements whose end tags may be left out, but for those of one kind.
func (b *builder) imply(except atom.Atom) {
	for len(b.open) > 0 && b.top().is&implied != 0 && b.top().atom != except {
		b.open = b.open[:len(b.open)-1]
	}
}

// inTemplates reports whether a template is open.
func (b *builder) inTemplates() bool {
	return slices.ContainsFunc(b.open, func(e opened) bool { return e.atom == atom.Template })
}
