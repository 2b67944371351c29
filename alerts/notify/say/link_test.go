package say

import (
	"strings"
	"testing"

	"pricegap/alerts"
	"pricegap/market"
)

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

// TestHistory links to our own page about a product, whatever our number for it is, where we have pages.
func TestHistory(t *testing.T) {
	for id, want := range map[market.ProductID]string{
		"P1": "https://prices.example/product?id=P1", "a b&c=<!here>#x": "https://prices.example/product?id=a+b%26c%3D%3C%21here%3E%23x",
	} {
		if got := wordsOf("en", "https://prices.example").history(id); got != want {
			t.Errorf("%s: %s", id, got)
		}
	}
	if got := wordsOf("en", "").history("P1"); got != "" {
		t.Errorf("a page without pages: %s", got)
	}
	m := alerts.Message{Firing: []market.Alert{{Topic: market.Topic{Product: "P1", Source: "a"}}}}
	if got := Compose(m, "https://prices.example").Text(); !strings.Contains(got, "History: https://prices.example/product?id=P1") {
		t.Errorf("no history in %s", got)
	}
}
