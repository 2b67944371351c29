package class

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/parsers/class/phrase"
	"pricegap/parsers/tree/lexer"
)

// view is what a parsed page says to people.
type view struct {
	title, h1, h2 []string // folded headlines
	text          []byte   // the lines that are visible, at most maxWall bytes
	more          bool     // the text goes on
	noscript      bool     // those without scripts are told of them
	password      bool     // a field for a password is visible
	mount         bool     // there is an element that scripts fill
	scripts       int      // those that run
}

// heads are the headlines that count: title and h1.
func (v view) heads() []string { return slices.Concat(v.title, v.h1) }

// mounts are the names under which frameworks look for the element they fill.
var mounts = []string{
	"root", "app", "__next", "__nuxt", "___gatsby", "svelte", "main-app", "react-root", "reactroot", "app-root", "react-app", "vue-app", "ember-app",
	"application", "q-app", "__layout", "single-spa-application", "storefront", "shop-app", "mount", "spa",
}

// look walks over a page once.
func look(root *html.Node) view {
	v := view{text: make([]byte, 0, maxWall+64)}
	if root != nil {
		v.walk(root)
	}
	return v
}

func (v *view) walk(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		v.say(n.Data)
		return
	case html.ElementNode:
		if v.element(n) {
			return
		}
	}
	apart := n.Type == html.ElementNode && !inText.Of(n.DataAtom)
	if apart {
		v.text = newline(v.text)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		v.walk(c)
	}
	if apart {
		v.text = newline(v.text)
	}
}

// inText are the elements that stand in a line of text.
var inText = func() *lexer.Atoms[bool] {
	m := new(lexer.Atoms[bool])
	for _, name := range inline {
		if a := atom.Lookup([]byte(name)); a != 0 {
			m.Set(true, a)
		}
	}
	return m
}()

// language is that of <html lang>.
func language(root *html.Node) string {
	if root != nil {
		for n := root.FirstChild; n != nil; n = n.NextSibling {
			if n.DataAtom == atom.Html {
				return attr(n, "lang")
			}
		}
	}
	return ""
}

// element notes an element and reports whether nothing in it is to be seen.
func (v *view) element(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script:
		if kind := strings.ToLower(attr(n, "type")); kind == "" || kind == "module" || strings.HasSuffix(kind, "javascript") {
			v.scripts++
		}
		return true
	case atom.Noscript:
		v.noscript = v.noscript || strings.Contains(phrase.Fold(inner(n)), "javascript")
		return true
	case atom.Title:
		if len(v.title) == 0 {
			v.title = phrase.Sentences(inner(n))
		}
		return true
	case atom.Style, atom.Template, atom.Svg, atom.Textarea:
		return true
	}
	if unseen(n) {
		return true
	}
	switch n.DataAtom {
	case atom.H1:
		v.h1 = more(v.h1, n)
	case atom.H2:
		v.h2 = more(v.h2, n)
	case atom.Input:
		v.password = v.password || strings.EqualFold(attr(n, "type"), "password")
	default:
		v.mount = v.mount || mounting(n)
	}
	return false
}

// maxHeads is how many headlines are looked at.
const maxHeads = 20

func more(heads []string, n *html.Node) []string {
	if len(heads) >= maxHeads {
		return heads
	}
	return append(heads, phrase.Sentences(inner(n))...)
}

// say adds text; past the bound only that there is more.
func (v *view) say(s string) {
	if v.more {
		return
	}
	for i := 0; i < len(s); {
		from, n := i, 0
		for i < len(s) { // a word, and the space behind it
			c := rune(s[i])
			if n = 1; c >= utf8.RuneSelf {
				c, n = utf8.DecodeRuneInString(s[i:])
			}
			if c == ' ' || c == '\n' || c >= utf8.RuneSelf && unicode.IsSpace(c) || c == '\t' || c == '\r' || c == '\f' || c == '\v' {
				break
			}
			i += n
		}
		word := s[from:i]
		i += n
		if word == "" {
			continue
		}
		if len(v.text)+len(word) > maxWall {
			v.more = true
			return
		}
		v.text = append(append(v.text, word...), ' ')
	}
}

// unseen reports whether an element says itself that it is hidden.
func unseen(n *html.Node) bool {
	open := n.Data != "dialog"
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "open":
			open = true
		case "aria-hidden":
			if a.Val == "true" {
				return true
			}
		case "style":
			s := strings.ToLower(strings.ReplaceAll(a.Val, " ", ""))
			if strings.Contains(s, "display:none") || strings.Contains(s, "visibility:hidden") {
				return true
			}
		}
	}
	return !open
}

// mounting reports whether an element is one that scripts fill: by its id, a name of its own with a dash, or the
// attribute of a framework.
func mounting(n *html.Node) bool {
	return strings.Contains(n.Data, "-") || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
		return a.Key == "ng-app" || a.Key == "data-reactroot" || a.Key == "id" && slices.Contains(mounts, strings.ToLower(a.Val))
	})
}

// inner returns the text of an element, at most maxWall bytes, without its scripts and styles.
func inner(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if b.Len() > maxWall {
			break
		}
		if d.Type == html.TextNode && (d.Parent == n || d.Parent.Data != "script" && d.Parent.Data != "style") {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
