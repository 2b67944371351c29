package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shelf is an empty installation in a folder of its own, with a catalogue that states no prices.
func shelf(t *testing.T) func(in string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "sources.yaml")
	if err := os.WriteFile(config, []byte(`
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
	run := func(in string, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		a := &app{in: strings.NewReader(in), out: &out, err: &errs, clock: func() time.Time { return time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC) }}
		if code := a.run(append([]string{"--config", config}, args...)); code != exitDone {
			t.Fatalf("%v: exit %d\n%s%s", args, code, out.String(), errs.String())
		}
		return out.String()
	}
	run("id;ean;naam;prijs\n1001;4006381333931;Lamp;\n1002;8712345678906;Kan;\n", "import", "catalog", "-")
	run("product;source;sku\n1001;them;T1\n", "import", "matches", "-")
	return run
}

const flatHistory = `{"source":"us","sku":"1001","seen_at":"2026-03-01T10:00:00Z","price":"12.99","currency":"EUR","stock":"in_stock","title":"Lamp"}
{"source":"them","sku":"T1","gtin":"4006381333931","seen_at":"2026-03-01","price":"11.99","currency":"EUR","vat":"incl","stock_count":4,"shipping":"0 EUR","title":"=Lamp","url":"https://them.example/1"}
`

// wholeHistory has what only the whole form holds: evidence, quarantine, a range, what is no text of ours.
const wholeHistory = `{"source":"them","listing":"them/sku:T1","seen_at":"2026-03-02T10:00:00Z","run":"r1","page":"https://them.example/1","offer":{"url":"https://them.example/1","sku":"T1","gtin":"4006381333931","price":"0.00 EUR","stock_count":7,"branch_stock":null,"services":["Montage"],"pickup":"yes","evidence":{"price":{"reader":"json-ld","where":"$.offers.price","raw":"0"}}},"parser":"generic/1","body":"ab12","trust":{"state":"quarantined","reason":"zero"}}
{"source":"them","listing":"them/sku:T1","seen_at":"2026-03-03T10:00:00Z","offer":{"sku":"T1","low":"9.50 EUR","high":"1.899 EUR","delivery_days":2,"condition":"refurbished","title":"-10%"},"trust":{"state":"quarantined","reason":"jump","needs":2}}
{"source":"them","listing":"them/sku:T1","seen_at":"2026-03-04T10:00:00Z","offer":{"sku":"T1","price":"1.899 EUR","stock":"in_store_only","brand":"None"},"trust":{"state":"trusted"}}
`

// TestHistoryRoundTrip: what export history writes is read back into a fresh store, and written again the same.
func TestHistoryRoundTrip(t *testing.T) {
	first := shelf(t)
	first(flatHistory, "import", "observations", "-")
	first(wholeHistory, "import", "observations", "-")
	if n := strings.Count(first("", "export", "history", "-", "--format", "jsonl"), "\n"); n != 5 {
		t.Fatalf("%d observations, want 5", n)
	}
	for _, format := range []string{"jsonl", "json", "csv", "csv-nl", "xlsx"} {
		t.Run(format, func(t *testing.T) {
			compared := strings.Replace(format, "xlsx", "csv", 1) // a spreadsheet is a ZIP that states when it was made
			want := first("", "export", "history", "-", "--format", compared)
			second := shelf(t)
			for range 2 { // what is known changes nothing
				second(first("", "export", "history", "-", "--format", format), "import", "observations", "-")
			}
			if got := second("", "export", "history", "-", "--format", compared); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
