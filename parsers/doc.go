package parsers

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/market/link"
	"pricegap/parsers/structured"
)

// maxNodes is how many nodes a page may have, maxAttributes how many attributes an element; those of a tag shorter than
// longTag bytes are not counted.
const (
	maxNodes      = 200_000
	maxAttributes = 5_000
	longTag       = 16 << 10
)

// Doc is a page being read. It parses HTML and structured data once, at first need, and is used by one
// goroutine.
type Doc struct {
	Input
	dom  *goquery.Document
	fail *Error
	data *structured.Page
	base string
}

// NewDoc returns a Doc over in. The page's body must be UTF-8.
func NewDoc(in Input) *Doc { return &Doc{Input: in} }

// HTML returns the page as a tree. Nothing of it may be rendered again. Error: *Error with html_too_deep or
// html_too_large; it stays the same at every call.
func (d *Doc) HTML() (*goquery.Document, error) {
	if d.fail != nil {
		return nil, d.fail
	}
	if d.dom == nil {
		root, fail := parseHTML(d.Page.Body)
		if fail != nil {
			d.fail = fail
			return nil, fail
		}
		d.dom = goquery.NewDocumentFromNode(root)
	}
	return d.dom, nil
}

func parseHTML(body []byte) (*html.Node, *Error) {
	tooLarge := &Error{market.FailHTMLTooLarge, fmt.Sprintf("more than %d nodes, or %d attributes of one", maxNodes, maxAttributes)}
	if startTags(body) > maxNodes {
		return nil, tooLarge
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil { // x/net/html fails on nothing but its limit of 512 open elements
		return nil, &Error{market.FailHTMLTooDeep, market.NewText(err.Error()).Plain()}
	}
	n := 0
	for range root.Descendants() {
		if n++; n > maxNodes {
			return nil, tooLarge
		}
	}
	return root, nil
}

// startTags counts what looks like the start of an element, so that a page of a million tags is refused
// before a tree is built of it.
func startTags(b []byte) int {
	n := 0
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 || i+1 >= len(b) {
			return n
		}
		b = b[i+1:]
		if c := b[0] | 0x20; c < 'a' || c > 'z' {
			continue
		}
		n++
		if next := bytes.IndexByte(b, '<'); (next < 0 || next > longTag) && len(b) > longTag && attributes(b) > maxAttributes {
			return maxNodes + 1
		}
	}
}

// attributes counts those of the tag at the start of b: words outside of quotes, before its end.
func attributes(b []byte) int {
	n, in, quote := 0, true, byte(0)
	for _, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>' || n > maxAttributes:
			return n
		case c == '"' || c == '\'':
			quote = c
		case c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r' || c == '/':
			in = false
		case !in:
			in = true
			n++
		}
	}
	return n
}

// Structured returns what the page says for machines. Error: that of HTML.
func (d *Doc) Structured() (*structured.Page, error) {
	if d.data == nil {
		dom, err := d.HTML()
		if err != nil {
			return nil, err
		}
		d.data = structured.Read(dom.Nodes[0])
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
