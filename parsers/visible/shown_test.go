package visible_test

import (
	"testing"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/tree"
	"pricegap/parsers/visible"
)

// readAs reads a page as a shop of another country would show it.
func readAs(t *testing.T, language string, currency money.Currency, body string) *visible.Page {
	t.Helper()
	page, kind, why := tree.Parse([]byte(body))
	if kind != "" {
		t.Fatal(kind, why)
	}
	return visible.Read(page.Root, visible.Known{}, money.Locale{Language: language, Currency: currency})
}

// TestFrom: the lowest of several prices is a result of its own, in one text or under a word of its own.
func TestFrom(t *testing.T) {
	for _, c := range []struct {
		language, block, low, high string
		currency                   money.Currency
	}{
		{"nl-NL", `<p class="price">Vanaf € 99,95</p>`, "99.95", "", "EUR"},
		{"nl-NL", `<div>Vanaf</div><div><b class="price">€ 99,95</b></div>`, "99.95", "", "EUR"},
		{"nl-NL", `<p class="price">€ 99,95 - € 149,95</p>`, "99.95", "149.95", "EUR"},
		{"de-DE", `<p class="price">ab 99,95 €</p>`, "99.95", "", "EUR"},
		{"de-DE", `<div>Ab</div><div><b class="price">99,95 €</b></div>`, "99.95", "", "EUR"},
		{"fr-FR", `<p class="price">À partir de 99,95 €</p>`, "99.95", "", "EUR"},
		{"en-GB", `<p class="price">Starting from £99.95</p>`, "99.95", "", "GBP"},
		{"fi-FI", `<p class="price">99,95 € alkaen</p>`, "99.95", "", "EUR"},
		{"ja-JP", `<p class="price">1,980円から</p>`, "1980", "", "JPY"},
		{"zh-TW", `<p class="price">$99元起</p>`, "99.00", "", "TWD"},
	} {
		t.Run(c.language+" "+c.block, func(t *testing.T) {
			p := readAs(t, c.language, c.currency, product(c.block+buy))
			got := p.Product()
			o := got.Offers[0]
			if decimal(o.Price) != "" || decimal(o.Low) != c.low || decimal(o.High) != c.high || got.Problem != "" {
				t.Errorf("%s, from %s to %s, %q\n%s", o.Price, o.Low, o.High, got.Problem, reasons(p))
			}
			if e := o.Evidence[market.FieldLowPrice]; e.Reader != visible.Name || e.Where == "" || (c.high != "") != (o.Evidence[market.FieldHighPrice].Where != "") {
				t.Errorf("%+v", o.Evidence)
			}
		})
	}
}

// TestFromOfSomethingElse: the lowest price of something else is not the product's.
func TestFromOfSomethingElse(t *testing.T) {
	for block, want := range map[string]string{
		`<p class="price">Losse accu vanaf € 49,95</p>`: "", `<p class="price">Prijs vanaf € 49,95</p>`: "49.95", `<p class="price">Boormachine Kolibri vanaf € 49,95</p>`: "49.95",
		`<p class="price">Nu al vanaf € 49,95</p>`: "49.95",
	} {
		p := read(t, product(block+buy), visible.Known{Names: []string{"Boormachine Kolibri 18V"}})
		if got := decimal(p.Product().Offers[0].Low); got != want {
			t.Errorf("%s: %q\n%s", block, got, reasons(p))
		}
	}
}

// TestFromRival: a price that is as clear as the lowest of several leaves it open which of them it is.
func TestFromRival(t *testing.T) {
	p := read(t, product(`<p class="price">Vanaf € 99,95</p><p class="price">€ 129,95</p>`+buy), visible.Known{})
	if got := p.Product(); got.Problem != market.FailPriceAmbiguous || got.Priced() {
		t.Errorf("%+v\n%s", got, reasons(p))
	}
}

// TestBuyBox: a box to buy before the headline is about the product, as the style sheet sets it beside; other prices there are not.
func TestBuyBox(t *testing.T) {
	for class, want := range map[string]string{"product-buy-box": "129.95", "promo": ""} {
		page := `<html><head><title>Boormachine Kolibri 18V</title></head><body><div class="` + class + `"><ul><li class="price-current">€ 129,95</li></ul></div>`
		for range 80 {
			page += "<p>Tekst</p>"
		}
		p := read(t, page+`<div><h1>Boormachine Kolibri 18V</h1></div></body></html>`, visible.Known{})
		if got := decimal(p.Product().Offers[0].Price); got != want {
			t.Errorf("%s: %q\n%s", class, got, reasons(p))
		}
	}
}

// TestHeadlineOfOneWord: a headline in a script that does not part its words is known by its signs.
func TestHeadlineOfOneWord(t *testing.T) {
	p := read(t, `<html><body><h2>加入會員</h2><div><div class="title">西莎小羊肉餐盒</div></div></body></html>`, visible.Known{Names: []string{"西莎小羊肉餐盒 - 商店"}})
	if got := p.Title().Text; got != "西莎小羊肉餐盒" {
		t.Errorf("%q", got)
	}
}
