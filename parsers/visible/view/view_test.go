package view_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pricegap/parsers/visible/view"
	"pricegap/parsers/visible/zone"
)

// see reads a page and gives it back when the test ends.
func see(t *testing.T, body string) *view.View {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	v := view.Look(root)
	t.Cleanup(v.Free)
	return v
}

// find is the index of the first element with an id, -1 for none.
func find(v *view.View, id string) int {
	for i := range v.Len() {
		if view.Attr(v.At(i).Node, "id") == id {
			return i
		}
	}
	return -1
}

func TestText(t *testing.T) {
	for body, want := range map[string]string{
		"<p>a  b<b> c</b></p><p>d</p>":               "a b c\nd\n",
		"<p>a\u00a0b\u202fc</p>":                     "a b c\n",
		"a<br>b<script>x</script>":                   "a\nb\n",
		"<p hidden>x</p><select><option>y</select>z": "z\n",
	} {
		if got := string(see(t, "<body>"+body).Text); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestElements(t *testing.T) {
	v := see(t, `<body><div id="out" class="relatedProducts"><a id="link" href="/p"><b id="sum" class="price--now">€ 5</b></a><i id="next">x</i></div><p id="else">y z</p>`)
	out, link, sum, next, other := find(v, "out"), find(v, "link"), find(v, "sum"), find(v, "next"), find(v, "else")
	e := v.At(sum)
	if e.Link() != link || e.Parent() != link || e.Last() != sum || v.At(out).Last() != next || v.At(other).Link() != -1 {
		t.Errorf("%d %d %d %d", e.Link(), e.Parent(), e.Last(), v.At(out).Last())
	}
	if !e.Price || !e.Now || e.Struck || e.Own != 0 || e.Zone&zone.Others == 0 || v.At(out).Own&zone.Others == 0 || !strings.Contains(e.Words, " price ") {
		t.Errorf("%+v %v %v", e.Names, e.Own, e.Zone)
	}
	if !v.Within(sum, out) || v.Within(out, sum) || v.Within(sum, -1) || v.Shared(sum, next) != out || v.Shared(out, sum) != out {
		t.Error("within or shared")
	}
	if v.TextOf(out) != "€ 5x" || string(v.BytesOf(sum)) != "€ 5" || e.Size() != len("€ 5") || v.Before(other, 20) != "€ 5x" || v.Before(next, 20) != "€ 5" || v.Before(other, 1) != "" {
		t.Errorf("%q %q %q %q %q", v.TextOf(out), v.BytesOf(sum), v.Before(other, 20), v.Before(next, 20), v.Before(other, 1))
	}
}

// TestFree: nothing of one page is left in the next.
func TestFree(t *testing.T) {
	root, err := html.Parse(strings.NewReader("<h1>One</h1><p>two"))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		v := view.Look(root)
		if string(v.Text) != "One\ntwo\n" || v.Len() != 4 {
			t.Errorf("%q, %d elements", v.Text, v.Len())
		}
		v.Free()
	}
}

func TestSaid(t *testing.T) {
	for body, want := range map[string]struct {
		text string
		seam int
	}{
		"68<sup>50</sup>":                {"6850", 2},
		" 12 <b>68<sup>50</sup></b>":     {"12 6850", 5},
		"68<!-- -->50":                   {"6850", 0},
		"68 <sup>50</sup>":               {"68 50", 0},
		"68<i hidden>x</i><sup>50</sup>": {"6850", 2},
		"68<div>50</div>":                {"68\n50", 0},
		"":                               {"", 0},
	} {
		v := see(t, `<body><p>1<b>2</b></p><section id="it">`+body+`</section>3<b>4</b>`)
		if text, seam := v.Said(find(v, "it")); text != want.text || seam != want.seam {
			t.Errorf("%s: %q, %d", body, text, seam)
		}
	}
}
