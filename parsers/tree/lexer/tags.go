package lexer

import "golang.org/x/net/html/atom"

// tags has the commonest names of tags, each in a slot of its own, by the number that its letters make: the table of all
// names takes longer to look one up.
var tags = func() (t [1 << tagBits]struct {
	key  uint64
	atom atom.Atom
	name string
},
) {
	for _, a := range common {
		s := &t[slotOf(keyOf(a.String()))]
		s.key, s.atom, s.name = keyOf(a.String()), a, a.String()
	}
	return t
}()

var common = []atom.Atom{
	atom.A, atom.Article, atom.Aside, atom.B, atom.Bdi, atom.Body, atom.Br, atom.Button, atom.Dd, atom.Del, atom.Div, atom.Dl, atom.Dt, atom.Em, atom.Figure, atom.Footer, atom.Form,
	atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.Head, atom.Header, atom.Hr, atom.Html, atom.I, atom.Iframe, atom.Img, atom.Input, atom.Ins, atom.Label, atom.Li, atom.Link,
	atom.Main, atom.Meta, atom.Nav, atom.Noscript, atom.Ol, atom.Option, atom.P, atom.Picture, atom.S, atom.Script, atom.Section, atom.Select, atom.Small, atom.Source, atom.Span,
	atom.Strong, atom.Style, atom.Sup, atom.Svg, atom.Table, atom.Tbody, atom.Td, atom.Template, atom.Th, atom.Time, atom.Title, atom.Tr, atom.Ul,
}

const (
	tagBits = 8
	// maxKey is how long a name may be, in bytes, that a number tells from all others.
	maxKey = 8
	// spread leaves each of the common names a slot of its own; it was found by trying.
	spread = 0x47C75545C11ED97D
)

func slotOf(key uint64) uint64 { return key * spread >> (64 - tagBits) }

// keyOf is the number that the letters of a name make.
func keyOf(name string) (key uint64) {
	for i := range len(name) {
		key = key<<8 | uint64(name[i])
	}
	return key
}
