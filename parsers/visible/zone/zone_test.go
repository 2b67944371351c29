package zone_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/parsers/visible/word"
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

// TestUnseen: what is hidden, closed or moved off the screen is not seen; what is only set a little aside is.
func TestUnseen(t *testing.T) {
	for element, want := range map[string]string{
		`<dialog>x</dialog>`: "silent", `<dialog open>x</dialog>`: "seen", `<div popover>x</div>`: "silent", `<div popover="auto">x</div>`: "silent", `<p hidden>x</p>`: "silent",
		"<p style='display:\tnone'>x</p>": "silent", "<p style='color: red; DISPLAY :\n none !important'>x</p>": "silent", `<p style="visibility: hidden">x</p>`: "silent",
		`<p style="visibility: collapse">x</p>`: "silent",
		`<p style="--display:none">x</p>`:       "seen", `<p style="backface-visibility: hidden">x</p>`: "seen", `<p style="display: none-of-it">x</p>`: "seen",
		`<p style="margin-left: -9px">x</p>`: "seen", `<p style="left: -9px">x</p>`: "seen", `<p style="padding-left:-9999px">x</p>`: "seen",
		`<p style="position: absolute; left: -9999px">x</p>`: "unseen", `<p style="left:-999em">x</p>`: "unseen", `<p style="left:-10000px">x</p>`: "unseen", `<p style="left:-100vw">x</p>`: "unseen",
		`<p style="top:-9999px">x</p>`: "unseen", `<p style="text-indent: -9999px">x</p>`: "unseen", `<p style="margin-left:-9999px">x</p>`: "unseen", `<p style="text-indent:-9px">x</p>`: "seen",
		`<p style="opacity: 0">x</p>`: "unseen", `<p style="opacity:0.0">x</p>`: "unseen", `<p style="opacity: 0.5">x</p>`: "seen", `<p style="opacity:0 !important">x</p>`: "unseen", "<p style='opacity:\t0'>x</p>": "unseen",
		`<p style="opacity: inherit">x</p>`: "seen",
		`<p style="font-size:0">x</p>`:      "unseen", `<p style="font-size: 0px">x</p>`: "unseen", `<p style="font-size:0.9em">x</p>`: "seen",
		`<p style="clip: rect(0 0 0 0)">x</p>`: "unseen", `<p style="clip-path: inset(50%)">x</p>`: "unseen", `<p style="clip-path: inset(5px)">x</p>`: "seen",
	} {
		page, err := html.Parse(strings.NewReader("<div>" + element + "</div>"))
		if err != nil {
			t.Fatal(err)
		}
		n, got := page.FirstChild.LastChild.FirstChild.FirstChild, "seen"
		switch {
		case zone.Silent(n):
			got = "silent"
		case zone.Of(n)&zone.Unseen != 0:
			got = "unseen"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", element, got, want)
		}
	}
	for _, name := range []string{"a11y-hidden", "sr-only", "visuallyHidden"} {
		if zone.Named(word.Split(name)+" ")&zone.Unseen == 0 {
			t.Errorf("%s is seen", name)
		}
	}
}
