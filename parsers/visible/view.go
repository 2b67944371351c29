// Package visible reads a product page as people see it: without what the shop writes for machines, it finds the block of
// the page's own product and reads price, reference price and stock from it. Every choice is a sum of stated reasons, which
// can be printed; what is not clearly ahead of all else is left open.
package visible

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pricegap/parsers/tree/lexer"
	"pricegap/parsers/visible/word"
	"pricegap/parsers/visible/zone"
)

const (
	// maxText is how many bytes of visible text are looked at, maxElements how many elements.
	maxText     = 1 << 20
	maxElements = 100_000
)

// element is a visible element.
type element struct {
	node     *html.Node
	parent   int      // index, -1 for none
	from, to int      // of its text
	last     int      // index of the last element within it
	own      zone.Set // what it begins itself
	zone     zone.Set // with what is around it
	link     int      // index of the link around it, or itself, -1 for none
	*names
	// 1 yes, -1 no, 0 not looked at.
	headed int8 // begins with a line that names other products
	tile   int8 // stands in the tile of another product
}

// names are what a shop's people called an element.
type names struct {
	// words are its id, classes and marks in small letters, each between spaces: "productPrice--now" is " product price now ".
	words string
	zone  zone.Set // that is called so
	// Which of the words they hold.
	price, now, struck, whole, cents, title, review bool
}

// view is the visible part of a page. Elements are in the order of the page.
type view struct {
	text []byte // blocks are apart by a line end
	els  []element
	// title says that a headline was met.
	title bool

	// What pages of one shop have in common: the words of names as they are written, and what they are; of most elements,
	// which have one of the attributes that name it, what it is at once.
	split map[string]string
	known map[string]*names
	alone map[string]*names
}

// The room that a view begins with, and the most that it keeps for the next page.
const (
	fewElements  = 1 << 10 // at first
	keepText     = 256 << 10
	keepElements = 8 << 10
	keepNames    = 4 << 10
	keepName     = 512 // bytes of a name as it is written
)

var views = sync.Pool{New: func() any {
	return &view{els: make([]element, 0, fewElements), split: map[string]string{}, known: map[string]*names{"": {}}, alone: map[string]*names{}}
}}

func look(root *html.Node) *view {
	v := views.Get().(*view)
	v.walk(root, -1, 0, -1)
	return v
}

// free empties a view for the next page.
func (v *view) free() {
	if cap(v.text) > keepText || cap(v.els) > keepElements {
		return
	}
	clear(v.els)
	v.text, v.els, v.title = v.text[:0], v.els[:0], false
	if len(v.split) > keepNames || len(v.known) > keepNames || len(v.alone) > keepNames {
		clear(v.split)
		clear(v.known)
		clear(v.alone)
		v.known[""] = &names{}
	}
	views.Put(v)
}

func (v *view) walk(n *html.Node, parent int, in zone.Set, link int) {
	switch n.Type {
	case html.TextNode:
		v.say(n.Data)
		return
	case html.ElementNode:
		if len(v.els) >= maxElements || zone.Silent(n) {
			return
		}
		called := v.namesOf(n)
		v.title = v.title || n.DataAtom == atom.H1
		own := zone.Of(n)
		if n.DataAtom != atom.Body && n.DataAtom != atom.Html && n.DataAtom != atom.Main { // their names are of whole pages
			own |= called.zone
		}
		in |= own
		at := len(v.els)
		if n.DataAtom == atom.A && attr(n, "href") != "" {
			link = at
		}
		block := !inline.Of(n.DataAtom)
		if block {
			v.newline()
		}
		v.els = append(v.els, element{node: n, parent: parent, from: len(v.text), own: own, zone: in, link: link, names: called})
		if !v.title || !called.review || !zone.Told(n) {
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				v.walk(c, at, in, link)
			}
		}
		v.els[at].to, v.els[at].last = len(v.text), len(v.els)-1
		if block {
			v.newline()
		}
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		v.walk(c, parent, in, link)
	}
}

// blank are the bytes that are white space, or begin some.
var blank = [256]bool{' ': true, '\n': true, '\t': true, '\r': true, '\f': true, 0xC2: true, 0xE2: true} // those of U+00A0 and U+202F

// say adds text with its white space folded.
func (v *view) say(s string) {
	s = s[:max(0, min(len(s), maxText-len(v.text)))]
	from := 0
	for i := 0; i < len(s); i++ {
		if !blank[s[i]] || s[i] == ' ' && i > from && i+1 < len(s) && !blank[s[i+1]] {
			continue
		}
		n := 1
		if s[i] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if n = size; r != '\u00a0' && r != '\u202f' {
				continue
			}
		}
		v.text = append(v.text, s[from:i]...)
		v.space()
		from = i + n
		i = from - 1
	}
	v.text = append(v.text, s[from:]...)
}

func (v *view) space() {
	if n := len(v.text); n > 0 && v.text[n-1] != ' ' && v.text[n-1] != '\n' {
		v.text = append(v.text, ' ')
	}
}

func (v *view) newline() {
	n := len(v.text)
	if n > 0 && v.text[n-1] == ' ' {
		n--
		v.text = v.text[:n]
	}
	if n > 0 && v.text[n-1] != '\n' {
		v.text = append(v.text, '\n')
	}
}

// bytesOf is the visible text of an element, as long as the view lasts.
func (v *view) bytesOf(i int) []byte {
	e := &v.els[i]
	return v.text[min(e.from, len(v.text)):min(e.to, len(v.text))]
}

// textOf is the visible text of an element.
func (v *view) textOf(i int) string {
	return strings.TrimSpace(string(v.bytesOf(i)))
}

// before is the visible text before an element, at most n bytes of it and two lines.
func (v *view) before(i, n int) string {
	end := min(v.els[i].from, len(v.text))
	text := string(v.text[max(0, end-n):end])
	lines := strings.Split(strings.TrimRight(text, " \n"), "\n")
	return strings.Join(lines[max(0, len(lines)-2):], "\n")
}

// within reports whether element i stands in, or is, element j.
func (v *view) within(i, j int) bool { return j >= 0 && i >= j && i <= v.els[j].last }

// shared is the nearest element around both.
func (v *view) shared(i, j int) int {
	for i >= 0 && !v.within(j, i) {
		i = v.els[i].parent
	}
	return i
}

// inline are the elements that stand in a line of text.
var inline = func() *lexer.Atoms[bool] {
	m := new(lexer.Atoms[bool])
	m.Set(
		true,
		atom.A, atom.Abbr, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Cite, atom.Code, atom.Data, atom.Del, atom.Dfn, atom.Em, atom.Font, atom.I, atom.Ins, atom.Kbd, atom.Label, atom.Mark, atom.Q, atom.S,
		atom.Samp, atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.U, atom.Var, atom.Meta, atom.Link,
	)
	return m
}()

// naming reports whether an attribute names its element.
func naming(key string) bool {
	switch key {
	case "id", "class", "itemprop", "data-testid", "data-test", "data-test-id", "data-hook", "data-qa", "data-automation-id", "name", "data-role":
		return true
	}
	return false
}

// namesOf are the names of an element.
func (v *view) namesOf(n *html.Node) *names {
	words, first, count := "", "", 0
	for i := range n.Attr {
		a := &n.Attr[i]
		if !naming(a.Key) {
			continue
		}
		switch count++; count {
		case 1:
			first = a.Val
			continue
		case 2:
			words = v.wordsOf(first)
		}
		if len(words) <= word.MaxNames {
			words += v.wordsOf(a.Val)
		}
	}
	if count != 1 {
		return v.called(words)
	}
	called, ok := v.alone[first]
	if !ok {
		if called = v.called(v.wordsOf(first)); len(first) <= keepName {
			v.alone[strings.Clone(first)] = called
		}
	}
	return called
}

// wordsOf are those of the value of an attribute.
func (v *view) wordsOf(value string) string {
	piece, ok := v.split[value]
	if !ok {
		if piece = word.Split(value); len(value) <= keepName {
			v.split[strings.Clone(value)] = piece
		}
	}
	return piece
}

// called is what words say.
func (v *view) called(words string) *names {
	called, ok := v.known[words]
	if !ok {
		w := words + " "
		called = &names{
			words: w, zone: zone.Named(w), price: word.Any(w, word.Price), now: word.Any(w, word.Now), struck: word.Any(w, word.Struck), whole: word.Any(w, word.Whole),
			cents: word.Any(w, word.Cents), title: word.Any(w, word.Title),
			review: word.Any(w, word.Review),
		}
		v.known[words] = called
	}
	return called
}

func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}
