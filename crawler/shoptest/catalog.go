package shoptest

import (
	"bytes"
	_ "embed" // sources.yaml
	"encoding/csv"
	"strconv"
	"strings"

	"pricegap/market"
)

// Columns are the headers of Catalog, by what they hold.
func Columns() map[string]string {
	return map[string]string{
		"id": "Artikelnummer", "gtin": "EAN", "brand": "Merk", "mpn": "Type", "title": "Omschrijving",
		"category": "Groep", "price": "Verkoopprijs", "vat": "Btw", "stock": "Voorraad", "cost": "Inkoop",
		"floor": "Bodemprijs", "rank": "Rang", "url": "Link", "stock_noord": "Voorraad Noord",
	}
}

// Catalog returns our own catalogue as it stands on the present day: CSV with semicolons, Dutch headers and
// decimal commas.
func (w *World) Catalog() []byte {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	c.Comma = ';'
	c.UseCRLF = true
	order := []string{"id", "gtin", "brand", "mpn", "title", "category", "price", "vat", "stock", "stock_noord", "cost", "floor", "rank", "url"}
	head := make([]string, len(order))
	for i, k := range order {
		head[i] = Columns()[k]
	}
	_ = c.Write(head) // a bytes.Buffer takes everything
	day := w.Day()
	own := &w.shops[0]
	if !own.Own {
		own = &Shop{Own: true, Host: "fonkelplein.example"}
	}
	for i := range w.products {
		p, f := &w.products[i], w.fact(own, i, day)
		_ = c.Write([]string{
			string(p.ID), p.GTIN, p.Brand, p.MPN, p.Title, p.Category, comma(tagOf(f.Price)), "21", count(f.StockCount, f.Stock),
			number(int64(i % 4)), comma(tag{p.cost}), comma(tag{p.usual * 8 / 10}), number(int64(p.Rank)), f.URL,
		})
	}
	c.Flush()
	return b.Bytes()
}

func comma(t tag) string { return t.Euros() + "," + t.Cents() }

func number(n int64) string { return strconv.FormatInt(n, 10) }

// count is the stock as a number; a stock that is not known is an empty cell.
func count(c market.Count, s market.Stock) string {
	if n, ok := c.Get(); ok {
		return number(n)
	}
	if s == market.StockOut {
		return "0"
	}
	return ""
}

//go:embed sources.yaml
var sources string

// Sources returns a complete sources.yaml for the shops of New, which answer at addr (host:port).
func (w *World) Sources(addr string) []byte {
	categories := func(id market.SourceID) string {
		s, _ := w.Shop(id)
		var b strings.Builder
		for i, a := range assortment {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString("          - http://" + s.Host + s.category(a.slug))
		}
		return b.String()
	}
	return []byte(strings.NewReplacer(
		"${ADDR}", addr, "${SNOERDERIJ}", categories(Snoerderij), "${STEKKERKELDER}", categories(Stekkerkelder),
	).Replace(sources))
}
