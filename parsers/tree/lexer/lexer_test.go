package lexer_test

import (
	"fmt"
	"testing"

	"pricegap/parsers/tree/lexer"
)

func TestNext(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"a &lt; b":                        `text "a < b"`,
		"a < b":                           `text "a < b"`,
		"<B Class=a class=b C>":           `start b [{ class a} { c }]`,
		"<br/>":                           `start br [] empty`,
		"<a href=/>":                      `start a [{ href /}]`,
		`<a href="?a=1&copy=2&amp;b&lt">`: `start a [{ href ?a=1&copy=2&b<}]`,
		"</A >":                           `close a []`,
		"</ a>b":                          `comment " a", text "b"`,
		"<!-- a -- > b -->c":              `comment " a -- > b ", text "c"`,
		"<!-->a":                          `comment "", text "a"`,
		"<!--a--!>b":                      `comment "a", text "b"`,
		"<!--a":                           `comment "a"`,
		"<!DOCTYPE HTML >":                `doctype "html"`,
		"<?xml a?>":                       `comment "xml a?"`,
		"<x-y>":                           `start x-y []`,
		"a<b class='c":                    `text "a"`,
	} {
		l, got := lexer.New(in, new(lexer.Room)), ""
		var tok lexer.Token
		for kind := l.Next(&tok); kind != lexer.End; kind = l.Next(&tok) {
			if got != "" {
				got += ", "
			}
			switch kind {
			case lexer.Start, lexer.Close:
				got += fmt.Sprintf("%s %s %v", map[lexer.Kind]string{lexer.Start: "start", lexer.Close: "close"}[kind], tok.Name, tok.Attr)
				if tok.Empty {
					got += " empty"
				}
			default:
				got += fmt.Sprintf("%s %q", map[lexer.Kind]string{lexer.Text: "text", lexer.Comment: "comment", lexer.Doctype: "doctype"}[kind], tok.Text)
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestRaw(t *testing.T) {
	for in, want := range map[string]string{
		"if (a</b/) {}</SCRIPT >x":             "if (a</b/) {}",
		"a</scripts></script>":                 "a</scripts>",
		"a":                                    "a",
		"<!-- a </script>b":                    "<!-- a ",
		"<!-- <script>a</script> --></script>": "none",
	} {
		l := lexer.New(in, new(lexer.Room))
		got, ok := l.Raw("script", false)
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
