package parsers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

const pageURL = "https://www.shop.example/p/1"

func input(role parsers.Role, body string) parsers.Input {
	return parsers.Input{
		Page: market.Page{Asked: pageURL, URL: pageURL, Status: 200, Body: []byte(body)},
		Role: role, Locale: money.Locale{Language: "nl-NL", Currency: "EUR"}, VAT: money.VATIncluded,
	}
}

func newParser(t testing.TB, name, options string) parsers.Parser {
	t.Helper()
	p, err := parsers.New(name, func(v any) error {
		if options == "" {
			return nil
		}
		return json.Unmarshal([]byte(options), v)
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRegistry(t *testing.T) {
	if _, err := parsers.New("nothing", nil); !errors.Is(err, parsers.ErrUnknown) || !strings.Contains(err.Error(), "auto") {
		t.Errorf("unknown parser: %v", err)
	}
	names := parsers.Names()
	for _, want := range []string{"auto", "selectors", "trapkelder"} {
		if !slices.Contains(names, want) {
			t.Errorf("%q is missing in %v", want, names)
		}
	}
	if _, ok := parsers.Options("auto").(*parsers.Rules); !ok {
		t.Errorf("options of auto: %T", parsers.Options("auto"))
	}
	if o := parsers.Options("trapkelder"); o != nil {
		t.Errorf("options of trapkelder: %T", o)
	}
	if o := parsers.Options("nothing"); o != nil {
		t.Errorf("options of nothing: %T", o)
	}
}

func TestNewRefuses(t *testing.T) {
	for options, want := range map[string]string{
		`{"fields":{"price":"p["}}`:                       "parsers: fields.price: ",
		`{"split":{"price":{"whole":"a","cents":""}}}`:    "parsers: split.price.cents: ",
		`{"state":{"var":"x"}}`:                           "parsers: state: needs fields",
		`{"state":{"fields":{"price":"a"}}}`:              "parsers: state: needs script or var",
		`{"state":{"script":"[","fields":{"price":"a"}}}`: "parsers: state.script: ",
		`{"state":{"var":"x","fields":{"prijs":"a"}}}`:    `parsers: state.fields: unknown field "prijs"`,
		`{"list":{"tile":"["}}`:                           "parsers: list.tile: ",
		`{"list":{"link":"]"}}`:                           "parsers: list.link: ",
		`{"list":{"fields":{"price":".p"}}}`:              "parsers: list.tile: needed",
		`{"list":{"tile":"li","fields":{"price":":x"}}}`:  "parsers: list.fields.price: ",
		`{"fields":1}`:                                    "json: cannot unmarshal",
	} {
		for _, name := range []string{"auto", "selectors"} {
			_, err := parsers.New(name, func(v any) error { return json.Unmarshal([]byte(options), v) })
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s %s: %v, want %s…", name, options, err, want)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	p := newParser(t, "auto", "")
	for _, c := range []struct {
		name, body string
		role       parsers.Role
		want       market.FailureKind
	}{
		{"nested", strings.Repeat("<div>", 100_000), parsers.RoleProduct, market.FailHTMLTooDeep},
		{"nested list", strings.Repeat("<div>", 100_000), parsers.RoleList, market.FailHTMLTooDeep},
		{"tags", strings.Repeat("<br>", 1_000_000), parsers.RoleProduct, market.FailHTMLTooLarge},
		{"attributes", "<p " + strings.Repeat("a ", 200_000) + ">", parsers.RoleProduct, market.FailHTMLTooLarge},
		{"comments", strings.Repeat("<!---->", 250_000), parsers.RoleProduct, market.FailHTMLTooLarge},
		{"roots", "<p>a" + strings.Repeat("<html"+manyNames(900)+">", 1_000), parsers.RoleProduct, market.FailHTMLTooLarge},
		{"no JSON", "<html>", parsers.RoleJSON, market.FailDecodeError},
		{"half a JSON", `{"a":[`, parsers.RoleJSON, market.FailDecodeError},
		{"deep JSON", strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000), parsers.RoleJSON, market.FailDecodeError},
	} {
		start := time.Now()
		res, err := p.Parse(parsers.NewDoc(input(c.role, c.body)))
		var e *parsers.Error
		if !errors.As(err, &e) || e.FailureKind() != c.want || res.Failure != c.want || len(res.Offers) > 0 {
			t.Errorf("%s: %v, %q", c.name, err, res.Failure)
		}
		if d := time.Since(start); d > 20*time.Second { // a guard against hanging; the goal is 2 s
			t.Errorf("%s: %v", c.name, d)
		}
	}
}

// manyNames are the names of n attributes.
func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%05d", i)
	}
	return b.String()
}

func TestHostilePages(t *testing.T) {
	p := newParser(t, "auto", "")
	for name, body := range map[string]string{
		"empty":           "",
		"attributes":      "<p " + strings.Repeat(`data-x="a=1 b='2'" `, 4_900) + ">", // as many as there may be
		"one line":        strings.Repeat("x", 5<<20),
		"open comment":    "<!--" + strings.Repeat("-", 5<<20),
		"many offers":     `<script type="application/ld+json">{"@type":"Product","offers":[` + strings.Repeat(`{"price":1,"sku":"a"},`, 100_000) + `]}</script>`,
		"nested itemprop": strings.Repeat(`<div itemscope itemprop="offers">`, 400) + strings.Repeat("<br>", 50_000),
		"text in pieces":  "<h1>a</h1>" + strings.Repeat("a</x>", 1<<20),
		"CDATA in pieces": "<svg>" + strings.Repeat("<![CDATA[a]]>", 1<<19),
		"comments apart":  strings.Repeat("<!--"+strings.Repeat("a", 50)+"--!>", 190_000),
		"dashes":          strings.Repeat("<!-- -- "+strings.Repeat("a", 50)+"-->", 190_000),
		"full tags":       strings.Repeat("<p"+manyNames(4_900)+">", 700),
		"noscripts":       strings.Repeat("<noscript>Please wait</noscript>", 90_000),
		"long class":      `<h1>a</h1><div class="` + strings.Repeat("price ", 1<<20) + `">` + strings.Repeat("<b>€ 12,99</b><br>", 1_500),
		"names in names":  `<div itemscope>` + strings.Repeat(`<b itemprop="name">`, 400) + strings.Repeat("x<br>", 50_000),
	} {
		start := time.Now()
		res, err := parsers.Read(p, parsers.NewDoc(input(parsers.RoleProduct, body)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(res.Offers) > 202 {
			t.Errorf("%s: %d offers", name, len(res.Offers))
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%s: %v", name, d)
		}
	}
}

func TestLinks(t *testing.T) {
	p := newParser(t, "auto", "")
	for _, c := range []struct{ name, body, want string }{
		{
			"kinds of references", `<a href="/a">1</a><a href="b#x">2</a><a href="?c">3</a><a href="//shop2.example/d">4</a><a href=" /a ">5</a>`,
			"https://www.shop.example/a https://www.shop.example/p/b https://www.shop.example/p/1?c https://shop2.example/d",
		},
		{"as browsers read them", "<a href=\"/e\tf\n\">1</a><a href=\"\\\\evil.example\\x\">2</a>", "https://www.shop.example/ef https://evil.example/x"},
		{"not followed", `<a href="#x">1</a><a href="javascript:alert(1)">2</a><a href="mailto:a@b">3</a><a href="ftp://a/b">4</a><a href="file:///etc/passwd">5</a><a href="https://">6</a><a>7</a>`, ""},
		{"base on the same host", `<base href="/base/"><a href="a">1</a>`, "https://www.shop.example/base/a"},
		{"base on a foreign host", `<base href="https://evil.example/"><a href="a">1</a>`, "https://www.shop.example/p/a"},
		{"credentials", `<a href="https://user:secret@www.shop.example/a">1</a>`, "https://www.shop.example/a"},
	} {
		res, err := p.Parse(parsers.NewDoc(input(parsers.RoleList, c.body)))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range res.Links {
			got = append(got, l.URL)
		}
		if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestState(t *testing.T) {
	for _, c := range []struct{ name, options, body, want string }{
		{"script", `{"state":{"script":"script#s","fields":{"price":"a.0.p"}}}`, `<script id="s" type="application/json">{"a":[{"p":"9,95"}]}</script>`, "9.95 EUR"},
		{"variable of another name", `{"state":{"var":"STATE","fields":{"price":"p"}}}`, `<script>MY_STATE={"p":1}; var STATE = {"p":2};</script>`, "2.00 EUR"},
		{"compared, not assigned", `{"state":{"var":"S","fields":{"price":"p"}}}`, `<script>if (S == {"p":1}) {} window.S={"p":3}</script>`, "3.00 EUR"},
		{"broken", `{"state":{"var":"S","fields":{"price":"p"}}}`, `<script>S = {"p":3</script>`, "unknown"},
		{"three digits", `{"state":{"var":"S","fields":{"price":"p"}}}`, `<script>S = {"p":1.299}</script>`, "unknown"},
		{"nothing there", `{"state":{"var":"S","fields":{"price":"p"}}}`, `<h1>x</h1>`, "unknown"},
	} {
		res, err := newParser(t, "selectors", c.options).Parse(parsers.NewDoc(input(parsers.RoleProduct, c.body)))
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Offers[0].Price.String(); got != c.want || (got == "unknown") != (res.Failure != "") {
			t.Errorf("%s: %s, %q; want %s", c.name, got, res.Failure, c.want)
		}
	}
}

// TestOwnProduct tells by what a page proves that a product is its own.
func TestOwnProduct(t *testing.T) {
	product := func(name, extra, price string) string {
		return fmt.Sprintf(`{"@type":"Product","name":%q,%s"offers":{"price":%s}}`, name, extra, price)
	}
	ld := func(head, h1 string, ps ...string) string {
		return head + `<script type="application/ld+json">[` + strings.Join(ps, ",") + `]</script><h1>` + h1 + `</h1>`
	}
	for _, c := range []struct{ name, body, price, failure string }{
		{"only one", ld("", "", product("a", "", "1")), "1.00 EUR", ""},
		{"address", ld("", "x", product("a", `"url":"/p/2",`, "1"), product("b", `"url":"http://shop.example/p/1/",`, "2")), "2.00 EUR", ""},
		{"canonical address", ld(`<link rel="canonical" href="/p/echt">`, "x", product("a", `"url":"/p/2",`, "1"), product("b", `"url":"/p/echt",`, "2")), "2.00 EUR", ""},
		{"canonical address of the front page", ld(`<link rel="canonical" href="/">`, "x", product("a", `"url":"/",`, "1"), product("b", `"url":"/p/3",`, "2")), "unknown", "price_ambiguous"},
		{"headline", ld("", "De  B!", product("a", "", "1"), product("de b", "", "2")), "2.00 EUR", ""},
		{"the same said twice", ld("", "x", product("a", `"sku":"1",`, "1"), product("A", `"sku":"1",`, "1")), "1.00 EUR", ""},
		{"said twice with two prices", ld("", "a", product("a", `"sku":"1",`, "1"), product("a", `"sku":"1",`, "2")), "unknown", "price_ambiguous"},
		{"another address and another name", ld("", "Niet gevonden", product("Rode fiets", `"url":"/p/2",`, "1")), "unknown", "price_ambiguous"},
		{"another address and the same name", ld("", "Rode fiets", product("Rode fiets", `"url":"/p/2",`, "1")), "1.00 EUR", ""},
		{"two offers that nothing tells apart", ld("", "", `{"@type":"Product","name":"a","offers":[{"price":1},{"price":2}]}`), "unknown", "price_ambiguous"},
		{"only in a list", `<script type="application/ld+json">{"@type":"ItemList","itemListElement":` + product("a", "", "1") + `}</script>`, "unknown", "price_ambiguous"},
		{"another reader knows", ld(`<meta property="product:price:amount" content="5">`, "x", product("a", "", "1"), product("b", "", "2")), "5.00 EUR", ""},
		{"another reader settles what is unclear", ld(`<meta property="product:price:amount" content="1299">`, "x", product("a", "", `"1.299"`)), "1299.00 EUR", ""},
		{"another reader contradicts what is unclear", ld(`<meta property="product:price:amount" content="5">`, "x", product("a", "", `"1.299"`)), "unknown", "price_ambiguous"},
		{"another reader knows what cannot be", ld(`<meta property="product:price:amount" content="5">`, "x", product("a", "", `0`)), "5.00 EUR", ""},
		{"an address of another shop", ld(`<link rel="canonical" href="https://other.example/p/2">`, "x", product("a", `"url":"https://other.example/p/2",`, "1")), "unknown", "price_ambiguous"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := newParser(t, "auto", "").Parse(parsers.NewDoc(input(parsers.RoleProduct, c.body)))
			if err != nil {
				t.Fatal(err)
			}
			if got := res.Offers[0].Price.String(); got != c.price || string(res.Failure) != c.failure {
				t.Errorf("%s, %q; want %s, %q", got, res.Failure, c.price, c.failure)
			}
		})
	}
}

// TestJoin tells when what another reader says is believed to be about the same product.
func TestJoin(t *testing.T) {
	for _, c := range []struct{ name, graph, want string }{
		{"fills", `<meta property="product:brand" content="Merk"><meta property="product:original_price:amount" content="20">`, "Merk 20.00"},
		{"another number", `<meta property="product:retailer_item_id" content="2"><meta property="product:brand" content="Merk">`, " "},
		{"a rounded price", `<meta property="product:brand" content="Merk"><meta property="product:price:amount" content="9.99"><meta property="product:original_price:amount" content="20">`, "Merk "},
		{"another price of another number", `<meta property="product:retailer_item_id" content="2"><meta property="product:price:amount" content="9">`, " "},
		{"another currency", `<meta property="product:brand" content="Merk"><meta property="product:original_price:amount" content="20"><meta property="product:original_price:currency" content="USD">`, "Merk "},
	} {
		body := c.graph + `<script type="application/ld+json">{"@type":"Product","name":"a","sku":"1","offers":{"price":10}}</script>`
		res, err := newParser(t, "auto", "").Parse(parsers.NewDoc(input(parsers.RoleProduct, body)))
		if err != nil {
			t.Fatal(err)
		}
		o := res.Offers[0]
		if got := o.Brand.Plain() + " " + o.Reference.Decimal(); got != c.want || o.Price.Decimal() != "10.00" {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestContradiction lets two readers state prices of one product. Nobody can tell from the page who is right.
func TestContradiction(t *testing.T) {
	const ldPrice = `{"@type":"Product","name":"a","sku":"1","offers":{"price":10}}`
	graph := func(price string) string { return `<meta property="product:price:amount" content="` + price + `">` }
	for _, c := range []struct{ name, data, graph, options, price, message string }{
		{"another price", ldPrice, graph("9"), "", "unknown", "json-ld says 10.00 EUR, opengraph says 9.00 EUR"},
		{"nearly the same", ldPrice, graph("10.05"), "", "10.00 EUR", ""},
		{"just too far", ldPrice, graph("10.06"), "", "unknown", "json-ld says 10.00 EUR, opengraph says 10.06 EUR"},
		{"a hundred times as much", ldPrice, graph("1000"), "", "unknown", "json-ld says 10.00 EUR, opengraph says 1000.00 EUR"},
		{"another currency", ldPrice, graph("9") + `<meta property="product:price:currency" content="USD">`, "", "10.00 EUR", ""},
		{"what the first calls the reference", `{"@type":"Product","name":"a","offers":{"price":10,"priceSpecification":{"price":12,"priceType":"ListPrice"}}}`, graph("12"), "", "10.00 EUR", ""},
		{"what the second calls the reference", ldPrice, graph("8") + `<meta property="product:original_price:amount" content="10">`, "", "unknown", "json-ld says 10.00 EUR, opengraph says 8.00 EUR"},
		{"with and without VAT", `{"@type":"Product","offers":{"priceSpecification":{"price":100,"valueAddedTaxIncluded":false}}}`, `<p itemscope itemtype="https://schema.org/Product"><i itemprop="offers" itemscope><i itemprop="priceSpecification" itemscope><meta itemprop="price" content="121"><meta itemprop="valueAddedTaxIncluded" content="true"></i></i></p>`, "", "100.00 EUR", ""},
		{"a price within the range", `{"@type":"Product","offers":{"lowPrice":8,"highPrice":12}}`, graph("12"), "", "unknown", ""},
		{"a price beyond the range", `{"@type":"Product","offers":{"lowPrice":8,"highPrice":12}}`, graph("13"), "", "unknown", "json-ld says 8.00 EUR to 12.00 EUR, opengraph says 13.00 EUR"},
		{"a price below the range", `{"@type":"Product","offers":{"lowPrice":8}}`, graph("7"), "", "unknown", "json-ld says from 8.00 EUR, opengraph says 7.00 EUR"},
		{"a range beyond the price", ldPrice, `<p itemscope itemtype="https://schema.org/Product"><i itemprop="offers" itemscope><meta itemprop="lowPrice" content="11"><meta itemprop="highPrice" content="12"></i></p>`, "", "unknown", "json-ld says 10.00 EUR, microdata says 11.00 EUR to 12.00 EUR"},
		{"a range around the price", ldPrice, `<p itemscope itemtype="https://schema.org/Product"><i itemprop="offers" itemscope><meta itemprop="lowPrice" content="9"><meta itemprop="highPrice" content="10"></i></p>`, "", "10.00 EUR", ""},
		{"two sums in one place", "{}", `<p itemscope itemtype="https://schema.org/Product"><i itemprop="offers" itemscope><b itemprop="price">71,91 € 79,90 €</b></i></p>` + graph("67.84"), "", "unknown", "opengraph says 67.84 EUR, microdata says perhaps 71.91 EUR or 79.90 EUR"},
		{"two sums in one place, one of them confirmed", "{}", `<p itemscope itemtype="https://schema.org/Product"><i itemprop="offers" itemscope><b itemprop="price">71,91 € 79,90 €</b></i></p>` + graph("71.91"), "", "71.91 EUR", ""},
		{"the selector of the source", ldPrice, `<p class="p">€ 9,-</p>`, `{"fields":{"price":".p"}}`, "unknown", "json-ld says 10.00 EUR, selector says 9.00 EUR"},
		{"the selector of the source, digits that meet", `{"@type":"Product","name":"a","offers":{"price":6850}}`, `<p class="p">€ 68<sup>50</sup></p>`, `{"fields":{"price":".p"}}`, "6850.00 EUR", ""},
		{"the state of the page", ldPrice, `<script>S={"p":"11"}</script>`, `{"state":{"var":"S","fields":{"price":"p"}}}`, "unknown", "json-ld says 10.00 EUR, state says 11.00 EUR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := c.graph + `<script type="application/ld+json">` + c.data + `</script><h1>a</h1>`
			res, err := newParser(t, "auto", c.options).Parse(parsers.NewDoc(input(parsers.RoleProduct, body)))
			if err != nil {
				t.Fatal(err)
			}
			o := res.Offers[0]
			if o.Price.String() != c.price || c.message != res.Message || (c.message != "") != (res.Failure == market.FailPriceAmbiguous) {
				t.Errorf("%s, %q, %q; want %s, %q", o.Price, res.Failure, res.Message, c.price, c.message)
			}
			if c.message == "" {
				if res.Disputed.Price.Known() {
					t.Errorf("disputed: %s", res.Disputed.Price)
				}
				return
			}
			_, first, _ := strings.Cut(c.message, " says ")
			first, _, _ = strings.Cut(first, ",")
			if d := res.Disputed; d.Price.Known() == (strings.Contains(first, " to ") || strings.Contains(first, "from ")) || d.Price.Known() && (d.Price.String() != first || d.Title.Plain() != "a") {
				t.Errorf("disputed: %+v", d)
			}
			if o.Low.Known() || o.Reference.Known() || len(res.Others) == 0 || o.Title.Plain() != "a" {
				t.Errorf("own %+v, others %+v", o, res.Others)
			}
			checkEvidence(t, o)
		})
	}
}

// TestPassed reads prices that hold until a day; only who knows when the page was fetched can tell.
func TestPassed(t *testing.T) {
	const body = `<script type="application/ld+json">{"@type":"Product","offers":{"price":20,"priceValidUntil":"2026-03-01","priceSpecification":{"price":9,"validForMemberTier":"x","validThrough":"2026-03-01"}}}</script>`
	for _, c := range []struct {
		at            time.Time
		where, member string
	}{
		{time.Time{}, "script 1: offers.price, valid until 2026-03-01", "9.00 EUR"},
		{time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC), "script 1: offers.price, valid until 2026-03-01", "9.00 EUR"},
		{time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), "script 1: offers.price, valid until 2026-03-01, which has passed", "unknown"},
	} {
		in := input(parsers.RoleProduct, body)
		in.Page.FetchedAt = c.at
		res, err := newParser(t, "auto", "").Parse(parsers.NewDoc(in))
		if err != nil {
			t.Fatal(err)
		}
		o := res.Offers[0]
		if e := o.Evidence[market.FieldPrice]; o.Price.String() != "20.00 EUR" || e.Where != c.where || o.Member.String() != c.member {
			t.Errorf("%s: %s, %q, member %s", c.at, o.Price, e.Where, o.Member)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	p := newParser(t, "auto", `{"fields":{"brand":".m /(\\w+)/","price":".p"},"list":{"tile":"li"}}`)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			body := fmt.Sprintf(`<h1>x</h1><p class="p">€ %d,-</p><p class="m">merk%d</p>`, i+1, i)
			res, err := p.Parse(parsers.NewDoc(input(parsers.RoleProduct, body)))
			if err != nil || res.Offers[0].Price != money.New(int64(i+1)*money.Micros, "EUR") {
				t.Errorf("%d: %v %+v", i, err, res.Offers)
			}
		})
	}
	wg.Wait()
}

// allReaders are options with which every reader of a page has something to read.
const allReaders = `{"fields":{"price":".p","sku":"[data-sku]@data-sku","brand":"b /(\\w+)/"},"split":{"reference_price":{"whole":".w","cents":".c"}},` +
	`"state":{"var":"S","item":"a","fields":{"price":"p"}},"list":{"tile":"li","next":".n","fields":{"price":".p","sku":"i"}}}`

func FuzzParse(f *testing.F) {
	f.Add(`<p class=p>€ 1,-</p><p><b class=w>2</b><i class=c>50</i></p><b>Merk</b><script>S={"a":{"p":"3"}}</script>`, "auto", "product")
	f.Add(`<ul><li><i>1</i><p class=p>€ 1,-</p></ul><a class=n href=/2>2</a>`, "selectors", "list")
	f.Add(`<script type="application/ld+json">{"@type":"Product","offers":{"price":1}}</script>`, "auto", "product")
	f.Add(`<ul><li class=a><a href=/1><img></a><li class=a><a href=/2><img></a><li class=a><a href=/3><img></a><li class=a><a href=/4><img></a></ul>`, "auto", "list")
	f.Add(`<div class=kassa data-centen=100></div>`, "trapkelder", "product")
	f.Add(`{"items":[{"price":1}]}`, "auto", "json")
	f.Fuzz(func(t *testing.T, body, name, role string) {
		if len(body) > 64<<10 {
			return
		}
		p, err := parsers.New(name, func(v any) error { return json.Unmarshal([]byte(allReaders), v) })
		if errors.Is(err, parsers.ErrUnknown) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		in := input(parsers.Role(role), body)
		in.JSON = market.JSONPaths{Items: "items", Next: "next", Fields: map[market.Field]string{market.FieldPrice: "price", market.FieldURL: "url"}}
		res, _ := p.Parse(parsers.NewDoc(in))
		for _, o := range res.Offers {
			if o.Price.Known() && o.Price.Sign() <= 0 {
				t.Errorf("price %s", o.Price)
			}
		}
		for _, l := range res.Links {
			if !strings.HasPrefix(l.URL, "http") {
				t.Errorf("link %q", l.URL)
			}
		}
	})
}
