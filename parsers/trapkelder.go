package parsers

import (
	"strings"

	"github.com/PuerkitoBio/goquery"

	"pricegap/market"
)

// trapkelder reads the shop trapkelder.example, which does not exist. It is the site parser to copy: pages whose
// data no option can name, because what a row means stands in the row beside it.
type trapkelder struct{}

func init() {
	register("trapkelder", nil, func(func(any) error) (Parser, error) { return trapkelder{}, nil })
}

// The rows of the shop's table, by their heading, and the fields that they hold.
var trapkelderRows = map[string]market.Field{
	"artikelcode":   market.FieldSKU,
	"streepjescode": market.FieldGTIN,
	"merk":          market.FieldBrand,
	"voorraad":      market.FieldAvailability,
	"bezorging":     market.FieldDelivery,
	"garantie":      market.FieldWarranty,
	"bedenktijd":    market.FieldReturns,
	"adviesprijs":   market.FieldReference,
}

// Parse implements Parser.
func (trapkelder) Parse(d *Doc) (Result, error) {
	dom, err := d.HTML()
	if err != nil {
		return fail(err)
	}
	if d.Role == RoleList {
		ls := d.links()
		dom.Find("ul.rekken a.artikel").Each(func(_ int, a *goquery.Selection) { ls.add(a.AttrOr("href", ""), LinkProduct) })
		dom.Find("a.volgend-rek").Each(func(_ int, a *goquery.Selection) { ls.add(a.AttrOr("href", ""), LinkNext) })
		return Result{Links: ls.all}, nil
	}
	w := d.writer("trapkelder")
	w.Text(market.FieldName, "h1", dom.Find("h1").First().Text())
	w.Cents(market.FieldPrice, ".kassa@data-centen", dom.Find(".kassa").AttrOr("data-centen", ""))
	dom.Find("table.kaartje tr").Each(func(_ int, row *goquery.Selection) {
		heading := strings.ToLower(strings.TrimSpace(row.Find("th").Text()))
		if f, ok := trapkelderRows[heading]; ok {
			w.Element(f, "table.kaartje "+heading, row.Find("td").Nodes...)
		}
	})
	return d.result(w), nil
}
