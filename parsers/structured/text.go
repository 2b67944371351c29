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
	// Lines is Text with a line feed in the place of each space at which people see a line end; empty where it has none. What
	// stands on two lines is no one number.
	Lines string
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
	return g.said()
}

// gatherer collects text; white space becomes one space, or one line feed where an element ends a line.
type gatherer struct {
	without []*html.Node
	steps   *int
	text    []byte
	border  bool // the border of an element lies between the text so far and what comes
	seam    int
	lines   bool // text holds a line feed
}

func (g *gatherer) said() Said {
	lines := strings.TrimRight(string(g.text), " \n")
	if !g.lines || !strings.Contains(lines, "\n") {
		return Said{Text: lines, Seam: g.seam}
	}
	return Said{Text: strings.ReplaceAll(lines, "\n", " "), Seam: g.seam, Lines: lines}
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
	case atom.Br, atom.P, atom.Div, atom.Li, atom.Tr, atom.Dt, atom.Dd:
		g.line()
	case atom.Td, atom.Th:
		g.space()
	}
	g.border = true
	if !slices.Contains(g.without, n) {
		g.children(n)
	}
	g.border = true
}

func (g *gatherer) space() {
	if k := len(g.text); k > 0 && g.text[k-1] != ' ' && g.text[k-1] != '\n' {
		g.text = append(g.text, ' ')
	}
}

func (g *gatherer) line() {
	g.space()
	if k := len(g.text); k > 0 {
		g.text[k-1], g.lines = '\n', true
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
