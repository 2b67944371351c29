package zone_test

import (
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
