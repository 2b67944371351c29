package parsers

import (
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/parsers/pick"
)

// maxLinks is how many links of one page are looked at.
const maxLinks = 5000

// links gathers the links of a page in its order, each once. A link that is found again as a product or as
// the next page is called that.
type links struct {
	d   *Doc
	all []Link
	at  map[string]int
	raw map[string]string // what was resolved already
}

func (d *Doc) links() *links { return &links{d: d, at: map[string]int{}, raw: map[string]string{}} }

// add resolves ref and files it.
func (l *links) add(ref string, k LinkKind) string {
	u, done := l.raw[ref]
	if !done {
		if len(l.raw) >= maxLinks || skips(ref) {
			return ""
		}
		u = l.d.Resolve(ref)
		l.raw[ref] = u
	}
	if u == "" {
		return ""
	}
	if i, have := l.at[u]; have {
		if l.all[i].Kind == LinkOther {
			l.all[i].Kind = k
		}
		return u
	}
	l.at[u] = len(l.all)
	l.all = append(l.all, Link{u, k})
	return u
}

// skips reports whether a reference leads nowhere that is worth resolving.
func skips(ref string) bool {
	ref = strings.TrimSpace(ref)
	if ref == "" || ref[0] == '#' {
		return true
	}
	scheme, _, ok := strings.Cut(ref, ":")
	if !ok {
		return false
	}
	switch strings.ToLower(scheme) {
	case "javascript", "mailto", "tel", "data", "whatsapp", "sms":
		return true
	}
	return false
}

var (
	anchors = cascadia.MustCompile("a[href], area[href]")
	relNext = cascadia.MustCompile(`link[rel~="next"][href], a[rel~="next"][href]`)
)

// anchorsOf adds every link in the nodes as the kind that kinds names for its address, else LinkOther.
func (l *links) anchorsOf(root *html.Node, products map[string]bool) {
	for _, n := range cascadia.QueryAll(root, anchors) {
		if u := l.add(pick.Attr(n, "href"), LinkOther); u != "" && products[u] {
			l.all[l.at[u]].Kind = LinkProduct
		}
	}
}

// tiles finds the products of a list by its repetition: at least four neighbours of one kind and class, each
// with a picture and with links to one single address.
func (d *Doc) tiles(root *html.Node) map[string]bool {
	out := map[string]bool{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		kids := map[string][]*html.Node{}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			switch k.DataAtom {
			case atom.Li, atom.Div, atom.Article, atom.Section, atom.Td:
				if first, _, _ := strings.Cut(strings.TrimSpace(pick.Attr(k, "class")), " "); first != "" {
					key := k.Data + "." + first
					kids[key] = append(kids[key], k)
				}
			}
		}
		for _, group := range kids {
			if len(group) >= 4 {
				d.tileLinks(group, out)
			}
		}
	}
	return out
}

// tileLinks adds the addresses of a group of neighbours if nearly all of them are tiles.
func (d *Doc) tileLinks(group []*html.Node, out map[string]bool) {
	var found []string
	for _, n := range group {
		href, picture, single := "", false, true
		for k := range n.Descendants() {
			switch k.DataAtom {
			case atom.Img, atom.Picture:
				picture = true
			case atom.A:
				h, _, _ := strings.Cut(strings.TrimSpace(pick.Attr(k, "href")), "#")
				if skips(h) || h == href {
					continue
				}
				single = href == ""
				href = h
			}
			if !single {
				break
			}
		}
		if href != "" && picture && single {
			found = append(found, href)
		}
	}
	if 4*len(found) < 3*len(group) {
		return
	}
	for _, h := range found {
		if u := d.Resolve(h); u != "" {
			out[u] = true
		}
	}
}
