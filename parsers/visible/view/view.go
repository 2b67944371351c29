// Package view tells what of a page people see: its text in their order, and the elements in which it stands, with what the
// shop's people called them.
package view

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"unicode"
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

// Element is a visible element. Its places are 32 bits wide, as there are many.
type Element struct {
	Node *html.Node
	*Names
	parent, from, to, last, link int32
	Own                          zone.Set // what it begins itself
	Zone                         zone.Set // with what is around it
}

// From is where its text begins.
func (e *Element) From() int { return int(e.from) }

// To is where its text ends, before white space at its end was taken off the View.
func (e *Element) To() int { return int(e.to) }

// Size is how long its text is, in bytes.
func (e *Element) Size() int { return int(e.to - e.from) }

// Parent is the index of the element around it, -1 for none.
func (e *Element) Parent() int { return int(e.parent) }

// Last is the index of the last element within it.
func (e *Element) Last() int { return int(e.last) }

// Link is the index of the link around it, or of itself, -1 for none.
func (e *Element) Link() int { return int(e.link) }

// Names are what a shop's people called an element.
type Names struct {
	// Words are its id, classes and marks in small letters, each between spaces: "productPrice--now" is " product price now ".
	Words string
	zone  zone.Set // that is called so
	// Which of the words they hold.
	Price, Now, Struck, Whole, Cents, Title, Review bool
}

// View is the visible part of a page.
type View struct {
	// Text is all that is seen; blocks are apart by a line end.
	Text []byte

	els    []Element
	seams  []int32 // where in Text the digits of two elements meet
	border bool    // that of an element lies between Text and what comes
	title  bool    // a headline was met

	// What pages of one shop have in common: the words of names as they are written, and what they are; of most elements,
	// which have one of the attributes that name it, what it is at once.
	split map[string]string
	known map[string]*Names
	alone map[string]*Names
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
	return &View{els: make([]Element, 0, fewElements), split: map[string]string{}, known: map[string]*Names{"": {}}, alone: map[string]*Names{}}
}}

// Look reads a page. Free gives its memory back.
func Look(root *html.Node) *View {
	v := views.Get().(*View)
	v.walk(root, -1, 0, -1)
	return v
}

// Free empties a View for the next page.
func (v *View) Free() {
	if cap(v.Text) > keepText || cap(v.els) > keepElements {
		return
	}
	clear(v.els)
	v.Text, v.els, v.seams, v.border, v.title = v.Text[:0], v.els[:0], v.seams[:0], false, false
	if len(v.split) > keepNames || len(v.known) > keepNames || len(v.alone) > keepNames {
		clear(v.split)
		clear(v.known)
		clear(v.alone)
		v.known[""] = &Names{}
	}
	views.Put(v)
}

func (v *View) walk(n *html.Node, parent int, in zone.Set, link int) {
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
		if n.DataAtom == atom.A && Attr(n, "href") != "" {
			link = at
		}
		block := !inline.Of(n.DataAtom)
		if block {
			v.newline()
		}
		v.border = true
		v.els = append(v.els, Element{Node: n, Names: called, parent: int32(parent), from: int32(len(v.Text)), link: int32(link), Own: own, Zone: in})
		if !v.title || !called.Review || !zone.Told(n) {
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				v.walk(c, at, in, link)
			}
		}
		v.border = true
		v.els[at].to, v.els[at].last = int32(len(v.Text)), int32(len(v.els)-1)
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
func (v *View) say(s string) {
	s = s[:max(0, min(len(s), maxText-len(v.Text)))]
	if v.border && s != "" {
		last, _ := utf8.DecodeLastRune(v.Text)
		if first, _ := utf8.DecodeRuneInString(s); unicode.IsDigit(last) && unicode.IsDigit(first) {
			v.seams = append(v.seams, int32(len(v.Text)))
		}
		v.border = false
	}
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
		v.Text = append(v.Text, s[from:i]...)
		v.space()
		from = i + n
		i = from - 1
	}
	v.Text = append(v.Text, s[from:]...)
}

func (v *View) space() {
	if n := len(v.Text); n > 0 && v.Text[n-1] != ' ' && v.Text[n-1] != '\n' {
		v.Text = append(v.Text, ' ')
	}
}

func (v *View) newline() {
	n := len(v.Text)
	if n > 0 && v.Text[n-1] == ' ' {
		n--
		v.Text = v.Text[:n]
	}
	if n > 0 && v.Text[n-1] != '\n' {
		v.Text = append(v.Text, '\n')
	}
}

// Len is how many elements there are.
func (v *View) Len() int { return len(v.els) }

// At is an element by its index, as long as the View lasts.
func (v *View) At(i int) *Element { return &v.els[i] }

// BytesOf is the visible text of an element, as long as the view lasts.
func (v *View) BytesOf(i int) []byte {
	e := &v.els[i]
	return v.Text[min(e.From(), len(v.Text)):min(e.To(), len(v.Text))]
}

// TextOf is the visible text of an element.
func (v *View) TextOf(i int) string {
	return strings.TrimSpace(string(v.BytesOf(i)))
}

// Said is the visible text of an element, and where in it the digits of two elements meet with nothing between them, as in
// "68<sup>50</sup>"; 0 where they do not.
func (v *View) Said(i int) (text string, seam int) {
	b := v.BytesOf(i)
	own := bytes.TrimLeft(b, " \n")
	from := v.els[i].From() + len(b) - len(own)
	if k, _ := slices.BinarySearch(v.seams, int32(from+1)); k < len(v.seams) && int(v.seams[k]) < from+len(own) {
		seam = int(v.seams[k]) - from
	}
	return strings.TrimRight(string(own), " \n"), seam
}

// Before is the visible text before an element, at most n bytes of it and two lines.
func (v *View) Before(i, n int) string {
	end := min(v.els[i].From(), len(v.Text))
	text := string(v.Text[max(0, end-n):end])
	lines := strings.Split(strings.TrimRight(text, " \n"), "\n")
	return strings.Join(lines[max(0, len(lines)-2):], "\n")
}

// Within reports whether element i stands in, or is, element j.
func (v *View) Within(i, j int) bool { return j >= 0 && i >= j && i <= v.els[j].Last() }

// Shared is the nearest element around both.
func (v *View) Shared(i, j int) int {
	for i >= 0 && !v.Within(j, i) {
		i = v.els[i].Parent()
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
func (v *View) namesOf(n *html.Node) *Names {
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
func (v *View) wordsOf(value string) string {
	piece, ok := v.split[value]
	if !ok {
		if piece = word.Split(value); len(value) <= keepName {
			v.split[strings.Clone(value)] = piece
		}
	}
	return piece
}

// called is what words say.
func (v *View) called(words string) *Names {
	called, ok := v.known[words]
	if !ok {
		w := words + " "
		called = &Names{
			Words: w, zone: zone.Named(w), Price: word.Any(w, word.Price), Now: word.Any(w, word.Now), Struck: word.Any(w, word.Struck), Whole: word.Any(w, word.Whole),
			Cents: word.Any(w, word.Cents), Title: word.Any(w, word.Title), Review: word.Any(w, word.Review),
		}
		v.known[words] = called
	}
	return called
}

// Attr is an attribute of an element, "" where it has none.
func Attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}
