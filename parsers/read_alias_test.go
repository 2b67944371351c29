package parsers_test

import (
	"encoding/json"
	"testing"

	"pricegap/parsers"
)

// TestReadKeepsNoPage: nothing of what Read returns is a part of the page, so that a few offers and addresses do not keep
// whole pages in memory.
func TestReadKeepsNoPage(t *testing.T) {
	const tile = `<li><a href="https://www.shop.example/p/%">Drill %</a> <span class="price">€ 12,95</span></li>`
	for name, c := range map[string]struct {
		role         parsers.Role
		parser, body string
	}{
		"microdata": {parsers.RoleProduct, "auto", `<html><head><title>Drill</title></head><body><div itemscope itemtype="http://schema.org/Product"><h1 itemprop="name">Drill</h1>
<meta itemprop="sku" content="A-1234"><meta itemprop="gtin13" content="4006381333931"><img itemprop="image" src="https://www.shop.example/i/1.jpg">
<div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><meta itemprop="priceCurrency" content="EUR"><meta itemprop="price" content="12.95">
<link itemprop="availability" href="http://schema.org/InStock"></div></div></body></html>`},
		"list": {parsers.RoleList, "auto", "<html><body><ul>" + tile + tile + tile + `</ul><a rel="next" href="https://www.shop.example/c?page=2">2</a></body></html>`},
	} {
		body := []byte(c.body)
		in := input(c.role, "")
		in.Page.Body = body
		d := parsers.NewDoc(in)
		res, err := parsers.Read(newParser(t, c.parser, ""), d)
		d.Close()
		if err != nil || len(res.Offers)+len(res.Links) == 0 {
			t.Fatalf("%s: %+v, %v", name, res, err)
		}
		before, _ := json.Marshal(res)
		for i := range body {
			body[i] = '~'
		}
		if after, _ := json.Marshal(res); string(after) != string(before) {
			t.Errorf("%s: %s\nwas %s", name, after, before)
		}
	}
}
