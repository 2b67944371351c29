package sheet

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// foreign is a row as other programs write them.
type foreign struct {
	Source string    `parquet:"source"`
	Seen   time.Time `parquet:"seen_at,timestamp(microsecond)"`
	Day    int32     `parquet:"day,date"`
	Price  int64     `parquet:"price,decimal(2:9)"`
	Wide   [9]byte   `parquet:"wide,decimal(1:20)"`
	Real   *float64  `parquet:"real,optional"`
	Narrow float32   `parquet:"narrow"`
	Count  int32     `parquet:"count"`
	Sure   bool      `parquet:"sure"`
	Offer  struct {
		SKU *string `parquet:"sku,optional"`
	} `parquet:"offer"`
	Tags []string `parquet:"tags,list"`
}

func foreignFile(t testing.TB) []byte {
	t.Helper()
	sku, real := "=A1", 12.989999999999998
	rows := []foreign{
		{Source: "acme", Seen: time.Date(2026, 3, 1, 10, 0, 0, 900_000_000, time.UTC), Day: 20_513, Price: 1299, Wide: [9]byte{8: 15}, Real: &real, Narrow: 0.1, Count: 3, Sure: true, Tags: []string{"a", "b"}},
		{Source: "acme", Seen: time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), Day: -1, Price: -5},
	}
	for i := range rows[1].Wide {
		rows[1].Wide[i] = 0xff
	}
	rows[0].Offer.SKU = &sku
	var b bytes.Buffer
	w := parquet.NewGenericWriter[foreign](&b)
	for i := range 3 { // groups of a row, of which the first comes twice
		if _, err := w.Write(rows[i/2 : i/2+1]); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParquet(t *testing.T) {
	rows, err := Records("history.parquet", bytes.NewReader(foreignFile(t)), "")
	if err != nil {
		t.Fatal(err)
	}
	var got [][]Cell
	var names []string
	for rec, err := range rows {
		if err != nil || !rec.Literal || rec.Line != len(got)+1 {
			t.Fatalf("%+v, %v", rec, err)
		}
		names = rec.Names
		got = append(got, rec.Cells)
	}
	if want := "source seen_at day price wide real narrow count sure offer_sku"; strings.Join(names, " ") != want {
		t.Errorf("columns %s, want %s", strings.Join(names, " "), want)
	}
	first := []Cell{
		{Text: "acme"},
		{Text: "2026-03-01T10:00:00Z"},
		{Text: "2026-03-01"},
		{"12.99", true},
		{"1.5", true},
		{"12.989999999999998", true},
		{"0.1", true},
		{"3", true},
		{Text: "yes"},
		{Text: "=A1"},
	}
	want := [][]Cell{first, first, {
		{Text: "acme"},
		{Text: "1969-12-31T23:59:59Z"},
		{Text: "1969-12-31"},
		{"-0.05", true},
		{"-0.1", true},
		{},
		{"0", true},
		{"0", true},
		{Text: "no"},
		{},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestParquetDamaged: whatever stands in a file, the answer is rows or an error.
func TestParquetDamaged(t *testing.T) {
	whole := foreignFile(t)
	for cut := 0; cut < len(whole); cut += 5 {
		damagedParquet(t, whole[:cut])
		flipped := bytes.Clone(whole)
		flipped[cut] ^= 0x55
		damagedParquet(t, flipped)
	}
	if _, err := Records("", struct{ io.Reader }{bytes.NewReader(whole)}, ""); !errors.Is(err, ErrFormat) {
		t.Errorf("through a pipe: %v", err)
	}
}

func damagedParquet(t testing.TB, b []byte) {
	t.Helper()
	rows, err := Records("", bytes.NewReader(b), "")
	if err != nil {
		if !errors.Is(err, ErrFormat) {
			t.Fatalf("%v", err)
		}
		return
	}
	n := 0
	for _, err := range rows {
		var bad BadRow
		if err != nil && !errors.Is(err, ErrFormat) && !errors.As(err, &bad) {
			t.Fatalf("%v", err)
		}
		if n++; n > 1000 {
			return
		}
	}
}
