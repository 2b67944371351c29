package phrase

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"  Accès refusé! ":             "acces refuse",
		"Straße – ÄÖÜ":                 "strasse aou",
		"can’t":                        "can t",
		"soft\u00adhyphen e\u0301":     "softhyphen e",
		"Цена 12":                      "цена 12",
		"<b>":                          "b",
		"\xff\xfe":                     "",
		"product\u00a0niet\u2003meer.": "product niet meer",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	ps := compile(phrases{"=Niet gevonden", "pagina|product & niet|geen & bestaat|vind*"})
	for in, want := range map[string]bool{
		"niet gevonden":                  true,
		"helaas niet gevonden":           false,
		"deze pagina bestaat niet":       true,
		"het product kan ik niet vinden": true,
		"producten die niet bestaan":     false,
		"":                               false,

		"product niet " + strings.Repeat("x ", maxWords) + "bestaat": false,
	} {
		if got := ps.Fit(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}
