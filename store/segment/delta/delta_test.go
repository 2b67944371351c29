package delta

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/record"
)

var same = cmp.Options{cmpopts.EquateComparable(money.Amount{}, market.Text{}, market.Count{}), cmpopts.EquateEmpty()}

// drawObservation draws every field, from few values, so that observations share some.
func drawObservation(t *rapid.T) (o market.Observation) {
	word := func(name string) string {
		return rapid.SampledFrom([]string{"", "12345", "https://shop.example/p/12345", "54321", "https://shop.example/p/54321?x", "€ 12,34", "12.34 EUR", "Stofzuiger 12345", strings.Repeat("7f", 32), strings.Repeat("7f", 16), strings.Repeat("7F", 32)}).Draw(t, name)
	}
	text := func(name string) market.Text { return market.NewText(word(name)) }
	amount := func(name string) money.Amount {
		return money.New(rapid.SampledFrom([]int64{0, 12_340_000, 1_799_000, 1_799_500, -5, 1 << 62, -1 << 62}).Draw(t, name), money.Currency(rapid.SampledFrom([]string{"", "EUR", "USD", "XTS", "zloty"}).Draw(t, name+" in")))
	}
	count := func(name string) market.Count {
		return rapid.SampledFrom([]market.Count{{}, market.CountOf(0), market.CountOf(3), market.CountOf(-1), market.CountOf(1 << 60)}).Draw(t, name)
	}
	o.Listing, o.Page, o.Parser, o.Body = market.ListingID(word("listing")), word("page"), word("parser"), word("body")
	o.Trust = market.Trust{State: rapid.SampledFrom(Trusts).Draw(t, "trust"), Reason: word("reason"), Needs: rapid.IntRange(0, 3).Draw(t, "needs"), By: text("by")}
	if rapid.Bool().Draw(t, "decided") {
		o.Trust.DecidedAt = time.Unix(rapid.Int64Range(1, 1<<33).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC()
	}
	p := &o.Offer
	*p = market.Offer{
		URL: word("url"), SKU: word("sku"), GTIN: word("gtin"), MPN: word("mpn"), Brand: text("brand"), Title: text("title"), Category: text("category"), Variant: text("variant"),
		Image: word("image"), Price: amount("price"), Low: amount("low"), High: amount("high"), Reference: amount("reference"), Member: amount("member"), Coupon: amount("coupon"),
		PerMonth: amount("month"), Shipping: amount("shipping"), UnitPrice: amount("unit price"), Unit: text("unit"), VAT: money.VAT(word("vat")),
		Stock: rapid.SampledFrom(Stocks[:]).Draw(t, "stock"), StockCount: count("stock count"), DeliveryDays: count("days"), DeliveryText: text("delivery"), Pickup: market.Answer(word("pickup")),
		Seller: text("seller"), Condition: market.Condition(word("condition")), WarrantyMonths: count("warranty"), ReturnsDays: count("returns"), Rating: count("rating"), RatingCount: count("ratings"),
		BranchStock: rapid.MapOf(rapid.SampledFrom([]string{"", "ams", "rtm"}), rapid.Just(market.CountOf(2))).Draw(t, "branches"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "services") {
		p.Services = append(p.Services, text("service"))
	}
	p.Evidence = map[market.Field]market.Evidence{}
	for range rapid.IntRange(0, 4).Draw(t, "evidence") {
		f := rapid.SampledFrom(append([]market.Field{"another"}, market.Fields...)).Draw(t, "field")
		p.Evidence[f] = market.Evidence{Reader: word("reader"), Where: word("where"), Raw: text("raw")}
	}
	return o
}

func TestApplyGivesWhatWasAppended(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, o := drawObservation(t), drawObservation(t)
		if rapid.Bool().Draw(t, "much the same") {
			was := o
			o = base
			o.Offer.Price, o.Offer.SKU, o.Offer.Stock, o.Body = was.Offer.Price, was.Offer.SKU, was.Offer.Stock, was.Body
		}
		prev := rapid.SampledFrom([]uint32{0, 7, 1<<32 - 1}).Draw(t, "prev")
		b := Append(nil, &base, &o, prev)
		got, err := Apply(&base, b)
		if d := cmp.Diff(o, got, same); err != nil || d != "" {
			t.Fatalf("%v (-want +got):\n%s", err, d)
		}
		q, err := ReadQuote(b)
		if want := (Quote{o.Offer.Price, o.Offer.Stock, o.Trust.State, prev}); q != want || err != nil {
			t.Errorf("quote %+v, %v, want %+v", q, err, want)
		}
		if id, err := Listing(base.Listing, b); o.Listing != "" && (err != nil || id != o.Listing && id != "") {
			t.Errorf("listing %q, %v, want %q", id, err, o.Listing)
		}
		again, err := Same(b)
		if err != nil {
			t.Fatal(err)
		}
		if got, err = Apply(&o, again); err != nil || !cmp.Equal(o, got, same) {
			t.Errorf("what is the same differs: %v\n%s", err, cmp.Diff(o, got, same))
		}
	})
}

// TestSmall holds what the form is for: another price, another address of another article, cost few bytes.
func TestSmall(t *testing.T) {
	base := market.Observation{Listing: "shop/sku:12345", Page: "https://shop.example/p/12345", Trust: market.Trust{State: market.Trusted}}
	base.Offer = market.Offer{URL: "https://shop.example/p/12345", SKU: "12345", Price: money.New(12_340_000, "EUR"), Evidence: map[market.Field]market.Evidence{
		market.FieldPrice: {Reader: "json-ld", Where: "$.offers.price", Raw: market.NewText("€ 12,34")}, market.FieldSKU: {Reader: "json-ld", Where: "$.sku", Raw: market.NewText("12345")},
	}}
	with := func(sku, price string, micros int64) market.Observation {
		o := base
		o.Page, o.Offer.URL, o.Offer.SKU, o.Offer.Price = "https://shop.example/p/"+sku, "https://shop.example/p/"+sku, sku, money.New(micros, "EUR")
		o.Listing = market.ListingID("shop/sku:" + sku)
		o.Offer.Evidence = map[market.Field]market.Evidence{
			market.FieldPrice: {Reader: "json-ld", Where: "$.offers.price", Raw: market.NewText(price)}, market.FieldSKU: {Reader: "json-ld", Where: "$.sku", Raw: market.NewText(sku)},
		}
		return o
	}
	dearer, other := with("12345", "€ 13,99", 13_990_000), with("98765", "€ 9,99", 9_990_000)
	if n := len(Append(nil, &base, &dearer, 0)); n > 10 { // of which the mask has six, that are one bit in columns
		t.Errorf("another price: %d bytes", n)
	}
	if n := len(Append(nil, &base, &other, 0)); n > 20 {
		t.Errorf("another article: %d bytes", n)
	}
	// A reduction shows the price that was, of which the page said nothing before.
	reduced := with("12345", "€ 9,99", 9_990_000)
	reduced.Offer.Reference, reduced.Body = base.Offer.Price, strings.Repeat("7f", 16)
	reduced.Offer.Evidence[market.FieldReference] = market.Evidence{Reader: "json-ld", Where: "$.offers.listPrice", Raw: market.NewText("€ 12,34")}
	if n := len(Append(nil, &base, &reduced, 0)); n > 10+17+1+16 {
		t.Errorf("a reduction: %d bytes", n)
	}
}

// FuzzApply holds that no bytes make Apply panic, and that what it gives is written and read again.
func FuzzApply(f *testing.F) {
	base := market.Observation{Listing: "shop/1", Trust: market.Trust{State: market.Trusted}}
	base.Offer.SKU, base.Offer.Price = "12345", money.New(12_340_000, "EUR")
	other := base
	other.Offer.SKU, other.Offer.Price, other.Body = "777", money.New(5, "EUR"), strings.Repeat("0a", 32)
	f.Add(Append(nil, &base, &other, 0))
	f.Add([]byte{0xFF, 0xFF})
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := Apply(&base, b)
		if err != nil {
			return
		}
		again, err := Apply(&base, Append(nil, &base, &o, 0))
		if d := cmp.Diff(o, again, same); err != nil || d != "" {
			t.Fatalf("%v\n%s", err, d)
		}
		if _, err := Listing("x", bytes.Clone(b)); err != nil && !errors.Is(err, record.ErrForm) {
			t.Fatal(err)
		}
	})
}
