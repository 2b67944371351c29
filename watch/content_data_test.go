package watch_test

import (
	"fmt"
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/parsers"
)

// data are the cases of what pages say for machines: C26 to C36.
func data() (out []content) {
	lamp := func(more string) string { return `{"@type":"Product","name":"Lamp Zefier",` + more + `}` }
	lampPage := `"url":"` + lampURL + `",`
	for _, c := range []page{
		// A repair must not change what is said; what cannot be repaired is none.
		{id: "C26", variant: "trailing comma", head: ld(lamp(`"offers":{"price":"129.00","priceCurrency":"EUR",},`)), want: "129.00 EUR", wrong: "12"},
		{id: "C26", variant: "single quotes", head: ld(`{'@type':'Product','name':'Lamp Zefier','offers':{'price':'129.00','priceCurrency':'EUR'}}`), want: "129.00 EUR", wrong: "12"},
		{id: "C26", variant: "comments", head: ld("// 79\n" + lamp(`/* "price":79 */"offers":`+offered("129"))), want: "129.00 EUR", wrong: "79"},
		{id: "C26", variant: "BOM", head: ld("\ufeff" + lamp(`"offers":`+offered("129"))), want: "129.00 EUR", wrong: "12"},
		{id: "C26", variant: "CDATA", head: ld("//<![CDATA[\n" + lamp(`"offers":`+offered("129")) + "\n//]]>"), want: "129.00 EUR", wrong: "12"},
		{id: "C26", variant: "HTML entities", head: ld(strings.ReplaceAll(lamp(`"offers":`+offered("129")), `"`, "&quot;")), want: "129.00 EUR", wrong: "12"},
		{
			id: "C26", variant: "end of the script in a string", want: "price_missing", wrong: "129",
			head: ld(lamp(`"description":"een </script> lamp","offers":` + offered("129"))), trait: "</script> lamp", without: " lamp", plain: "129.00 EUR",
		},
		{id: "C26", variant: "cut short", head: ld(`{"@type":"Product","name":"Lamp Zefier","offers":{"price":"129`), want: "price_missing", wrong: "129"},

		{id: "C27", variant: "1.299,00", head: lampOffer(offered(`"1.299,00"`)), want: "1299.00 EUR", wrong: "1.299"},
		{id: "C27", variant: "€1299", head: lampOffer(offered(`"€1299"`)), want: "1299.00 EUR", wrong: "129"},
		{id: "C27", variant: "1299.000", head: lampOffer(offered(`"1299.000"`)), want: "1299.00 EUR", wrong: "1299.000"},
		{id: "C27", variant: "1.299", head: lampOffer(offered(`"1.299"`)), want: "price_ambiguous", wrong: "1.299", trait: "1.299", without: "1.29", plain: "1.29 EUR"},
		{id: "C27", variant: "1299 EUR", head: lampOffer(offered(`"1299 EUR"`)), want: "1299.00 EUR", wrong: "129"},
		{id: "C27", variant: "array of one", head: lampOffer(offered(`["1299.00"]`)), want: "1299.00 EUR", wrong: "129"},
		{id: "C27", variant: "array of two", head: lampOffer(offered(`["1299.00","79.00"]`)), want: "price_ambiguous", wrong: "79.00", trait: `,"79.00"`, plain: "1299.00 EUR"},
		{id: "C27", variant: "object", head: lampOffer(offered(`{"value":"1299.00"}`)), want: "1299.00 EUR", wrong: "129"},
		{id: "C27", variant: "object of nothing known", head: lampOffer(offered(`{"sum":"1299.00"}`)), want: "price_missing", wrong: "1299"},
		{id: "C27", variant: "null", head: lampOffer(offered(`null`)), want: "price_missing", wrong: "null"},
		{id: "C27", variant: "true", head: lampOffer(offered(`true`)), want: "price_missing", wrong: "true"},

		{id: "C28", variant: "Price", head: ld(lamp(`"offers":{"@type":"Offer","price":129,"Price":79,"priceCurrency":"EUR"}`)), want: "129.00 EUR", wrong: "79", trait: `"Price":79,`, without: `"price":79,`, plain: "price_ambiguous"},
		{id: "C28", variant: "only Price", head: ld(lamp(`"offers":{"@type":"Offer","Price":79,"priceCurrency":"EUR"}`)), want: "price_missing", wrong: "79", trait: `"Price"`, without: `"price"`, plain: "79.00 EUR"},
		{id: "C28", variant: "price twice", head: ld(lamp(`"offers":{"@type":"Offer","price":129,"priceCurrency":"EUR","price":79}`)), want: "price_ambiguous", wrong: "79", trait: `,"price":79`, without: `,"price":129`, plain: "129.00 EUR"},

		{id: "C29", variant: "lowPrice and highPrice", head: lampOffer(`{"@type":"AggregateOffer","lowPrice":79,"highPrice":129,"priceCurrency":"EUR"}`), want: "from 79.00 EUR to 129.00 EUR", wrong: "79"},
		{id: "C29", variant: "Offer with lowPrice", head: lampOffer(`{"@type":"Offer","lowPrice":79,"priceCurrency":"EUR"}`), want: "from 79.00 EUR", wrong: "79"},
		{
			id: "C29", variant: "500 offers", head: lampOffer("[" + offers(500) + "]"), want: "from 1.00 EUR to 200.00 EUR", wrong: "500",
			check: func(t *testing.T, res parsers.Result) {
				if n := len(res.Offers) + len(res.Others); n > 201 {
					t.Errorf("%d offers were read", n)
				}
			},
		},

		{
			id: "C30", variant: "the price before the sale", head: lampOffer(offered("129")), body: `<p><del>€ 129,-</del> <ins class="price">€ 99,-</ins></p>`, want: "99.00 EUR ref 129.00 EUR", wrong: "129",
			trait: `<del>€ 129,-</del> `, plain: "price_ambiguous",
		},
		{id: "C30", variant: "the page shows another", head: lampOffer(offered("129")), body: price("€ 99,-"), want: "price_ambiguous", wrong: "129", trait: "99,-", without: "129,-", plain: "129.00 EUR"},

		{
			id: "C31", variant: "several products", head: ld("[" + strings.Join(lamps(2), ",") + "]"), want: "price_ambiguous", wrong: "61",
		},
		{
			id: "C31", variant: "by URL", head: ld("[" + lamps(1)[0] + "," + lamp(lampPage+`"offers":`+offered("129")) + "]"), want: "129.00 EUR", wrong: "61",
			trait: `"name":"Lamp Zefier","url":"` + lampURL + `",`, without: `"name":"Stoel 1",`, plain: "price_ambiguous",
		},
		{
			id: "C31", variant: "by SKU in the address", url: "https://shop.example/p/S-0001-lamp", head: ld("[" + lamps(1)[0] + `,{"@type":"Product","name":"Stoel","sku":"S-0001","offers":` + offered("129") + "}]"), want: "129.00 EUR", wrong: "61",
			trait: `"S-0001"`, without: `"S-0002"`, plain: "price_ambiguous",
		},
		{
			id: "C31", variant: "@graph", head: ld(`{"@graph":[{"@type":"WebPage","name":"Lamp Zefier"},` + lamp(`"offers":`+offered("129")) + `,` + lamps(1)[0] + `]}`), want: "129.00 EUR", wrong: "61",
		},
		{
			id: "C31", variant: "related products", head: ld(lamp(`"offers":` + offered("129") + `,"isRelatedTo":[` + strings.Join(lamps(3), ",") + `]`)), want: "129.00 EUR", wrong: "61",
		},
		{
			id: "C31", variant: "only related products", head: ld(lamp(`"isRelatedTo":[` + strings.Join(lamps(3), ",") + `]`)), want: "price_missing", wrong: "61",
		},
		{
			id: "C31", variant: "list page", head: ld(`{"@type":"ItemList","itemListElement":[{"@type":"ListItem","position":1,"item":` + lamps(1)[0] + `}]}`), want: "price_ambiguous", wrong: "61",
		},

		{
			id: "C32", variant: "priceValidUntil in the past", head: lampOffer(`{"@type":"Offer","price":129,"priceCurrency":"EUR","priceValidUntil":"2026-01-31"}`), want: "129.00 EUR", wrong: "2026",
			check: func(t *testing.T, res parsers.Result) {
				if where := res.Offers[0].Evidence[market.FieldPrice].Where; !strings.Contains(where, "2026-01-31, which has passed") {
					t.Errorf("nothing is said about it: %q", where)
				}
			},
		},
		{
			id: "C32", variant: "InStock beside sold out", head: lampOffer(`{"@type":"Offer","price":129,"priceCurrency":"EUR","availability":"https://schema.org/InStock"}`), body: price("€ 129,-") + `<p class="stock">Uitverkocht</p>`, want: "129.00 EUR perhaps in stock", wrong: "InStock",
			trait: "Uitverkocht", without: "Op voorraad", plain: "129.00 EUR",
		},

		{id: "C33", variant: "depth 20,000", head: ld(strings.Repeat(`{"a":`, 20_000) + `{"@type":"Product","name":"Lamp Zefier","offers":` + offered("129") + `}` + strings.Repeat("}", 20_000)), want: "price_missing", wrong: "129"},
		{id: "C33", variant: "keys of 1 MB", head: ld(`{"@type":"Product","name":"Lamp Zefier","offers":{"@type":"Offer","price` + strings.Repeat("k", 1<<20) + `":79,"priceCurrency":"EUR"}}`), want: "price_missing", wrong: ":79", trait: strings.Repeat("k", 1<<20), plain: "79.00 EUR"},
		{id: "C33", variant: "100k offers", head: lampOffer("[" + strings.Repeat(offered("129")+",", 100_000) + offered("129") + "]"), want: "price_missing", wrong: "129"},
		{id: "C33", variant: "50 MB", head: ld(`{"@type":"Product","name":"` + strings.Repeat("Lamp ", 10<<20) + `","offers":` + offered("129") + `}`), want: "price_missing", wrong: "129"},

		{id: "C34", variant: "@context of a stranger", head: ld(`{"@context":"https://evil.example/context.jsonld","@type":"Product","name":"Lamp Zefier","offers":` + offered("129") + `}`), want: "129.00 EUR", wrong: "12"},
		{
			id: "C34", variant: "@id in a ring", want: "129.00 EUR", wrong: "12",
			head: ld(`{"@graph":[{"@id":"#a","@type":"Product","name":"Lamp Zefier","isRelatedTo":{"@id":"#b"},"offers":{"@id":"#o"}},{"@id":"#b","@type":"Product","isRelatedTo":{"@id":"#a"},"offers":{"@id":"#b"}},{"@id":"#o","@type":"Offer","price":129,"priceCurrency":"EUR","itemOffered":{"@id":"#a"}}]}`),
		},

		{
			id: "C35", variant: "microdata nested wrong", want: "price_ambiguous", wrong: "79",
			body:  `<div itemscope itemtype="https://schema.org/Product"><span itemprop="name">Lamp Zefier</span><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" content="129"><meta itemprop="price" content="79"><meta itemprop="priceCurrency" content="EUR"></div></div>`,
			trait: `<meta itemprop="price" content="79">`, plain: "129.00 EUR",
		},
		{
			id: "C35", variant: "a price outside of its offer", want: "price_missing", wrong: "79",
			body: `<div itemscope itemtype="https://schema.org/Product"><span itemprop="name">Lamp Zefier</span></div><meta itemprop="price" content="79">`,
		},
		{
			id: "C35", variant: "RDFa", want: "129.00 EUR", wrong: "12",
			body: `<div vocab="https://schema.org/" typeof="Product"><span property="name">Lamp Zefier</span><div property="offers" typeof="Offer"><meta property="price" content="129"><meta property="priceCurrency" content="EUR"></div></div>`,
		},
		{
			id: "C35", variant: "empty content", want: "129.00 EUR", wrong: "79",
			body: `<div itemscope itemtype="https://schema.org/Product"><span itemprop="name">Lamp Zefier</span><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" content=""></div></div><div hidden>79</div>` + price("€ 129,-"),
		},
		{
			id: "C35", variant: "empty content and nothing else", want: "price_missing", wrong: "79",
			body:  `<div itemscope itemtype="https://schema.org/Product"><span itemprop="name">Lamp Zefier</span><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" content=""></div></div><div hidden>79</div>`,
			trait: `content=""`, without: `content="79"`, plain: "79.00 EUR",
		},

		{
			id: "C36", variant: "a wrong check digit", head: ld(lamp(`"gtin13":"4006381333932","offers":` + offered("129"))), want: "129.00 EUR", wrong: "4006381333932",
			check: noNumber,
		},
		{
			id: "C36", variant: "the GTIN of another product", head: ld(`[{"@type":"Product","name":"Lamp Zefier","gtin13":"4006381333931","offers":` + offered("129") + `},{"@type":"Product","name":"Lamp Zefier","gtin13":"8711319005712","offers":` + offered("79") + `}]`), want: "price_ambiguous", wrong: "79",
		},
	} {
		out = append(out, c.content())
	}
	return out
}

// noNumber: a number that cannot be is no identity.
func noNumber(t *testing.T, res parsers.Result) {
	if gtin := res.Offers[0].GTIN; gtin != "" {
		t.Errorf("GTIN %s", gtin)
	}
}

// offers are n offers, the first at 1.
func offers(n int) string {
	var out []string
	for i := range n { // each of another seller
		out = append(out, fmt.Sprintf(`{"@type":"Offer","price":%d,"priceCurrency":"EUR","seller":{"name":"Verkoper %d"}}`, i+1, i))
	}
	return strings.Join(out, ",")
}
