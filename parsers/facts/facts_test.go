package facts_test

import (
	"maps"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pricegap/market"
	"pricegap/parsers/facts"
)

// TestRead: a label with its value, in one line or in two, of the kind that the label names.
func TestRead(t *testing.T) {
	for text, want := range map[string]map[market.Field]string{
		"Artikelnummer: 55-7712":                  {market.FieldSKU: "55-7712"},
		"EAN\n4006381333931":                      {market.FieldGTIN: "4006381333931"},
		"EAN: 4006381333931.":                     {market.FieldGTIN: "4006381333931"},
		"EAN: 4006381333932":                      nil, // its check digit is wrong
		"Modelnummer\nHMP 2000":                   {market.FieldMPN: "HMP 2000"},
		"Modelnummer\nzie de doos onder de kap 5": {},
		"Modèle : KB-18":                          {market.FieldMPN: "KB-18"},
		"Merk: 7 Zeeën van Lampen":                {market.FieldBrand: "7 Zeeën van Lampen"},
		"Merk: 1978":                              nil, // a year
		"Merk\nalle lampen van dit merk bekijk je hier in de winkel": nil,
		"Ražotāja kods\n175004 5066":                                 {market.FieldMPN: "175004 5066"},
		"SKU: A-100\nSKU: A-200":                                     nil, // two
		"Prijs: 5,00":                                                nil,
	} {
		got := map[market.Field]string{}
		for f, s := range facts.Read(text) {
			got[f] = s.Text
			if s.Where == "" {
				t.Errorf("%q: %s has no place", text, f)
			}
		}
		if len(got)+len(want) > 0 && !maps.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestBranded: the brand is in an attribute of that name.
func TestBranded(t *testing.T) {
	for body, want := range map[string]string{
		`<div data-brand=" Kolibri ">`: "Kolibri", `<div data-product-brand="Kolibri">`: "Kolibri", `<div data-brand="">`: "", `<div data-brand="18">`: "", `<div data-color="rood">`: "",
	} {
		root, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for n := range root.Descendants() {
			if s, ok := facts.Branded(n); ok {
				got = s.Text
			}
		}
		if got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}

// TestSent: the number under which a product is bought counts where the page's address names it.
func TestSent(t *testing.T) {
	for body, want := range map[string]string{
		`<input type="hidden" name="product_id" value="884412">`: "884412",
		`<button data-sku="884412">`:                             "884412",
		`<input type="hidden" name="product_id" value="112233">`: "",
		`<input type="text" name="product_id" value="884412">`:   "",
		`<button data-colour="884412">`:                          "",
	} {
		root, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for n := range root.Descendants() {
			if s, ok := facts.Sent(n, "https://lampen.example/p/zefier/884412"); ok {
				got = s.Text
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func stated(scripts ...string) map[market.Field]facts.Stated {
	var all facts.Scripts
	for _, text := range scripts {
		all.Read(text)
	}
	return all.Stated()
}

// TestScripts: what scripts state of one product, in their own words or within a string, and nothing where they state several.
func TestScripts(t *testing.T) {
	for script, want := range map[string]map[market.Field]string{
		`var p = {"id":1,"sku":"1236291","price":10900}`:            {market.FieldSKU: "1236291"},
		`var p = {"sku": 1236291}`:                                  {market.FieldSKU: "1236291"},
		`push("{\"sku\":\"1236291\",\"EAN\":\"4006381333931\"}")`:   {market.FieldSKU: "1236291", market.FieldGTIN: "4006381333931"},
		`{"EANs":["4006381333931"],"mpn":"HMP 2000"}`:               {market.FieldGTIN: "4006381333931", market.FieldMPN: "HMP 2000"},
		`[{"sku":"A-1000"},{"sku":"A-2000"}]`:                       nil,
		`[{"sku":"A-1000","ean":"4006381333931"},{"sku":"A-2000"}]`: nil, // the article number of one of them
		`[{"sku":"A-1000"},{"sku":"a-1000"}]`:                       {market.FieldSKU: "A-1000"},
		`{"sku":null,"ean":"4006381333932","mpn":""}`:               nil,
		`{"sku":{"id":"1236291"},"sku":true,"asku":"1236291"}`:      nil,
		`{"sku":"12`: nil,
	} {
		got := map[market.Field]string{}
		for f, s := range stated("", script) {
			got[f] = s.Text
		}
		if len(got)+len(want) > 0 && !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", script, got, want)
		}
	}
}

// TestProduct: every field has its evidence.
func TestProduct(t *testing.T) {
	stated := facts.Read("SKU: A-1000\nEAN: 4006381333931\nMPN: KB-18\nMerk: Kolibri")
	o := facts.Product("visible", stated).Offers[0]
	if o.SKU != "A-1000" || o.GTIN != "4006381333931" || o.MPN != "KB-18" || o.Brand.Plain() != "Kolibri" {
		t.Errorf("%+v", o)
	}
	for f := range stated {
		if e := o.Evidence[f]; e.Reader != "visible" || e.Where == "" || e.Raw.Plain() == "" {
			t.Errorf("%s: %+v", f, e)
		}
	}
}

func BenchmarkScripts(b *testing.B) {
	text := strings.Repeat(`{"title":"Lamp","objectKind":"x","price":10900,"imageAddress":"https://lampen.example/i/1.jpg"},`, 5000)
	for b.Loop() {
		stated(text)
	}
}

func FuzzScripts(f *testing.F) {
	f.Add(`{"sku":"1236291","ean":[4006381333931`)
	f.Add(`":\":`)
	f.Fuzz(func(t *testing.T, script string) {
		for field, v := range stated(script) {
			if v.Text == "" || !strings.Contains(script, v.Text) && field != market.FieldGTIN {
				t.Errorf("%s: %q", field, v.Text)
			}
		}
	})
}
