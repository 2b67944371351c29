package parsers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

var update = flag.Bool("update", false, "rewrite the expected results in testdata")

// setting is what stands in <page>.in.json, beside a page that needs more than the defaults.
type setting struct {
	URL      string            `json:"url"`
	Role     parsers.Role      `json:"role"`
	Language string            `json:"language"`
	Currency money.Currency    `json:"currency"`
	VAT      money.VAT         `json:"vat"`
	Options  json.RawMessage   `json:"options"`
	Items    string            `json:"items"`
	Fields   map[string]string `json:"fields"`
	Next     string            `json:"next"`
	Minor    bool              `json:"minor_units"`
}

// expected is what stands in <page>.want.json.
type expected struct {
	Failure market.FailureKind `json:"failure,omitzero"`
	Message string             `json:"message,omitzero"`
	Offers  []market.Offer     `json:"offers,omitzero"`
	Others  []market.Offer     `json:"others,omitzero"`
	Links   []parsers.Link     `json:"links,omitzero"`
}

// TestPages reads every page in testdata/<parser>/ with that parser and compares what it says with
// <page>.want.json. A new parser needs a folder with its name and no line of test code.
func TestPages(t *testing.T) {
	folders, err := filepath.Glob("testdata/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no folders in testdata: %v", err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		if name == "fuzz" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			pages, err := filepath.Glob(filepath.Join(folder, "*.page.*"))
			if err != nil || len(pages) == 0 {
				t.Fatalf("no pages: %v", err)
			}
			for _, page := range pages {
				base, _, _ := strings.Cut(page, ".page.")
				t.Run(filepath.Base(base), func(t *testing.T) { checkPage(t, name, page, base) })
			}
		})
	}
}

func checkPage(t *testing.T, parser, page, base string) {
	set := setting{URL: "https://www.shop.example/p/" + filepath.Base(base), Role: parsers.RoleProduct, Language: "nl-NL", Currency: "EUR", VAT: money.VATIncluded}
	if b, err := os.ReadFile(base + ".in.json"); err == nil {
		strict := json.NewDecoder(bytes.NewReader(b))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&set); err != nil {
			t.Fatal(err)
		}
	}
	decode := func(v any) error {
		if set.Options == nil {
			return nil
		}
		strict := json.NewDecoder(bytes.NewReader(set.Options))
		strict.DisallowUnknownFields()
		return strict.Decode(v)
	}
	p, err := parsers.New(parser, decode)
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	in := parsers.Input{
		Page: market.Page{URL: set.URL, Asked: set.URL, Status: 200, Body: body},
		Role: set.Role, Locale: money.Locale{Language: set.Language, Currency: set.Currency}, VAT: set.VAT,
		JSON: market.JSONPaths{Items: set.Items, Next: set.Next, MinorUnits: set.Minor, Fields: map[market.Field]string{}},
	}
	for f, path := range set.Fields {
		in.JSON.Fields[market.Field(f)] = path
	}
	res, err := p.Parse(parsers.NewDoc(in))
	var failed *parsers.Error
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	for _, o := range res.Offers {
		checkEvidence(t, o)
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(expected{res.Failure, res.Message, res.Offers, res.Others, res.Links}); err != nil {
		t.Fatal(err)
	}
	want := base + ".want.json"
	if *update {
		if err := os.WriteFile(want, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(want)
	if err != nil {
		t.Fatalf("%v; write it with go test ./parsers -run TestPages -update, and read it", err)
	}
	if d := cmp.Diff(string(old), got.String()); d != "" {
		t.Errorf("what the page says (-want +got):\n%s", d)
	}
}

// checkEvidence fails where a field is known and nobody says from where.
func checkEvidence(t *testing.T, o market.Offer) {
	t.Helper()
	for _, f := range o.Differs(market.Offer{}) {
		if o.Evidence[f].Reader == "" {
			t.Errorf("%s has no evidence in %+v", f, o)
		}
	}
}
