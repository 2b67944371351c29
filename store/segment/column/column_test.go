package column

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/record"
	"pricegap/store/segment/delta"
)

// draw draws rows that say anything from nothing to what is rare.
func draw(t *rapid.T) (rows [][]byte) {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "text") }
	var base market.Observation
	for i := range rapid.IntRange(1, 40).Draw(t, "rows") {
		o := base
		o.Trust.State = rapid.SampledFrom(delta.Trusts).Draw(t, "trust")
		o.Offer.Stock = rapid.SampledFrom(delta.Stocks[:]).Draw(t, "stock")
		o.Offer.Price = money.New(rapid.SampledFrom([]int64{12_340_000, 5, -7}).Draw(t, "price"), money.Currency(pick("EUR", "EUR", "USD", "XAU", "")))
		o.Offer.SKU, o.Listing = pick("123", "4567890"), market.ListingID(pick("a", "shop/1"))
		o.Offer.GTIN = strconv.FormatInt(rapid.Int64Range(0, 1<<60).Draw(t, "gtin"), 10)
		if rapid.Bool().Draw(t, "digits alone") {
			o.Listing = market.ListingID("shop/" + o.Offer.GTIN)
		}
		o.Offer.MPN = pick("0", "007", "12", "AB-12", "123456789012345678", "1234567890123456789")
		o.Offer.Title, o.Offer.Brand = market.NewText(pick("Stofzuiger", "Aerox Boor", "Dravik Boor", "")), market.NewText(pick("Aerox", "Dravik"))
		o.Body = pick("", strings.Repeat("7f", 32), strings.Repeat("0a", 16), "of no form")
		o.Offer.Reference, o.Offer.StockCount = money.New(rapid.Int64Range(0, 9).Draw(t, "reference"), "EUR"), market.CountOf(rapid.Int64Range(0, 3).Draw(t, "count"))
		o.Trust.Reason = pick("", "jump")
		if rapid.Bool().Draw(t, "branches") {
			o.Offer.BranchStock = map[string]market.Count{pick("a", "b"): market.CountOf(2), "c": {}}
			o.Offer.Services = []market.Text{market.NewText(pick("hulp", ""))}
		}
		o.Offer.Evidence = map[market.Field]market.Evidence{}
		for _, f := range []market.Field{market.FieldName, market.FieldPrice, market.FieldReference, "colour"} {
			if rapid.Bool().Draw(t, "evidence") {
				o.Offer.Evidence[f] = market.Evidence{Reader: pick("css", "json-ld"), Where: pick("h1", "script 1: name"), Raw: market.NewText(pick("x", "Boor"))}
			}
		}
		rows = append(rows, delta.Append(nil, &base, &o, rapid.SampledFrom([]uint32{0, 7, 1 << 31}).Draw(t, "prev")))
		if i == 0 {
			base = o
		}
	}
	return rows
}

// TestRows holds that rows come back byte for byte, all and one by one, and their quotes without them.
func TestRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := draw(t)
		b, err := Append([]byte("before"), rows)
		if err != nil || !bytes.HasPrefix(b, []byte("before")) {
			t.Fatal(err)
		}
		b = b[len("before"):]
		got, err := Rows(b, len(rows))
		if err != nil {
			t.Fatal(err)
		}
		opened, err := Open(b, len(rows))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range rows {
			one, err := Row(b, len(rows), i)
			open, openErr := opened.Row(nil, i)
			if err != nil || openErr != nil || !bytes.Equal(got[i], want) || !bytes.Equal(one, want) || !bytes.Equal(open, want) {
				t.Fatalf("row %d: %x, alone %x, %v, of an open table %x, %v, want %x", i, got[i], one, err, open, openErr, want)
			}
		}
		var listings, want [][]byte
		for _, row := range rows {
			var p delta.Pieces
			if err := p.Cut(row); err != nil {
				t.Fatal(err)
			}
			told := []byte(nil)
			if p.Mask&(1<<delta.Listed) != 0 {
				told = p.Fields[delta.Listed]
			}
			want = append(want, told)
		}
		if err := Listings(b, len(rows), func(_ uint64, told []byte) error { listings = append(listings, slices.Clone(told)); return nil }); err != nil || !slices.EqualFunc(listings, want, bytes.Equal) {
			t.Fatalf("listings %q, %v, want %q", listings, err, want)
		}
		n := 0
		if err := Quotes(b, len(rows), func(i int, q delta.Quote) bool {
			want, err := delta.ReadQuote(rows[i])
			if err != nil || q != want || i != n {
				t.Fatalf("row %d: %+v, %v, want %+v", i, q, err, want)
			}
			n++
			return true
		}); err != nil || n != len(rows) {
			t.Fatalf("%d quotes, %v", n, err)
		}
	})
}

// TestRefused holds what cannot be cut and joined: it is told, and nothing is written.
func TestRefused(t *testing.T) {
	quote := delta.AppendQuote(nil, delta.Quote{Stock: market.StockIn, Trust: market.Trusted})
	for what, row := range map[string][]byte{
		"nothing":               {},
		"a quote alone":         quote,
		"fields that are none":  binary.AppendUvarint(bytes.Clone(quote), 1<<delta.Fields),
		"a mask that is longer": append(bytes.Clone(quote), 0x80, 0),
		"more than it says":     append(bytes.Clone(quote), 0, 1),
		"less than it says":     append(bytes.Clone(quote), 1),
	} {
		if b, err := Append([]byte("x"), [][]byte{append(bytes.Clone(quote), 0), row}); !errors.Is(err, record.ErrForm) || string(b) != "x" {
			t.Errorf("%s: %q, %v, want ErrForm", what, b, err)
		}
	}
}

// FuzzRows holds that no bytes make columns panic, and that what reads is written and read again.
func FuzzRows(f *testing.F) {
	base := market.Observation{Trust: market.Trust{State: market.Trusted}}
	o := base
	o.Body, o.Offer.Price, o.Offer.SKU = strings.Repeat("0a", 16), money.New(5, "EUR"), "777"
	rows := [][]byte{delta.Append(nil, &base, &o, 0), delta.Append(nil, &base, &base, 9)}
	b, err := Append(nil, rows)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, 2)
	f.Add([]byte{0, 1, 0, plain, 0}, 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		if n <= 0 || n > 512 {
			return
		}
		_ = Quotes(b, n, func(int, delta.Quote) bool { return true })
		_ = Listings(b, n, func(uint64, []byte) error { return nil })
		rows, err := Rows(b, n)
		if err != nil {
			return
		}
		for i := range rows {
			if one, err := Row(b, n, i); err != nil || !bytes.Equal(one, rows[i]) {
				t.Fatalf("row %d: %x, %v, want %x", i, one, err, rows[i])
			}
			if open, err := Open(b, n); err == nil {
				if one, err := open.Row(nil, i); err != nil || !bytes.Equal(one, rows[i]) {
					t.Fatalf("row %d of an open table: %x, %v, want %x", i, one, err, rows[i])
				}
			}
		}
		again, err := Append(nil, rows)
		if err != nil {
			return // of quotes that are none
		}
		if got, err := Rows(again, n); err != nil || !bytes.Equal(bytes.Join(got, nil), bytes.Join(rows, nil)) {
			t.Fatalf("%x, %v, want %x", got, err, rows)
		}
	})
}
