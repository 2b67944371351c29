package export_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pricegap/compare/export"
	"pricegap/market"
	"pricegap/market/money"
)

var listed = []export.Column{{"who", export.Words}, {"price", export.Money}, {"gap", export.Percent}, {"at", export.Moment}}

// TestList writes typed cells in every format, inert, with nothing for what is not known.
func TestList(t *testing.T) {
	rows := [][]any{
		{"=HYPERLINK(1)", money.New(96_000_000, "EUR"), market.CountOf(-412), time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)},
		{"", money.Amount{}, market.Count{}, time.Time{}},
	}
	for _, format := range export.Formats() {
		var b bytes.Buffer
		if err := export.List(format, &b, listed, slices.Values(rows)); err != nil || b.Len() == 0 {
			t.Errorf("%s: %v", format, err)
		}
		want := map[string]string{
			"csv":    "\"who\",\"price\",\"gap\",\"at\"\r\n\"'=HYPERLINK(1)\",96.00,-4.12,2026-03-31T12:00:00Z\r\n,,,\r\n",
			"csv-nl": "\uFEFF\"who\";\"price\";\"gap\";\"at\"\r\n\"'=HYPERLINK(1)\";96,00;-4,12;2026-03-31 12:00:00\r\n;;;\r\n",
		}[format]
		if want != "" && b.String() != want {
			t.Errorf("%s: %q, want %q", format, b.String(), want)
		}
	}
	if err := export.List("tape", &bytes.Buffer{}, listed, slices.Values(rows)); err == nil {
		t.Error("a format that does not exist")
	}
	if err := export.List("csv", &bytes.Buffer{}, listed, slices.Values([][]any{{1, 2, 3, 4}})); err == nil {
		t.Error("values of no kind")
	}
}
