package pick

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"pricegap/parsers/structured"
)

// said is a text of the page, of an attribute, or of what an expression takes of one.
type said structured.Said

func found(texts ...string) []said {
	out := make([]said, len(texts))
	for i, t := range texts {
		out[i].Text = t
	}
	return out
}

// match returns the first group of an expression, else the whole match; it is empty where there is none.
func (t said) match(e *regexp.Regexp) said {
	at := e.FindStringSubmatchIndex(t.Text)
	if at == nil {
		return said{}
	}
	from, to := at[0], at[1]
	if len(at) > 2 {
		from, to = at[2], at[3]
	}
	if from < 0 {
		return said{}
	}
	out := said{Text: strings.TrimSpace(t.Text[from:to])}
	cut := from + strings.Index(t.Text[from:to], out.Text)
	if t.Seam > 0 && t.Seam >= cut && t.Seam <= cut+len(out.Text) {
		out.Seam = min(max(t.Seam-cut, 1), len(out.Text)) // what ends at a seam is half of a number
	}
	if t.Lines != "" {
		out.Lines = t.Lines[cut : cut+len(out.Text)]
	}
	return out
}

// Text returns the text of a node as one line, without scripts and styles, bounded.
func Text(n *html.Node) string { return structured.Text(n).Text }
