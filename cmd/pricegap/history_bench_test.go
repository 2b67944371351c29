package main

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
)

// The history of the benchmarks: listings of one shop, each seen in every run; one in twenty has another price then.
const (
	benchListings = 2000
	benchRuns     = 50
)

// benchObservation has as many fields, and evidence, as a well made shop gives.
func benchObservation(listing, run int) market.Observation {
	cents := int64(1000 + listing%500 + (run+listing)/20*7)
	o := market.Offer{
		URL: fmt.Sprintf("https://them.example/p/%d", listing), SKU: fmt.Sprint("S", listing), MPN: fmt.Sprint("M-", listing),
		Brand: market.NewText("Zwiepa"), Title: market.NewText(fmt.Sprint("Waterkoker Nova ", listing)), Category: market.NewText("Keuken > Waterkokers"),
		Image: fmt.Sprintf("https://them.example/i/%d.jpg", listing), Price: money.New(cents*10_000, "EUR"), Reference: money.New(cents*12_000, "EUR"),
		Shipping: money.New(4_950_000, "EUR"), VAT: money.VATIncluded, Stock: market.StockIn, DeliveryText: market.NewText("morgen in huis"),
		Condition: market.ConditionNew, WarrantyMonths: market.CountOf(24), ReturnsDays: market.CountOf(30), Evidence: map[market.Field]market.Evidence{},
	}
	for _, f := range []market.Field{market.FieldPrice, market.FieldReference, market.FieldName, market.FieldBrand, market.FieldAvailability, market.FieldSKU} {
		o.Evidence[f] = market.Evidence{Reader: "json-ld", Where: "$.offers[0]." + string(f), Raw: market.NewText(fmt.Sprint(cents))}
	}
	day := time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC).AddDate(0, 0, run)
	return market.Observation{
		Source: "them", Listing: market.Identify("them", o.URL, o), SeenAt: day.Add(time.Duration(listing) * time.Second),
		Run: market.RunID(day.Format("20060102T150405Z")), Page: o.URL, Offer: o, Parser: "generic/1",
		Body: fmt.Sprintf("%064x", cents), Trust: market.Trust{State: market.Trusted},
	}
}

// benchShelf is an installation with that history, and where it stands.
func benchShelf(b *testing.B) installation {
	b.Helper()
	i := install(b)
	st, err := store.Open(b.Context(), "bolt:"+i.path("prices.db"))
	if err != nil {
		b.Fatal(err)
	}
	for run := range benchRuns {
		var obs []market.Observation
		for n := range benchListings {
			obs = append(obs, benchObservation(n, run))
		}
		if _, err := st.Record(b.Context(), obs...); err != nil {
			b.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		b.Fatal(err)
	}
	return i
}

// BenchmarkHistory writes a history, and reads it into an empty store.
func BenchmarkHistory(b *testing.B) {
	first := benchShelf(b)
	for _, format := range []string{"parquet", "jsonl", "csv"} {
		var file bytes.Buffer
		first.run(nil, &file, "export", "history", "-", "--format", format)
		b.Run("export/"+format, func(b *testing.B) {
			for b.Loop() {
				first.run(nil, io.Discard, "export", "history", "-", "--format", format)
			}
			perSecond(b)
		})
		b.Run("import/"+format, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				second := install(b)
				b.StartTimer()
				second.run(bytes.NewReader(file.Bytes()), io.Discard, "import", "observations", "-")
			}
			perSecond(b)
		})
	}
}

func perSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)*benchListings*benchRuns/b.Elapsed().Seconds(), "rows/s")
}
