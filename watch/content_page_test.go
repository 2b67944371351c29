package watch_test

import (
	"fmt"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
)

// price is a line that a shop calls the price.
func price(text string) string { return `<p class="price">` + text + `</p>` }

// ld is data for machines.
func ld(json string) string { return `<script type="application/ld+json">` + json + `</script>` }

// lampOffer is the lamp with that for its offers.
func lampOffer(offers string) string {
	return ld(`{"@context":"https://schema.org","@type":"Product","name":"Lamp Zefier","offers":` + offers + `}`)
}

// offered is one offer at a price, as it stands in JSON, in EUR.
func offered(price string) string {
	return `{"@type":"Offer","price":` + price + `,"priceCurrency":"EUR"}`
}

// shows are the cases of prices that a page shows: C01 to C25.
func shows() (out []content) {
	for _, c := range []page{
		{id: "C01", variant: "page in Dutch", body: price("€ 1.299,-"), want: "1299.00 EUR", wrong: "1.299"},
		{id: "C02", variant: "page in Dutch", body: price("€ 1.299"), want: "1299.00 EUR", wrong: "1.299"},
		{id: "C02", variant: "page beside kg", body: price("€ 1.299 / kg"), want: "price_ambiguous", wrong: "1.299", trait: " / kg", plain: "1299.00 EUR"},

		{id: "C03", variant: "sup", body: price("€ 68<sup>50</sup>"), want: "price_ambiguous", wrong: "6850", trait: "<sup>50</sup>", without: ",50", plain: "68.50 EUR"},
		{id: "C03", variant: "spans", body: price("€ <span>68</span><span>50</span>"), want: "price_ambiguous", wrong: "6850", trait: "</span><span>", without: "</span>,<span>", plain: "68.50 EUR"},
		{
			id: "C03", variant: "sup with a split pattern", body: price("€ <b>68</b><sup>50</sup>"), wrong: "6850", want: "68.50 EUR",
			options: `{"split":{"price":{"whole":".price b","cents":".price sup"}}}`,
		},
		{
			id: "C03", variant: "spans with a split pattern", body: price("€ <span class=w>68</span><span class=c>50</span>"), wrong: "6850", want: "68.50 EUR",
			options: `{"split":{"price":{"whole":".w","cents":".c"}}}`,
		},

		{id: "C04", variant: "page van voor", body: price("van € 1.499,- voor € 1.299,-"), want: "1299.00 EUR ref 1499.00 EUR", wrong: "1.499"},
		{id: "C04", variant: "del and ins", body: price("<del>€ 1.499,-</del> <ins>€ 1.299,-</ins>"), want: "1299.00 EUR ref 1499.00 EUR", wrong: "1.499"},
		{id: "C04", variant: "page was now", body: price("was € 1.499,- now € 1.299,-"), want: "1299.00 EUR ref 1499.00 EUR", wrong: "1.499"},

		{id: "C05", variant: "page p/mnd", body: price("29,99 p/mnd"), want: "price_missing", wrong: "29,99", trait: " p/mnd", plain: "29.99 EUR"},
		{id: "C05", variant: "page in parts", body: price("€ 29 x 24"), want: "price_missing", wrong: "€ 29", trait: " x 24", plain: "29.00 EUR"},
		{id: "C05", variant: "page from a month", body: price("from $41.63/mo"), want: "price_missing", wrong: "$41.63", source: inDollars, trait: "from $41.63/mo", without: "$41.63", plain: "41.63 USD"},
		{id: "C05", variant: "page in 3 delen", body: price("in 3 delen van € 433,-"), want: "price_missing", wrong: "€ 433", trait: "in 3 delen van ", plain: "433.00 EUR"},

		{id: "C06", variant: "page vanaf", body: price("vanaf € 199"), want: "from 199.00 EUR", wrong: "€ 199", trait: "vanaf ", plain: "199.00 EUR"},
		{id: "C06", variant: "page ab", body: price("ab 199 EUR"), want: "from 199.00 EUR", wrong: "199 EUR", trait: "ab ", plain: "199.00 EUR"},
		{id: "C06", variant: "page from to", body: price("€199 - €349"), want: "from 199.00 EUR to 349.00 EUR", wrong: "€349", trait: " - €349", plain: "199.00 EUR"},

		{id: "C07", variant: "page per 100 g", body: price("€ 2,49 / 100 g"), want: "price_missing", wrong: "€ 2,49", trait: " / 100 g", plain: "2.49 EUR"},
		{id: "C07", variant: "page per stuk beside the pack", body: price("€ 12,99") + `<p class="unit-price">€ 2,17 per stuk</p>`, want: "12.99 EUR", wrong: "2,17"},
		{id: "C07", variant: "page per kg first", body: `<p>€ 24,90/kg</p>` + price("€ 12,99"), want: "12.99 EUR", wrong: "24,90"},

		{id: "C08", variant: "page excl.", body: price("€ 1.073,55 excl. btw"), want: "1073.55 EUR vat excluded", wrong: "1.073", trait: " excl. btw", plain: "1073.55 EUR"},
		{id: "C08", variant: "page incl.", body: price("€ 1.299 incl. 21 % btw"), want: "1299.00 EUR vat included", wrong: "21"},
		{id: "C08", variant: "page both", body: price("€ 1.073,55 excl. btw") + price("€ 1.299,- incl. btw"), want: "1299.00 EUR vat included", wrong: "1.073,55"},

		{id: "C09", variant: "page free shipping", body: price("gratis verzending vanaf € 50"), want: "price_missing", wrong: "€ 50", trait: "gratis verzending vanaf ", plain: "50.00 EUR"},
		{id: "C09", variant: "page bespaar", body: price("bespaar € 300"), want: "price_missing", wrong: "€ 300", trait: "bespaar ", plain: "300.00 EUR"},
		{id: "C09", variant: "page cashback", body: price("cashback € 100"), want: "price_missing", wrong: "€ 100", trait: "cashback ", plain: "100.00 EUR"},
		{id: "C09", variant: "page coupon", body: price("€ 20 korting met code ZOMER"), want: "price_missing", wrong: "€ 20", trait: " korting met code ZOMER", plain: "20.00 EUR"},
		{id: "C09", variant: "page trade-in", body: price("tot € 200 inruilwaarde"), want: "price_missing", wrong: "€ 200", trait: "tot € 200 inruilwaarde", without: "€ 200", plain: "200.00 EUR"},

		{
			id: "C10", variant: "buy boxes", wrong: "640",
			body: `<div class="buybox">` + price("€ 999,-") + `<button>In winkelwagen</button></div><div class="openbox"><p>Open-box <b>€ 812,99</b></p></div><div class="used"><p>Tweedehands <b>€ 640,-</b></p></div>`,
			want: "999.00 EUR",
		},
		{
			id: "C10", variant: "offers by condition", wrong: "640",
			head: lampOffer(`[{"@type":"Offer","price":640,"priceCurrency":"EUR","itemCondition":"https://schema.org/UsedCondition"},{"@type":"Offer","price":812.99,"priceCurrency":"EUR","itemCondition":"https://schema.org/RefurbishedCondition"},{"@type":"Offer","price":999,"priceCurrency":"EUR","itemCondition":"https://schema.org/NewCondition"}]`),
			want: "999.00 EUR new",
		},

		{
			id: "C11", variant: "the cheapest shown, the chosen one dearer", wrong: "79",
			body: `<p>vanaf € 79,-</p>` + price("€ 129,-"), want: "price_ambiguous",
			trait: "<p>vanaf € 79,-</p>", plain: "129.00 EUR",
		},
		{
			id: "C11", variant: "the variant of the address", wrong: "79", url: lampURL + "?variant=groot",
			head: ld(`{"@type":"ProductGroup","name":"Lamp Zefier","hasVariant":[{"@type":"Product","name":"Lamp Zefier klein","sku":"Z-1","url":"` + lampURL + `?variant=klein","offers":` + offered("79") + `},{"@type":"Product","name":"Lamp Zefier groot","sku":"Z-2","url":"` + lampURL + `?variant=groot","offers":` + offered("129") + `}]}`),
			want: "129.00 EUR",
		},
		{
			id: "C11", variant: "no variant is chosen", wrong: "79",
			head: ld(`{"@type":"ProductGroup","name":"Lamp Zefier","hasVariant":[{"@type":"Product","name":"Lamp Zefier klein","sku":"Z-1","url":"` + lampURL + `?variant=klein","offers":` + offered("79") + `},{"@type":"Product","name":"Lamp Zefier groot","sku":"Z-2","url":"` + lampURL + `?variant=groot","offers":` + offered("129") + `}]}`),
			want: "from 79.00 EUR to 129.00 EUR",
		},

		{id: "C12", variant: "page member", body: price("€ 15,99") + `<p>Ledenprijs € 12,99</p>`, want: "15.99 EUR", wrong: "12,99"},
		{id: "C12", variant: "page app", body: price("€ 15,99") + `<p class="price app">€ 12,99 in de app</p>`, want: "15.99 EUR", wrong: "12,99"},
		{id: "C12", variant: "page loyalty", body: price("€ 15,99") + price("€ 12,99 met klantenkaart"), want: "15.99 EUR", wrong: "12,99"},
		{
			id: "C12", variant: "tier for machines", wrong: "12.99",
			head: lampOffer(`{"@type":"Offer","price":"15.99","priceCurrency":"EUR","priceSpecification":{"@type":"UnitPriceSpecification","price":"12.99","priceCurrency":"EUR","validForMemberTier":{"@type":"MemberProgramTier","name":"Gold"}}}`),
			want: "15.99 EUR member 12.99 EUR",
		},

		{id: "C13", variant: "0 for machines", head: lampOffer(offered("0")), want: "price_implausible", wrong: "0", trait: `"price":0`, without: `"price":5`, plain: "5.00 EUR"},
		{id: "C13", variant: "0.00 for machines", head: lampOffer(offered(`"0.00"`)), want: "price_implausible", wrong: "0.00"},
		{id: "C13", variant: "-5 for machines", head: lampOffer(offered("-5")), want: "price_implausible", wrong: "5", trait: "-5", without: "5", plain: "5.00 EUR"},
		{id: "C13", variant: "1e999 for machines", head: lampOffer(offered("1e999")), want: "price_implausible", wrong: "1"},
		{id: "C13", variant: "NaN for machines", head: lampOffer(offered(`"NaN"`)), want: "price_missing", wrong: "NaN"},
		{id: "C13", variant: "Infinity for machines", head: lampOffer(offered(`"Infinity"`)), want: "price_missing", wrong: "Infinity"},
		{id: "C13", variant: "-- for machines", head: lampOffer(offered(`"--"`)), want: "price_missing", wrong: "--"},
		{id: "C13", variant: "TBA for machines", head: lampOffer(offered(`"TBA"`)), want: "price_missing", wrong: "TBA"},
		{id: "C13", variant: "page € 0,00", body: price("€ 0,00"), want: "price_missing", wrong: "0,00", trait: "€ 0,00", without: "€ 0,50", plain: "0.50 EUR"},
		{id: "C13", variant: "page op aanvraag", body: price("op aanvraag") + `<footer>© 2026, € 5 korting</footer>`, want: "price_missing", wrong: "€ 5"},
		{id: "C13", variant: "page prijs in winkelwagen", body: price("prijs in winkelwagen") + `<footer>€ 5 korting</footer>`, want: "price_missing", wrong: "€ 5"},

		{id: "C14", variant: "page 1.2.3.4", body: price("€ 1.2.3.4"), want: "price_missing", wrong: "1.2"},
		{id: "C14", variant: "400 digits for machines", head: lampOffer(offered(`"` + strings.Repeat("9", 400) + `"`)), want: "price_implausible", wrong: "9999"},

		{id: "C16", variant: "page with a bidi control", body: price("€ 1\u202e992"), want: "price_ambiguous", wrong: "992", trait: "\u202e", plain: "1992.00 EUR"},
		{id: "C16", variant: "page with a zero-width space", body: price("€ 1\u200b299"), want: "1299.00 EUR", wrong: "299"},

		{id: "C17", variant: "display none", body: `<p class="price" style="display:none">€ 79,-</p>` + price("€ 129,-"), want: "129.00 EUR", wrong: "79", trait: ` style="display:none"`, plain: "price_ambiguous"},
		{id: "C17", variant: "hidden", body: `<p class="price" hidden>€ 79,-</p>` + price("€ 129,-"), want: "129.00 EUR", wrong: "79", trait: " hidden", plain: "price_ambiguous"},
		{id: "C17", variant: "aria-hidden", body: `<p class="price" aria-hidden="true">€ 79,-</p>` + price("€ 129,-"), want: "price_ambiguous", wrong: "79"},
		{id: "C17", variant: "visually-hidden", body: `<p class="price visually-hidden">€ 79,-</p>` + price("€ 129,-"), want: "129.00 EUR", wrong: "79"},
		{id: "C17", variant: "sr-only", body: `<p class="price sr-only">€ 79,-</p>` + price("€ 129,-"), want: "129.00 EUR", wrong: "79"},
		{id: "C17", variant: "off-screen", body: `<p class="price" style="position:absolute; left:-9999px">€ 79,-</p>` + price("€ 129,-"), want: "129.00 EUR", wrong: "79"},
		{id: "C17", variant: "clipped", body: `<p class="price" style="clip: rect(0,0,0,0)">€ 79,-</p>` + price("€ 129,-"), want: "129.00 EUR", wrong: "79"},
		{id: "C17", variant: "no size", body: `<p class="price" style="font-size:0">€ 79,-</p>` + price("€ 129,-"), want: "129.00 EUR", wrong: "79"},
		{id: "C17", variant: "see-through", body: `<p class="price" style="opacity: 0">€ 79,-</p>` + price("€ 129,-"), want: "129.00 EUR", wrong: "79"},
		{
			id: "C17", variant: "for machines against what is seen", head: lampOffer(offered("79")), body: price("€ 129,-"), want: "price_ambiguous", wrong: "79",
			trait: "129,-", without: "79,-", plain: "79.00 EUR",
		},

		{id: "C18", variant: "page $ of a shop in EUR", body: price("$ 1299"), want: "price_ambiguous", wrong: "1299"},
		{id: "C18", variant: "page $ of a shop in CAD", body: price("$ 1299"), want: "1299.00 CAD", wrong: "USD", head: `<meta name="x" content="USD">`, source: market.Source{Locale: money.Locale{Language: "en-CA", Currency: "CAD"}}},
		{id: "C18", variant: "page kr of a shop in EUR", body: price("1299 kr"), want: "price_ambiguous", wrong: "1299"},
		{id: "C18", variant: "EUR for machines with a $", head: lampOffer(`{"@type":"Offer","price":"$ 12","priceCurrency":"EUR"}`), want: "price_ambiguous", wrong: "12", trait: "$ 12", without: "€ 12", plain: "12.00 EUR"},

		{id: "C21", variant: "image", body: `<img src="/prijs-129.png" alt="">`, want: "price_missing", wrong: "129"},
		{id: "C21", variant: "CSS content", head: `<style>.price::after{content:"€ 129,-"}</style>`, body: price(""), want: "price_missing", wrong: "129"},
		{id: "C21", variant: "JavaScript variable", head: `<script>var price = 129.00;</script>`, want: "price_missing", wrong: "129"},
		{id: "C21", variant: "data attribute in cents", body: `<p class="price" data-price="129900"></p>`, want: "price_missing", wrong: "129900"},
		{id: "C21", variant: "data attribute in cents that is configured as units", body: `<p class="price" data-price="129900"></p>` + price("€ 1.299,-"), options: `{"fields":{"price":".price@data-price"}}`, want: "price_ambiguous", wrong: "129900"},
		{id: "C21", variant: "page state in cents that is configured", head: `<script>window.S = {"p":129900}</script>`, options: `{"state":{"var":"S","minor_units":true,"fields":{"price":"p"}}}`, want: "1299.00 EUR", wrong: "129900"},

		{id: "C22", variant: "template", body: `<template>` + price("€ 79,-") + `</template>`, want: "price_missing", wrong: "79", trait: "template", without: "div", plain: "79.00 EUR"},
		{id: "C22", variant: "noscript", body: `<noscript>` + price("€ 79,-") + `</noscript>`, want: "price_missing", wrong: "79", trait: "noscript", without: "div", plain: "79.00 EUR"},
		{id: "C22", variant: "comment", body: `<!--` + price("€ 79,-") + `-->`, want: "price_missing", wrong: "79", trait: "-->", without: "--><p class=price>€ 79,-</p>", plain: "79.00 EUR"},
		{id: "C22", variant: "JSON that no reader knows", body: `<script type="application/json">{"product":{"price":79}}</script>`, want: "price_missing", wrong: "79"},
		{id: "C22", variant: "template with data for machines", body: `<template>` + lampOffer(offered("79")) + `</template>`, want: "price_missing", wrong: "79", trait: "template", without: "div", plain: "79.00 EUR"},
		{id: "C22", variant: "data for machines in a comment", body: `<!--` + lampOffer(offered("79")) + `-->`, want: "price_missing", wrong: "79"},

		{id: "C24", variant: "the product first", body: price("€ 129,-") + recommended(40), want: "129.00 EUR", wrong: "61,-"},
		{id: "C24", variant: "none of the product", body: recommended(40), want: "price_missing", wrong: "61,-"},
		{id: "C24", variant: "without names", body: strings.ReplaceAll(recommended(40), ` class="related"`, ""), want: "price_missing", wrong: "61,-"},
		{id: "C24", variant: "40 products for machines", head: ld("[" + strings.Join(lamps(40), ",") + "]"), want: "price_ambiguous", wrong: "61"},

		{id: "C25", variant: "sold out", body: price("€ 129,-") + `<p class="stock">Uitverkocht</p>`, want: "129.00 EUR out_of_stock", wrong: "In winkelwagen", trait: "Uitverkocht", without: "Op voorraad", plain: "129.00 EUR"},
		{id: "C25", variant: "placeholder", head: lampOffer(offered("0.01")), want: "0.01 EUR quarantined placeholder", wrong: "0.0", trait: "0.01", without: "0.02", plain: "0.02 EUR"},
		{id: "C25", variant: "placeholder on the page", body: price("€ 0,01"), want: "0.01 EUR quarantined placeholder", wrong: "0,0", trait: "0,01", without: "0,02", plain: "0.02 EUR"},
	} {
		out = append(out, c.content())
	}
	return out
}

// inDollars is a shop in the United States.
var inDollars = market.Source{Locale: money.Locale{Language: "en-US", Currency: "USD"}}

// recommended are tiles of other products, from 61 to 100.
func recommended(n int) string {
	var b strings.Builder
	b.WriteString(`<section class="related"><h2>Anderen kochten ook</h2>`)
	for i := range n {
		fmt.Fprintf(&b, `<article><a href="/p/stoel-%d"><h3>Stoel %d</h3></a>%s<button>In winkelwagen</button></article>`, i, i, price(fmt.Sprintf("€ %d,-", 61+i)))
	}
	return b.String() + `</section>`
}

// lamps are products for machines, none of them the lamp.
func lamps(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf(`{"@type":"Product","name":"Stoel %d","sku":"S%d","offers":%s}`, i, i, offered(fmt.Sprint(61+i))))
	}
	return out
}
