package main

import (
	"strings"
	"testing"

	"pricegap/market"
)

// TestPrintOdd: what is odd of a shop is said with what to do about it, on the terminal without anything a page could smuggle
// in; of an ordinary run nothing is said.
func TestPrintOdd(t *testing.T) {
	var b strings.Builder
	printOdd(&b, market.Run{Source: "lamp"})
	if b.Len() > 0 {
		t.Errorf("an ordinary run: %q", &b)
	}
	printOdd(&b, market.Run{Source: "lamp", Odd: []market.Oddity{
		{Kind: "moved", What: "82.64 %", Offers: 40, Of: 42}, {Kind: "place", What: "visible div\x1b[31m.x", Offers: 42, Of: 42},
	}})
	for _, want := range []string{
		"  the shop changed: 40 of 42 prices are 82.64 % of what they were\n", "42 of 42 prices stand at a new place: visible div", "`pricegap quality accept --source lamp`\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing:\n%s", want, &b)
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Errorf("an escape sequence: %q", &b)
	}
}
