package feed

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
)

func TestReadObservations(t *testing.T) {
	text := `{"source":"acme","sku":"A1","seen_at":"2026-03-01T10:00:00+01:00","price":"12.99","currency":"EUR","stock":"in_stock","title":"Kettle"}
{"source":"acme","url":"https://acme.example/p/2?utm_source=x","seen_at":"2026-03-02","price":5,"currency":"EUR","seller":"Bob"}
{"source":"acme","listing":"acme/sku:X","seen_at":"2026-03-02 09:30:00","stock":"uitverkocht"}
{"sku":"A1","seen_at":"2026-03-01","price":"1","currency":"EUR"}
{"source":"acme","sku":"A1","price":"1","currency":"EUR"}
{"source":"acme","sku":"A1","seen_at":"gisteren","price":"1","currency":"EUR"}
{"source":"acme","seen_at":"2026-03-01","price":"1","currency":"EUR"}
{"source":"acme","sku":"A1","seen_at":"2026-03-01"}
{"source":"acme","sku":"A1","seen_at":"2026-03-01","price":"12.99"}
{"source":"acme","listing":"acme/sku:\u001b[2J","seen_at":"2026-03-01","price":"1","currency":"EUR"}
`
	obs, bad, err := ReadObservations(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range obs {
		got = append(got, strings.Join([]string{string(o.Listing), o.SeenAt.Format(time.RFC3339), o.Offer.Price.String(), string(o.Offer.Stock), string(o.Trust.State)}, " "))
	}
	for _, b := range bad {
		got = append(got, b.Error())
	}
	want := []string{
		"acme/sku:A1 2026-03-01T09:00:00Z 12.99 EUR in_stock trusted",
		"acme/url:https://acme.example/p/2|s=bob 2026-03-02T00:00:00Z 5.00 EUR  trusted",
		"acme/sku:X 2026-03-02T09:30:00Z unknown out_of_stock trusted",
		"line 4: it has no field source or bron or shop",
		"line 5: no seen_at is given",
		`line 6: seen_at: "gisteren" is no moment such as 2026-03-01T10:00:00Z`,
		"line 7: it has neither listing nor sku nor url",
		"line 8: it has neither a price nor a stock",
		`line 9: price: "12.99" has no currency: give the file a column currency, or set it in the options`,
		`line 10: listing: "acme/sku:\x1b[2J" is no listing such as sku:A1 or url:https://…`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if e := obs[0].Offer.Evidence[market.FieldPrice]; e.Reader != "import" || e.Where != "line 1, column price" {
		t.Errorf("the evidence of the price is %+v", e)
	}
	eur, _ := money.FromDecimal("12.99", "EUR")
	if obs[0].Offer.Price != eur || obs[0].SeenAt.Location() != time.UTC {
		t.Errorf("%+v", obs[0])
	}
}

func TestReadMatches(t *testing.T) {
	text := "product;source;sku;url;kind;decision\n" +
		"1001;acme;A1;;exact;accept\n" +
		"1002;acme;;https://acme.example/p/2?gclid=1;equivalent;\n" +
		"1003;acme;A3;;;reject\n" +
		";acme;A3;;;\n" +
		"1004;;A3;;;\n" +
		"1005;acme;;;;\n" +
		"1006;acme;A6;;maybe;\n" +
		"1007;acme;A7;;;perhaps\n"
	ms, bad, err := ReadMatches(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	base := market.Match{Product: "1001", Source: "acme", Listing: "acme/sku:A1", Exact: true, Method: "explicit", ScoreBasisPoints: 10_000, Decision: market.Accept, Why: []string{"decided by hand"}}
	second, third := base, base
	second.Product, second.Listing, second.Exact = "1002", "acme/url:https://acme.example/p/2", false
	third.Product, third.Listing, third.Decision, third.ScoreBasisPoints = "1003", "acme/sku:A3", market.Reject, 0
	same := cmp.Comparer(func(a, b market.Text) bool { return a == b })
	if d := cmp.Diff([]market.Match{base, second, third}, ms, same); d != "" {
		t.Error(d)
	}
	want := []BadRow{
		{Line: 5, Reason: "product: no product is given"},
		{Line: 6, Reason: "source: no source is given"},
		{Line: 7, Reason: "it has neither listing nor sku nor url"},
		{Line: 8, Reason: `kind: "maybe" is neither exact nor equivalent`},
		{Line: 9, Reason: `decision: "perhaps" is neither accept nor reject`},
	}
	if d := cmp.Diff(want, bad); d != "" {
		t.Error(d)
	}
	if _, _, err := ReadMatches(strings.NewReader("a;b\n1;2\n")); err == nil {
		t.Error("a file without its columns passed")
	}
}

// TestListingsStay: what market.Identify writes is read as itself, with its source or without.
func TestListingsStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("aB1 %|/:=é#?&2F")))
		o := market.Offer{
			SKU: text.Draw(t, "sku"), Variant: market.NewText(text.Draw(t, "variant")), Seller: market.NewText(text.Draw(t, "seller")),
			Condition: rapid.SampledFrom([]market.Condition{"", market.ConditionUsed, market.ConditionNew}).Draw(t, "condition"),
		}
		want := market.Identify("acme", "https://acme.example/p?x="+url.QueryEscape(text.Draw(t, "query")), o)
		for _, listing := range []string{string(want), strings.TrimPrefix(string(want), "acme/")} {
			line, err := json.Marshal(map[string]string{"product": "1", "source": "acme", "listing": listing})
			if err != nil {
				t.Fatal(err)
			}
			ms, bad, err := ReadMatches(strings.NewReader(string(line)))
			if strings.HasPrefix(listing, "hash:") {
				continue // without its source it says nothing
			}
			if err != nil || len(ms) != 1 || ms[0].Listing != want {
				t.Fatalf("%s gave %v, %v, %v; want %s", listing, ms, bad, err, want)
			}
		}
	})
}

func TestMatchListings(t *testing.T) {
	for _, tt := range []struct{ head, cells, want string }{
		{"listing", "sku:J4", "acme/sku:J4"},
		{"listing", "acme/sku:J4", "acme/sku:J4"},
		{"listing", "sku:J 4", "acme/sku:J%204"},
		{"listing", "sku:J%204", "acme/sku:J%204"},
		{"listing", "sku:J%4", "acme/sku:J%254"},
		{"listing", "sku:J4|v=red", "acme/sku:J4|v=red"},
		{"listing;variant", "sku:J4;Red", "acme/sku:J4|v=red"},
		{"listing", "url:https://acme.example/p/4?utm_source=x#top", "acme/url:https://acme.example/p/4"},
		{"listing", "acme/url:https://acme.example/p/4?utm_source=x", "acme/url:https://acme.example/p/4"},
		{"listing", "url:https://acme.example/p/4|s=bob", "acme/url:https://acme.example/p/4|s=bob"},
		{"listing", "acme/hash:0123", "acme/hash:0123"},
		{"listing", "J4", `listing: "J4" is no listing such as sku:A1 or url:https://…`},
		{"listing", "acme/J4", `listing: "acme/J4" is no listing such as sku:A1 or url:https://…`},
		{"listing", "globex/sku:J4", `listing: "globex/sku:J4" is no listing such as sku:A1 or url:https://…`},
		{"listing", "sku:", `listing: "sku:" is no listing such as sku:A1 or url:https://…`},
		{"listing", "sku:null", `listing: "sku:null" is no listing such as sku:A1 or url:https://…`},
		{"listing", "url:ftp://acme.example/", `listing: "url:ftp://acme.example/" is no listing such as sku:A1 or url:https://…`},
		{"listing", "acme/sku:" + strings.Repeat("x", 600), `listing: "acme/sku:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" is no listing such as sku:A1 or url:https://…`},
		{"sku", "J4", "acme/sku:J4"},
		{"sku;variant", "J4;Red", "acme/sku:J4|v=red"},
	} {
		ms, bad, err := ReadMatches(strings.NewReader("product;source;" + tt.head + "\n1001;acme;" + tt.cells + "\n"))
		got := ""
		switch {
		case err != nil:
			t.Fatal(err)
		case len(ms) == 1 && len(bad) == 0:
			got = string(ms[0].Listing)
		case len(bad) == 1 && len(ms) == 0:
			got = bad[0].Reason
		}
		if got != tt.want {
			t.Errorf("%s %.80s gave %s, want %s", tt.head, tt.cells, got, tt.want)
		}
	}
}

func TestReadWholeObservations(t *testing.T) {
	const good = `{"source":"acme","listing":"acme/sku:A1","seen_at":"2026-03-02T10:00:00Z","run":"r1","page":"https://acme.example/1","offer":{"sku":"A1","price":"0.00 EUR","evidence":{"price":{"reader":"json-ld","where":"$.price","raw":"0"}}},"parser":"generic/1","body":"ab","trust":{"state":"quarantined","reason":"zero","needs":2}}`
	obs, bad, err := ReadObservations(strings.NewReader(good + "\n"))
	if err != nil || len(bad) > 0 || len(obs) != 1 {
		t.Fatal(obs, bad, err)
	}
	if back, err := json.Marshal(obs[0]); err != nil || string(back) != good {
		t.Errorf("came back as %s, %v", back, err)
	}
	for _, tt := range []struct{ old, new, want string }{
		{`"offer":{`, `"offer":{"pirce":"1.00 EUR",`, `it is no observation: json: unknown field "pirce"`},
		{`"0.00 EUR"`, `"0.00"`, `it is no observation: `},
		{`"quarantined"`, `"trusted"`, "price: it is nothing that a history holds"},
		{`"quarantined"`, `"perhaps"`, "trust: it is nothing that a history holds"},
		{`"needs":2`, `"needs":-2`, "trust: it is nothing that a history holds"},
		{`"source":"acme"`, `"source":""`, "source: no source is given"},
		{`"sku":"A1"`, `"sku":"A\u001b"`, "sku: it is nothing that a history holds"},
		{`"sku":"A1"`, `"gtin":"4006381333932"`, "gtin: it is nothing that a history holds"},
		{`"sku":"A1"`, `"stock":"maybe"`, "stock: it is nothing that a history holds"},
		{`"sku":"A1"`, `"vat":"maybe"`, "vat: it is nothing that a history holds"},
		{`"sku":"A1"`, `"url":"javascript:alert(1)"`, "url: it is nothing that a history holds"},
		{`acme/sku:A1`, strings.Repeat("x", 600), "listing: it is too long"},
		{`2026-03-02T10:00:00Z`, `0001-01-01T00:00:00Z`, "seen_at: it is missing, or no moment such as 2026-03-01T10:00:00Z"},
		{`$.price`, `\u202e`, "evidence: it is nothing that a history holds"},
	} {
		text := strings.Replace(good, tt.old, tt.new, 1)
		obs, bad, err := ReadObservations(strings.NewReader(text))
		if err != nil || len(obs) > 0 || len(bad) != 1 || !strings.HasPrefix(bad[0].Reason, tt.want) {
			t.Errorf("%s for %s gave %v, %v, %v; want %s", tt.new, tt.old, obs, bad, err, tt.want)
		}
	}
}

func TestReadDoubted(t *testing.T) {
	text := "source;sku;seen_at;price;currency;status;reason;low_price\n" +
		"acme;A1;2026-03-01;0,00;EUR;quarantined;zero;\n" +
		"acme;A1;2026-03-02;0,00;EUR;;;\n" +
		"acme;A1;2026-03-03;5;EUR;perhaps;;\n" +
		"acme;A1;2026-03-04;;EUR;;;7,50\n"
	obs, bad, err := ReadObservations(strings.NewReader(text))
	if err != nil || len(obs) != 2 {
		t.Fatal(obs, bad, err)
	}
	if want := (market.Trust{State: market.Quarantined, Reason: "zero"}); obs[0].Trust != want || !obs[0].Offer.Price.Known() {
		t.Errorf("%+v at %s", obs[0].Trust, obs[0].Offer.Price)
	}
	if obs[1].Trust.State != market.Trusted || obs[1].Offer.Low.Decimal() != "7.50" {
		t.Errorf("%+v", obs[1])
	}
	want := []BadRow{
		{Line: 3, Reason: `price: "0,00" is nought, which is no price`},
		{Line: 4, Reason: `status: "perhaps" is none of trusted, quarantined and refused`},
	}
	if d := cmp.Diff(want, bad); d != "" {
		t.Error(d)
	}
}

func FuzzReadObservations(f *testing.F) {
	f.Add(`{"source":"acme","listing":"acme/sku:A1","seen_at":"2026-03-02T10:00:00Z","offer":{"sku":"A1","price":"1.00 EUR"},"trust":{"state":"trusted"}}`)
	f.Add(`{"source":"acme","sku":"A1","seen_at":"2026-03-01","price":"5","currency":"EUR"}`)
	f.Add("source;sku;seen_at;price;currency;status\nacme;A1;2026-03-01;0,00;EUR;quarantined\n")
	f.Fuzz(func(t *testing.T, text string) {
		obs, _, _ := ReadObservations(strings.NewReader(text)) // every error is one that a caller may get
		for _, o := range obs {
			if o.Source == "" || o.Listing == "" || len(o.Listing) > market.MaxListingBytes || !knownTrust(o.Trust.State) ||
				o.Trust.State == market.Trusted && o.Offer.Price.Known() && o.Offer.Price.Sign() <= 0 {
				t.Errorf("%+v", o)
			}
		}
	})
}
