package pick_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/pick"
)

func writer() *pick.Writer {
	return pick.NewWriter("selector", money.Locale{Language: "nl-NL", Currency: "EUR"}, func(ref string) string { return "https://shop.example" + ref })
}

func parse(t testing.TB, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil && !strings.Contains(t.Name(), "Fuzz") {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err) // a fuzzed page may nest deeper than x/net/html accepts, which html_too_deep stands for
	}
	return root
}

func TestStep(t *testing.T) {
	page := parse(t, `<p class="a" data-x=" 1 ">een <b>twee</b><script>drie</script></p><p class="a">EAN: 871</p><p class="a"></p>`)
	for src, want := range map[string][]string{
		"p.a":                {"een twee", "EAN: 871"},
		"p.a @data-x":        {"1"},
		"p.a@data-x":         {"1"},
		`p.a /EAN: (\d+)/`:   {"871"},
		`p.a /twee$/`:        {"twee"},
		`p.a @data-x /(\d)/`: {"1"},
		`p[data-x=" 1 "] b`:  {"twee"},
		"p.none":             nil,
	} {
		s, err := pick.Compile(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if d := cmp.Diff(want, s.Texts(page)); d != "" {
			t.Errorf("%s (-want +got):\n%s", src, d)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for name, err := range map[string]error{
		"fields.price: ":        second(pick.CompileFields("fields", map[string]string{"price": "p["}, nil)),
		"fields.name: ":         second(pick.CompileFields("fields", map[string]string{"name": "p /(/"}, nil)),
		"fields.gtin: ":         second(pick.CompileFields("fields", map[string]string{"gtin": strings.Repeat("a ", 2000)}, nil)),
		"fields.sku: ":          second(pick.CompileFields("fields", map[string]string{"sku": ""}, nil)),
		`unknown field "prijs"`: second(pick.CompileFields("fields", map[string]string{"prijs": "p"}, nil)),
		"split.price.cents: ":   second(pick.CompileFields("fields", nil, map[string]pick.Split{"price": {Whole: "a", Cents: "]"}})),
		"split.name: only":      second(pick.CompileFields("fields", nil, map[string]pick.Split{"name": {Whole: "a", Cents: "b"}})),
		"list.split.price":      second(pick.CompileFields("list.fields", nil, map[string]pick.Split{"price": {Whole: "[", Cents: "b"}})),
		"state.fields.price":    second(pick.CompilePaths("state.fields", map[string]string{"price": ""}, false)),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSplit(t *testing.T) {
	for _, c := range []struct{ page, want string }{
		{`<i>68</i><sup>50</sup>`, "68.50 EUR"},
		{`<i>€ 1.299</i><sup>00</sup>`, "1299.00 EUR"},
		{`<i>€ 1.299,</i><sup>-</sup>`, "1299.00 EUR"},
		{`<i>12</i><sup>5</sup>`, "unknown"},
		{`<i>12</i>`, "unknown"},
		{`<i>12.50</i><sup>99</sup>`, "unknown"},
		{`<i>gratis</i><sup>00</sup>`, "unknown"},
		{`<i>12</i><sup>50</sup><i>13</i><sup>50</sup>`, "unknown"},
		{`<i>12</i><sup>50</sup><i>12</i><sup>50</sup>`, "12.50 EUR"},
	} {
		f, err := pick.CompileFields("fields", nil, map[string]pick.Split{"price": {Whole: "i", Cents: "sup"}})
		if err != nil {
			t.Fatal(err)
		}
		w := writer()
		f.Read(parse(t, c.page), w)
		if got := w.Offer.Price.String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.page, got, c.want)
		}
	}
}

// TestSplitSurrounded tells the whole part from the cents that stand within its element.
func TestSplitSurrounded(t *testing.T) {
	for _, c := range []struct{ page, want string }{
		{`<b class=p>1.218<sup>99</sup></b>`, "1218.99 EUR"},
		{`<b class=p>€ 68<sup>50</sup></b>`, "68.50 EUR"},
		{`<b class=p>€ 1.218,<sup>-</sup></b>`, "1218.00 EUR"},
		{`<b class=p>€<i> 1</i>.<i>218</i><sup> 99 </sup></b>`, "1218.99 EUR"},
		{`<b class=p><sup>99</sup></b>`, "unknown"},
		{`<b class=p>1.218<sup>999</sup></b>`, "unknown"},
		{`<b class=p>12<i>18</i><sup>99</sup></b>`, "unknown"},
		{`<b class=p>12<sup>1</sup></b><b class=p>13<sup>50</sup></b>`, "unknown"},
		{`<b class=p>12<sup>50</sup></b><b class=p>12<sup>50</sup></b>`, "12.50 EUR"},
	} {
		for _, fields := range []map[string]string{nil, {"price": ".p"}} { // a plain selector beside it reads no more
			f, err := pick.CompileFields("fields", fields, map[string]pick.Split{"price": {Whole: ".p", Cents: ".p sup"}})
			if err != nil {
				t.Fatal(err)
			}
			w := writer()
			f.Read(parse(t, c.page), w)
			if got := w.Offer.Price.String(); got != c.want {
				t.Errorf("%s %v: %s, want %s", c.page, fields, got, c.want)
			}
		}
	}
}

// TestSeam reads prices whose digits stand in several elements without saying how.
func TestSeam(t *testing.T) {
	for _, c := range []struct{ page, selector, want, candidates string }{
		{`<b class=p>68<sup>50</sup></b>`, ".p", "price_ambiguous", "6850.00 68.50"},
		{`<b class=p><span>68</span><span>50</span></b>`, ".p", "price_ambiguous", "6850.00 68.50"},
		{`<b class=p>1.218<sup>99</sup></b>`, ".p", "price_ambiguous", "1218.99"},
		{`<b class=p><span>68</span> <span>50</span></b>`, ".p", "price_ambiguous", "68.50 6850.00"},
		{`<b class=p><div>68</div><div>50</div></b>`, ".p", "price_ambiguous", "68.50 6850.00"},
		{`<b class=p>68<sup>50</sup></b>`, `.p /(\d+)/`, "price_ambiguous", "6850.00 68.50"},
		{`<b class=p>68<sup>50</sup></b>`, `.p /^\d\d/`, "price_ambiguous", "68.00"},
		{`<b class=p>68<sup>50</sup></b>`, `.p /\d\d$/`, "price_ambiguous", "50.00"},
		{`<b class=p>€ 12<br>500 g</b>`, ".p", "12.00 EUR", ""},
		{`<b class=p>€ 12<br>500</b>`, ".p", "12.00 EUR", ""},
		{`<b class=p><div>Nu</div><div>€ 12<br>500 stuks</div></b>`, `.p /Nu (.*)/`, "12.00 EUR", ""},
		{`<b class=p><div>€</div><div>12,50</div></b>`, ".p", "12.50 EUR", ""},
		{`<b class=p><div>€ 12,50<br></div></b>`, ".p", "12.50 EUR", ""},
		{`<b class=p>68,50<sup>1</sup></b>`, ".p", "price_ambiguous", "68501.00 68.501"},
		{`<b class=p>68,<sup>50</sup></b>`, ".p", "68.50 EUR", ""},
		{`<b class=p>€ <i>6</i><!-- x -->,<b>50</b></b>`, ".p", "6.50 EUR", ""},
		{`<b class=p>€ 6<!-- x -->8,50</b>`, ".p", "68.50 EUR", ""},
		{`<b class=p>€ 68,50 <i>1</i><i>2</i></b>`, `.p /€ \S+/`, "68.50 EUR", ""},
		{`<b class=p>€ 1,2345</b>`, ".p", "price_implausible", ""},
		{`<b class=p>68<sup>50</sup></b><b class=p>€ 68,50</b>`, ".p", "68.50 EUR", ""},
		{`<b class=p>€ 68,50</b><b class=p>excl. btw</b>`, ".p", "68.50 EUR", ""},
		{`<b class=p>€ 68,50</b><b class=p>€ 69,50</b>`, ".p", "price_ambiguous", "68.50 69.50"},
	} {
		f, err := pick.CompileFields("fields", map[string]string{"price": c.selector}, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := writer()
		f.Read(parse(t, c.page), w)
		p, _ := w.Reading()
		got, may := string(p.Problem), []string{}
		if w.Offer.Price.Known() {
			got = w.Offer.Price.String()
		}
		for _, a := range p.Candidates {
			if got == string(p.Problem) {
				may = append(may, a.Decimal())
			}
		}
		if s := strings.Join(may, " "); got != c.want || s != c.candidates {
			t.Errorf("%s %s: %s (%s), want %s (%s)", c.page, c.selector, got, s, c.want, c.candidates)
		}
	}
}

func TestWriterVAT(t *testing.T) {
	for _, texts := range [][]string{{"€ 68,50", "excl. btw"}, {"excl. btw", "€ 68,50"}, {"€ 68,50 excl. btw", "€ 68,50"}} {
		w := writer()
		w.Text(market.FieldPrice, "x", texts...)
		if w.Offer.Price.Decimal() != "68.50" || w.Offer.VAT != money.VATExcluded {
			t.Errorf("%q: %s, %q", texts, w.Offer.Price, w.Offer.VAT)
		}
	}
}

func TestWriterElement(t *testing.T) {
	w := writer()
	page := parse(t, `<td>€ 68<sup>50</sup></td><p>€ 6,50</p>`)
	w.Element(market.FieldPrice, "body", page)
	w.Element(market.FieldReference, "body", page)
	if w.Offer.Price.Known() || w.Problem != market.FailPriceAmbiguous || w.Offer.Reference.Known() {
		t.Errorf("got %+v, %q", w.Offer, w.Problem)
	}
}

func TestWriter(t *testing.T) {
	for _, c := range []struct {
		field market.Field
		text  string
		got   func(o *market.Offer) any
		want  any
	}{
		{market.FieldPrice, "€ 1.299", func(o *market.Offer) any { return o.Price.Decimal() }, "1299.00"},
		{market.FieldPrice, "1.299", func(o *market.Offer) any { return o.Price.Decimal() }, "1299.00"},
		{market.FieldPrice, "vanaf € 199,-", func(o *market.Offer) any { return o.Low.Decimal() + o.Price.Decimal() }, "199.00"},
		{market.FieldPrice, "€ 29,- p/mnd", func(o *market.Offer) any { return o.PerMonth.Decimal() + o.Price.Decimal() }, "29.00"},
		{market.FieldPrice, "€ 2,49 / 100 g", func(o *market.Offer) any { return o.UnitPrice.Decimal() + o.Price.Decimal() }, "2.49"},
		{market.FieldPrice, "van € 1.499,- voor € 1.299,-", func(o *market.Offer) any { return o.Price.Decimal() + " " + o.Reference.Decimal() }, "1299.00 1499.00"},
		{market.FieldPrice, "€ 0,00", func(o *market.Offer) any { return o.Price.Known() }, false},
		{market.FieldPrice, "op aanvraag", func(o *market.Offer) any { return o.Price.Known() }, false},
		{market.FieldReference, "€ 79,-", func(o *market.Offer) any { return o.Reference.Decimal() }, "79.00"},
		{market.FieldShipping, "Gratis verzending", func(o *market.Offer) any { return o.Shipping.String() }, "0.00 EUR"},
		{market.FieldReference, "van € 1.499,- voor € 1.299,-", func(o *market.Offer) any { return o.Reference.Decimal() }, "1499.00"},
		{market.FieldReference, "€ 10,- per maand", func(o *market.Offer) any { return o.Reference.Known() }, false},
		{market.FieldMember, "Clubprijs € 9,95", func(o *market.Offer) any { return o.Member.Decimal() }, "9.95"},
		{market.FieldPrice, "Clubprijs € 9,95", func(o *market.Offer) any { return o.Member.Decimal() + o.Price.Decimal() }, "9.95"},
		{market.FieldUnitPrice, "€ 1,2345", func(o *market.Offer) any { return o.UnitPrice.Decimal() }, "1.2345"},
		{market.FieldShipping, "€ 0,00", func(o *market.Offer) any { return o.Shipping.String() }, "0.00 EUR"},
		{market.FieldShipping, "0.00", func(o *market.Offer) any { return o.Shipping.String() }, "0.00 EUR"},
		{market.FieldShipping, "Verzendkosten: € 4,95", func(o *market.Offer) any { return o.Shipping.String() }, "4.95 EUR"},
		{market.FieldShipping, "€ 4,95", func(o *market.Offer) any { return o.Shipping.Decimal() }, "4.95"},
		{market.FieldShipping, "Gratis verzending vanaf € 50", func(o *market.Offer) any { return o.Shipping.Sign() == 0 && o.Shipping.Known() }, false},
		{market.FieldGTIN, "8712345678906", func(o *market.Offer) any { return o.GTIN }, "8712345678906"},
		{market.FieldGTIN, "8712345678901", func(o *market.Offer) any { return o.GTIN }, ""},
		{market.FieldURL, "/p/1", func(o *market.Offer) any { return o.URL }, "https://shop.example/p/1"},
		{market.FieldAvailability, "Tijdelijk uitverkocht", func(o *market.Offer) any { return o.Stock }, market.StockOut},
		{market.FieldAvailability, "Bestel nu", func(o *market.Offer) any { return o.Stock }, market.StockUnknown},
		{market.FieldStockCount, "nog 3 stuks", func(o *market.Offer) any { return o.StockCount }, market.CountOf(3)},
		{market.FieldDelivery, "1-2 werkdagen", func(o *market.Offer) any { return o.DeliveryDays }, market.CountOf(2)},
		{market.FieldWarranty, "24", func(o *market.Offer) any { return o.WarrantyMonths }, market.CountOf(24)},
		{market.FieldReturns, "30 dagen", func(o *market.Offer) any { return o.ReturnsDays }, market.CountOf(30)},
		{market.FieldVAT, "excl. btw", func(o *market.Offer) any { return o.VAT }, money.VATExcluded},
		{market.FieldCondition, "Gebruikt", func(o *market.Offer) any { return o.Condition }, market.ConditionUsed},
		{market.FieldRating, "4,5", func(o *market.Offer) any { return o.Rating }, market.CountOf(450)},
	} {
		w := writer()
		w.Text(c.field, "here", c.text)
		if d := cmp.Diff(c.want, c.got(w.Offer), cmp.AllowUnexported(market.Count{})); d != "" {
			t.Errorf("%s %q (-want +got):\n%s", c.field, c.text, d)
		}
		for f, e := range w.Offer.Evidence {
			if e.Reader != "selector" || e.Where != "here" || f == "" {
				t.Errorf("%s: evidence %+v", f, e)
			}
		}
	}
}

func TestWriterData(t *testing.T) {
	w := writer()
	w.Data(market.FieldPrice, "x", "1.299")
	if w.Offer.Price.Known() || w.Problem != market.FailPriceAmbiguous {
		t.Errorf("price %s, problem %q", w.Offer.Price, w.Problem)
	}
	w = writer()
	w.Cents(market.FieldPrice, "x", "129900")
	w.Cents(market.FieldReference, "x", "1e5")
	if got := w.Offer.Price.String(); got != "1299.00 EUR" {
		t.Errorf("cents: %s", got)
	}
	if w.Offer.Reference.Known() {
		t.Errorf("reference %s", w.Offer.Reference)
	}
	w = writer()
	w.Cents(market.FieldPrice, "x", "1299.50")
	w.Cents(market.FieldShipping, "x", "0")
	if w.Offer.Price.Known() || w.Problem != market.FailPriceAmbiguous || w.Offer.Shipping.String() != "0.00 EUR" {
		t.Errorf("cents that are none: %s, %q, shipping %s", w.Offer.Price, w.Problem, w.Offer.Shipping)
	}
	w = writer()
	w.Data(market.FieldShipping, "x", "0.00")
	if got := w.Offer.Shipping.String(); got != "0.00 EUR" {
		t.Errorf("shipping %s", got)
	}
}

func TestPaths(t *testing.T) {
	p, err := pick.CompilePaths("fields", map[string]string{"price": "p", "currency": "c", "sku": "id", "services": "s", "name": "o"}, false)
	if err != nil {
		t.Fatal(err)
	}
	w := writer()
	p.Read(gjson.Parse(`{"p":1.5e1,"c":"USD","id":12345678901234567890,"s":["a","b"],"o":{}}`), "x.", w)
	o := w.Offer
	if o.Price.Known() || o.SKU != "12345678901234567890" || len(o.Services) != 2 || o.Title.Known() {
		t.Errorf("got %+v", o)
	}
	w = writer()
	p.Read(gjson.Parse(`{"p":"15,00","c":"USD"}`), "x.", w)
	if got := w.Offer.Price.String(); got != "15.00 USD" {
		t.Errorf("price %s", got)
	}
	if e := w.Offer.Evidence[market.FieldPrice]; e.Where != "x.p" || e.Raw.Plain() != "15,00" {
		t.Errorf("evidence %+v", e)
	}
}

func TestObject(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"}"};x`:            `{"a":"}"}`,
		`x=[1,{"b":"\"]"}] more`: `[1,{"b":"\"]"}]`,
		`{"a":`:                  "",
		`{a:1}`:                  "",
		`no`:                     "",
		strings.Repeat("[", 1e6): "",
	} {
		got, ok := pick.Object(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%.40q: %q, %v", in, got, ok)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`p.a @x /(\d+)/`)
	page := parse(f, `<p class=a x="1">2</p>`)
	f.Fuzz(func(t *testing.T, src string) {
		if s, err := pick.Compile(src); err == nil {
			s.Texts(page)
		}
	})
}

// FuzzFields reads elements and their parts; what comes out can be paid.
func FuzzFields(f *testing.F) {
	f.Add(`<b class=p>€ 1.218<sup>99</sup></b>`)
	f.Add(`<b class=p>68<i>50</i></b><b class=p>gratis</b>`)
	split := map[string]pick.Split{"price": {Whole: ".p", Cents: ".p sup"}, "shipping": {Whole: ".p", Cents: "i"}}
	fields, err := pick.CompileFields("fields", map[string]string{"price": ".p", "reference_price": ".p", "shipping": `.p /\d.*/`, "stock_count": "b"}, split)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, page string) {
		w := writer()
		fields.Read(parse(t, page), w)
		o := w.Offer
		for _, a := range []money.Amount{o.Price, o.Reference, o.Shipping} {
			if a.Known() && (a.Sign() < 0 || a.Currency().Digits() == 2 && a.Micros()%10_000 != 0) {
				t.Errorf("%q: %s", page, a)
			}
		}
		if o.Price.Known() && (o.Price.Sign() == 0 || o.Evidence[market.FieldPrice].Reader == "") {
			t.Errorf("%q: price %s, evidence %+v", page, o.Price, o.Evidence)
		}
	})
}

func FuzzObject(f *testing.F) {
	f.Add(`{"a":[1,"}"]}`)
	p, err := pick.CompilePaths("fields", map[string]string{"price": "a.0", "sku": "a.#", "name": "a|@this"}, true)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if doc, ok := pick.Object(s); ok {
			p.Read(gjson.Parse(doc), "", writer())
		}
	})
}
