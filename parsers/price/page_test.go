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
