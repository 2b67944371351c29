package price

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"pricegap/market/link"
	"pricegap/market/money"
)

// codes are the currencies of which a sole mention on a page says that it is in them: those of the signs that several
// share, and those of their neighbours.
var codes = map[string]bool{
	"USD": true, "CAD": true, "AUD": true, "NZD": true, "SGD": true, "HKD": true, "TWD": true, "MXN": true, "ARS": true, "CLP": true, "COP": true, "BRL": true, "EUR": true, "GBP": true,
	"CHF": true, "SEK": true, "NOK": true, "DKK": true, "ISK": true, "CZK": true, "JPY": true, "CNY": true, "INR": true, "PKR": true, "LKR": true, "ZAR": true,
}

// OfPage is the currency that a page is in of which no source says it: that of the country in its language ("en-US") or in its
// address (".tw"), else the only code that it names. "" where nothing tells.
func OfPage(root *html.Node, address string, body []byte) money.Currency {
	for n := range root.Descendants() {
		if n.DataAtom != atom.Html {
			continue
		}
		if tag, err := language.Parse(lang(n)); err == nil {
			if region, sure := tag.Region(); sure == language.Exact {
				return of(region.String())
			}
		}
		break
	}
	host := link.Host(address)
	if top := host[strings.LastIndexByte(host, '.')+1:]; len(top) == 2 {
		if top == "uk" {
			top = "GB"
		}
		if c := of(top); c != "" {
			return c
		}
	}
	return sole(body)
}

// of is the currency of a country.
func of(country string) money.Currency {
	region, err := language.ParseRegion(country)
	if err != nil {
		return ""
	}
	if unit, ok := currency.FromRegion(region); ok && money.Currency(unit.String()).Valid() {
		return money.Currency(unit.String())
	}
	return ""
}

// sole is the only one of the codes that stands in a text as a word.
func sole(text []byte) (only money.Currency) {
	word := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z' || text[i] >= '0' && text[i] <= '9' || text[i] == '_')
	}
	for i := 0; i+3 <= len(text); i++ {
		if text[i] < 'A' || text[i] > 'Z' || word(i-1) || word(i+3) || !codes[string(text[i:i+3])] {
			continue
		}
		if c := money.Currency(text[i : i+3]); only == "" {
			only = c
		} else if c != only {
			return ""
		}
	}
	return only
}

func lang(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "lang" {
			return a.Val
		}
	}
	return ""
}
