package parsers

import (
	"fmt"
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/price"
)

// TestWitness: what the page shows settles what readers of data for machines leave open.
func TestWitness(t *testing.T) {
	ld := func(offers string) string {
		return `<script type="application/ld+json">{"@type":"Product","name":"Lamp Zefier","offers":` + offers + `}</script>`
	}
	offer := func(price string) string {
		return fmt.Sprintf(`{"@type":"Offer","price":"%s","priceCurrency":"EUR"}`, price)
	}
	og := func(price string) string {
		return `<meta property="og:type" content="product"><meta property="og:title" content="Lamp Zefier"><meta property="product:price:amount" content="` + price + `"><meta property="product:price:currency" content="EUR">`
	}
	const (
		was     = `<del>€ 100,00</del> `
		aside   = `Huur € 80,00</p><p class="price">€ 20,00`
		choices = `</p><button class="price">€ 80,00</button> <button class="price">€ 90,00</button><p>`
	)
	for name, c := range map[string]struct {
		head, shown   string
		price, reader string
		failure       market.FailureKind
	}{
		"all agree":                          {ld(offer("80.00")), "€ 80,00", "80.00", "json-ld", ""},
		"nothing for machines":               {"", "€ 80,00", "80.00", "visible", ""},
		"nothing is shown":                   {ld(offer("80.00")), "", "80.00", "json-ld", ""},
		"two disagree, the page agrees":      {og("66.12") + ld(offer("80.00")), "€ 80,00", "80.00", "json-ld", ""},
		"two disagree, the page with both":   {og("66.12") + ld(offer("80.00")), "€ 75,00", "", "", market.FailPriceAmbiguous},
		"two disagree, nothing is shown":     {og("66.12") + ld(offer("80.00")), "", "", "", market.FailPriceAmbiguous},
		"the same in another currency":       {ld(offer("80.00")), "US$ 80,00", "", "", market.FailPriceAmbiguous},
		"another in another currency":        {ld(offer("80.00")), "US$ 93,00", "80.00", "json-ld", ""},
		"the page strikes it through":        {ld(offer("100.00")), was + "<b>€ 80,00</b>", "80.00", "visible", ""},
		"the page says another":              {ld(offer("60.00")), "€ 80,00", "", "", market.FailPriceAmbiguous},
		"the page says another and strikes":  {ld(offer("60.00")), was + "<b>€ 80,00</b>", "", "", market.FailPriceAmbiguous},
		"sharing says another":               {og("60.00"), "€ 80,00", "80.00", "visible", ""},
		"sharing says another that is shown": {og("60.00"), "€ 80,00</p>" + strings.Repeat("<p>Tekst over de lamp.</p>", 20) + "<p>Zonder voet € 60,00", "", "", market.FailPriceAmbiguous},
		"a range, the page shows one of it":  {ld("[" + offer("80.00") + "," + offer("100.00") + "]"), "€ 80,00", "80.00", "visible", ""},
		"a range, the page shows less":       {ld(`{"@type":"AggregateOffer","lowPrice":"80.00","highPrice":"100.00","priceCurrency":"EUR"}`), "€ 70,00", "", "", market.FailPriceAmbiguous},
		"set aside by a word, the same":      {ld(offer("80.00")), aside, "80.00", "json-ld", ""},
		"set aside by a word, the next":      {ld(offer("20.00")), aside, "20.00", "json-ld", ""},
		"set aside by a word, neither":       {ld(offer("50.00")), aside, "", "", market.FailPriceAmbiguous},
		"set aside by a word, nothing":       {"", aside, "", "", market.FailPriceAmbiguous},
		"variants, one of them":              {ld(offer("80.00")), choices, "80.00", "json-ld", ""},
		"variants, none of them":             {ld(offer("85.00")), choices, "", "", market.FailPriceAmbiguous},
		"variants, nothing for machines":     {"", choices, "", "", ""},
		"a range, the page shows none of it": {ld("[" + offer("80.00") + "," + offer("100.00") + "]"), "€ 90,00", "", "", market.FailPriceAmbiguous},
	} {
		t.Run(name, func(t *testing.T) {
			body := "<html><head><title>Lamp Zefier</title>" + c.head + `</head><body><main><h1>Lamp Zefier</h1><p class="price">` + c.shown + "</p><button>In winkelwagen</button></main></body></html>"
			o, res := readOne(t, body)
			got := ""
			if o.Price.Known() {
				got = o.Price.Decimal()
			}
			if got != c.price || o.Evidence[market.FieldPrice].Reader != c.reader || res.Failure != c.failure {
				t.Errorf("%q by %q, %q (%s), want %q by %q, %q", got, o.Evidence[market.FieldPrice].Reader, res.Failure, res.Message, c.price, c.reader, c.failure)
			}
		})
	}
}

// TestStock: what the page says next to its price counts against what it says for machines, where a button does not gainsay it.
func TestStock(t *testing.T) {
	const button = "<button>In winkelwagen</button>"
	ld := func(stocks ...string) string {
		s := ""
		for i, stock := range stocks {
			s += fmt.Sprintf(`,{"@type":"Offer","sku":"ZEF-%d","price":"80.00","priceCurrency":"EUR","availability":"%s"}`, i, stock)
		}
		return `<script type="application/ld+json">{"@type":"Product","name":"Lamp Zefier","offers":[` + s[1:] + `]}</script>`
	}
	for name, c := range map[string]struct {
		head, shown string
		want        market.Stock
	}{
		"machines alone":                         {ld("OutOfStock"), "", market.StockOut},
		"one of several can be had":              {ld("OutOfStock", "InStock"), button, market.StockIn},
		"none of several":                        {ld("OutOfStock", "SoldOut"), button, market.StockOut},
		"a notice against machines":              {ld("InStock"), "<p>Uitverkocht</p>", market.StockOut},
		"a notice against machines and a button": {ld("InStock"), "<p>Maat M: uitverkocht</p>" + button, market.StockUnknown},
		"a notice far away":                      {ld("InStock"), strings.Repeat("<i>tekst</i> ", 60) + "<p>Uitverkocht</p>", market.StockUnknown},
		"few and sold out":                       {ld("LimitedAvailability"), "<p>Uitverkocht</p>", market.StockOut},
		"a count against machines":               {ld("OutOfStock"), "<p>25 op voorraad</p>", market.StockIn},
		"a day against machines":                 {ld("OutOfStock"), "<p>Weer leverbaar: 15 maart</p>", market.StockOut},
		"branches against machines":              {ld("OutOfStock"), "<p>Op voorraad in 3 winkels</p>", market.StockOut},
		"a button against machines":              {ld("OutOfStock"), "<p>Op voorraad</p>" + button, market.StockIn},
		"a word alone against machines":          {ld("OutOfStock"), "<p>Op voorraad</p>", market.StockOut},
		"machines know more":                     {ld("PreOrder"), "<p>Op voorraad</p>" + button, market.StockPreorder},
		"a picture to buy by":                    {"", `<img id="addToCart" alt="In winkelwagen">`, market.StockIn},
		"a picture of a cart":                    {"", `<img id="addToCart" alt="Wagen">`, market.StockUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			o, _ := readOne(t, "<html><head><title>Lamp Zefier</title>"+c.head+`</head><body><main><h1>Lamp Zefier</h1><p class="price">€ 80,00</p>`+c.shown+"</main></body></html>")
			if ev := o.Evidence[market.FieldAvailability]; o.Stock != c.want || (o.Stock != "") != (ev.Where != "") {
				t.Errorf("%q (%+v), want %q", o.Stock, ev, c.want)
			}
		})
	}
}

// TestUnnamed: of a page of which no source knows the currency, what is shown is in that of what it says for machines, and
// settles as much; the name is that of the product, not that of the page around it.
func TestUnnamed(t *testing.T) {
	const body = `<html><head><title>For auction: Lamp Zefier (#14) | Veiling.example</title><meta property="og:type" content="product"><meta property="og:title" content="For auction: Lamp Zefier (#14) | Veiling.example">
<meta property="product:price:amount" content="200"><meta property="product:price:currency" content="CAD">
<script type="application/ld+json">{"@type":"Product","name":"Lamp Zefier","offers":{"price":"150","priceCurrency":"CAD"}}</script></head>
<body><main><h1>Lamp Zefier</h1><p>Estimate $300 - $500</p><p class="price">$200</p><p>Starting price $150</p><button>Place bid</button></main></body></html>`
	p, err := New("auto", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Parse(NewDoc(Input{Page: market.Page{URL: "https://veiling.example/p/zefier", Body: []byte(body)}, Role: RoleProduct, Locale: money.Locale{Currency: price.Unnamed}}))
	if err != nil || res.Failure != "" {
		t.Fatalf("%+v, %v", res, err)
	}
	if o := res.Offers[0]; o.Price.String() != "200.00 CAD" || o.Title.Plain() != "Lamp Zefier" {
		t.Errorf("%s %q", o.Price, o.Title.Plain())
	}
}

// TestFailureHasNoRange: offers that nothing tells apart make no range that could be recorded.
func TestFailureHasNoRange(t *testing.T) {
	o, res := readOne(t, `<title>Lamp</title><script type="application/ld+json">{"@type":"Product","name":"Lamp","offers":[{"price":"80.00","priceCurrency":"EUR"},{"price":"90.00","priceCurrency":"EUR"}]}</script><h1>Lamp</h1>`)
	if _, said := o.Evidence[market.FieldLowPrice]; res.Failure != market.FailPriceAmbiguous || o.Price.Known() || o.Low.Known() || o.High.Known() || said {
		t.Errorf("%s with %s to %s", res.Failure, o.Low, o.High)
	}
}

// TestRenumber: the number that the page states is that of the product, where the one for machines is of a variant, or a name.
func TestRenumber(t *testing.T) {
	for name, c := range map[string]struct{ machine, shown, want string }{
		"of a variant":      {"ZEF-100-M", "ZEF-100", "ZEF-100"},
		"a name":            {"Lamp Zefier", "ZEF-100", "ZEF-100"},
		"another":           {"77120", "ZEF-100", "77120"},
		"none for machines": {"", "ZEF-100", "ZEF-100"},
		"none shown":        {"77120", "", "77120"},
	} {
		t.Run(name, func(t *testing.T) {
			body := `<html><head><title>Lamp Zefier</title><script type="application/ld+json">{"@type":"Product","name":"Lamp Zefier","sku":"` + c.machine +
				`","offers":{"price":"80.00","priceCurrency":"EUR"}}</script></head><body><h1>Lamp Zefier</h1><p class="price">€ 80,00</p><p>Artikelnummer: ` + c.shown + `</p></body></html>`
			if o, _ := readOne(t, strings.Replace(body, `"sku":"",`, "", 1)); o.SKU != c.want {
				t.Errorf("%q, want %q", o.SKU, c.want)
			}
		})
	}
}

func readOne(t *testing.T, body string) (market.Offer, Result) {
	t.Helper()
	p, err := New("auto", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Parse(NewDoc(Input{
		Page: market.Page{URL: "https://shop.example/p/zefier", Body: []byte(body)}, Role: RoleProduct, Locale: money.Locale{Language: "nl-NL", Currency: "EUR"},
	}))
	if err != nil || len(res.Offers) == 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	return res.Offers[0], res
}
