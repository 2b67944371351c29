package shelf

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
)

// drawText draws what a text may be, with what JSON writes in another way.
func drawText(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "a", "Keuken > Waterkokers", `"`, `\`, "é", "\u2028", "\x00", "null", "gtin", "\xff"}), rapid.String()).Draw(t, "text")
}

// drawSum draws a sum, or none.
func drawSum(t *rapid.T) money.Amount {
	if rapid.Bool().Draw(t, "unknown") {
		return money.Amount{}
	}
	return money.New(rapid.Int64Range(-1e12, 1e12).Draw(t, "micros"), "EUR")
}

func drawMatch(t *rapid.T) market.Match {
	m := market.Match{
		Product: market.ProductID(drawText(t)), Source: market.SourceID(drawText(t)), Listing: market.ListingID(drawText(t)),
		Exact: rapid.Bool().Draw(t, "exact"), Method: rapid.SampledFrom([]string{"gtin", "own", "brand_mpn", "explicit", "", "another"}).Draw(t, "method"),
		ScoreBasisPoints: rapid.Int().Draw(t, "score"), Decision: rapid.SampledFrom([]market.Decision{market.Accept, market.Review, market.Reject, ""}).Draw(t, "decision"),
		DecidedBy: market.NewText(drawText(t)), DecidedAt: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns")).UTC(),
	}
	if rapid.Bool().Draw(t, "belongs") {
		m.Listing = market.ListingID(m.Source) + "/sku:1"
	}
	for range rapid.IntRange(0, 3).Draw(t, "reasons") {
		m.Why = append(m.Why, drawText(t))
	}
	return m
}

func drawProduct(t *rapid.T) market.Product {
	p := market.Product{
		ID: market.ProductID(drawText(t)), GTIN: drawText(t), Brand: market.NewText(drawText(t)), MPN: drawText(t), Title: market.NewText(drawText(t)),
		Category: market.NewText(drawText(t)), URL: drawText(t), Cost: drawSum(t), Floor: drawSum(t),
	}
	if rapid.Bool().Draw(t, "ranked") {
		p.Rank = market.CountOf(rapid.Int64().Draw(t, "rank"))
	}
	return p
}

// damage changes a document as a person or a disk may.
func damage(t *rapid.T, doc []byte) []byte {
	for range rapid.IntRange(0, 2).Draw(t, "times") {
		i := rapid.IntRange(0, len(doc)).Draw(t, "at")
		put := rapid.SampledFrom([]string{"", " ", ",", `"`, "0", "null", "}", "]", `,"why":["x"]`, `,"rank":01`, `,"Product":"x"`, "1.0", `\`}).Draw(t, "put")
		end := min(len(doc), i+rapid.IntRange(0, 2).Draw(t, "cut"))
		doc = append(append(append([]byte{}, doc[:i]...), put...), doc[end:]...)
	}
	return doc
}

// TestFlatReadsWhatEncodingJSONReads holds that what is read in the short way is what encoding/json reads, also of what is no
// document any more.
func TestFlatReadsWhatEncodingJSONReads(t *testing.T) {
	t.Run("matches", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { sameRead(t, drawMatch(t), readMatch) }) })
	t.Run("products", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { sameRead(t, drawProduct(t), readProduct) }) })
}

func sameRead[T any](t *rapid.T, v T, read func([]byte, *T) bool) {
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var short, long T
	if !read(doc, &short) {
		t.Fatalf("not read: %s", doc)
	}
	if err := json.Unmarshal(doc, &long); err != nil || !reflect.DeepEqual(short, long) {
		t.Fatalf("%s\nshort %+v\nlong  %+v, %v", doc, short, long, err)
	}
	doc = damage(t, doc)
	short, long = *new(T), *new(T)
	if read(doc, &short) {
		if err := json.Unmarshal(doc, &long); err != nil || !reflect.DeepEqual(short, long) {
			t.Fatalf("%s\nshort %+v\nlong  %+v, %v", doc, short, long, err)
		}
	}
}

// BenchmarkDocument reads a match.
func BenchmarkDocument(b *testing.B) {
	doc, err := json.Marshal(market.Match{
		Product: "4711", Source: "lamp", Listing: "lamp/sku:4711", Exact: true, Method: "gtin", ScoreBasisPoints: 9990, Decision: market.Accept,
		DecidedAt: time.Unix(1_700_000_000, 0).UTC(), Why: []string{"same GTIN 00012345678905", "same brand and MPN"},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := document[market.Match](matches, nil, doc); err != nil {
			b.Fatal(err)
		}
	}
}
