package say

import "testing"

func TestLink(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.example/p?x=1&y=2#top": "https://a.example/p?x=1&y=2",
		"http://a.example/é":              "http://a.example/%C3%A9",
		"https://u:p@a.example/":          "",
		"javascript:alert(1)":             "",
		"//a.example/":                    "",
		"https:///x":                      "",
		"":                                "",
		"https://a.example/|x>":           "https://a.example/%7Cx%3E",
		"https://a.example/?q=<!here>":    "",
	} {
		if got := link(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
