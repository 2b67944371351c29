package store_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden file of this schema")

// TestGolden opens a file of each schema from the second on: everything reads as it did when it was written,
// with everything that can be in a history. So does what this program writes of the same history as stands in the last of them.
func TestGolden(t *testing.T) {
	t.Parallel()
	const newest = "schema6"
	if *update {
		raw, err := os.ReadFile(everything(t, t.TempDir()))
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err = z.Write(raw)
		path := filepath.Join(t.TempDir(), "prices.db")
		if err := errors.Join(err, z.Close(), os.WriteFile(path, raw, 0o600), os.WriteFile(filepath.Join("testdata", newest+".db.gz"), packed.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("testdata", newest+".txt"), []byte(strings.Join(allOf(t, path, wide), "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what, path, text string, more ...market.SourceID) {
		t.Helper()
		want, err := os.ReadFile(filepath.Join("testdata", text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), allOf(t, path, more...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	for schema, more := range map[string][]market.SourceID{"schema2": nil, "schema3": nil, "schema4": {wide}, "schema5": {wide}, newest: {wide}} {
		path := filepath.Join(t.TempDir(), "prices.db")
		if err := os.WriteFile(path, golden(t, schema+".db.gz"), 0o600); err != nil {
			t.Fatal(err)
		}
		check(schema, path, schema+".txt", more...)
	}
	check("of this program", everything(t, t.TempDir()), newest+".txt", wide)
}

// allOf is everything that can be read from a store, in short forms: what stands in every golden file, and more sources.
func allOf(t *testing.T, path string, more ...market.SourceID) (lines []string) {
	t.Helper()
	say := func(l string) {
		if !strings.HasPrefix(l, "info ") { // it says the version
			lines = append(lines, l)
		}
	}
	readAll(path, say)
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	items("sighting", s.Sightings(t.Context(), "acme"), say)
	for _, source := range more {
		items("sighting "+string(source), s.Sightings(t.Context(), source), say)
		for id, err := range s.Listings(t.Context(), source) {
			if err != nil {
				t.Fatal(err)
			}
			items("history "+string(id), s.History(t.Context(), id, time.Time{}, time.Time{}), say)
		}
		items("as-of "+string(source), s.Latest(t.Context(), store.Query{AsOf: storetest.At(62), Sources: more}), say)
	}
	if err := s.Verify(t.Context(), nil); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return lines
}

// wide is a source of more listings than stand in one piece of the file.
const wide market.SourceID = "wide"

// looked makes an observation of wide as crawls make them: the front of a digest, a name of what else is said, reductions, and
// evidence of what may be expected to move with it.
func looked(n, hour int, cents int64) market.Observation {
	o := storetest.Observe(wide, n, storetest.At(hour).Add(time.Duration(n)*2*time.Second), cents)
	o.Body = fmt.Sprintf("%032x", 1000*n+hour)
	e := o.Offer.Evidence
	e[market.FieldPrice] = market.Evidence{Reader: "json-ld", Where: "script 1: offers.price", Raw: market.NewText(o.Offer.Price.Decimal())}
	e[market.FieldSKU] = market.Evidence{Reader: "json-ld", Where: "script 1: sku", Raw: market.NewText(o.Offer.SKU)}
	p := &o.Offer
	brand, kind := []string{"Aerox", "Lumen Huis", "Dravik"}[n%3], []string{"laptop", "broodrooster"}[n/3%2]
	p.MPN, p.GTIN = fmt.Sprintf("%c%c-%d", 'A'+n%26, 'Z'-n%7, 100+n), fmt.Sprintf("87%011d", 7919*n)
	p.Brand, p.Category = market.NewText(brand), market.NewText(kind)
	p.Title = market.NewText(fmt.Sprintf("%s %s %s %s", brand, kind, []string{"Eco", "Turbo"}[n%2], p.MPN))
	e[market.FieldName] = market.Evidence{Reader: "json-ld", Where: "script 1: name", Raw: p.Title}
	e[market.FieldAvailability] = market.Evidence{Reader: "json-ld", Where: "script 1: offers.availability", Raw: market.NewText("https://schema.org/InStock")}
	if p.DeliveryDays = market.CountOf(2); (n+hour)%5 == 3 {
		p.Stock, p.DeliveryDays = market.StockOut, market.Count{}
		e[market.FieldAvailability] = market.Evidence{Reader: "json-ld", Where: "script 1: offers.availability", Raw: market.NewText("https://schema.org/OutOfStock")}
	} else {
		e[market.FieldDelivery] = market.Evidence{Reader: "json-ld", Where: "script 1: offers.deliveryTime", Raw: market.NewText("2 day")}
	}
	if hour%3 == 2 {
		p.Reference = money.New(p.Price.Micros()+1_000_000, "EUR")
		e[market.FieldReference] = market.Evidence{Reader: "json-ld", Where: "script 1: offers.listPrice", Raw: market.NewText(p.Reference.Decimal())}
	}
	return o
}

// everything writes a store of all that a history can hold: see sampleOfAll, to which it adds a source of which most listings are
// seen unchanged, whose early changes are forgotten, with what is rare; the last run of it stands in the log.
func everything(t *testing.T, dir string) string {
	t.Helper()
	path := sampleOfAll(t, dir)
	s, err := store.OpenLimited(t.Context(), path, sampleLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := t.Context()
	for _, hour := range []int{0, 20, 40, 60, 61, 62} {
		var b store.Batch
		b.Source = wide
		for n := range 150 {
			o := looked(n, hour, int64(1000+n))
			switch {
			case hour == 0 || n%30 == hour/10:
				o.Offer.Price = money.New(int64(1000+n+hour)*10_000, "EUR")
				o = rare(o, n, hour)
				b.Observations = append(b.Observations, o)
			case n%31 == 7: // not seen
			default:
				b.Sightings = append(b.Sightings, market.Sighting{Listing: o.Listing, SeenAt: o.SeenAt, Run: o.Run})
			}
		}
		if _, err := s.Keep(ctx, b); err != nil {
			t.Fatal(err)
		}
		if hour == 60 {
			if err := s.PutAlerts(ctx, "desk", 400); err != nil { // what nobody has read yet stays
				t.Fatal(err)
			}
			if g, err := s.Prune(ctx, store.Pruning{Source: wide, Retention: store.Retention{Forget: 36 * time.Hour}, Now: storetest.At(60)}, nil); err != nil || g.Changes == 0 {
				t.Fatalf("%+v was pruned, %v", g, err)
			}
		}
	}
	moved := looked(11, 63, 1011)
	moved.Page += "?from=list"
	_, err = s.Record(ctx, moved, looked(12, 59, 5)) // the second comes late
	gone := market.Sighting{Listing: looked(13, 0, 1).Listing, Gone: true}
	if err := errors.Join(err, s.Again(ctx, wide, gone), s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// rare makes of some observations what is rarely seen.
func rare(o market.Observation, n, hour int) market.Observation {
	switch n % 30 {
	case 1:
		o.Offer.Price = money.Amount{}
	case 2:
		if hour == 0 { // changes say more than first sights let expect
			break
		}
		o.Offer.Reference = money.New(199_990_000, "EUR")
		o.Offer.Evidence[market.FieldReference] = market.Evidence{
			Reader: "json-ld", Where: "script 1: offers.priceSpecification.price", Raw: market.NewText(o.Offer.Reference.Decimal()),
		}
	case 3:
		o.Offer.Price, o.Offer.Low = money.New(1_234_567, "XAU"), money.New(-1, "XAU")
	case 4:
		if hour == 0 {
			break
		}
		o.Offer.Stock, o.Offer.DeliveryDays, o.Offer.Services, o.Offer.BranchStock = market.StockOut, market.Count{}, nil, nil
		o.Offer.Evidence["colour"] = market.Evidence{Reader: "text", Where: "h1", Raw: market.NewText("paars")}
	case 5:
		o = storetest.Quarantined(o)
	case 6:
		o.Body = strings.Repeat("ab", 32)
		if hour > 0 {
			o.Trust = market.Trust{State: market.Refused, Reason: "jump", By: market.NewText("ann"), DecidedAt: storetest.At(hour).Add(time.Hour + 5)}
		}
	}
	return o
}
