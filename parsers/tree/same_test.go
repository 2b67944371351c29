package tree

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// written lists the nodes of a tree, one a line, without what is left out on purpose: what comments and doctypes say, and the
// names and attributes within drawings.
func written(root *html.Node) []string {
	var out []string
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		in := strings.Repeat(" ", depth)
		switch n.Type {
		case html.ElementNode:
			name, attr := n.Data, slices.Clone(n.Attr)
			if n.Namespace != "" {
				name, attr = strings.ToLower(name), nil
			}
			slices.SortFunc(attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
			out = append(out, fmt.Sprintf("%s<%s %s %v>", in, name, n.Namespace, attr))
		case html.TextNode:
			out = append(out, fmt.Sprintf("%s%q", in, n.Data))
		case html.CommentNode:
			out = append(out, in+"comment")
		case html.DoctypeNode:
			out = append(out, in+"doctype")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Parent != n || c.PrevSibling != nil && c.PrevSibling.NextSibling != c || c.NextSibling == nil && n.LastChild != c {
				out = append(out, in+"broken links")
			}
			walk(c, depth+1)
		}
	}
	walk(root, 0)
	return out
}

// differs returns the first difference between the tree of a builder and that of x/net/html, and whether there is a tree.
func differs(body []byte) (string, bool) {
	got := build(normal(body), new(room))
	if got == nil {
		return "", false
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return err.Error(), true
	}
	a, b := written(got), written(root)
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return fmt.Sprintf("line %d: nothing, want %s", i, b[i]), true
		case i >= len(b):
			return fmt.Sprintf("line %d: %s, want nothing", i, a[i]), true
		case a[i] != b[i]:
			return fmt.Sprintf("line %d: %s\nwant %s\nafter %s", i, a[i], b[i], strings.Join(b[max(0, i-6):i], "\n")), true
		}
	}
	return "", true
}

// FuzzSame: a builder makes the tree that x/net/html makes, or none.
func FuzzSame(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4<<10 || strings.IndexByte(s, 0) >= 0 {
			t.Skip()
		}
		if d, ok := differs([]byte(s)); ok && d != "" {
			t.Errorf("%q: %s", s, d)
		}
	})
}

// seeds are pieces of pages as shops write them, whole and broken.
var seeds = []string{
	"", "text", "<p>a<p>b", "a < b </> c</ d>e<!doctype html>", "<!doctype html><title>a &amp; b</title><h1>c</h1>",
	"<ul><li>a<li>b<ul><li>c</ul></ul>", "<dl><dt>a<dd>b<dt>c</dl>", "<table><tr><td>a<td>b<tr><th>c</table>d",
	"<table><caption>a</caption><colgroup><col></colgroup><thead><tr><th>b</thead><tbody><tr><td><b>c</td><td>d</tr></tbody></table>",
	"<table><tr><td><table><tr><td>a</table></table>", "<table>a<tr><td>b</table>", "<p><table><tr><td></table></p>",
	"<b>a<p>b</b>c</p>", "<p><b>a</p><p>b</b>c</p>", "<a href=1>a<a href=2>b</a>", "<a>a<div>b</a>c</div>",
	`<p a=1 a=2 B="x&amp;y" c='?a=1&copy=2&reg' d=&lt;/ e/>`, "<br/><img src=a/><input type=hidden><hr>", "<svg viewBox='0 0 1 1'><path d='M0'/><title>t</title><g></g></svg>x",
	"<svg><desc><p>a</p></desc></svg>", "<math><mi>x</mi></math>", "<svg><style>.a{}</style><![CDATA[ a<b ]]></svg>",
	"<script>if(a</b/){}</script>a", "<script><!-- <script>a</script> --></script>b", "<style>a>b</style><textarea>\n<b></textarea>",
	"<select><option>a<option selected>b<optgroup><option>c</select>", "<form><div></form></div><form></form>", "<button>a<button>b</button>",
	"<template><div>a</div></template><template><tr><td>b</td></tr></template>", "<noscript><p>a</p></noscript>",
	"<html lang=nl><head><meta charset=utf-8></head> <body class=a></body></html><!-- c -->d", "<body a=1><body b=2><html c=3>",
	"<!-- a --!> b <!--> c <!---> d <!-- e", "<h1>a<h2>b</h3>c", "</p></br></div></b>", "<pre>\n\na</pre><listing>\nb</listing>", "<object><b>a</object>b",
	"<p>a&nbsp;&euro;&#8364;&notit;&bogus;&amp", "<s>1<p>2</s>3", "<i><i><i><i>a</p>b", "<iframe><p></iframe><xmp><b></xmp>", "<li><div><li>a", "<\xff><a\xff=\xfe>",
}
