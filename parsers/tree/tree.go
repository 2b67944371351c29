// Package tree makes the tree of a page, within bounds: the one that golang.org/x/net/html makes, at a part of its cost for
// pages that close what they open; what needs the repairs of the HTML standard is left to x/net/html.
package tree

import (
	"bytes"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/parsers/tree/lexer"
)

// maxNodes is how many nodes a page may have, maxAttributes how many attributes an element; those of a tag shorter than
// longTag bytes are not counted. maxRoots is how many tags of html and body it may have, which all belong to the first.
const (
	maxNodes      = 200_000
	maxAttributes = lexer.MaxAttributes
	longTag       = 16 << 10
	maxRoots      = 100
)

// Tree is the tree of a page. Nothing of it may be rendered again.
type Tree struct {
	Root *html.Node
	room *room
}

// Free gives the memory of the tree to the next one. No node of it may be used any more; its texts may.
func (t *Tree) Free() {
	if t.room != nil {
		t.room.free()
	}
	t.Root, t.room = nil, nil
}

// Parse returns the tree of a page in UTF-8, whose texts are parts of body: it must not change as long as one of them is in
// use. Where there is none, kind is html_too_deep or html_too_large, and why says more,
// safe to show.
func Parse(body []byte) (t Tree, kind market.FailureKind, why string) {
	if bytes.IndexByte(body, 0) < 0 {
		r := rooms.Get().(*room)
		if root := build(normal(body), r); root != nil {
			return Tree{root, r}, "", ""
		}
		r.free()
	}
	tooLarge := fmt.Sprintf("more than %d nodes, or %d attributes of one", maxNodes, maxAttributes)
	if startTags(body) > maxNodes {
		return Tree{}, market.FailHTMLTooLarge, tooLarge
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil { // x/net/html fails on nothing but its limit of 512 open elements
		return Tree{}, market.FailHTMLTooDeep, market.NewText(err.Error()).Plain()
	}
	n := 0
	for range root.Descendants() {
		if n++; n > maxNodes {
			return Tree{}, market.FailHTMLTooLarge, tooLarge
		}
	}
	return Tree{Root: root}, "", ""
}

// normal returns a page with its line ends as "\n". It may be the page itself, which nobody changes.
func normal(body []byte) string {
	s := unsafe.String(unsafe.SliceData(body), len(body))
	if strings.IndexByte(s, '\r') >= 0 {
		s = lineEnds.Replace(s)
	}
	return s
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// startTags counts what looks like the start of an element, so that a page of a million tags is refused
// before a tree is built of it; one element of too many attributes counts as all of them, and so do maxRoots of html and body.
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
		if n++; hasPrefix(b, "html") || hasPrefix(b, "body") {
			n += maxNodes / maxRoots
		}
		if next := bytes.IndexByte(b, '<'); (next < 0 || next > longTag) && len(b) > longTag && attributes(b) > maxAttributes {
			return maxNodes + 1
		}
	}
}

func hasPrefix(b []byte, name string) bool {
	return len(b) >= len(name) && strings.EqualFold(string(b[:len(name)]), name)
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
