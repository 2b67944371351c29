package visible_test

import (
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/schema"
	"pricegap/parsers/tree"
	"pricegap/parsers/visible"
)

// read reads a page as a shop in the Netherlands would show it.
func read(t testing.TB, body string, known visible.Known) *visible.Page {
	t.Helper()
	page, kind, why := tree.Parse([]byte(body))
	if kind != "" {
		t.Fatal(kind, why)
	}
	return visible.Read(page.Root, known, money.Locale{Language: "nl-NL", Currency: "EUR"})
}

// product puts a block into a page with a frame, and other products below.
func product(block string) string {
	return `<html><head><title>Boormachine Kolibri 18V - Gereedschap.example</title></head><body>
<nav><ul><li><a href="/a">Aanbiedingen vanaf € 5,00</a></li><li><a href="/b">Boren</a></li></ul></nav>
<div class="cart"><a href="/cart">Winkelwagen € 0,00</a></div>
<main><div class="product"><h1>Boormachine Kolibri 18V</h1>` + block + `</div></main>
<section class="related-products"><h2>Anderen kochten ook</h2>
<div class="tile"><a href="/p/1">Borenset</a> <span class="price">€ 12,95</span> <button>In winkelwagen</button></div>
<div class="tile"><a href="/p/2">Accu</a> <span class="price">€ 49,95</span> <button>In winkelwagen</button></div>
<div class="tile"><a href="/p/3">Lader</a> <span class="price">€ 29,95</span> <button>In winkelwagen</button></div>
</section><footer>Gratis verzending vanaf € 50</footer></body></html>`
}

const buy = `<button class="buy">In winkelwagen</button>`

func TestProduct(t *testing.T) {
	for name, c := range map[string]struct {
		body                   string
		price, reference       string
		stock                  market.Stock
		ambiguous, withoutName bool
	}{
		"plain":                         {product(`<p class="price">€ 129,95</p>` + buy), "129.95", "", market.StockIn, false, false},
		"names of nothing but space":    {product(`<p id=" " class=" "><b id=" ">€ 129,95</b></p>` + buy), "129.95", "", market.StockIn, false, false},
		"two sizes, the dear one first": {product(`<ul><li>Groot <b class="price">€ 149,95</b></li><li>Klein <b class="price">€ 129,95</b></li></ul>` + buy), "", "", market.StockIn, true, false},
		"with a plan":                   {product(`<p>Los <b class="price">€ 149,95</b></p><p>Met abonnement <b class="price">€ 129,95</b></p>` + buy), "149.95", "", market.StockIn, false, false},
		"traded in":                     {product(`<p class="price">€ 149,95</p><p class="price">€ 99,95 bij inruil</p>` + buy), "149.95", "", market.StockIn, false, false},
		"second hand":                   {product(`<p>Nieuw <b class="price">€ 149,95</b></p><p>Tweedehands <b class="price">€ 99,95</b></p>` + buy), "", "", market.StockIn, true, false},
		"was and now by tags": {
			product(`<div class="prices"><del>€ 149,95</del> <ins>€ 129,95</ins></div>` + buy), "129.95", "149.95", market.StockIn, false, false,
		},
		"was and now by names": {
			product(`<div><span class="old-price">149,95</span> <span class="price">129,95</span></div>` + buy), "129.95", "149.95", market.StockIn, false, false,
		},
		"was and now by words": {
			product(`<p>Adviesprijs € 149,95</p><p>Nu € 129,95</p>` + buy), "129.95", "149.95", market.StockIn, false, false,
		},
		"two prices in one block": {
			product(`<div class="prices"><span class="price">€ 149,95</span> <span class="price">€ 129,95</span></div>` + buy), "129.95", "149.95", market.StockIn, false, false,
		},
		"cents of their own, called so": {
			product(`<div class="price"><span class="whole">129</span><span class="fraction">95</span></div>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"cents of their own, with a sign": {
			product(`<div class="price">€ <strong>129</strong><sup>,95</sup></div>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"a saving beside it": {
			product(`<p class="price">€ 129,95</p><p>Bespaar € 20,00</p>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"an instalment beside it": {
			product(`<p class="price">€ 129,95</p><p class="installments">of € 11,25 per maand</p>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"what is said below is not said behind it": {
			product(`<div><p> Prijs: <b class="price">€ 149,95</b> </p> <p> Korting: € 20,00 </p><p class="price">Nu € 129,95</p></div>` + buy), "129.95", "149.95", market.StockIn, false, false,
		},
		"hidden": {
			product(`<p class="price" style="display: none">€ 99,95</p><p class="price">€ 129,95</p>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"kept from the eye": {
			product(`<p class="price visually-hidden">€ 99,95</p><p class="price">€ 129,95</p>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"off the screen": {
			product(`<p class="price" style="position: absolute; left: -9999px">€ 99,95</p><p class="price">€ 129,95</p>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"kept from those who have it read": {
			product(`<p class="price" aria-hidden="true">€ 99,95</p><p class="price">€ 129,95</p>` + buy), "", "", market.StockIn, true, false,
		},
		"two called alike, the lower first": {
			product(`<p class="price">€ 99,95</p><p class="price">€ 129,95</p>` + buy), "", "", market.StockIn, true, false,
		},
		"with and without VAT": {
			product(`<div class="notax"><b>excl. btw</b> <span class="price">€ 107,40</span></div><div class="tax"><b>incl. btw</b> <span class="price">€ 129,95</span></div>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"was and now in one text": {
			product(`<p class="price">van € 149,95 voor € 129,95</p>` + buy), "129.95", "149.95", market.StockIn, false, false,
		},
		"cents of their own, not called so": {product(`<p class="price">€ 129<sup>95</sup></p>` + buy), "", "", market.StockIn, true, false},
		"the sign of another currency":      {product(`<p class="price">$ 129.95</p>` + buy), "", "", market.StockIn, true, false},
		"other products under no name of their own": {
			product(``) + `<div><h3><a href="/p/4">Hamer</a></h3><p class="price">€ 19,95</p></div>`, "", "", "", false, true,
		},
		"the one of the variant says from": {
			product(`<p class="price">Vanaf € 99,95</p>` + buy), "", "", market.StockIn, false, false,
		},
		"sold out": {
			product(`<p class="price">€ 129,95</p><p>Tijdelijk uitverkocht</p>`), "129.95", "", market.StockOut, false, false,
		},
		"only other products have a price":         {product(`<p>Tijdelijk uitverkocht</p>`), "", "", market.StockOut, false, true},
		"a button that cannot be pressed":          {product(`<p class="price">€ 129,95</p><button disabled>In winkelwagen</button>`), "129.95", "", "", false, false},
		"a link that is called a button to buy":    {product(`<p class="price">€ 129,95</p><a id="buy_btn" href="javascript:;"><i></i></a>`), "129.95", "", market.StockIn, false, false},
		"a link within what is called so":          {product(`<p class="price">€ 129,95</p><div class="buyBtn"><a href="javascript:;">Naar de kassa</a></div>`), "129.95", "", market.StockIn, false, false},
		"a link beside others in what is so named": {product(`<p class="price">€ 129,95</p><div class="buyBtn"><i>Of:</i><a href="/folder">Naar de folder</a></div>`), "129.95", "", "", false, false},
		"a grid of the style sheet": {
			`<html><body><div class="grid container"><div class="grid parent"><div class="tablet-grid-50"><h1>Boormachine Kolibri 18V</h1></div><div class="mobile-grid-100"><p class="price">€ 129,95</p></div></div></div></body></html>`, "129.95", "", "", false, false,
		},
		"a number right behind it": {
			product(`<div><span class="price">€ 200</span><span class="count">2 biedingen</span></div>` + buy), "200.00", "", market.StockIn, false, false,
		},
		"other products under their heading": {
			product(`<div class="a1"><div class="b2">Vergelijkbare artikelen</div><div class="b3"><span>Boormachine Merel 12V</span> <span class="price">€ 99,95</span></div></div>`), "", "", "", false, true,
		},
		"the label next to it counts": {
			product(`<p>Adviesprijs excl. verzending</p><div><b>Je betaalt nu: € 129,95</b></div>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"a range that does not hold it": {
			product(`<div><p>Schatting van € 300 tot € 500</p><p class="price">€ 129,95</p></div>` + buy), "129.95", "", market.StockIn, false, false,
		},
		"a number in its name": {
			product(`<div class="price-info"><h3>Kolibri Boormachine 3080 Ultra Gereedschap</h3></div>`), "", "", "", false, true,
		},
		"nothing": {product(``), "", "", "", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := read(t, c.body, visible.Known{})
			got := p.Product()
			o := got.Offers[0]
			if s := decimal(o.Price); s != c.price {
				t.Errorf("price %q, want %q\n%s", s, c.price, reasons(p))
			}
			if s := decimal(o.Reference); s != c.reference {
				t.Errorf("reference %q, want %q\n%s", s, c.reference, reasons(p))
			}
			if o.Stock != c.stock {
				t.Errorf("stock %q (%+v), want %q", o.Stock, o.Evidence[market.FieldAvailability], c.stock)
			}
			if ambiguous := got.Problem == market.FailPriceAmbiguous; ambiguous != c.ambiguous {
				t.Errorf("problem %q", got.Problem)
			}
			evident(t, got)
		})
	}
}

// evident reports fields without evidence.
func evident(t *testing.T, p schema.Product) {
	t.Helper()
	o := p.Offers[0]
	for f, known := range map[market.Field]bool{
		market.FieldPrice: o.Price.Known(), market.FieldReference: o.Reference.Known(), market.FieldAvailability: o.Stock != "",
		market.FieldName: o.Title.Known(),
	} {
		if e := o.Evidence[f]; known != (e.Reader == visible.Name && e.Where != "") {
			t.Errorf("%s is known: %t, its evidence: %+v", f, known, e)
		}
	}
}

func decimal(a money.Amount) string {
	if !a.Known() {
		return ""
	}
	return a.Decimal()
}

func reasons(p *visible.Page) string {
	var b strings.Builder
	for _, c := range p.Candidates {
		b.WriteString(c.String() + "\n")
	}
	return b.String()
}

// TestHeadline: the headline is the one that the page's title names, in its first line, not the first of a menu.
func TestHeadline(t *testing.T) {
	const body = `<html><head><title>Boormachine Kolibri 18V | Gereedschap.example</title></head><body><nav><h1>Kies een afdeling</h1></nav>
<main><h1 class="title">Boormachine Kolibri 18V<div>Bewaard! Zet op een andere lijst, maak een nieuwe lijst of beheer lijsten</div></h1><h2 class="title">Boormachine Merel</h2></main></body></html>`
	if got := read(t, body, visible.Known{Names: []string{"Boormachine Kolibri 18V | Gereedschap.example"}}).Title().Text; got != "Boormachine Kolibri 18V" {
		t.Errorf("%q", got)
	}
}

// TestRivals: of two prices that nothing sets apart none is the one.
func TestRivals(t *testing.T) {
	p := read(t, product(`<p class="price">€ 129,95</p><p>Set met twee accu's en lader in koffer</p>`+strings.Repeat("<p>Tekst.</p>", 20)+
		`<p class="price">€ 199,95</p>`+buy), visible.Known{})
	won, rivals := p.Price()
	if won == nil || len(rivals) == 0 {
		t.Fatalf("%v, %v\n%s", won, rivals, reasons(p))
	}
	if got := p.Product(); got.Problem != market.FailPriceAmbiguous || got.Offers[0].Price.Known() || len(got.Candidates) < 2 {
		t.Errorf("%+v", got)
	}
}

// TestWhy: every candidate can say why it stands where it does, and its reasons add up.
func TestWhy(t *testing.T) {
	p := read(t, product(`<p class="price">€ 129,95</p>`+buy), visible.Known{})
	for _, c := range p.Candidates {
		sum := 0
		for _, w := range c.Why {
			sum += w.Points
		}
		if sum != c.Score || len(c.Why) == 0 || c.Where == "" {
			t.Errorf("%s: %d in sum", c, sum)
		}
	}
	if len(p.Candidates) < 4 {
		t.Errorf("%d candidates", len(p.Candidates))
	}
	if own := p.Candidates[0].String(); strings.Contains(own, "set small") || !strings.Contains(own, "called a price +120") { // style sheets set paragraphs
		t.Error(own)
	}
}

// TestUnseenWords: words that are kept from the eye say nothing of the price beside them, and its digits do not run into theirs.
func TestUnseenWords(t *testing.T) {
	for block, want := range map[string]string{
		`<div class="price">€ 49,95 <span hidden>per maand</span></div>`:                                                "49.95",
		`<div class="price"><span hidden>Borg</span> € 49,95</div>`:                                                     "49.95",
		`<div class="price">€ 49<span style="display:none">95</span></div>`:                                             "49.00",
		`<div class="price">€ <!-- -->49<!-- -->,95</div>`:                                                              "49.95",
		`<div class="price">€ <b>49</b><b>95</b></div>`:                                                                 "",
		`<div class="price"><b class="whole">49</b>` + strings.Repeat("<i></i>", 200) + `<b class="cents">95</b></div>`: "",
		`<div class="price"><b class="whole">49</b>` + strings.Repeat("<i></i>", 20) + `<b class="cents">95</b></div>`:  "49.95",
	} {
		p := read(t, product(block+buy), visible.Known{})
		if o := p.Product().Offers[0]; decimal(o.Price) != want {
			t.Errorf("%.80s: %s, want %q\n%s", block, o.Price, want, reasons(p))
		}
	}
}

// TestMany: a page of prices without end costs no more than in proportion.
func TestMany(t *testing.T) {
	p := read(t, product(strings.Repeat(`<div class="x"><span class="price">€ 1,95</span></div>`, 20_000)), visible.Known{})
	if n := len(p.Candidates); n == 0 || n > 2000 {
		t.Errorf("%d candidates", n)
	}
}

// TestFacts: numbers and brand are those that the page states of its own product, or sells it by.
func TestFacts(t *testing.T) {
	const at = "https://gereedschap.example/p/kolibri-18v/884412"
	for name, c := range map[string]struct {
		block string
		want  map[market.Field]string
	}{
		"a table":                        {`<table><tr><td>Merk</td><td>Kolibri</td></tr><tr><td>EAN</td><td>4006381333931</td></tr><tr><td>Modelnummer</td><td>KB-18</td></tr></table>`, map[market.Field]string{market.FieldBrand: "Kolibri", market.FieldGTIN: "4006381333931", market.FieldMPN: "KB-18"}},
		"one line":                       {`<p>Artikelnummer: 55-7712</p>`, map[market.Field]string{market.FieldSKU: "55-7712"}},
		"no check digit":                 {`<p>EAN: 4006381333932</p>`, nil},
		"two that disagree":              {`<p>SKU: A-100</p><p>SKU: A-200</p>`, nil},
		"sold under it":                  {`<form><input type="hidden" name="product_id" value="884412"></form>`, map[market.Field]string{market.FieldSKU: "884412"}},
		"stated, and sold under another": {`<p>Artikelnummer: KB-100</p><form><input type="hidden" name="product_id" value="884412"></form>`, map[market.Field]string{market.FieldSKU: "KB-100"}},
		"sold under another":             {`<form><input type="hidden" name="product_id" value="112233"></form>`, nil},
		"details behind other products": {
			`</div><div class="related"><p>SKU: Z-900</p><p>EAN: 4006381333948</p></div><div><h2>Specificaties</h2><p>EAN: 4006381333931</p><p>SKU: Z-901</p><p>Modelnummer: KB-18</p>`,
			map[market.Field]string{market.FieldGTIN: "4006381333931", market.FieldMPN: "KB-18"},
		},
		"a brand for programs":               {`<div data-brand="Kolibri"></div><div data-brand="kolibri"></div>`, map[market.Field]string{market.FieldBrand: "Kolibri"}},
		"a brand for programs, and in words": {`<p>Merk: Merel</p><div data-brand="Kolibri"></div>`, map[market.Field]string{market.FieldBrand: "Merel"}},
		"a brand that its name has not":      {`<div data-brand="Merel"></div>`, nil},
		"two brands for programs":            {`<div data-brand="Kolibri"></div><div data-brand="Boormachine"></div>`, nil},
		"of another product":                 {`</div><div class="related"><h2>Ook leuk</h2>` + strings.Repeat("<p>Tekst van een ander artikel.</p>", 20) + `<p>SKU: Z-900</p>`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, product(c.block), visible.Known{URL: at, Names: []string{"Boormachine Kolibri 18V"}}).Facts()
			if len(got) != len(c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
			for f, want := range c.want {
				if got[f].Text != want || got[f].Where == "" {
					t.Errorf("%s: %+v, want %q", f, got[f], want)
				}
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(product(`<div class="prices"><del>€ 149,95</del> <ins>€ 129,95</ins></div>` + buy))
	f.Add(`<h1>x</h1><sup>9</sup><span class="whole">1</span><span class="cents">99</span>`)
	f.Fuzz(func(t *testing.T, body string) {
		page, kind, _ := tree.Parse([]byte(body))
		if kind != "" {
			return
		}
		p := visible.Read(page.Root, visible.Known{}, money.Locale{Currency: "EUR"})
		if o := p.Product().Offers[0]; o.Price.Known() && o.Price.Sign() <= 0 || o.Price.Known() && o.Evidence[market.FieldPrice].Where == "" {
			t.Errorf("%v %+v", o.Price, o.Evidence)
		}
	})
}
