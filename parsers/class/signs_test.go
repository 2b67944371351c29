package class

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// TestSigns puts the marks of each vendor on a page that says little, and on pages of content.
func TestSigns(t *testing.T) {
	for _, s := range signs {
		marks := strings.Join(s.marks, "\n")
		page := "<html><head><title>Are you a robot?</title><script>/* " + strings.ToUpper(marks) + " */</script></head><body></body></html>"
		kind, why := Refusal(200, nil, []byte(page))
		if kind == "" || !strings.HasPrefix(why, "a ") && !strings.HasPrefix(why, "the ") && !strings.Contains(why, s.vendor) {
			t.Errorf("%s %q: %q, %q", s.vendor, s.marks, kind, why)
		}
		if i := vendors.first(vendors.in([]byte(marks)), true); signs[i].vendor != s.vendor && signs[i].kind != s.kind {
			t.Errorf("%s %q is taken for %s", s.vendor, s.marks, signs[i].vendor)
		}
		if s.asks {
			page := strings.Replace(page, "Are you a robot?", "Shop", 1)
			if kind, _ := Refusal(200, nil, []byte(page)); kind != "" {
				t.Errorf("%s %q without a question: %s", s.vendor, s.marks, kind)
			}
		}
		for name, content := range map[string]string{
			"much text":    "<p>" + strings.Repeat("a sentence of content. ", 200),
			"a price":      "<p>nu € 12,50",
			"a sum":        "<p>voor de prijs van nu maar 1.299,00 EUR",
			"a product":    `<script type="application/ld+json">{"@type":"Product","name":"x"}</script>`,
			"a buy button": "<button>In winkelwagen</button>",
		} {
			if kind, why := Refusal(200, nil, []byte(page+content)); kind != "" {
				t.Errorf("%s %q beside %s: %s, %s", s.vendor, s.marks, name, kind, why)
			}
		}
	}
}

// TestHeaders asks what a header alone proves.
func TestHeaders(t *testing.T) {
	for _, s := range headerSigns {
		h := http.Header{}
		h.Set(s.name, strings.ToUpper(s.value)+" ")
		if kind, _ := Refusal(403, h, nil); kind != s.kind {
			t.Errorf("%s: %q", s.name, kind)
		}
		h.Set(s.name, "other")
		if kind, _ := Refusal(403, h, nil); s.value != "" && kind != "" {
			t.Errorf("%s of another value: %q", s.name, kind)
		}
	}
}

// TestFinder compares the finder with the search of the standard library.
func TestFinder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func(n int) string {
		b := make([]byte, 1+r.IntN(n))
		for i := range b {
			b[i] = "abAB-"[r.IntN(5)]
		}
		return string(b)
	}
	hits := 0
	for range 500 {
		var marks []string
		for range 1 + r.IntN(6) {
			marks = append(marks, strings.ToLower(word(6)))
		}
		f, text := newFinder(marks), word(40)
		found := make([]bool, f.marks)
		f.find([]byte(text), found)
		for i, m := range marks {
			want := strings.Contains(strings.ToLower(text), m)
			if found[i] != want {
				t.Fatalf("%q in %q among %q: %v", m, text, marks, found[i])
			}
			if want {
				hits++
			}
		}
	}
	if hits == 0 {
		t.Error("nothing was ever found")
	}
}

func TestSimilar(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"lg oled55c3", "lg oled55c3 televisie zwart", true},
		{"samsung galaxy s24", "samsung galaxy watch 6", false},
		{"samsung galaxy s24", "samsung galaxy s24 128gb", true},
		{"oled", "oled tv van philips", false},
		{"kaars", "kaars", true},
		{"philips airfryer", "lg oled55c3", false},
		{"", "lg", false},
		{"", "", false},
	} {
		if got := similar(c.a, c.b); got != c.want || similar(c.b, c.a) != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}

func TestDiffer(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"nl", "nl-NL", false},
		{"nl_NL", "nl-be", true},
		{"be", "nl-BE", false},
		{"be", "nl-NL", true},
		{"uk", "en-GB", false},
		{"us", "en-GB", true},
		{"de", "fr", true},
		{"", "fr", false},
		{"{{ locale }}", "fr", false},
	} {
		if got := differ(c.a, c.b); got != c.want || differ(c.b, c.a) != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
