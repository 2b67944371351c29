package manners_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"pricegap/parsers/manners"
)

func TestHeaders(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		"noindex":             "noindex",
		"NoArchive, nofollow": "noarchive nofollow",
		"none":                "nofollow noindex",
		"all, index, follow, max-snippet:20, max-image-preview: large, x": "",
		"unavailable_after: Wed, 25 Jun 2025 15:00:00 GMT, noarchive":     "noarchive unavailable_after",
		"unavailable_after:2025-06-25":                                    "unavailable_after",
		"nocache nosnippet":                                               "noarchive nosnippet",
		"noai, noimageai":                                                 "noai noimageai",
		"otherbot: noindex, nofollow":                                     "",
		"noarchive, otherbot: noindex":                                    "noarchive",
		"otherbot: noindex, pricegap: noindex":                            "noindex",
		"PriceGap:nofollow":                                               "nofollow",
		"otherbot: noindex, *: noarchive":                                 "noarchive",
		"pricegapper: noindex":                                            "",
		"tdm-reservation: 1":                                              "",
		":noindex":                                                        "",
	} {
		if got := strings.Join(manners.Asked(http.Header{"X-Robots-Tag": {in}}, nil, "pricegap"), " "); got != want {
			t.Errorf("%q asks %q, want %q", in, got, want)
		}
	}
	h := http.Header{}
	h.Add("X-Robots-Tag", "otherbot: noindex")
	h.Add("X-Robots-Tag", "noarchive")
	h.Set("TDM-Reservation", " 1 ")
	h.Set("TDM-Policy", "https://shop.example/policy.json")
	if got := manners.Asked(h, nil, "pricegap"); !slices.Equal(got, []string{"noarchive", manners.Policy, manners.Reservation}) {
		t.Errorf("got %v", got)
	}
	h.Set("TDM-Reservation", "0")
	if got := manners.Asked(h, nil, "pricegap"); !slices.Equal(got, []string{"noarchive"}) {
		t.Errorf("got %v", got)
	}
}

func TestMeta(t *testing.T) {
	for in, want := range map[string]string{
		`<html><head><meta name="robots" content="noindex, noarchive"></head><body>`:                                   "noarchive noindex",
		`<META CONTENT='nofollow' NAME=ROBOTS>`:                                                                        "nofollow",
		`<meta name=" PriceGap " content=noarchive/>`:                                                                  "",
		`<meta name=" PriceGap " content=noarchive />`:                                                                 "noarchive",
		`<meta name="otherbot" content="noindex">`:                                                                     "",
		`<meta property="robots" content="noindex">`:                                                                   "",
		`<meta name="robots">`:                                                                                         "",
		`<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://shop.example/p.json">`:      "tdm-policy tdm-reservation",
		`<meta name="tdm-reservation" content="0"><meta name="tdm-policy" content="https://shop.example/p.json">`:      "",
		`<!-- <meta name="robots" content="noindex"> --><meta name="robots" content="noarchive">`:                      "noarchive",
		`<script>var a = '<meta name="robots" content="noindex">'</script ><meta name="robots" content="noarchive">`:   "noarchive",
		`<title><meta name="robots" content="noindex"></TITLE><style><meta name="robots" content="nosnippet"></style>`: "",
		`<script>if (a </script/ 1) {} <meta name="robots" content="noindex">`:                                         "noindex",
		`<head></head><meta name="robots" content="noindex">`:                                                          "",
		`<body class="a"><meta name="robots" content="noindex">`:                                                       "",
		`<bodybuilder><header><meta name="robots" content="noindex">`:                                                  "noindex",
		`<metadata name="robots" content="noindex">`:                                                                   "",
		`<meta name="robots" content="no&#105;ndex">`:                                                                  "noindex",
		`<meta name="robots" content="noindex`:                                                                         "",
		`<!-- <meta name="robots" content="noindex">`:                                                                  "",
		`<script><meta name="robots" content="noindex">`:                                                               "",
		strings.Repeat(" ", 64<<10) + `<meta name="robots" content="noindex">`:                                         "",
		"{\"a\":\"b\"}": "",
		"<":             "",
	} {
		if got := strings.Join(manners.Asked(nil, []byte(in), "pricegap"), " "); got != want {
			t.Errorf("%.100q asks %q, want %q", strings.TrimSpace(in), got, want)
		}
	}
}

func FuzzAsked(f *testing.F) {
	f.Add("noindex, a: b, *: none", []byte(`<script></script><meta name="robots" content="noindex"><!-- -->`))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		got := manners.Asked(http.Header{"X-Robots-Tag": {header}}, body, "pricegap")
		if len(got) > 12 || !slices.IsSorted(got) {
			t.Errorf("%q", got)
		}
	})
}

func BenchmarkAsked(b *testing.B) {
	page := []byte("<html><head>" + strings.Repeat(`<meta property="og:title" content="x"><script>`+strings.Repeat("var a = 1; ", 200)+"</script>", 10) +
		`<meta name="robots" content="index, follow"></head><body>` + strings.Repeat("<p>text</p>", 5000))
	for b.Loop() {
		if got := manners.Asked(nil, page, "pricegap"); len(got) > 0 {
			b.Fatal(got)
		}
	}
}
