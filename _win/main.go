package main

import (
	"fmt"
	"compress/gzip"
	"io"
	"os"
	"strings"

	"pricegap/market/money"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
	"pricegap/parsers/tree"
	"pricegap/parsers/visible"
	"pricegap/parsers/price"
)

func main() {
	f, _ := os.Open(os.Args[1])
	var r io.Reader = f
	if strings.HasSuffix(os.Args[1], ".gz") { r, _ = gzip.NewReader(f) }
	b, _ := io.ReadAll(r)
	url, lang, cur := os.Args[2], os.Args[3], os.Args[4]
	page, kind, why := tree.Parse(b)
	if kind != "" { fmt.Println(kind, why); return }
	l := money.Locale{Language: lang, Currency: money.Currency(cur)}
	data := structured.Read(page.Root)
	env := schema.Env{URL: url, Locale: l, Own: func(string) bool { return true }}
	known := visible.Known{URL: url}
	for _, name := range structured.Readers {
		for _, p := range schema.Products(data, name, env) {
			
			known.Products = append(known.Products, p)
		}
	}
	n, _ := schema.Name(data)
	known.Names = []string{n.Plain(), data.Title}
	if cur == "" { l.Currency = price.OfPage(page.Root, url, b) }
	p := visible.Read(page.Root, known, l); {a, b, c := p.Dbg(); fmt.Printf("%q | %q | %q\n", a, b, c); return}
	for i, c := range p.Candidates { if i < 25 { fmt.Println(c.String(), "REF", c.Reference, "ASIDE", c.Aside) } }
	won, riv := p.Price()
	fmt.Println("WON", won, "RIVALS", len(riv), "SURE", p.Sure())
	for _, x := range riv { fmt.Println("   riv", x.String()) }
	s := p.Shelf(); fmt.Printf("SHELF %+v\n", s); fmt.Println(p.Title())
	fmt.Println(p.Facts())
}
