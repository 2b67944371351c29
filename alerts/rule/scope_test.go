package rule_test

import (
	"encoding/json"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

func made(t *testing.T, kind, options string) alerts.Rule {
	t.Helper()
	r, err := rule.New(kind, func(v any) error { return json.Unmarshal([]byte(options), v) })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// cheaper is an event in which each of the rivals is ten euros cheaper than our hundred.
func cheaper(p market.Product, sources ...market.SourceID) alerts.Event {
	at := func(id market.SourceID, euros int64) compare.Position {
		seen := market.Observation{Source: id, Listing: market.ListingID(id), SeenAt: time.Unix(1, 0), Trust: market.Trust{State: market.Trusted}}
		return compare.Position{Source: id, Listing: seen.Listing, Seen: seen, Price: money.New(euros*1_000_000, "EUR"), Comparable: true}
	}
	e := alerts.Event{Tick: true, Standing: compare.Standing{Product: p, Ours: at("us", 100)}}
	for _, id := range sources {
		e.Standing.Rivals = append(e.Standing.Rivals, at(id, 90))
	}
	return e
}

// TestScoped: of the exceptions of categories and brands the first that fits counts, and on top of it the first of products.
func TestScoped(t *testing.T) {
	under := func(percent string) alerts.Rule { return made(t, "undercut", `{"percent":"`+percent+`"}`) }
	r := rule.Scoped(under("5"), rule.Scope{Sources: []string{"lamp"}, Categories: []string{"Wit"}}, []rule.Exception{
		{Scope: rule.Scope{Categories: []string{"wit/was"}}, Rules: []alerts.Rule{under("20")}},
		{Scope: rule.Scope{Brands: []string{"ACME"}}, Rules: []alerts.Rule{nil}},
		{Scope: rule.Scope{Products: []string{"1", "2"}}, Rules: []alerts.Rule{under("10"), under("11"), under("12")}},
	})
	for _, tt := range []struct {
		name, id, category, brand string
		want                      alerts.Holds
	}{
		{"the rule", "9", "Wit > Koel", "Zwiepa", alerts.Yes},
		{"a category", "9", "Wit/Was", "Zwiepa", alerts.No},
		{"off for a brand", "9", "Wit > Koel", "Acme", ""},
		{"the category comes before the brand", "9", "Wit/Was", "Acme", alerts.No},
		{"a product on its category", "1", "Wit/Was", "Acme", alerts.Yes},
		{"a product on its brand", "2", "Wit > Koel", "acme", alerts.No},
		{"a product alone", "2", "Wit > Koel", "Zwiepa", alerts.No},
		{"not what it is about", "1", "Bruin", "Zwiepa", ""},
	} {
		p := market.Product{ID: market.ProductID(tt.id), Category: market.NewText(tt.category), Brand: market.NewText(tt.brand)}
		e := cheaper(p, "licht", "lamp")
		fs := r.Judge(&e)
		var got alerts.Holds
		if len(fs) > 0 {
			got = fs[0].Holds
		}
		if len(e.Standing.Rivals) != 2 {
			t.Errorf("%s: the event has %d rivals now", tt.name, len(e.Standing.Rivals))
		}
		if got != tt.want || len(fs) > 1 || len(fs) == 1 && fs[0].Topic.Source != "lamp" {
			t.Errorf("%s: %q of %d, want %q", tt.name, got, len(fs), tt.want)
		}
	}
	blind := rule.Scoped(made(t, "source_blind", `{}`), rule.Scope{Sources: []string{"lamp"}}, nil)
	for id, want := range map[market.SourceID]int{"lamp": 1, "licht": 0} {
		if got := len(blind.Judge(&alerts.Event{Source: alerts.SourceState{ID: id}, Run: &market.Run{}})); got != want {
			t.Errorf("%s: %d findings, want %d", id, got, want)
		}
	}
}

// TestScopedLooksBack: as far back as any of its exceptions asks for.
func TestScopedLooksBack(t *testing.T) {
	lowest := func(days string) alerts.Rule { return made(t, "new_lowest", `{"days":`+days+`}`) }
	r := rule.Scoped(lowest("7"), rule.Scope{}, []rule.Exception{
		{Scope: rule.Scope{Brands: []string{"Acme"}}, Rules: []alerts.Rule{lowest("60")}},
		{Scope: rule.Scope{Products: []string{"1"}}, Rules: []alerts.Rule{lowest("90"), nil}},
	})
	if got := r.(alerts.Historian).Back(&market.Change{}); got != 90*24*time.Hour {
		t.Errorf("%s", got)
	}
	if c := r.(alerts.Chooser); c.For(market.Product{ID: "1"}) != nil || c.For(market.Product{ID: "1", Brand: market.NewText("acme")}) == nil {
		t.Error("the exception of product 1 is off, but not for the brand")
	}
}
