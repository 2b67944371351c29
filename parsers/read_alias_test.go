package parsers_test

import (
	"encoding/json"
	"testing"

	"pricegap/market"
	"pricegap/parsers"
)

// disputed is a page whose readers contradict each other, but for its end.
const disputed = `<html><head><title>Drill</title></head><body><div itemscope itemtype="http://schema.org/Product"><h1 itemprop="name">Drill</h1>
<meta itemprop="sku" content="A-1234"><meta itemprop="gtin13" content="4006381333931"><img itemprop="image" src="https://www.shop.example/i/1.jpg">
<div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><meta itemprop="priceCurrency" content="EUR"><meta itemprop="price" content="12.95">
</div></div><p class="price">€ 19,95</p><button>In winkelwagen</button>`

// TestReadDisputesNoHalfPage: of a page that is none of content nothing is disputed.
func TestReadDisputesNoHalfPage(t *testing.T) {
	for usual, want := range map[int]market.FailureKind{0: market.FailPriceAmbiguous, 10_000: market.FailTruncated} {
		in := input(parsers.RoleProduct, disputed)
		in.Usual = usual
		res, err := parsers.Read(newParser(t, "auto", ""), parsers.NewDoc(in))
		if err != nil || res.Failure != want || res.Disputed.Price.Known() != (want == market.FailPriceAmbiguous) {
			t.Errorf("%q: disputed %s, %v", res.Failure, res.Disputed.Price, err)
		}
	}
}

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
		"disputed": {parsers.RoleProduct, "auto", disputed + "</body></html>"},
		"list":     {parsers.RoleList, "auto", "<html><body><ul>" + tile + tile + tile + `</ul><a rel="next" href="https://www.shop.example/c?page=2">2</a></body></html>`},
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
		if res.Disputed.Price.Known() != (name == "disputed") {
			t.Errorf("%s: disputed %s", name, res.Disputed.Price)
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
