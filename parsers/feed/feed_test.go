package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"pricegap/market"
	"pricegap/market/money"
)

var dutch = Options{
	Currency: "EUR", Locale: "nl", VAT: money.VATIncluded,
	Branches: []market.Branch{{ID: "ams", StockColumn: "Voorraad Amsterdam"}, {ID: "utr", StockColumn: "voorraad_utrecht"}},
}

// show is an article in one line.
func show(it Item) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", it.Line, it.Product.ID)
	stock := string(it.Offer.Stock)
	if n, ok := it.Offer.StockCount.Get(); ok {
		stock += fmt.Sprint(" ", n)
	}
	for _, s := range []struct{ label, value string }{
		{"", it.Offer.Title.Plain()},
		{"", it.Offer.Brand.Plain()},
		{"gtin", it.Product.GTIN},
		{"mpn", it.Product.MPN},
		{"price", it.Offer.Price.Decimal()},
		{"was", it.Offer.Reference.Decimal()},
		{"cost", it.Product.Cost.Decimal()},
		{"floor", it.Product.Floor.Decimal()},
		{"ship", it.Offer.Shipping.Decimal()},
		{"stock", stock},
		{"", it.Offer.URL},
		{"vat", string(it.Offer.VAT)},
	} {
		if s.value != "" {
			b.WriteString(" · " + strings.TrimSpace(s.label+" "+s.value))
		}
	}
	return b.String()
}

// read reads a catalogue into lines: the articles, then what is wrong.
func read(t *testing.T, name, text string, o Options) []string {
	t.Helper()
	var out []string
	bad, err := Read(name, strings.NewReader(text), o, func(it Item) error {
		out = append(out, show(it))
		return nil
	})
	for _, b := range bad {
		out = append(out, "bad "+b.Error())
	}
	if err != nil {
		out = append(out, "error "+err.Error())
	}
	return out
}

func TestReadCSV(t *testing.T) {
	tests := []struct {
		name, text string
		o          Options
		want       []string
	}{
		{"Dutch", "Artikelnummer;EAN;Merk;Omschrijving;Verkoopprijs;Adviesprijs;Inkoopprijs;Bodemprijs;Voorraad;Verzendkosten;Link\r\n" +
			"1001;8712345678906;Aurora;Koffiezetter;\"€ 1.299,-\";1499,00;900,5;1.100,00;3;0,00;https://own.example/p/1001#x\r\n" +
			"1002;;;Filter;12,99;;;;uitverkocht;;\r\n", dutch, []string{
			"2 1001 · Koffiezetter · Aurora · gtin 08712345678906 · price 1299.00 · was 1499.00 · cost 900.50 · floor 1100.00 · ship 0.00 · stock in_stock 3 · https://own.example/p/1001 · vat included",
			"3 1002 · Filter · price 12.99 · stock out_of_stock · vat included",
		}},
		{"English with a byte order mark", "\xEF\xBB\xBFsku,title,price,stock\nA1,\"Kettle, 2 l\",\"1,299.00\",in stock\n", Options{Currency: "GBP", Locale: "en"}, []string{
			"2 A1 · Kettle, 2 l · price 1299.00 · stock in_stock",
		}},
		{"sep= and quotes over lines", "sep=;\nid;title;price\n1;\"a \"\"b\"\"\nc\";5,00\n2;d;6\n", dutch, []string{
			`3 1 · a "b" c · price 5.00 · vat included`, "5 2 · d · price 6.00 · vat included",
		}},
		{"mixed encodings", "id;title;price\n1;caf\xe9;5\n2;café;5\n", dutch, []string{"2 1 · café · price 5.00 · vat included", "3 2 · café · price 5.00 · vat included"}},
		{"bad rows are listed and good ones kept", "id;ean;title;price;stock\n;;a;5;1\n2;8712345678901;b;5;1\n3;;c;1.2.3;1\n4;;d;5;veel\n5;;e;5;1;6;7\n6;;f;-5;1\n7;;g;5\n7;;g;5;1\n8;;vanaf;vanaf 5;1\n9;;ok;5;1\n", dutch, []string{
			"8 7 · g · price 5.00 · vat included", "11 9 · ok · price 5.00 · stock in_stock 1 · vat included",
			"bad line 2: id: it is empty", `bad line 3: ean: "8712345678901" is no GTIN, or its check digit is wrong`,
			`bad line 4: price: "1.2.3" is not a price`, `bad line 5: stock: "veel" is neither a count nor a word for stock`,
			"bad line 6: it has 7 columns, the header has 5", `bad line 7: price: "-5" is below nought`, `bad line 9: id: "7" stands on line 8 already`,
			`bad line 10: price: "vanaf 5" is not one price (from)`,
		}},
		{"a quote that is not closed costs one row", "id;title;price\n1;\"a;5\n2;b;6\n", dutch, []string{"3 2 · b · price 6.00 · vat included", "bad line 2: a quote is opened and not closed"}},
		{"an inch is no quote", "id;title;price\n1;tv 55\" zwart;5\n", dutch, []string{`2 1 · tv 55" zwart · price 5.00 · vat included`}},
		{"formulas are text", "id;title;price\n1;=HYPERLINK(\"x\");5\n", dutch, []string{`2 1 · =HYPERLINK("x") · price 5.00 · vat included`}},
		{"thousands or decimals, in no language", "id;price\n1;1.299\n2;1,299\n3;1.2990\n", Options{Currency: "EUR"}, []string{
			"4 3 · price 1.299", `bad line 2: price: "1.299" may be 1299 or 1.299: write 1299.00 or 1.2990`,
			`bad line 3: price: "1,299" may be 1299 or 1.299: write 1299.00 or 1.2990`,
		}},
		{"thousands or decimals", "id;price\n1;1.299\n", Options{Currency: "EUR", Locale: "en"}, []string{`bad line 2: price: "1.299" may be 1299 or 1.299`}},
		{"no currency", "id;price\n1;5\n", Options{}, []string{`bad line 2: price: "5" has no currency: give the file a column currency, or set it in the options`}},
		{"a column of currencies", "id;price;currency\n1;5;usd\n2;5;dollars\n", dutch, []string{"2 1 · price 5.00 · vat included", `bad line 3: currency: "DOLLARS" is no currency code`}},
		{"a price that is none", "id;price\n1;gratis\n2;0,00\n3;€ 0,-\n4;\n5;-\n6;0\n7;op aanvraag\n", dutch, []string{
			"5 4 · vat included", "6 5 · vat included", `bad line 2: price: "gratis" is no amount`,
			`bad line 3: price: "0,00" is nought, which is no price`, `bad line 4: price: "€ 0,-" is nought, which is no price`,
			`bad line 7: price: "0" is nought, which is no price`, `bad line 8: price: "op aanvraag" is not a price`,
		}},
		{"free delivery, and other sums of nought", "id;price;vanprijs;actieprijs;bodemprijs;verzendkosten\n1;5;0,00;0;;gratis\n2;5;;;gratis;\n3;5;;gratis;;\n", dutch, []string{
			"2 1 · price 5.00 · ship 0.00 · vat included", `bad line 3: bodemprijs: "gratis" is no amount`, `bad line 4: actieprijs: "gratis" is no amount`,
		}},
		{"chosen columns", "nr|kassa\n1|5,00\n", Options{Currency: "EUR", Columns: map[string]string{"id": "Nr", "price": "KASSA"}}, []string{"2 1 · price 5.00"}},
		{"a field that is none", "nr|kassa\n1|5,00\n", Options{Columns: map[string]string{"prijs": "kassa"}}, []string{`error feed: a column is missing: "prijs" is not a field of a catalogue`}},
		{"no number column", "title;price\na;5\n", dutch, []string{"error feed: a column is missing: no column id, artikelnummer, artikelnr (name it under columns)"}},
		{"empty", " \n", dutch, []string{"error feed: not a file that can be read: it is empty"}},
		{"not text", "MZ\x00\x01", dutch, []string{"error feed: not a file that can be read: it is not text"}},
		{"excl. vat", "id;price;btw\n1;5;excl\n2;5;21%\n3;5;soms\n", dutch, []string{
			"2 1 · price 5.00 · vat excluded", "3 2 · price 5.00 · vat included", `bad line 4: btw: "soms" is neither a rate nor incl or excl`,
		}},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, read(t, "catalog.csv", tt.text, tt.o)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

func TestReadUTF16(t *testing.T) {
	text := []byte{0xFF, 0xFE}
	for _, r := range "id\ttitle\tprice\n1\tcafé\t5\n" {
		text = append(text, byte(r), byte(r>>8))
	}
	if d := cmp.Diff([]string{"2 1 · café · price 5.00 · vat included"}, read(t, "x.txt", string(text), dutch)); d != "" {
		t.Error(d)
	}
}

func TestBranchStockAndEvidence(t *testing.T) {
	var got []Item
	bad, err := Read("c.csv", strings.NewReader("id;prijs;Voorraad Amsterdam;voorraad_utrecht\n1;5,00;3;-\n2;6,00;-2;4\n"), dutch, func(it Item) error {
		got = append(got, it)
		return nil
	})
	if err != nil || len(bad) > 0 || len(got) != 2 {
		t.Fatal(got, bad, err)
	}
	count := func(a, b market.Count) bool { return a == b }
	if d := cmp.Diff(map[string]market.Count{"ams": market.CountOf(3)}, got[0].Offer.BranchStock, cmp.Comparer(count)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]market.Count{"ams": market.CountOf(0), "utr": market.CountOf(4)}, got[1].Offer.BranchStock, cmp.Comparer(count)); d != "" {
		t.Error(d)
	}
	want := market.Evidence{Reader: "catalog", Where: "line 2, column prijs", Raw: market.NewText("5,00")}
	if e := got[0].Offer.Evidence[market.FieldPrice]; e != want {
		t.Errorf("the evidence of the price is %+v", e)
	}
	if got[0].Offer.Stock != market.StockUnknown {
		t.Errorf("the stock of stores became stock %q", got[0].Offer.Stock)
	}
}

func TestReadXML(t *testing.T) {
	feed := `<?xml version="1.0" encoding="ISO-8859-1"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>Own</title>
<item><g:id>1</g:id><g:title><![CDATA[Caf` + "\xe9" + ` & co]]></g:title><g:price>1299.00 EUR</g:price><g:sale_price>999.00 EUR</g:sale_price>
<g:availability>in_stock</g:availability><g:gtin>8712345678906</g:gtin><link>https://own.example/1</link>
<g:shipping><g:country>NL</g:country><g:price>4.95 EUR</g:price></g:shipping></item>
<item><g:title>no number</g:title></item>
<item><g:id>3</g:id><g:price>op aanvraag</g:price></item>
</channel></rss>`
	want := []string{
		"2 1 · Café & co · gtin 08712345678906 · price 999.00 · was 1299.00 · ship 4.95 · stock in_stock · https://own.example/1",
		"bad line 5: it has no field id or artikelnummer or artikelnr",
		`bad line 6: price: "op aanvraag" is not a price`,
	}
	if d := cmp.Diff(want, read(t, "feed.xml", feed, Options{})); d != "" {
		t.Error(d)
	}
	if got := read(t, "feed.xml", "<rss><item><id>1</id>", Options{}); len(got) != 1 || !strings.Contains(got[0], "not a file that can be read") {
		t.Errorf("a file cut off gave %v", got)
	}
	if got := read(t, "feed.xml", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><rss><item><id>&e;</id></item></rss>`, Options{}); len(got) != 1 || !strings.HasPrefix(got[0], "error") {
		t.Errorf("an entity gave %v", got)
	}
}

func TestReadJSONL(t *testing.T) {
	text := `{"id":"1","title":"a","price":12.5,"currency":"EUR","stock":3}
{"id":2,"price":"€ 1.299,-","shipping":{"price":4.95}}
{"price":5}
not json
{"id":"5","price":1.299}
`
	want := []string{
		"1 1 · a · price 12.50 · stock in_stock 3", "2 2 · price 1299.00 · ship 4.95", "5 5 · price 1.299",
		"bad line 3: it has no field id or artikelnummer or artikelnr", "bad line 4: it is not a JSON object",
	}
	if d := cmp.Diff(want, read(t, "c.jsonl", text, Options{Currency: "EUR", Locale: "nl"})); d != "" {
		t.Error(d)
	}
}

func workbook(t *testing.T, cells map[string]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for at, v := range cells {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellFormula("Sheet1", "C4", "=HYPERLINK(\"https://evil.example\")"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReadXLSX(t *testing.T) {
	text := workbook(t, map[string]any{
		"A1": "Artikelnummer", "B1": "EAN", "C1": "Omschrijving", "D1": "Prijs", "E1": "Voorraad",
		"A2": 1001, "B2": 8712345678906, "C2": "Koffie", "D2": 12.989999999999998, "E2": 4,
		"A4": "1002", "D4": "€ 1.299,-", "E4": "nee",
		"A5": "1003", "D5": "1.299",
	})
	want := []string{
		"2 1001 · Koffie · gtin 08712345678906 · price 12.99 · stock in_stock 4 · vat included",
		"4 1002 · price 1299.00 · stock out_of_stock · vat included",
		"5 1003 · price 1299.00 · vat included",
	}
	if d := cmp.Diff(want, read(t, "c.xlsx", text, dutch)); d != "" {
		t.Error(d)
	}
	if got := read(t, "c.xlsx", text[:len(text)/2], dutch); len(got) != 1 || !strings.Contains(got[0], "not a file that can be read") {
		t.Errorf("half a file gave %v", got)
	}
	_, err := Read("c.xlsx", io.MultiReader(strings.NewReader("PK\x03\x04"), io.LimitReader(zeros{}, 20<<20)), dutch, nil)
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("a file above the limit gave %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// rowsOf makes a CSV file of n rows without holding it.
func rowsOf(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		fmt.Fprintln(w, "id;title;price;stock")
		for i := range n {
			if _, err := fmt.Fprintf(w, "A%d;Artikel %d;12,99;3\n", i, i); err != nil {
				return
			}
		}
		w.Close()
	}()
	return r
}

func TestManyRowsInBoundedMemory(t *testing.T) {
	const n = 50_000
	got := 0
	var peak, start runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&start)
	bad, err := Read("c.csv", rowsOf(n), dutch, func(Item) error {
		if got++; got == n-1 {
			runtime.GC()
			runtime.ReadMemStats(&peak)
		}
		return nil
	})
	if err != nil || len(bad) > 0 || got != n {
		t.Fatalf("%d rows, %d bad, %v", got, len(bad), err)
	}
	if grown := int64(peak.HeapAlloc) - int64(start.HeapAlloc); grown > 32<<20 {
		t.Errorf("the heap grew by %d MiB for %d rows", grown>>20, n)
	}
}

func TestHostileRows(t *testing.T) {
	wide := "id;price\n1;5" + strings.Repeat(";x", 5000) + "\n2;6\n"
	if d := cmp.Diff([]string{"3 2 · price 6.00 · vat included", "bad line 2: it has 5002 columns, at most 1024 are read"}, read(t, "c.csv", wide, dutch)); d != "" {
		t.Error(d)
	}
	long := "id;title;price\n1;" + strings.Repeat("x", 2<<20) + ";5\n2;b;6\n"
	if d := cmp.Diff([]string{"3 2 · b · price 6.00 · vat included", "bad line 2: the row is longer than 1 MiB"}, read(t, "c.csv", long, dutch)); d != "" {
		t.Error(d)
	}
	_, err := Read("c.csv", strings.NewReader("id;price\n"+strings.Repeat(";5\n", maxBad+5)), dutch, func(Item) error { return nil })
	if !errors.Is(err, ErrTooManyBad) {
		t.Errorf("only bad rows gave %v", err)
	}
	stop := errors.New("stop")
	if _, err := Read("c.csv", strings.NewReader("id;price\n1;5\n"), dutch, func(Item) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of yield became %v", err)
	}
	if _, err := Read("c.csv", &failing{strings.NewReader("id;price\n1;5\n")}, dutch, func(Item) error { return nil }); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the error of the reader became %v", err)
	}
}

// failing gives what r has, then an error.
type failing struct{ r io.Reader }

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == io.EOF { //nolint:errorlint // io.Readers return io.EOF itself
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

func FuzzCSV(f *testing.F) {
	f.Add("c.csv", "id;ean;title;price;stock\n1;8712345678906;\"a\nb\";\"€ 1.299,-\";3\n")
	f.Add("c.csv", "sep=,\nsku,price\n\"1\",12.99\n\"2,3\n")
	f.Add("c.jsonl", `{"id":"1","price":1.299E3,"currency":"EUR"}`)
	f.Add("c.xml", "<rss><item><g:id>1</g:id><g:price>5 EUR</g:price></item></rss>")
	f.Fuzz(func(t *testing.T, name, text string) {
		seen := map[market.ProductID]bool{}
		bad, err := Read(name, strings.NewReader(text), dutch, func(it Item) error {
			if it.Product.ID == "" || seen[it.Product.ID] || it.Offer.Price.Sign() < 0 || it.Offer.Price.Known() && it.Offer.Price.Sign() == 0 {
				t.Errorf("%+v", it)
			}
			seen[it.Product.ID] = true
			return nil
		})
		if len(bad) > maxBad {
			t.Errorf("%d bad rows, %v", len(bad), err)
		}
	})
}
