package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pricegap/market"
)

// installation is a configuration with a store, in a folder of its own.
type installation struct {
	testing.TB
	dir string
}

// install is an installation without anything in its store.
func install(t testing.TB) installation {
	t.Helper()
	i := installation{t, t.TempDir()}
	if err := os.WriteFile(i.path("sources.yaml"), []byte(`
store: bolt:prices.db
crawler: {contact: "https://us.example/crawler"}
formula: {name: Us}
catalog: {file: own.csv}
sources:
- {id: us, own: true, currency: EUR, locale: nl}
- {id: them, currency: EUR, locale: nl, start: [{products: ["https://them.example/1"]}]}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	return i
}

func (i installation) path(name string) string { return filepath.Join(i.dir, name) }

// run runs a command that must succeed, at noon of 9 March 2026.
func (i installation) run(in io.Reader, out io.Writer, args ...string) {
	i.Helper()
	var errs bytes.Buffer
	a := &app{in: in, out: out, err: &errs, clock: func() time.Time { return time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC) }}
	if code := a.run(append([]string{"--config", i.path("sources.yaml")}, args...)); code != exitDone {
		i.Fatalf("%v: exit %d\n%s", args, code, errs.String())
	}
}

// shelf is an installation with a catalogue that states no prices.
func shelf(t *testing.T) func(in string, args ...string) string {
	t.Helper()
	i := install(t)
	run := func(in string, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		i.run(strings.NewReader(in), &out, args...)
		return out.String()
	}
	run("id;ean;naam;prijs\n1001;4006381333931;Lamp;\n1002;8712345678906;Kan;\n", "import", "catalog", "-")
	run("product;source;sku\n1001;them;T1\n", "import", "matches", "-")
	return run
}

const flatHistory = `{"source":"us","sku":"1001","seen_at":"2026-03-01T10:00:00Z","price":"12.99","currency":"EUR","stock":"in_stock","title":"Lamp"}
{"source":"them","sku":"T1","gtin":"4006381333931","seen_at":"2026-03-01","price":"11.99","currency":"EUR","vat":"incl","stock_count":4,"shipping":"0 EUR","title":"'=Lamp","url":"https://them.example/1"}
`

// wholeHistory has what only the whole form holds: evidence, quarantine, a range, what is no text of ours.
const wholeHistory = `{"source":"them","listing":"them/sku:T1","seen_at":"2026-03-02T10:00:00Z","run":"r1","page":"https://them.example/1","offer":{"url":"https://them.example/1","sku":"T1","gtin":"4006381333931","price":"0.00 EUR","stock_count":7,"branch_stock":null,"services":["Montage"],"pickup":"yes","evidence":{"price":{"reader":"json-ld","where":"$.offers.price","raw":"0"}}},"parser":"generic/1","body":"ab12","trust":{"state":"quarantined","reason":"zero"}}
{"source":"them","listing":"them/sku:T1","seen_at":"2026-03-03T10:00:00Z","offer":{"sku":"T1","low":"9.50 EUR","high":"1.899 EUR","delivery_days":2,"condition":"refurbished","title":"-10%"},"trust":{"state":"quarantined","reason":"jump","needs":2,"by":"Jo, \"boekhouding\"","decided_at":"2026-03-03T11:00:00Z"}}
{"source":"them","listing":"them/sku:T1","seen_at":"2026-03-04T10:00:00Z","offer":{"sku":"T1","price":"1.899 EUR","stock":"in_store_only","brand":"None"},"trust":{"state":"trusted"}}
`

// TestBroken: what a writer that failed says again at its end is said once.
func TestBroken(t *testing.T) {
	full, other := errors.New("no space left"), errors.New("cannot close")
	for _, tt := range []struct{ first, last, want error }{{full, nil, full}, {full, full, full}, {full, other, errors.Join(full, other)}} {
		if got := broken(closer{tt.last}, tt.first); got.Error() != tt.want.Error() || !errors.Is(got, tt.first) {
			t.Errorf("%v, then %v: %v", tt.first, tt.last, got)
		}
	}
}

type closer struct{ err error }

func (c closer) Close() error { return c.err }

// unmatched is the history of a listing that sells nothing of ours, and of one of which all was refused.
const unmatched = `{"source":"them","sku":"T8","seen_at":"2026-03-05T10:00:00Z","price":"5.00","currency":"EUR","title":"Iets anders"}
{"source":"them","sku":"T9","seen_at":"2026-03-05T10:00:01Z","price":"7.00","currency":"EUR","status":"refused","reason":"jump"}
`

// TestExportHistorySelects: everything is written where nothing is said, and what is asked for otherwise.
func TestExportHistorySelects(t *testing.T) {
	run := shelf(t)
	for _, h := range []string{unmatched, wholeHistory, flatHistory} {
		run(h, "import", "observations", "-")
	}
	for _, tt := range []struct{ args, want string }{
		{"", "T8 03-05, T9 03-05, T1 03-01, T1 03-02, T1 03-03, T1 03-04, 1001 03-01"},
		{"--source them", "T8 03-05, T9 03-05, T1 03-01, T1 03-02, T1 03-03, T1 03-04"},
		{"--source us", "1001 03-01"},
		{"--product 1001", "T1 03-01, T1 03-02, T1 03-03, T1 03-04, 1001 03-01"},
		{"--product 1001 --source them --from 2026-03-02T00:00:00Z --to 2026-03-03T23:59:59Z", "T1 03-02, T1 03-03"},
		{"--from 2026-03-05T00:00:00Z", "T8 03-05, T9 03-05"},
		{"--as-of 2026-03-01T23:59:59Z", "T1 03-01, 1001 03-01"},
		{"--product 1002", ""},
	} {
		var got []string
		args := append([]string{"export", "history", "-", "--format", "jsonl"}, strings.Fields(tt.args)...)
		for line := range strings.Lines(run("", args...)) {
			var o market.Observation
			if err := json.Unmarshal([]byte(line), &o); err != nil {
				t.Fatal(err)
			}
			got = append(got, o.Offer.SKU+o.SeenAt.Format(" 01-02"))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %s, want %s", tt.args, strings.Join(got, ", "), tt.want)
		}
	}
}

// TestHistoryFigures: the lowest price of the last days is told, also where it began before them, and so is how a price moves.
func TestHistoryFigures(t *testing.T) {
	run := shelf(t)
	run(`source,sku,seen_at,price,currency,status
them,T1,2026-02-01 12:00,10.00,EUR,
them,T1,2026-02-11 12:00,8.00,EUR,
them,T1,2026-03-01 12:00,12.00,EUR,
them,T1,2026-03-03 12:00,1.00,EUR,quarantined
them,T1,2026-03-05 12:00,12.00,EUR,
`, "import", "observations", "-")
	figures := func(args ...string) string {
		out := run("", append([]string{"history", "1001", "--height", "0", "--language", "en"}, args...)...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		return strings.Join(strings.Fields(lines[len(lines)-1]), " ")
	}
	for _, tt := range []struct{ args, want string }{
		{"", "them €12.00 €8.00 €12.00 €8.00 €8.00 56.3% 2 1.9 35.0% 4 1"},
		{"--days 7", "them €12.00 €8.00 €12.00 €12.00 €8.00 56.3% 2 1.9 35.0% 4 1"},
		{"--days 8", "them €12.00 €8.00 €12.00 €12.00 €8.00 56.3% 2 1.9 35.0% 4 1"},
		{"--days 9", "them €12.00 €8.00 €12.00 €8.00 €8.00 56.3% 2 1.9 35.0% 4 1"},
		{"--days 3", "them €12.00 €8.00 €12.00 – €8.00 56.3% 2 1.9 35.0% 4 1"},
		{"--from 2026-03-01T00:00:00Z", "them €12.00 €12.00 €12.00 €8.00 €12.00 100.0% 0 0.0 – 2 1"},
		{"--to 2026-02-20T00:00:00Z --days 2", "them €8.00 €8.00 €10.00 – €10.00 54.1% 1 3.0 20.0% 2 0"},
	} {
		if got := figures(strings.Fields(tt.args)...); !strings.HasPrefix(got, tt.want+" ") {
			t.Errorf("%s: %s, want %s", tt.args, got, tt.want)
		}
	}
	var doc struct {
		Series []map[string]any `json:"series"`
	}
	if err := json.Unmarshal([]byte(run("", "history", "1001", "--json", "--days", "7")), &doc); err != nil {
		t.Fatal(err)
	}
	if s := doc.Series[0]; s["lowest_recent"] != "12.00 EUR" || s["step_basis_points"] != 3500.0 || s["changes_per_30_days_hundredths"] != 188.0 || len(s["levels"].([]any)) != 3 {
		t.Errorf("%v", s)
	}
}

// TestHistoryRoundTrip: what export history writes is read back into a fresh store, and written again the same.
func TestHistoryRoundTrip(t *testing.T) {
	first := shelf(t)
	first(flatHistory, "import", "observations", "-")
	first(wholeHistory, "import", "observations", "-")
	first(unmatched, "import", "observations", "-")
	if n := strings.Count(first("", "export", "history", "-", "--format", "jsonl"), "\n"); n != 7 {
		t.Fatalf("%d observations, want 7", n)
	}
	for _, format := range []string{"jsonl", "json", "csv", "csv-nl", "xlsx", "parquet"} {
		t.Run(format, func(t *testing.T) {
			compared := strings.NewReplacer("xlsx", "csv", "parquet", "jsonl").Replace(format) // a spreadsheet is a ZIP that states when it was made
			want := first("", "export", "history", "-", "--format", compared)
			second := shelf(t)
			for range 2 { // what is known changes nothing
				second(first("", "export", "history", "-", "--format", format), "import", "observations", "-")
			}
			if got := second("", "export", "history", "-", "--format", compared); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			columnar := []string{"export", "history", "-", "--format", "parquet"}
			if whole := strings.HasPrefix(format, "json") || format == "parquet"; whole && first("", columnar...) != second("", columnar...) {
				t.Error("another table in Parquet")
			}
		})
	}
}
