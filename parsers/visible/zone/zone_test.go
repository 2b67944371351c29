package zone_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/parsers/visible/zone"
)

// TestZones: parts of a page are known by elements, styles and names; what style sheets call their columns names nothing.
func TestZones(t *testing.T) {
	style := func(s string) *html.Node { return &html.Node{Attr: []html.Attribute{{Key: "style", Val: s}}} }
	for name, c := range map[string]struct{ got, want zone.Set }{
		"a menu":                {zone.Of(&html.Node{DataAtom: atom.Nav}), zone.Frame},
		"struck out by a style": {zone.Of(style("text-decoration: line-through")), zone.Struck},
		"unseen by a style":     {zone.Of(style("Opacity: 0")), zone.Unseen},
		"plain":                 {zone.Of(style("color: red")), 0},
		"other products":        {zone.Named(" related products "), zone.Others},
		"two parts":             {zone.Named(" cart reviews "), zone.Cart | zone.Reviews},
		"a column":              {zone.Named(" tablet grid grid parent "), 0},
		"a grid of products":    {zone.Named(" product grid "), zone.Others},
	} {
		if c.got != c.want {
			t.Errorf("%s: %b, want %b", name, c.got, c.want)
		}
	}
}

// TestTold: what one customer says is small, and nothing in it can be pressed.
func TestTold(t *testing.T) {
	for body, want := range map[string]bool{
		"<p>Fine</p><em>4 of 5</em>":        true,
		"<p>Fine</p><button>Buy</button>":   false,
		"<form><input></form>":              false,
		strings.Repeat("<p>Fine</p>", 60):   false,
		"<article><p>Fine</p></article>One": true,
	} {
		page, err := html.Parse(strings.NewReader("<div>" + body + "</div>"))
		if err != nil {
			t.Fatal(err)
		}
		div := page.FirstChild.LastChild.FirstChild
		if got := zone.Told(div); got != want {
			t.Errorf("%.40s: %t, want %t", body, got, want)
		}
	}
}
