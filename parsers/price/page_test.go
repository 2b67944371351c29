package price_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pricegap/market/money"
	"pricegap/parsers/price"
)

func TestOfPage(t *testing.T) {
	for name, c := range map[string]struct {
		body, url string
		want      money.Currency
	}{
		"country of the language": {`<html lang="en-US"><body>$ 5`, "https://shop.example/", "USD"},
		"language before address": {`<html lang="en-CA">`, "https://shop.au/", "CAD"},
		"language alone":          {`<html lang="en">`, "https://shop.example/", ""},
		"country of the address":  {`<html lang="en">`, "https://shop.tw/", "TWD"},
		"the kingdom":             {`<html>`, "https://shop.uk/", "GBP"},
		"the only code":           {`<html><script>var c="USD", d = {x:"USD"}</script>`, "https://shop.example/", "USD"},
		"two codes":               {`<html><script>var c="USD", d="EUR"</script>`, "https://shop.example/", ""},
		"part of a word":          {`<html><p>USDA XUSD USD_1`, "https://shop.example/", ""},
		"nothing":                 {``, "", ""},
	} {
		root, err := html.Parse(strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if got := price.OfPage(root, c.url, []byte(c.body)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestHolds: a range holds its ends and what is between them; one without an upper end all above.
func TestHolds(t *testing.T) {
	eur := func(micros int64) money.Amount { return money.New(micros*1e6, "EUR") }
	from, ranged := price.Reading{Low: eur(10)}, price.Reading{Low: eur(10), High: eur(20)}
	for name, c := range map[string]struct {
		r    price.Reading
		a    money.Amount
		want bool
	}{
		"below": {ranged, eur(9), false}, "low end": {ranged, eur(10), true}, "between": {ranged, eur(15), true}, "high end": {ranged, eur(20), true},
		"above": {ranged, eur(21), false}, "above from": {from, eur(21), true}, "no range": {price.Reading{}, eur(5), false}, "other currency": {ranged, money.New(15e6, "USD"), false},
	} {
		if got := c.r.Holds(c.a); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
