package compare

import (
	"testing"

	"pricegap/market"
)

func TestLink(t *testing.T) {
	for raw, want := range map[string]string{
		"https://shop.example/p?a=1":         "https://shop.example/p?a=1",
		"https://user:secret@shop.example/p": "https://shop.example/p",
		"javascript:alert(1)":                "",
		"httpx://shop.example":               "",
		"https:///p":                         "",
		"":                                   "",
	} {
		if got := Link(market.Observation{Offer: market.Offer{URL: raw}}); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
	if got := Link(market.Observation{Page: "https://shop.example/q"}); got != "https://shop.example/q" {
		t.Errorf("page alone: %q", got)
	}
}
