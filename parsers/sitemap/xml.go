package sitemap

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// form says what the root element makes of the document.
type form int

const (
	formSitemap form = iota + 1
	formAtom
	formRSS
)

var roots = map[string]form{
	"urlset": formSitemap, "sitemapindex": formSitemap,
	"feed": formAtom,
	"rss":  formRSS, "rdf": formRSS,
}

// entry is one <url>, <sitemap>, <entry> or <item> being read.
type entry struct {
	loc, bare, lastmod, link, guid strings.Builder
	alternate                      string // the href of an Atom link
}

// scan is the state of one XML document. Elements are known by their local names: shops use wrong
// namespaces and prefixes, but extensions (image, news, video) keep their <loc> one level deeper.
type scan struct {
	c     *collector
	form  form
	stack []string
	at    int    // depth of the open entry, 0 outside
	kind  string // its element
	e     *entry

	entities []string // references to what the document declares, "&name;"

	plain, odd int // entries read without the decoder, and how often it had to step in
}

// readXML reads the document token by token. decoded says that the bytes are UTF-8 whatever the declaration
// says. A document that stops half-way keeps what came before, and the address that was complete when it stopped.
func (c *collector) readXML(br *bufio.Reader, decoded bool) error {
	d := xml.NewDecoder(br)
	d.Strict = false
	direct := true // the decoder takes the bytes of br as they are
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		direct = false
		// A declaration that could be read byte by byte is not in UTF-16, whatever it says.
		if decoded || strings.HasPrefix(strings.ToLower(label), "utf-16") {
			return in, nil
		}
		return charset.NewReaderLabel(label, in)
	}
	s := &scan{c: c}
	textEnd := int64(-1)
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) && len(s.stack) == 0 && s.form != 0 {
			return nil
		}
		if err != nil {
			// the text of an address is whole only when something followed it
			return s.broken(err, textEnd >= 0 && d.InputOffset() > textEnd)
		}
		textEnd = -1
		tag := true
		switch t := t.(type) {
		case xml.StartElement:
			err = s.start(t)
		case xml.EndElement:
			err = s.end(local(t.Name))
		case xml.CharData:
			err = s.text(string(t))
			textEnd = d.InputOffset()
			tag = false
		case xml.Directive:
			s.declare(string(t))
			tag = false
		default:
			tag = false
		}
		if err == nil && tag && direct && s.between() {
			err = s.plainEntries(br)
		}
		if err != nil {
			return err
		}
	}
}

// between reports whether an entry of a sitemap may begin.
func (s *scan) between() bool {
	return s.form == formSitemap && s.e == nil && len(s.stack) == 1 && s.entities == nil
}

// declare notes the entities that a document type declares; there is no use for one in a sitemap but mischief.
func (s *scan) declare(doctype string) {
	for _, after := range strings.Split(doctype, "<!ENTITY")[1:] {
		if name := strings.Fields(after); len(name) > 0 && len(s.entities) < maxDepth {
			s.entities = append(s.entities, "&"+name[0]+";")
		}
	}
}

// broken ends a document that does not go on.
func (s *scan) broken(err error, whole bool) error {
	if s.e != nil && whole {
		if full := s.finish(); full != nil {
			return full
		}
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return readError(err)
}

// local returns the name by which an element is known: without its prefix, unless that is one of the
// extensions whose elements could pass for ours.
func local(n xml.Name) string {
	switch n.Space {
	case "image", "video", "news":
		return n.Space + ":" + strings.ToLower(n.Local)
	}
	return strings.ToLower(n.Local)
}

func (s *scan) start(t xml.StartElement) error {
	name := local(t.Name)
	if s.form == 0 {
		if s.form = roots[name]; s.form == 0 {
			return fmt.Errorf("%w: <%.20s> at its root", ErrFormat, name)
		}
	}
	if len(s.stack) >= maxDepth {
		return fmt.Errorf("%w: nested deeper than %d elements", ErrFormat, maxDepth)
	}
	if s.e != nil && len(s.stack) == s.at && name == s.kind && s.form == formSitemap {
		// a second <url> within the first: the first was never closed
		if err := s.finish(); err != nil {
			return err
		}
		s.stack = s.stack[:s.at-1]
	}
	s.stack = append(s.stack, name)
	if s.e == nil && s.opens(name) {
		s.e, s.at, s.kind = &entry{}, len(s.stack), name
		return nil
	}
	if s.e != nil && s.form == formAtom && name == "link" && len(s.stack) == s.at+1 {
		s.atomLink(t)
	}
	return nil
}

func (s *scan) opens(name string) bool {
	switch s.form {
	case formSitemap:
		return name == "url" || name == "sitemap"
	case formAtom:
		return name == "entry"
	}
	return name == "item"
}

// atomLink keeps the first link of an entry that leads to the page itself (RFC 4287 §4.2.7.2).
func (s *scan) atomLink(t xml.StartElement) {
	rel, href := "alternate", ""
	for _, a := range t.Attr {
		switch strings.ToLower(a.Name.Local) {
		case "rel":
			rel = strings.ToLower(a.Value)
		case "href":
			href = a.Value
		}
	}
	if rel == "alternate" && s.e.alternate == "" {
		s.e.alternate = href
	}
}

func (s *scan) text(t string) error {
	for _, e := range s.entities {
		if strings.Contains(t, e) {
			return fmt.Errorf("%w: the entity %.40q stands in it", ErrFormat, e)
		}
	}
	if s.e == nil {
		return nil
	}
	if len(s.stack) == s.at {
		add(&s.e.bare, t)
		return nil
	}
	switch s.stack[s.at] { // the child of the entry in which the text stands
	case "loc":
		add(&s.e.loc, t)
	case "lastmod", "updated", "pubdate", "date":
		add(&s.e.lastmod, t)
	case "link":
		add(&s.e.link, t)
	case "guid":
		add(&s.e.guid, t)
	}
	return nil
}

// add appends t, up to a little more than an address may have.
func add(b *strings.Builder, t string) {
	if b.Len() <= 2*maxLoc {
		b.WriteString(t)
	}
}

// end closes the innermost element of that name, and with it what was left open inside; an end tag without
// a start is passed over.
func (s *scan) end(name string) error {
	for i := len(s.stack) - 1; i >= 0; i-- {
		if s.stack[i] != name {
			continue
		}
		s.stack = s.stack[:i]
		if s.e != nil && len(s.stack) < s.at {
			return s.finish()
		}
		return nil
	}
	return nil
}

// finish files the open entry.
func (s *scan) finish() error {
	e, kind := s.e, s.kind
	s.e = nil
	loc := ""
	for _, t := range []string{e.loc.String(), e.alternate, e.link.String(), e.guid.String(), e.bare.String()} {
		if loc = strings.TrimSpace(t); loc != "" {
			break
		}
	}
	if kind == "sitemap" {
		return s.c.sitemap(loc)
	}
	return s.c.page(loc, e.lastmod.String())
}
