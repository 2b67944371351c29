package parsers_test

import (
	"fmt"
	"strings"
	"testing"

	"pricegap/parsers"
)

// bigPage is a product page as large shops send them, of about 100 KB: navigation, page state, reviews, a carousel
// with the prices of other products, and in it the product's own data.
func bigPage(head, body string) string {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=nl><head><meta charset=utf-8><title>Dubbele boormachine 18 V</title>" + head)
	b.WriteString("<style>" + strings.Repeat(".a-b_c:hover{color:#123456;margin:0 auto}\n", 150) + "</style></head><body><nav><ul>")
	for i := range 150 {
		fmt.Fprintf(&b, `<li class="nav__item nav__item--%d"><a class="nav__link" href="/c/afdeling-%d?van=menu">Afdeling %d &amp; meer</a></li>`, i%3, i, i)
	}
	b.WriteString("</ul></nav><main><h1>Dubbele boormachine 18 V</h1>" + body)
	b.WriteString(`<script>window.__STATE__={"items":[`)
	for i := range 150 {
		fmt.Fprintf(&b, `{"id":%d,"name":"Ding %d","price":%d.95,"tags":["a<b","c"],"stock":true},`, i, i, i+10)
	}
	b.WriteString(`{}]};</script><div class="carousel">`)
	for i := range 60 {
		fmt.Fprintf(&b, `<div class="tile" data-id="%d"><a href="/p/ander-%d"><img alt="Ander ding %d" src="/i/%d.jpg" width=200 height=200><span class="tile__title">Ander ding %d</span></a><span class="tile__price">€ %d,<sup>95</sup></span><button type="button">In winkelwagen</button></div>`, i, i, i, i, i, i+5)
	}
	b.WriteString("</div><section>")
	for i := 0; b.Len() < 98<<10; i++ {
		fmt.Fprintf(&b, `<article class="review"><h3>Oordeel %d</h3><p>Doet wat het moet doen, en dat al %d weken. <em>Aanrader</em> voor wie vaak boort; de accu gaat lang mee.</p><p class="review__who">Klant %d</p></article>`, i, i%50, i)
	}
	b.WriteString("</section></main><footer>&copy; de winkel</footer></body></html>")
	return b.String()
}

const bigData = `<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"BreadcrumbList","itemListElement":[{"@type":"ListItem","position":1,"name":"Gereedschap","item":"/c/1"}]},{"@type":"Product","name":"Dubbele boormachine 18 V","sku":"4711","gtin13":"8712345678906","brand":{"@type":"Brand","name":"Slagvast"},"offers":{"@type":"Offer","price":"129.95","priceCurrency":"EUR","availability":"https://schema.org/InStock","shippingDetails":{"shippingRate":{"value":0,"currency":"EUR"}}}}]}</script>`

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, options, page string }{
		{"json-ld", "", bigPage(bigData, `<p class="prijs">129,95</p>`)},
		{"microdata", "", bigPage("", `<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">Dubbele boormachine 18 V</b><i itemprop="offers" itemscope itemtype="https://schema.org/Offer"><b itemprop="price" content="129.95">129,95</b><meta itemprop="priceCurrency" content="EUR"></i></div>`)},
		{"selectors", `{"fields":{"price":".prijs","name":"h1","sku":".nummer /\\d+/"},"split":{"shipping":{"whole":".euro","cents":".cent"}}}`, bigPage("", `<p class="prijs">€ 129,95</p><p class="nummer">Artikel 4711</p>`)},
		{"state", `{"state":{"var":"window.__STATE__","item":"items.119","fields":{"price":"price"}}}`, bigPage("", "")},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := newParser(b, "auto", c.options)
			in := input(parsers.RoleProduct, c.page)
			b.SetBytes(int64(len(c.page)))
			b.ReportAllocs()
			for b.Loop() {
				res, err := p.Parse(parsers.NewDoc(in))
				if err != nil || res.Offers[0].Price.String() != "129.95 EUR" {
					b.Fatalf("%v %v", err, res)
				}
			}
		})
	}
	b.Run("list", func(b *testing.B) {
		p := newParser(b, "auto", "")
		in := input(parsers.RoleList, bigPage("", ""))
		b.SetBytes(int64(len(in.Page.Body)))
		b.ReportAllocs()
		for b.Loop() {
			if res, err := p.Parse(parsers.NewDoc(in)); err != nil || len(res.Links) < 200 {
				b.Fatalf("%v %d", err, len(res.Links))
			}
		}
	})
}
