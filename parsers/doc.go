package parsers

import (
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"

	"pricegap/market/link"
	"pricegap/parsers/facts"
	"pricegap/parsers/structured"
	"pricegap/parsers/tree"
)

// Doc is a page being read. It parses HTML and structured data once, at first need, and is used by one
// goroutine.
type Doc struct {
	Input
	tree tree.Tree
	dom  *goquery.Document
	fail *Error
	data *structured.Page
	base string
	// until is that of Result.
	until time.Time

	scripts facts.Scripts // what they state; known with data
}

// NewDoc returns a Doc over in. The page's body must be UTF-8.
func NewDoc(in Input) *Doc { return &Doc{Input: in} }

// turns notes a moment from which on the page says something else.
func (d *Doc) turns(at time.Time) {
	if d.until.IsZero() || at.Before(d.until) {
		d.until = at
	}
}

// HTML returns the page as a tree. Nothing of it may be rendered again. Error: *Error with html_too_deep or
// html_too_large; it stays the same at every call.
func (d *Doc) HTML() (*goquery.Document, error) {
	if d.fail != nil {
		return nil, d.fail
	}
	if d.dom == nil {
		page, kind, why := tree.Parse(d.Page.Body)
		if kind != "" {
			d.fail = &Error{kind, why}
			return nil, d.fail
		}
		d.tree, d.dom = page, goquery.NewDocumentFromNode(page.Root)
	}
	return d.dom, nil
}

// Close gives the memory of the page's tree to the next one. The Doc must not be used any more; a Result may.
func (d *Doc) Close() {
	d.dom = nil
	d.tree.Free()
}

// Structured returns what the page says for machines. Error: that of HTML.
func (d *Doc) Structured() (*structured.Page, error) {
	if d.data == nil {
		dom, err := d.HTML()
		if err != nil {
			return nil, err
		}
		d.data = structured.Read(dom.Nodes[0], d.scripts.Read)
	}
	return d.data, nil
}

// Base returns the address against which the links of the page resolve: that of the page, or of its <base>
// where that lies on the same host.
func (d *Doc) Base() string {
	if d.base == "" {
		d.base = d.Page.URL
		if d.Role == RoleJSON {
			return d.base
		}
		if data, err := d.Structured(); err == nil && data.Base != "" {
			if u, err := link.Resolve(d.Page.URL, data.Base); err == nil && link.Host(u) == link.Host(d.Page.URL) {
				d.base = u
			}
		}
	}
	return d.base
}

// Resolve returns the absolute http(s) address of a link on the page, or "".
func (d *Doc) Resolve(ref string) string {
	if ref = strings.TrimSpace(ref); ref == "" {
		return ""
	}
	u, err := link.Resolve(d.Base(), ref)
	if err != nil {
		return ""
	}
	return u
}
