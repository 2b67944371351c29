package structured

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Said is the text of an element as one line.
type Said struct {
	Text string
	// Seam is where in Text the digits of two elements meet with nothing printed between them, as in
	// "68<sup>50</sup>"; 0 where they do not. People see two numbers there.
	Seam int
}

// Text returns what an element says, without scripts and styles and without the elements of without; at most
// 4 KiB of it.
func Text(n *html.Node, without ...*html.Node) Said {
	steps := maxSteps
	return textOf(n, &steps, without)
}

// textOf is Text for at most steps nodes, which it counts down.
func textOf(n *html.Node, steps *int, without []*html.Node) Said {
	g := gatherer{without: without, steps: steps}
	g.children(n)
	return Said{strings.TrimSuffix(string(g.text), " "), g.seam}
}

// gatherer collects text; white space becomes one space.
type gatherer struct {
	without []*html.Node
	steps   *int
	text    []byte
	border  bool // the border of an element lies between the text so far and what comes
	seam    int
}

func (g *gatherer) children(n *html.Node) {
	for k := n.FirstChild; k != nil && len(g.text) < maxText; k = k.NextSibling {
		if *g.steps--; *g.steps < 0 {
			return
		}
		switch k.Type {
		case html.TextNode:
			g.write(k.Data)
		case html.ElementNode:
			g.element(k)
		}
	}
}

func (g *gatherer) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Noscript:
		return
	case atom.Br, atom.P, atom.Div, atom.Li, atom.Tr, atom.Td, atom.Th, atom.Dt, atom.Dd:
		g.space()
	}
	g.border = true
	if !slices.Contains(g.without, n) {
		g.children(n)
	}
	g.border = true
}

func (g *gatherer) space() {
	if k := len(g.text); k > 0 && g.text[k-1] != ' ' {
		g.text = append(g.text, ' ')
	}
}

func (g *gatherer) write(t string) {
	t = cut(t)
	for _, r := range t {
		if unicode.IsSpace(r) {
			g.space()
			g.border = false
			continue
		}
		if g.border && g.seam == 0 && unicode.IsDigit(r) {
			if last, _ := utf8.DecodeLastRune(g.text); unicode.IsDigit(last) {
				g.seam = len(g.text)
			}
		}
		g.border = false
		g.text = utf8.AppendRune(g.text, r)
	}
}
