package known

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// raced says that the race detector is on: nothing is measured then.
var raced bool

// TestCheck: the parsers of this program read their known pages, in less than 5 ms.
func TestCheck(t *testing.T) {
	if err := Check(); err != nil {
		t.Fatal(err)
	}
	best := time.Hour // others may use the machine
	for range 20 {
		start := time.Now()
		if err := check(parsers.Known, parsers.Names(), Case.Read); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	t.Logf("%d known pages in %s", len(parsers.Names()), best)
	if best > 5*time.Millisecond && !raced {
		t.Errorf("the self-test takes %s", best)
	}
}

// TestCheckFinds: whatever is wrong with a parser or its known page is said, by parser and field.
func TestCheckFinds(t *testing.T) {
	read := func(edit func(*market.Offer)) func(Case) (Said, error) {
		return func(c Case) (Said, error) {
			s, err := c.Read()
			if c.Parser == "trapkelder" && err == nil {
				edit(&s.Offers[0])
			}
			return s, err
		}
	}
	for name, tt := range map[string]struct {
		names []string
		read  func(Case) (Said, error)
		want  string
	}{
		"a price of cents read as euros": {
			parsers.Names(), read(func(o *market.Offer) { o.Price = money.New(18950_000_000, "EUR") }), "parser trapkelder: known page: price changed: kept 189.50 EUR",
		},
		"sold out is lost":   {parsers.Names(), read(func(o *market.Offer) { o.Stock = market.StockUnknown }), "availability lost: kept in_stock (trapkelder"},
		"from another place": {parsers.Names(), read(func(o *market.Offer) { o.Evidence[market.FieldSKU] = market.Evidence{Reader: "microdata"} }), "sku moved"},
		"another failure": {
			parsers.Names(), func(c Case) (Said, error) { s, err := c.Read(); s.Failure = market.FailPriceMissing; return s, err }, "failure gained: kept unknown, read price_missing",
		},
		"no offer": {parsers.Names(), func(Case) (Said, error) { return Said{}, nil }, "offer lost"},
		"a panic":  {parsers.Names(), func(Case) (Said, error) { panic("index out of range") }, "panic: index out of range"},
		"an error": {parsers.Names(), func(Case) (Said, error) { return Said{}, errors.New("no such option") }, "no such option"},
		"no page":  {[]string{"nobody"}, Case.Read, "parser nobody: open testdata/nobody/known.page.html"},
	} {
		t.Run(name, func(t *testing.T) {
			err := check(parsers.Known, tt.names, tt.read)
			if !errors.Is(err, ErrSelfTest) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v\ndoes not say %q", err, tt.want)
			}
		})
	}
}

// TestCheckPage: a known page that knows nothing proves nothing.
func TestCheckPage(t *testing.T) {
	page := &fstest.MapFile{Data: []byte("<h1>Klapkrat</h1>")}
	for want, files := range map[string]fstest.MapFS{
		"known.want.json":             {"testdata/auto/known.page.html": page},
		"unknown field":               {"testdata/auto/known.page.html": page, "testdata/auto/known.want.json": {Data: []byte(`{"prijs":1}`)}},
		"known.in.json":               {"testdata/auto/known.page.html": page, "testdata/auto/known.in.json": {Data: []byte(`{"taal":1}`)}},
		"the known page has no offer": {"testdata/auto/known.page.html": page, "testdata/auto/known.want.json": {Data: []byte(`{}`)}},
	} {
		read := func(Case) (Said, error) { return Said{}, nil }
		if err := check(files, []string{"auto"}, read); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// offer is an offer with evidence for its fields.
func offer(price string, edit func(*market.Offer)) market.Offer {
	var a money.Amount
	if err := a.UnmarshalText([]byte(price)); err != nil {
		panic(err)
	}
	o := market.Offer{Title: market.NewText("Klapkrat"), Price: a, Evidence: map[market.Field]market.Evidence{
		market.FieldName: {Reader: "json-ld", Where: "script 1: name"}, market.FieldPrice: {Reader: "json-ld", Where: "script 1: offers.price"},
		market.FieldCurrency: {Reader: "source", Where: "currency"},
	}}
	if edit != nil {
		edit(&o)
	}
	return o
}

func TestCompare(t *testing.T) {
	red := func(o *market.Offer) { o.Variant = market.NewText("rood") }
	for name, tt := range map[string]struct {
		kept, read []market.Offer
		want       []string
	}{
		"nothing": {[]market.Offer{offer("1.00 EUR", nil)}, []market.Offer{offer("1.00 EUR", nil)}, nil},
		"a price": {
			[]market.Offer{offer("1.00 EUR", nil)},
			[]market.Offer{offer("2.00 EUR", nil)},
			[]string{"price changed: kept 1.00 EUR (json-ld script 1: offers.price), read 2.00 EUR (json-ld script 1: offers.price)"},
		},
		"another currency": {
			[]market.Offer{offer("1.00 EUR", nil)},
			[]market.Offer{offer("1.00 USD", nil)},
			[]string{
				"price changed: kept 1.00 EUR (json-ld script 1: offers.price), read 1.00 USD (json-ld script 1: offers.price)",
				"currency changed: kept EUR (source currency), read USD (source currency)",
			},
		},
		"one script more": {[]market.Offer{offer("1.00 EUR", nil)}, []market.Offer{offer("1.00 EUR", func(o *market.Offer) {
			o.Evidence[market.FieldPrice] = market.Evidence{Reader: "json-ld", Where: "script 2: offers.price"}
		})}, nil},
		"another place": {
			[]market.Offer{offer("1.00 EUR", nil)},
			[]market.Offer{offer("1.00 EUR", func(o *market.Offer) {
				o.Evidence[market.FieldPrice] = market.Evidence{Reader: "visible", Where: "span.prijs"}
			})},
			[]string{"price moved: kept 1.00 EUR (json-ld script 1: offers.price), read 1.00 EUR (visible span.prijs)"},
		},
		"counts and words": {
			[]market.Offer{offer("1.00 EUR", nil)},
			[]market.Offer{offer("1.00 EUR", func(o *market.Offer) {
				o.DeliveryDays, o.Rating, o.RatingCount = market.CountOf(3), market.CountOf(430), market.CountOf(12)
				o.Services = []market.Text{market.NewText("montage"), market.NewText("inruil")}
			})},
			[]string{"delivery gained: kept unknown, read (3 days)", "services gained: kept unknown, read montage, inruil", "rating gained: kept unknown, read 430 (12 votes)"},
		},
		"variants in another order": {
			[]market.Offer{offer("1.00 EUR", nil), offer("2.00 EUR", nil), offer("3.00 EUR", red)},
			[]market.Offer{offer("1.00 EUR", nil), offer("3.00 EUR", red), offer("2.00 EUR", nil)},
			nil,
		},
		"a variant went, another came": {
			[]market.Offer{offer("1.00 EUR", nil), offer("3.00 EUR", red)},
			[]market.Offer{offer("1.00 EUR", nil), offer("3.00 EUR", func(o *market.Offer) { o.Variant = market.NewText("blauw") })},
			[]string{"rood: offer lost: kept 3.00 EUR, read unknown", "blauw: offer gained: kept unknown, read 3.00 EUR"},
		},
		"a price of a variant": {
			[]market.Offer{offer("1.00 EUR", nil), offer("3.00 EUR", red)},
			[]market.Offer{offer("1.00 EUR", nil), offer("4.00 EUR", red)},
			[]string{"rood: price changed: kept 3.00 EUR (json-ld script 1: offers.price), read 4.00 EUR (json-ld script 1: offers.price)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range Compare(parsers.RoleProduct, Said{Offers: tt.kept}, Said{Offers: tt.read}) {
				got = append(got, d.String())
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestCompareOwn: the first offer of a product page is the page's own, wherever another stands; that of a list is any.
func TestCompareOwn(t *testing.T) {
	a, b := offer("1.00 EUR", func(o *market.Offer) { o.SKU = "A" }), offer("1.00 EUR", func(o *market.Offer) { o.SKU = "B" })
	kept, read := Said{Offers: []market.Offer{a, b}}, Said{Offers: []market.Offer{b, a}}
	if got := Compare(parsers.RoleProduct, kept, read); len(got) == 0 || got[0].Field != market.FieldSKU {
		t.Errorf("another own product: %v", got)
	}
	if got := Compare(parsers.RoleJSON, kept, read); len(got) > 0 {
		t.Errorf("another order of a list: %v", got)
	}
}

// TestValues: every field that an offer has evidence for has a value in words, so none can differ unseen.
func TestValues(t *testing.T) {
	for _, name := range parsers.Names() {
		c, err := Open(parsers.Known, "testdata/"+name+"/known.page.html")
		if err != nil {
			t.Fatal(err)
		}
		said, err := c.Read()
		if err != nil {
			t.Fatal(err)
		}
		values := Values(said.Offers[0])
		for f := range said.Offers[0].Evidence {
			if values[f] == "" {
				t.Errorf("%s: %s has evidence and no value", name, f)
			}
		}
	}
}
