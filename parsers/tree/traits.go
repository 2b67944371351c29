package tree

import (
	"golang.org/x/net/html/atom"

	"pricegap/parsers/tree/lexer"
)

// traits are what the rules of the HTML standard ask of an element that is open.
type traits uint16

const (
	special  traits = 1 << iota // an end tag of another does not reach past it
	border                      // the default scope ends at it
	implied                     // its end tag may be left out
	heading                     // h1 to h6
	inTables                    // a part of a table that holds no text of its own
	listed                      // ol, ul
	foreign                     // of a drawing or formula
	point                       // in which HTML begins again
	active                      // formats what follows, also past the end of what is around it
)

// known are the traits of the elements that have any.
var known = func() *lexer.Atoms[traits] {
	m := new(lexer.Atoms[traits])
	for t, list := range map[traits][]atom.Atom{
		special: {
			atom.Address, atom.Applet, atom.Area, atom.Article, atom.Aside, atom.Base, atom.Basefont, atom.Bgsound, atom.Blockquote, atom.Body, atom.Br, atom.Button, atom.Caption,
			atom.Center, atom.Col, atom.Colgroup, atom.Dd, atom.Details, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Embed, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer,
			atom.Form, atom.Frame, atom.Frameset, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Head, atom.Header, atom.Hgroup, atom.Hr, atom.Html, atom.Iframe, atom.Img,
			atom.Input, atom.Keygen, atom.Li, atom.Link, atom.Listing, atom.Main, atom.Marquee, atom.Menu, atom.Meta, atom.Nav, atom.Noembed, atom.Noframes, atom.Noscript, atom.Object,
			atom.Ol, atom.P, atom.Param, atom.Plaintext, atom.Pre, atom.Script, atom.Section, atom.Select, atom.Source, atom.Style, atom.Summary, atom.Table, atom.Tbody, atom.Td,
			atom.Template, atom.Textarea, atom.Tfoot, atom.Th, atom.Thead, atom.Title, atom.Tr, atom.Track, atom.Ul, atom.Wbr, atom.Xmp,
		},
		border:   {atom.Applet, atom.Caption, atom.Html, atom.Table, atom.Td, atom.Th, atom.Marquee, atom.Object, atom.Template},
		implied:  {atom.Dd, atom.Dt, atom.Li, atom.Optgroup, atom.Option, atom.P, atom.Rb, atom.Rp, atom.Rt, atom.Rtc},
		heading:  {atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6},
		inTables: {atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr},
		listed:   {atom.Ol, atom.Ul},
		active:   {atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U},
	} {
		for _, a := range list {
			m.Set(m.Of(a)|t, a)
		}
	}
	return m
}()

// breakouts are the elements that end a drawing or formula when they begin in it.
var breakouts = map[atom.Atom]bool{
	atom.B: true, atom.Big: true, atom.Blockquote: true, atom.Body: true, atom.Br: true, atom.Center: true, atom.Code: true, atom.Dd: true, atom.Div: true, atom.Dl: true, atom.Dt: true,
	atom.Em: true, atom.Embed: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Head: true, atom.Hr: true, atom.I: true, atom.Img: true,
	atom.Li: true, atom.Listing: true, atom.Menu: true, atom.Meta: true, atom.Nobr: true, atom.Ol: true, atom.P: true, atom.Pre: true, atom.Ruby: true, atom.S: true, atom.Small: true,
	atom.Span: true, atom.Strong: true, atom.Strike: true, atom.Sub: true, atom.Sup: true, atom.Table: true, atom.Tt: true, atom.U: true, atom.Ul: true, atom.Var: true, atom.Font: true,
}

// integration are the elements of drawings and formulas, in small letters, in which HTML begins again.
var integration = map[string]bool{
	"desc": true, "title": true, "foreignobject": true, "annotation-xml": true, "mi": true, "mo": true, "mn": true, "ms": true, "mtext": true,
}
