package tree_test

import (
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/parsers/tree"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		want market.FailureKind
	}{
		"a page":                    {"<p>text<br>", ""},
		"nothing":                   {"", ""},
		"many attributes":           {"<p " + strings.Repeat(`data-x="a=1 b='2'" `, 4_900) + ">", ""},
		"too many attributes":       {"<p " + strings.Repeat("a ", 200_000) + ">", market.FailHTMLTooLarge},
		"one long attribute":        {`<p data-state="` + strings.Repeat("a=1 & b=2 > ", 100_000) + `">`, ""},
		"text with a smaller-than":  {"a < b" + strings.Repeat(" c", 200_000), ""},
		"too many elements":         {strings.Repeat("<br>", 200_001), market.FailHTMLTooLarge},
		"too many nodes":            {strings.Repeat("<!---->", 200_001), market.FailHTMLTooLarge},
		"nested too deep":           {strings.Repeat("<div>", 600), market.FailHTMLTooDeep},
		"a long script, no element": {"<script>" + strings.Repeat("if (a<b) ", 50_000) + "</script>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, kind, why := tree.Parse([]byte(c.body))
			if kind != c.want || (page.Root == nil) != (kind != "") || (why == "") != (kind == "") {
				t.Errorf("got %q (%s), want %q", kind, why, c.want)
			}
		})
	}
}
