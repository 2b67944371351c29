package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

func eur(s string) money.Amount {
	a, err := money.FromDecimal(s, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

// sample is a comparison with everything in it that a table must tell apart.
func sample() []compare.Standing {
	day := 24 * time.Hour
	shops := []compare.Shop{
		{ID: "ours", Name: "Lampenier", Own: true, VAT: money.VATIncluded, Interval: day, Formula: market.Formula{Points: []market.SellingPoint{
			{Kind: market.PointWarranty, Words: map[string]string{"nl": "3 jaar garantie", "en": "3 years of warranty"}, Amount: market.CountOf(36)},
			{Kind: market.PointReturns, Words: map[string]string{"nl": "60 dagen bedenktijd", "en": "60 days to return"}, Amount: market.CountOf(60)},
		}}},
		{ID: "lumen", Name: "Lumen & Zn", VAT: money.VATIncluded, Interval: day},
		{ID: "watt", Name: "Watt.example", VAT: money.VATIncluded, Interval: time.Hour, Shipping: market.Shipping{Fee: eur("4.95"), FreeFrom: eur("50")}},
	}
	match := func(p, s, l string) market.Match {
		return market.Match{
			Product: market.ProductID(p), Source: market.SourceID(s), Listing: market.ListingID(l), Exact: true, Method: "gtin",
			ScoreBasisPoints: 9990, Decision: market.Accept,
		}
	}
	ms := []market.Match{
		match("1001", "ours", "o1"), match("1001", "lumen", "l1"), match("1001", "watt", "w1"),
		match("1002", "ours", "o2"), match("1002", "lumen", "l2"), match("1002", "watt", "w2"),
	}
	see := func(s, l, price string, ago time.Duration, o market.Offer) market.Observation {
		if price != "" {
			o.Price = eur(price)
		}
		o.URL = "https://" + s + ".example/" + l
		return market.Observation{
			Source: market.SourceID(s), Listing: market.ListingID(l), SeenAt: noon.Add(-ago),
			Offer: o, Trust: market.Trust{State: market.Trusted},
		}
	}
	b := compare.NewBoard(shops, ms, noon, compare.Options{Advantages: true})
	held := see("lumen", "l1", "11.99", time.Minute, market.Offer{})
	held.Trust = market.Trust{State: market.Quarantined, Reason: "factor_10", Needs: 2}
	for _, o := range []market.Observation{
		see("ours", "o1", "129.00", 2*time.Hour, market.Offer{Stock: market.StockIn, Shipping: eur("0")}),
		see("lumen", "l1", "119.90", 90*time.Minute, market.Offer{Stock: market.StockOut, Shipping: eur("6.50"), WarrantyMonths: market.CountOf(24), DeliveryText: market.NewText("3-5 werkdagen"), Reference: eur("149")}),
		held,
		see("watt", "w1", "135.5", 5*time.Hour, market.Offer{}),
		see("ours", "o2", "1.799", time.Hour, market.Offer{}),
		see("lumen", "l2", "", time.Hour, market.Offer{Low: eur("1"), High: eur("2")}),
		see("watt", "w2", "1.699", 30*time.Minute, market.Offer{Stock: market.StockLimited, Seller: market.NewText("Derde BV")}),
	} {
		b.See(&o)
	}
	var out []compare.Standing
	for _, p := range []market.Product{
		{ID: "1001", GTIN: "04006381333931", Brand: market.NewText("Acme"), MPN: "X-100", Title: market.NewText("Bureaulamp \"Ster\"; zwart"), Category: market.NewText("Lampen > Bureau")},
		{ID: "1002", GTIN: "00000040170725", Title: market.NewText("=SUM(A1) kabel, per meter")},
		{ID: "0003", Title: market.NewText("Zonder prijzen")},
	} {
		out = append(out, b.Standing(p))
	}
	return out
}

func write(t testing.TB, format string, o Options, ss []compare.Standing) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := New(format, &b, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range ss {
		if err := w.Write(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// golden compares got with the file of that name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Error(d)
	}
}

// parquetRows returns the schema of a Parquet file and its rows.
func parquetRows(t testing.TB, b []byte) (schema string, rows []map[string]any) {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range f.Root().Columns() {
		names = append(names, c.Name())
	}
	r := parquet.NewReader(f)
	defer r.Close()
	for {
		var some [8]parquet.Row
		n, err := r.ReadRows(some[:])
		for _, values := range some[:n] {
			row := map[string]any{}
			for _, v := range values {
				switch name := names[v.Column()]; v.Kind() {
				case parquet.ByteArray:
					row[name] = v.String()
				case parquet.Int64:
					row[name] = v.Int64()
				}
			}
			rows = append(rows, row)
		}
		if errors.Is(err, io.EOF) {
			return f.Schema().String(), rows
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// told is the schema of a Parquet file and its rows, what is null left out.
func told(t testing.TB, b []byte) []byte {
	t.Helper()
	schema, rows := parquetRows(t, b)
	out := []byte(schema + "\n")
	for _, r := range rows {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, line...), '\n')
	}
	return out
}

// TestGolden is the shared table: every format that registers itself writes the same sample. A workbook is
// compared by its cells, as a spreadsheet shows them, and Parquet by its schema and its values.
func TestGolden(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f, func(t *testing.T) {
			got := write(t, f, Options{}, sample())
			if f == "xlsx" {
				got = []byte(strings.Join(flatten(sheet(t, got)), "\n") + "\n")
			}
			if f == "parquet" {
				got = told(t, got)
			}
			golden(t, "comparison."+f+".golden", got)
		})
	}
}

// TestStandings keeps the sample where the tests of package terminal find it.
func TestStandings(t *testing.T) {
	b, err := json.MarshalIndent(sample(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "standings.json", append(b, '\n'))
}

func TestCells(t *testing.T) {
	var got []string
	shape := Shape{Point: ',', Time: func(t time.Time) string { return t.Format("15:04") }}
	w, err := Cells(Options{Columns: []string{"product", "our_price", "rival.gap", "as_of"}}, shape, func(row []CellText) error {
		line := ""
		for _, c := range row {
			line += c.Text + "|"
		}
		if !row[1].Number || row[0].Number {
			t.Errorf("numbers among %v", row)
		}
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sample() {
		if err := w.Write(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"product|our_price|lumen.gap|watt.gap|as_of|", "1001|129,00|-9,10||12:00|", "1002|1,799||-0,10|12:00|", "0003||||12:00|"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := Cells(Options{Columns: []string{"nonsense"}}, shape, nil); err == nil {
		t.Error("an unknown column was accepted")
	}
}

func sheet(t testing.TB, b []byte) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func flatten(rows [][]string) []string {
	var out []string
	for _, r := range rows {
		out = append(out, strings.Join(r, " | "))
	}
	return out
}

func TestColumns(t *testing.T) {
	tests := []struct {
		name    string
		columns []string
		heads   string
	}{
		{"one", []string{"product"}, "product"},
		{"order", []string{"rank", "product"}, "rank,product"},
		{"of each rival, together", []string{"product", "rival.price", "rival.gap", "rank"}, "product,lumen.price,lumen.gap,watt.price,watt.gap,rank"},
		{"of each rival, apart", []string{"rival.price", "rank", "rival.gap"}, "lumen.price,watt.price,rank,lumen.gap,watt.gap"},
		{"of one rival", []string{"watt.price"}, "watt.price"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := string(write(t, "csv", Options{Columns: tt.columns}, sample()))
			head, _, _ := strings.Cut(got, "\r\n")
			if head = strings.ReplaceAll(head, `"`, ""); head != tt.heads {
				t.Errorf("%s, want %s", head, tt.heads)
			}
		})
	}
	if _, err := New("csv", io.Discard, Options{Columns: []string{"price"}}); err == nil || !strings.Contains(err.Error(), "rival.price") {
		t.Errorf("an unknown column: %v; want an error that lists the known ones", err)
	}
	if _, err := New("pdf", io.Discard, Options{}); err == nil || !strings.Contains(err.Error(), "xlsx") {
		t.Errorf("an unknown format: %v; want an error that lists the known ones", err)
	}
	w, err := New("csv", io.Discard, Options{Columns: []string{"nobody.price"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(sample()[0]); err == nil {
		t.Error("a column of a rival that is not there was accepted")
	}
}

// TestShops holds that the columns are those of the shops given, whatever the standings hold.
func TestShops(t *testing.T) {
	shops := []compare.Shop{{ID: "ours", Own: true}, {ID: "watt"}, {ID: "new"}}
	got := string(write(t, "csv", Options{Shops: shops, Columns: []string{"rival.price", "rival.status"}}, sample()[:1]))
	want := "\"watt.price\",\"watt.status\",\"new.price\",\"new.status\"\r\n135.50,\"stale\",,\"none\"\r\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := string(write(t, "csv", Options{Shops: shops, Columns: []string{"rival.price"}}, nil)); got != "\"watt.price\",\"new.price\"\r\n" {
		t.Errorf("without any product: %q", got)
	}
	if got := string(write(t, "json", Options{}, nil)); got != "[\n\n]\n" || !json.Valid([]byte(got)) {
		t.Errorf("json without any product: %q", got)
	}
	if got := string(write(t, "jsonl", Options{}, nil)); got != "" {
		t.Errorf("jsonl without any product: %q", got)
	}
}

// TestWorkbook holds what makes a workbook more than cells: numbers are numbers, times are times, the heading
// is frozen, gaps have colours, numbers that name things are text.
func TestWorkbook(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(write(t, "xlsx", Options{Language: "nl", Columns: []string{"product", "gtin", "our_price", "rival.gap", "rival.status", "as_of"}}, sample())))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, tt := range []struct {
		cell, want string
		kind       excelize.CellType
	}{
		{"A1", "Artikel", excelize.CellTypeInlineString},
		{"D1", "Lumen & Zn: verschil", excelize.CellTypeInlineString},
		{"A4", "0003", excelize.CellTypeInlineString},
		{"B2", "04006381333931", excelize.CellTypeInlineString},
		{"C2", "129", excelize.CellTypeUnset},
		{"C3", "1.799", excelize.CellTypeUnset},
		{"D2", "-9.1", excelize.CellTypeUnset},
		{"H2", "46084.5", excelize.CellTypeUnset},
		{"C4", "", excelize.CellTypeUnset},
	} {
		raw, err := f.GetCellValue("Sheet1", tt.cell, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		kind, err := f.GetCellType("Sheet1", tt.cell)
		if err != nil {
			t.Fatal(err)
		}
		if raw != tt.want || kind != tt.kind {
			t.Errorf("%s is %q of type %v, want %q of type %v", tt.cell, raw, kind, tt.want, tt.kind)
		}
	}
	if s, _ := f.GetCellValue("Sheet1", "H2"); s != "2026-03-03 12:00" {
		t.Errorf("the time shows as %q", s)
	}
	if p, err := f.GetPanes("Sheet1"); err != nil || !p.Freeze || p.YSplit != 1 {
		t.Errorf("panes %+v, %v; want the heading frozen", p, err)
	}
	rules, err := f.GetConditionalFormats("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for _, area := range []string{"D2:D4", "F2:F4"} {
		if len(rules[area]) != 2 {
			t.Fatalf("%d colours on the gaps in %s, want 2; there are %v", len(rules[area]), area, rules)
		}
		for i, want := range []struct{ criteria, ink string }{{"less than", "9C0006"}, {"greater than", "006100"}} {
			style, err := f.GetConditionalStyle(*rules[area][i].Format)
			if err != nil || rules[area][i].Criteria != want.criteria || rules[area][i].Value != "0" || style.Font.Color != want.ink {
				t.Errorf("%s: %s %s in %+v, %v; want %s 0 in %s", area, rules[area][i].Criteria, rules[area][i].Value, style.Font, err, want.criteria, want.ink)
			}
		}
	}
}

// TestManyGroups holds that rows, repeated or not, come back from a Parquet file of several row groups, and that a sum which its
// decimals have no room for is not known.
func TestManyGroups(t *testing.T) {
	for _, n := range []int{parquetGroup + parquetBatch + 5, parquetGroup, parquetBatch, 1} {
		t.Run(strconv.Itoa(n), func(t *testing.T) { testGroups(t, n) })
	}
}

func testGroups(t *testing.T, n int) {
	t.Helper()
	var b bytes.Buffer
	w, err := NewHistory("parquet", &b, noon)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		o := market.Observation{Source: "watt", Listing: market.ListingID(strconv.Itoa(i / 10)), SeenAt: noon.Add(time.Duration(i) * time.Second)}
		if i%20 < 10 {
			o.Offer.Price = money.New(int64(i/10), "EUR")
		}
		if i == n-1 {
			o.Offer.Price = money.New(1e18, "EUR")
		}
		if err := w.Write("", o); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, rows := parquetRows(t, b.Bytes())
	if len(rows) != n {
		t.Fatalf("%d rows, want %d", len(rows), n)
	}
	for i, r := range rows {
		price, known := r["price"]
		if r["listing"] != strconv.Itoa(i/10) || r["seen_at"] != noon.Unix()*1000+int64(i)*1000 || known != (i%20 < 10 && i != n-1) || known && price != int64(i/10) {
			t.Fatalf("row %d: %v", i, r)
		}
	}
}

// TestManySheets holds that what exceeds a sheet goes on in the next, with its heading.
func TestManySheets(t *testing.T) {
	var b bytes.Buffer
	e := &xlsxEncoder{w: &b, perSheet: 3}
	w := &matrix{enc: e, o: Options{Columns: []string{"product", "rival.gap"}}}
	for range 2 {
		for _, s := range sample() {
			if err := w.Write(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.GetSheetList(); len(got) != 3 {
		t.Fatalf("sheets %v, want 3", got)
	}
	var ids []string
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil || len(rows) != 3 || rows[0][0] != "product" {
			t.Fatalf("%s: %v %v", name, rows, err)
		}
		ids = append(ids, rows[1][0], rows[2][0])
	}
	if got := strings.Join(ids, " "); got != "1001 1002 0003 1001 1002 0003" {
		t.Errorf("rows %s", got)
	}
}

func TestHistory(t *testing.T) {
	o := sample()[0].Rivals[0].Seen
	o.Offer.Title = market.NewText("=1+1")
	for _, f := range Formats() {
		t.Run(f, func(t *testing.T) {
			var b bytes.Buffer
			w, err := NewHistory(f, &b, noon)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write("1001", o); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			switch f {
			case "jsonl":
				var got market.Observation
				if err := json.Unmarshal(b.Bytes(), &got); err != nil {
					t.Fatal(err)
				}
				if got.SeenAt != o.SeenAt || got.Offer.Price != o.Offer.Price || got.Offer.DeliveryText != o.Offer.DeliveryText {
					t.Errorf("came back as %+v", got)
				}
			case "csv":
				rows, err := csv.NewReader(&b).ReadAll()
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(HistoryColumns(), rows[0]); d != "" {
					t.Error(d)
				}
				row := strings.Join(rows[1], "|")
				if want := "1001|lumen|l1|2026-03-03T10:30:00Z|119.90|EUR||||149.00|6.50|out_of_stock||||||"; !strings.HasPrefix(row, strings.TrimSuffix(want, "|||||")) || !strings.Contains(row, "|'=1+1|") {
					t.Errorf("%s, want %s…", row, want)
				}
			case "json":
				var got []market.Observation
				if err := json.Unmarshal(b.Bytes(), &got); err != nil || len(got) != 1 {
					t.Errorf("%d observations, %v", len(got), err)
				}
			case "parquet":
				_, rows := parquetRows(t, b.Bytes())
				var offer market.Offer
				if err := json.Unmarshal([]byte(rows[0]["offer"].(string)), &offer); err != nil {
					t.Fatal(err)
				}
				if r := rows[0]; len(rows) != 1 || r["price"] != int64(119_900_000) || r["title"] != "=1+1" || r["age_hours"] != int64(15) || len(o.Offer.Differs(offer)) > 0 {
					t.Errorf("%v", rows)
				}
			case "xlsx":
				if rows := sheet(t, b.Bytes()); len(rows) != 2 || rows[1][4] != "119.90" {
					t.Errorf("%v", rows)
				}
			}
		})
	}
}

// TestWholeObservations holds that a history in JSON is each observation as json.Marshal has it, repeated or not.
func TestWholeObservations(t *testing.T) {
	a := sample()[0].Rivals[0].Seen
	a.Page, a.Offer.Evidence = "https://lumen.example/?a=<1>&b", map[market.Field]market.Evidence{market.FieldPrice: {Reader: "json-ld"}}
	again, other, alike := a, a, a
	again.SeenAt, again.Run = a.SeenAt.Add(time.Hour), "r<2"
	other.Trust = market.Trust{State: market.Refused, By: market.NewText("Jo \"</script>")}
	alike.Offer.Evidence = map[market.Field]market.Evidence{market.FieldPrice: {Reader: "rdfa"}}
	all := []market.Observation{a, again, other, other, again, a, alike, a, {}, {Listing: "x"}, a}
	var want []string
	for _, o := range all {
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, string(b))
	}
	for format, frame := range map[string][3]string{"jsonl": {"", "\n", "\n"}, "json": {"[\n", ",\n", "\n]\n"}} {
		var b bytes.Buffer
		w, err := NewHistory(format, &b, noon)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range all {
			if err := w.Write("", o); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(frame[0]+strings.Join(want, frame[1])+frame[2], b.String()); d != "" {
			t.Errorf("%s: %s", format, d)
		}
	}
}

// failing fails once n bytes were written.
type failing struct{ n int }

var errDisk = errors.New("no space left")

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

// TestFullDisk holds that no format takes a failed write for a table.
func TestFullDisk(t *testing.T) {
	for _, f := range Formats() {
		w, err := New(f, &failing{n: 100}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sample() {
			err = errors.Join(err, w.Write(s))
		}
		if err = errors.Join(err, w.Close()); !errors.Is(err, errDisk) {
			t.Errorf("%s: %v, want the error of the disk", f, err)
		}
	}
}
