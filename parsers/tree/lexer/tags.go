package lexer

import "golang.org/x/net/html/atom"

// tags has the commonest names, each in a slot of its own, since the table of all names takes longer to look one up.
var tags = func() (t [tagSlots]atom.Atom) {
	for _, a := range []atom.Atom{
		atom.Div, atom.Span, atom.A, atom.Li, atom.P, atom.Img, atom.Script, atom.Ul, atom.Button, atom.Input, atom.Label, atom.Td, atom.Tr, atom.Svg, atom.Option, atom.Link, atom.Meta,
		atom.H3, atom.H2, atom.H4, atom.H1, atom.Section, atom.I, atom.B, atom.Strong, atom.Em, atom.Br, atom.Source, atom.Picture, atom.Style, atom.Th, atom.Table, atom.Tbody, atom.Form,
		atom.Article, atom.Nav, atom.Header, atom.Footer, atom.Main, atom.Aside, atom.Dt, atom.Dd, atom.Dl, atom.Small, atom.Sup, atom.Del, atom.S, atom.Time, atom.Figure, atom.Select,
		atom.Noscript, atom.Template, atom.Iframe, atom.Ol, atom.Hr, atom.H5, atom.Bdi, atom.Ins, atom.Title, atom.Head, atom.Body, atom.Html,
	} {
		if s := &t[slotOf(a.String())]; *s == 0 {
			*s = a
		}
	}
	return t
}()

const tagSlots = 256

func slotOf(name string) int {
	n := len(name)
	return (int(name[0]) + int(name[n-1])*45 + n*23) % tagSlots // which leaves nearly all of them one
}

// atomOf is the known name of a tag, 0 for none.
func atomOf(name string) atom.Atom {
	if a := tags[slotOf(name)]; a != 0 && a.String() == name {
		return a
	}
	return atom.Lookup([]byte(name))
}
