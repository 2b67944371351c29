package shoptest

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"
	"sync"

	"pricegap/market"
	"pricegap/market/money"
)

//go:embed pages/*.html
var pageFiles embed.FS

var pages = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(pageFiles, "pages/*.html")) })

// tag is a price as shops print it.
type tag struct{ cents int64 }

func tagOf(a money.Amount) tag { return tag{a.Micros() / (money.Micros / 100)} }

// Euros is the part before the comma with thousands dots, Cents the part after it.
func (t tag) Euros() string {
	s := fmt.Sprint(t.cents / 100)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}

func (t tag) Cents() string { return fmt.Sprintf("%02d", t.cents%100) }

// Tag is "1.299,-" or "49,95"; Dot is "1299.00".
func (t tag) Tag() string {
	if t.cents%100 == 0 {
		return t.Euros() + ",-"
	}
	return t.Euros() + "," + t.Cents()
}

func (t tag) Dot() string { return fmt.Sprintf("%d.%02d", t.cents/100, t.cents%100) }

// Split says that the cents are raised, without a comma: about every third price that has cents.
func (t tag) Split() bool { return t.cents%100 != 0 && t.cents/100%3 == 0 }

// tile is a product in a list or a carousel.
type tile struct {
	URL, Title, Brand, MPN, SKU, StockText string
	Price                                  tag
	Was                                    *tag
}

type navLink struct{ URL, Name string }

// view is what the templates see.
type view struct {
	Shop                 *Shop
	Nav                  []navLink
	Title, Next          string
	Tiles, Others        []tile
	P                    *Product
	F                    Fact
	GTIN                 string
	Price, Shipping      tag
	Was                  *tag
	StockText, StockLink string
	ShippingText         string
	LD, Crumbs, State    any
	Filler               template.HTML
}

// productPage writes the page of product i as it stands on a day. Wrong makes it read ten times too high.
func (w *World) productPage(s *Shop, i, day int, wrong bool) ([]byte, error) {
	v := w.view(s, i, day, wrong)
	name := string(s.Markup)
	if w.filler {
		v.Filler = filler(i)
		switch n := i % 100; {
		case n < 65:
			if n%3 == 0 {
				v.LD = map[string]any{"@context": "https://schema.org", "@graph": []any{v.Crumbs, v.LD}}
			}
		default:
			name = string(Microdata)
		}
		if n := i % 100; n >= 65 && n < 70 {
			v.Filler = brokenLD + v.Filler
		}
	}
	return render(name, v)
}

func render(name string, v view) ([]byte, error) {
	var b bytes.Buffer
	if err := pages().ExecuteTemplate(&b, name, v); err != nil {
		return nil, fmt.Errorf("shoptest: %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func (w *World) view(s *Shop, i, day int, wrong bool) view {
	f, p := w.fact(s, i, day), &w.products[i]
	v := view{Shop: s, Nav: s.nav(), Title: p.Title, P: p, F: f, Price: tagOf(f.Price), Shipping: tagOf(f.Shipping)}
	if wrong {
		v.Price.cents *= 10
	}
	if f.Reference.Known() {
		was := tagOf(f.Reference)
		v.Was = &was
	}
	if i%10 != 7 || s.Markup == JSONLD {
		v.GTIN = p.GTIN // a few pages have brand and type only
	}
	v.StockText, v.StockLink = stockWords(f.Stock)
	v.ShippingText = "gratis"
	if v.Shipping.cents > 0 {
		v.ShippingText = "€ " + v.Shipping.Tag()
	}
	listed := w.listed[s.ID]
	for k := 1; k <= 4 && len(listed) > 4; k++ {
		v.Others = append(v.Others, w.tile(s, listed[(f.index+k*7)%len(listed)], day))
	}
	v.LD, v.Crumbs, v.State = linkedData(v), crumbs(v), state(v)
	return v
}

func (w *World) tile(s *Shop, i, day int) tile {
	f, p := w.fact(s, i, day), &w.products[i]
	t := tile{URL: f.URL, Title: p.Title, Brand: p.Brand, MPN: p.MPN, SKU: f.SKU, Price: tagOf(f.Price)}
	if f.Reference.Known() {
		was := tagOf(f.Reference)
		t.Was = &was
	}
	t.StockText, _ = stockWords(f.Stock)
	return t
}

func (s *Shop) nav() []navLink {
	out := make([]navLink, len(assortment))
	for i, a := range assortment {
		out[i] = navLink{s.category(a.slug), a.category}
	}
	return out
}

func (s *Shop) category(slug string) string {
	if s.Markup == Bare {
		return "/categorie/" + slug + "/1"
	}
	return "/c/" + slug
}

func stockWords(s market.Stock) (text, link string) {
	switch s {
	case market.StockIn:
		return "Op voorraad", "https://schema.org/InStock"
	case market.StockOut:
		return "Uitverkocht", "https://schema.org/OutOfStock"
	}
	return "", ""
}

// linkedData is the schema.org product of a page.
func linkedData(v view) any {
	offer := map[string]any{
		"@type": "Offer", "url": v.F.URL, "price": v.Price.Dot(), "priceCurrency": "EUR",
		"itemCondition": "https://schema.org/NewCondition",
		"shippingDetails": map[string]any{
			"@type":        "OfferShippingDetails",
			"shippingRate": map[string]any{"@type": "MonetaryAmount", "value": v.Shipping.Dot(), "currency": "EUR"},
			"deliveryTime": map[string]any{
				"@type":       "ShippingDeliveryTime",
				"transitTime": map[string]any{"@type": "QuantitativeValue", "minValue": 1, "maxValue": v.Shop.DeliveryDays, "unitCode": "DAY"},
			},
		},
		"hasMerchantReturnPolicy": map[string]any{"@type": "MerchantReturnPolicy", "merchantReturnDays": v.Shop.ReturnsDays},
		"warranty": map[string]any{
			"@type":              "WarrantyPromise",
			"durationOfWarranty": map[string]any{"@type": "QuantitativeValue", "value": v.Shop.WarrantyMonths, "unitCode": "MON"},
		},
	}
	if v.StockLink != "" {
		offer["availability"] = v.StockLink
	}
	if v.Was != nil {
		offer["priceSpecification"] = map[string]any{
			"@type": "UnitPriceSpecification", "priceType": "https://schema.org/StrikethroughPrice",
			"price": v.Was.Dot(), "priceCurrency": "EUR",
		}
	}
	return map[string]any{
		"@context": "https://schema.org", "@type": "Product", "name": v.P.Title, "sku": v.F.SKU, "gtin13": v.P.GTIN,
		"mpn": v.P.MPN, "brand": map[string]any{"@type": "Brand", "name": v.P.Brand}, "category": v.P.Category,
		"image": "http://" + v.Shop.Host + "/static/" + v.F.SKU + ".jpg", "offers": offer,
	}
}

func crumbs(v view) any {
	return map[string]any{
		"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []any{
			map[string]any{"@type": "ListItem", "position": 1, "name": v.P.Category},
			map[string]any{"@type": "ListItem", "position": 2, "name": v.P.Title},
		},
	}
}

// state is the page state of a page, and item the same product in the JSON listing, with prices in cents.
func state(v view) any {
	product := map[string]any{
		"id": v.F.SKU, "ean": v.P.GTIN, "brand": v.P.Brand, "mpn": v.P.MPN, "title": v.P.Title, "category": v.P.Category,
		"url":   v.F.URL,
		"price": map[string]any{"current": v.Price.Dot(), "currency": "EUR"},
		"stock": map[string]any{"status": stockCode(v.F.Stock)},
		"delivery": map[string]any{
			"days": v.Shop.DeliveryDays, "text": v.Shop.DeliveryText, "cost": v.Shipping.Dot(),
		},
		"warrantyMonths": v.Shop.WarrantyMonths,
	}
	if v.Was != nil {
		product["price"].(map[string]any)["was"] = v.Was.Dot()
	}
	related := []any{}
	for _, o := range v.Others {
		related = append(related, map[string]any{"id": o.SKU, "title": o.Title, "price": map[string]any{"current": o.Price.Dot(), "currency": "EUR"}})
	}
	return map[string]any{"route": "product", "user": nil, "product": product, "related": related}
}

func item(v view) any {
	m := map[string]any{
		"id": v.F.SKU, "ean": v.P.GTIN, "brand": v.P.Brand, "mpn": v.P.MPN, "title": v.P.Title, "category": v.P.Category,
		"url": v.F.URL, "price_cents": v.Price.cents, "currency": "EUR", "stock": stockCode(v.F.Stock),
		"shipping_cents": v.Shipping.cents, "delivery_days": v.Shop.DeliveryDays, "delivery_text": v.Shop.DeliveryText,
		"warranty_months": v.Shop.WarrantyMonths,
	}
	if v.Was != nil {
		m["was_cents"] = v.Was.cents
	}
	return m
}

func stockCode(s market.Stock) any {
	switch s {
	case market.StockIn:
		return "IN_STOCK"
	case market.StockOut:
		return "OUT_OF_STOCK"
	}
	return nil
}

const brokenLD = template.HTML(`<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"kapot",</script>`)

var fillerText = sync.OnceValue(func() string {
	var b strings.Builder
	for i := 0; b.Len() < 150<<10; i++ {
		fmt.Fprintf(&b, `<article class="review"><h3>Review %d</h3><p>Doet wat hij moet doen, na %d weken nog steeds tevreden. Kocht hem voor € %d,95 bij een ander.</p><script>track("review",{"id":%d,"score":%d});</script></article>`+"\n",
			i, 1+i%40, 10+i%900, i, i%5)
	}
	return b.String()
})

// filler is 56 to 146 KB of reviews and scripts with other prices in them.
func filler(i int) template.HTML {
	n := 56<<10 + int(draw(1, "filler", i, 0)%(90<<10))
	text := fillerText()
	end := strings.LastIndex(text[:n], "</article>") + len("</article>")
	return template.HTML(`<section id="reviews">` + text[:end] + `</section>`) //nolint:gosec // our own text
}
