package structured

import (
	"strings"

	"golang.org/x/net/html"
)

// graph collects the meta elements of the Open Graph and of its product objects. Source: ogp.me, and
// developers.facebook.com/docs/marketing-api/catalog/guides/microdata-tags.
type graph struct {
	keys   []string
	values map[string][]string
}

// The properties of a product object, by the schema.org property they stand for.
var graphProduct = []struct{ prop, key string }{
	{"name", "og:title"},
	{"url", "og:url"},
	{"image", "og:image:secure_url"},
	{"image", "og:image"},
	{"image", "og:image:url"},
	{"brand", "product:brand"},
	{"brand", "og:brand"},
	{"sku", "product:retailer_item_id"},
	{"sku", "product:retailer_part_no"},
	{"mpn", "product:mfr_part_no"},
	{"gtin", "product:ean"},
	{"gtin", "product:gtin"},
	{"gtin", "product:upc"},
	{"gtin", "product:isbn"},
	{"gtin", "og:upc"},
	{"gtin", "og:ean"},
	{"category", "product:category"},
}

// meta keeps a meta element if it is one of ours.
func (g *graph) meta(n *html.Node) {
	key := attr(n, "property")
	if key == "" {
		key = attr(n, "name")
	}
	key = strings.ToLower(strings.TrimSpace(key))
	if !strings.HasPrefix(key, "og:") && !strings.HasPrefix(key, "product:") || len(g.keys) >= 500 {
		return
	}
	if v := strings.TrimSpace(attr(n, "content")); v != "" && len(key) <= maxName {
		if g.values == nil {
			g.values = map[string][]string{}
		}
		g.keys = append(g.keys, key)
		g.values[key] = append(g.values[key], cut(v))
	}
}

// item returns what was collected as a product, or nil where there is nothing.
func (g *graph) item() *Item {
	if len(g.keys) == 0 {
		return nil
	}
	it := &Item{Types: []string{"WebPage"}}
	for _, p := range graphProduct {
		g.put(it, p.prop, p.key)
	}
	offer := &Item{Types: []string{"Offer"}, Where: "meta"}
	now, before := "product:price", "product:original_price"
	if g.values[now+":amount"] == nil && g.values["og:price:amount"] != nil {
		now = "og:price"
	}
	if g.values["product:sale_price:amount"] != nil {
		if g.values[before+":amount"] == nil {
			before = now
		}
		now = "product:sale_price"
	}
	g.put(offer, "price", now+":amount")
	g.put(offer, "priceCurrency", now+":currency")
	g.put(offer, "availability", "product:availability", "og:availability")
	g.put(offer, "itemCondition", "product:condition")
	if g.values[before+":amount"] != nil {
		old := &Item{Types: []string{"UnitPriceSpecification"}, Where: "meta"}
		old.add("priceType", Value{Text: "ListPrice"})
		g.put(old, "price", before+":amount")
		g.put(old, "priceCurrency", before+":currency")
		offer.add("priceSpecification", Value{Item: old})
	}
	if len(offer.props) > 0 {
		it.add("offers", Value{Item: offer})
	}
	if t := g.values["og:type"]; len(offer.props) > 0 || t != nil && strings.Contains(strings.ToLower(t[0]), "product") {
		it.Types = []string{"Product"}
	}
	return it
}

// put adds the values of the first key that has any.
func (g *graph) put(it *Item, prop string, keys ...string) {
	if len(it.All(prop)) > 0 {
		return
	}
	for _, k := range keys {
		for _, v := range g.values[k] {
			it.add(prop, Value{Text: v, Where: "meta " + k})
		}
		if len(g.values[k]) > 0 {
			return
		}
	}
}
